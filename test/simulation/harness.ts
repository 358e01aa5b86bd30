/**
 * The production engine in a simulated world: API calls, workers of both lanes, the timers' sweep and the
 * dead letters, on one thread, with the faults of one seed. Crashed workers are replaced; after a while the
 * faults stop, and then everything has to end.
 */
import { Crash, Outage } from "../../lib/adapters/simulated/faults.ts";
import {
  type SimulatedOptions,
  type SimulatedWorker,
  type SimulatedWorld,
  simulatedWorld,
} from "../../lib/adapters/simulated/world.ts";
import { handle } from "../../lib/engine/advance.ts";
import { handleDeadLetter } from "../../lib/engine/dead-letter.ts";
import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import { saveDefinition } from "../../lib/engine/machines.ts";
import type { Call, CallResult, Delivery, ExecutionId, Inbox, MachineRecord, Verdict } from "../../lib/engine/ports.ts";
import { type Started, startExecution } from "../../lib/engine/start.ts";
import { stopExecution } from "../../lib/engine/stop.ts";
import { sweep } from "../../lib/engine/sweep.ts";

export interface Scenario {
  readonly definition: object;
  readonly input: unknown;
  /** What a task answers; the same for the same arguments. */
  readonly task?: (call: Call) => CallResult | Promise<CallResult>;
  /** StopExecution after that much virtual time. */
  readonly stopAfter?: number;
}

export interface Run {
  readonly world: SimulatedWorld;
  /** An engine without faults, to look at what came out. */
  readonly engine: Engine;
  readonly id: ExecutionId;
  /** Whether the caller of StartExecution got an answer. */
  readonly acknowledged: boolean;
  /** How often each attempt was invoked, by idempotency key. */
  readonly invocations: ReadonlyMap<string, number>;
  /** What threw that was neither a crash nor an outage. */
  readonly surprises: readonly unknown[];
}

const tenant = { account: "123456789012", region: "eu-central-1" };
const engineOptions = { guardDelayMilliseconds: 60_000, leaseMilliseconds: 960_000 };

/** Virtual time until the faults stop, and after that until all has to be over. */
const faultySpan = 3 * 3_600_000;
const calmSpan = 60 * 24 * 3_600_000;

/** A crash takes the worker, and all it had at work, with it. */
interface Process {
  readonly worker: SimulatedWorker;
  readonly engine: Engine;
}

/** `plan` is told of the world before anything happens in it: it may say who dies where. */
export async function run(
  scenario: Scenario,
  options: SimulatedOptions,
  plan: (world: SimulatedWorld) => void = () => undefined,
): Promise<Run> {
  const invocations = new Map<string, number>();
  const task = scenario.task ?? ((call: Call): CallResult => ({ kind: "succeeded", output: call.arguments }));
  const tasks = {
    call: async (call: Call): Promise<CallResult> => {
      invocations.set(call.idempotencyKey, (invocations.get(call.idempotencyKey) ?? 0) + 1);
      return task(call);
    },
  };
  const world = simulatedWorld({ ...options, tasks });
  plan(world);
  const stage = new Stage(world, scenario);
  await stage.play();
  return {
    world,
    engine: createEngine(world, engineOptions),
    id: stage.id,
    acknowledged: stage.acknowledged,
    invocations,
    surprises: stage.surprises,
  };
}

class Stage {
  readonly surprises: unknown[] = [];
  readonly id = `${tenant.account}/${tenant.region}/machine/run` as ExecutionId;
  acknowledged = false;
  private readonly world: SimulatedWorld;
  private readonly scenario: Scenario;
  private processes: Process[] = [];
  /** What is under way; each takes virtual time, or waits for it. */
  private atWork = 0;
  private readonly receiving = new Set<string>();

  constructor(world: SimulatedWorld, scenario: Scenario) {
    this.world = world;
    this.scenario = scenario;
  }

  async play(): Promise<void> {
    const calmAt = this.world.now() + faultySpan;
    this.begin(this.drive());
    let stuck = 0;
    while (this.world.now() < calmAt + calmSpan) {
      await this.turn();
      const next = this.world.nextDue() ?? Number.POSITIVE_INFINITY;
      const unfinished = this.atWork > 0 || this.world.waiting("dead") > 0;
      if (!Number.isFinite(next) && !unfinished) return this.world.calm();
      if (next >= calmAt || this.world.now() >= calmAt) this.world.calm();
      // What is due may wait for a receive that takes time itself: then ever longer steps lead out of it.
      stuck = next > this.world.now() && Number.isFinite(next) ? 0 : stuck + 1;
      await this.world.advanceTo(stuck === 0 ? next : this.world.now() + 2 ** Math.min(stuck, 16));
    }
    this.world.calm();
  }

