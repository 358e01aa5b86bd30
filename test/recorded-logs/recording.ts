/**
 * Executions recorded call by call: everything that an engine wrote to its stores, and at several stages the
 * messages that were in flight. A later build has to fold such a log to the same positions, show the same
 * history, and take every stage up to the same end. No faults here: those are the simulation's.
 */
import { fnv } from "../../lib/adapters/simulated/prng.ts";
import { HORIZON } from "../../lib/adapters/simulated/worker.ts";
import { type SimulatedWorld, simulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { handle } from "../../lib/engine/advance.ts";
import { answerTask } from "../../lib/engine/callback.ts";
import { decodeSegment } from "../../lib/engine/codec.ts";
import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import { readHistory } from "../../lib/engine/history.ts";
import { hashOf } from "../../lib/engine/identity.ts";
import { saveDefinition } from "../../lib/engine/machines.ts";
import type { Call, CallResult, Delivery, ExecutionId, Lane, Message, World } from "../../lib/engine/ports.ts";
import { redriveExecution } from "../../lib/engine/redrive.ts";
import { startExecution } from "../../lib/engine/start.ts";
import { mintToken } from "../../lib/engine/token.ts";

/** What is recorded. Its tasks answer by what they are given, so that a later build is told the same. */
export interface Subject {
  readonly name: string;
  readonly kind: "remote" | "local";
  readonly definition: string;
  /** JSON text. */
  readonly input: string;
  /** One call in so many fails; 0: none. */
  readonly failing: number;
}

/** A write to a store: the port, its method, and what it was given. */
type Write = readonly [port: string, method: string, args: readonly unknown[]];

export interface Stage {
  /** How many of the writes had been made. */
  readonly writes: number;
  readonly now: number;
  readonly inFlight: readonly Message[];
}

export interface End {
  readonly summary: unknown;
  readonly history: unknown;
}

export interface Recording {
  readonly subject: Subject;
  readonly writes: readonly Write[];
  readonly stages: readonly Stage[];
  readonly end: End;
}

const tenant = { account: "123456789012", region: "eu-central-1" };
const id = `${tenant.account}/${tenant.region}/machine/run` as ExecutionId;
const noon = Date.UTC(2026, 0, 15, 12);
const stagesEach = 4;

export async function record(subject: Subject): Promise<Recording> {
  const whole = await started(subject, Number.POSITIVE_INFINITY); // only to count
  const recorder = await started(subject, Math.max(1, Math.floor(whole.handled / (stagesEach + 1))));
  const { writes, stages } = recorder;
  return { subject, writes, stages: stages.slice(0, stagesEach), end: await recorder.end() };
}

/** The stores as they were after so many writes, in a world of this build. */
export async function restored({ subject, writes }: Recording, stage: Stage): Promise<Recorder> {
  const recorder = new Recorder(subject, stage.now);
  const { world } = recorder;
  for (const [port, method, args] of writes.slice(0, stage.writes)) {
    // The names were written by `Recorder`, of ports and methods that never lose their meaning.
    const ports = world as unknown as Record<string, Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
    await ports[port]?.[method]?.(...args);
  }
  for (const message of stage.inFlight) {
    const { notBefore = 0 } = message;
    if (notBefore > stage.now + HORIZON) await world.timers.set({ ...message, notBefore }, hashOf(message.body));
    else await world.queue.send([message]);
  }
  return recorder;
}

async function started(subject: Subject, every: number): Promise<Recorder> {
  const recorder = new Recorder(subject, noon, every);
  const { engine } = recorder;
  const definitionHash = await saveDefinition(engine, subject.definition);
  const fixed = { type: "STANDARD", createdAt: 0, revisionId: "1", settings: "{}", roleArn: "role" } as const;
  const machine = { ...tenant, name: "machine", definitionHash, ...fixed };
  await startExecution(engine, { machine, input: subject.input, name: "run", invocationId: "recorded" });
  await recorder.play();
  return recorder;
}

/** Who waits for the outside is answered when nothing else happens for so long. */
const longestPatience = 20_000;

/** More messages than that are no example any more. */
const mostHandled = 5_000;

export class Recorder {
  readonly world: SimulatedWorld;
  readonly engine: Engine;
  readonly writes: Write[] = [];
  readonly stages: Stage[] = [];
  handled = 0;
  private inFlight: Message[] = [];
  private readonly every: number;

  /** `every`: a stage after so many messages. */
  constructor(subject: Subject, now: number, every = Number.POSITIVE_INFINITY) {
    const { kind, name } = subject;
    this.every = every;
    this.world = simulatedWorld({
      seed: name,
      kind,
      start: now,
      tasks: { call: async (call) => answer(subject, call) },
    });
    this.engine = createEngine(this.watched());
  }

  /** Until nothing is left to do; what failed is redriven once, before timers of another month make that impossible. */
  async play(): Promise<void> {
    const { world } = this;
    for (;;) {
      for (const lane of ["flow", "tasks"] as const) await this.workOff(lane);
      for (const shard of world.shardsDue()) await world.timers.sweep(shard, world.now() + HORIZON);
      if (this.handled > mostHandled) throw new Error(`more than ${mostHandled} messages`);
      const next = world.nextDue() ?? Number.POSITIVE_INFINITY;
      if (next > world.now() + longestPatience && ((await this.answerTokens()) || (await this.redrive()))) continue;
      if (!Number.isFinite(next)) break;
      await world.advanceTo(next);
    }
  }

  async end(): Promise<End> {
    const history = await readHistory(this.engine, id);
    return JSON.parse(JSON.stringify({ summary: await this.world.executions.find(id), history }));
  }

  private async workOff(lane: Lane): Promise<void> {
    for (const delivery of await this.world.inbox.receive(lane, 10)) {
      const verdict = await handle(this.engine, delivery);
      const message = this.taken(delivery);
      if (verdict.kind === "done") await this.world.inbox.done([delivery.receipt]);
      else {
        this.inFlight.push({ ...message, notBefore: verdict.at });
        await this.world.inbox.later(delivery.receipt, verdict.at);
      }
      this.handled += 1;
      if (this.handled % this.every === 0) {
        this.stages.push({ writes: this.writes.length, now: this.world.now(), inFlight: [...this.inFlight] });
      }
    }
  }

  /** In flight each has its moment: it is looked at later. */
  private sent(messages: readonly Message[]): void {
    for (const { delayMilliseconds, ...message } of messages) {
      const due = delayMilliseconds === undefined ? {} : { notBefore: this.world.now() + delayMilliseconds };
      this.inFlight.push({ ...message, ...due });
    }
  }

  private taken({ body }: Delivery): Message {
    const at = this.inFlight.findIndex((message) => message.body === body);
    const [message] = at < 0 ? [] : this.inFlight.splice(at, 1);
    return message ?? { lane: "flow", group: "", body };
  }

  private async redrive(): Promise<boolean> {
    const summary = await this.world.executions.find(id);
    if (summary?.redrives) return false;
    return (await redriveExecution(this.engine, id, { clientToken: "once" })).kind === "redriven";
  }

  private async answerTokens(): Promise<boolean> {
    const { engine, world } = this;
    const heads = new Map(world.segments().map((segment) => [segment.branch, decodeSegment(segment)]));
    let answered = false;
    for (const { branch, position } of heads.values()) {
      if (position.doing.kind !== "working" || !position.doing.submitted) continue;
      const token = mintToken(engine, { execution: id, branch, seq: position.doing.claim }, world.now());
      await answerTask(engine, token, { kind: "succeeded", output: '{"answered":true}' }, `answer ${branch}`);
      answered = true;
    }
    return answered;
  }

  /** The world, and what is written to it is noted down. */
  private watched(): World {
    const { world } = this;
    const note = (port: string, method: string, ...args: readonly unknown[]): void => {
      this.writes.push(JSON.parse(JSON.stringify([port, method, args])));
    };
    const { log, executions, joins, blobs, queue, timers } = world;
    const watch = <T extends object>(name: string, port: T, methods: readonly (keyof T & string)[]): T => {
      const watching: T = Object.create(port);
      for (const method of methods) {
        const real = port[method] as (...args: readonly unknown[]) => unknown;
        Object.assign(watching, {
          [method]: (...args: readonly unknown[]) => {
            note(name, method, ...args);
            return real(...args);
          },
        });
      }
      return watching;
    };
    const own = {
      log: Object.assign(watch("log", log, ["append"]), {
        commit: async (...[segment, messages, consumed]: Parameters<World["log"]["commit"]>) => {
          const answer = await log.commit(segment, messages, consumed);
          if (answer.kind === "taken") return answer;
          note("log", "append", segment);
          this.sent(messages);
          return answer;
        },
      }),
      executions: watch("executions", executions, ["start", "finish", "stop", "redrive"]),
      joins: watch("joins", joins, ["stage", "report", "close"]),
      blobs: watch("blobs", blobs, ["put"]),
      queue: Object.assign(Object.create(queue), {
        send: (messages: readonly Message[]) => {
          this.sent(messages);
          return queue.send(messages);
        },
      }),
      timers: Object.assign(Object.create(timers), {
        set: (...[message, name]: Parameters<World["timers"]["set"]>) => {
          this.inFlight.push(message);
          return timers.set(message, name);
        },
      }),
    };
    return Object.assign(Object.create(world), own);
  }
}

function answer({ failing }: Subject, { resource, arguments: given }: Call): CallResult {
  if (resource.endsWith(".waitForTaskToken") || resource.endsWith(".sync")) return { kind: "submitted", output: "{}" };
  const fails = failing > 0 && fnv(given, 1) % failing === 0;
  return fails ? { kind: "failed", error: "Broken", cause: "it is broken" } : { kind: "succeeded", output: given };
}