  /** The users of the API. */
  private async drive(): Promise<void> {
    const machine = await this.deploy(JSON.stringify(this.scenario.definition));
    // A client that gives up after three tries may have started it all the same.
    const request = {
      machine,
      input: JSON.stringify(this.scenario.input),
      name: "run",
      invocationId: "one-invocation",
    };
    const started = await this.insist<Started>(3, ({ engine }) => startExecution(engine, request));
    this.acknowledged = started?.kind === "started";
    if (this.scenario.stopAfter === undefined) return;
    await new Promise<void>((resolve) => {
      this.world.clock.at(this.world.now() + (this.scenario.stopAfter ?? 0), resolve);
    });
    const why = { error: "Stopped" };
    await this.insist(3, ({ engine }) => stopExecution(engine, this.id, why, "stop-invocation"));
  }

  private async deploy(definition: string): Promise<MachineRecord> {
    const definitionHash = await this.insist(1_000, ({ engine }) => saveDefinition(engine, definition));
    if (definitionHash === undefined) throw new Error("the definition could not be stored in 1,000 tries");
    const roleArn = "arn:aws:iam::123456789012:role/test";
    const fixed = { type: "STANDARD", createdAt: 0, revisionId: "1", settings: "{}" } as const;
    return { ...tenant, name: "machine", definitionHash, roleArn, ...fixed };
  }

  /** As a client's SDK does: the same call again, until it is answered or given up. */
  private async insist<T>(tries: number, call: (process: Process) => Promise<T>): Promise<T | undefined> {
    for (let attempt = 0; attempt < tries; attempt++) {
      try {
        return await call(this.open());
      } catch (error) {
        this.note(error);
      }
    }
    return undefined;
  }

  private open(): Process {
    const worker = this.world.worker();
    return { worker, engine: createEngine(worker, engineOptions) };
  }

  private note(error: unknown): void {
    if (!(error instanceof Crash) && !(error instanceof Outage)) this.surprises.push(error);
  }

  /** Everything that can be received now is taken up. */
  private async turn(): Promise<void> {
    this.processes = this.processes.filter(({ worker }) => !worker.dead);
    while (this.processes.length < 2) this.processes.push(this.open());
    for (const process of this.processes) {
      const { worker, engine } = process;
      for (const lane of ["flow", "tasks"] as const) {
        this.takeUp(process, lane, worker.inbox, (delivery) => handle(engine, delivery));
      }
      this.takeUp(process, "dead", worker.deadLetters, (delivery) => handleDeadLetter(engine, delivery));
      for (const shard of this.world.shardsDue()) {
        this.once(`${this.processes.indexOf(process)} sweep ${shard}`, async () => void (await sweep(engine, shard)));
      }
    }
    await this.world.settle();
  }

  private takeUp(
    process: Process,
    box: "flow" | "tasks" | "dead",
    inbox: Inbox,
    work: (delivery: Delivery) => Promise<Verdict>,
  ): void {
    if (this.world.waiting(box) === 0) return;
    this.once(`${this.processes.indexOf(process)} ${box}`, async () => {
      const received = await inbox.receive(box === "dead" ? "flow" : box, 10);
      for (const delivery of received) this.begin(this.workOff(process, inbox, delivery, work));
    });
  }

  /** One at a time of each kind. */
  private once(kind: string, work: () => Promise<void>): void {
    if (this.receiving.has(kind)) return;
    this.receiving.add(kind);
    this.begin(work().finally(() => this.receiving.delete(kind)));
  }

  private async workOff(
    { worker }: Process,
    inbox: Inbox,
    delivery: Delivery,
    work: (delivery: Delivery) => Promise<Verdict>,
  ): Promise<void> {
    const verdict = await work(delivery);
    if (worker.dead) return;
    if (verdict.kind === "done") await inbox.done([delivery.receipt]);
    else await inbox.later(delivery.receipt, verdict.at);
  }

  private begin(work: Promise<unknown>): void {
    this.atWork++;
    work
      .catch((error: unknown) => this.note(error))
      .finally(() => {
        this.atWork--;
      });
  }
}
