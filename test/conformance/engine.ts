/**
 * Runs a recorded case through the production engine in the simulated world: StartExecution, the messages
 * of both lanes, the recorded answers of tasks, callbacks and activity workers, on a virtual clock.
 */
import { type SimulatedWorld, simulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { writeJson } from "../../lib/asl/json.ts";
import type { Failure, Working } from "../../lib/asl/position.ts";
import type { Responder } from "../../lib/asl/simulate.ts";
import type { Signal } from "../../lib/asl/transition.ts";
import { handle } from "../../lib/engine/advance.ts";
import { answerOpenClaim } from "../../lib/engine/answer.ts";
import { answerTask } from "../../lib/engine/callback.ts";
import { decodeSegment } from "../../lib/engine/codec.ts";
import { describeExecution } from "../../lib/engine/describe.ts";
import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import { readHistory } from "../../lib/engine/history.ts";
import { branchName, executionArn, executionName, machineArn } from "../../lib/engine/identity.ts";
import { saveDefinition } from "../../lib/engine/machines.ts";
import type { Call, CallResult, ExecutionId, Lane, SegmentKey, World } from "../../lib/engine/ports.ts";
import type { LogTarget, Segment } from "../../lib/engine/segment.ts";
import { startExecution } from "../../lib/engine/start.ts";
import { stopExecution } from "../../lib/engine/stop.ts";
import { mintToken } from "../../lib/engine/token.ts";
import { recordsIn } from "./answers.ts";
import type { ExecutionCase } from "./corpus.ts";
import { runExpressCase } from "./express.ts";
import { namesIn, responderOf } from "./interpreter.ts";
import type { Outcome } from "./verdict.ts";

/** Nobody dies here, so that no lease is ever over. */
const years = 50 * 366 * 24 * 3_600_000;

/** AWS's own quota, which the recordings were made under. */
const options = { payloadLimitBytes: 262_144, leaseMilliseconds: years };

/** After that much virtual time an execution that still runs waits for somebody who never comes. */
const patience = 40 * 24 * 3_600_000;

export async function runOnEngine(recorded: ExecutionCase): Promise<Outcome> {
  if (recorded.type === "EXPRESS") return runExpressCase(recorded);
  const stage = new Stage(recorded);
  await stage.play();
  return stage.outcome();
}

function logOf({ logging }: ExecutionCase, machine: string): LogTarget | undefined {
  if (logging === undefined || logging.level === "OFF") return undefined;
  const { level, includeExecutionData } = logging;
  return { level, includeExecutionData: includeExecutionData === true, group: "recorded", machine };
}

class Stage {
  private readonly recorded: ExecutionCase;
  private readonly respond: Responder;
  private readonly world: SimulatedWorld;
  private readonly engine: Engine;
  private id = "" as ExecutionId;
  /** How often each state was scheduled, by state and iteration. */
  private readonly schedulings = new Map<string, number>();
  private readonly activities = new Set<string>();
  private readonly thrown: unknown[] = [];

  constructor(recorded: ExecutionCase) {
    this.recorded = recorded;
    this.respond = responderOf(recorded);
    const files = recorded.s3_objects === undefined ? {} : { files: recorded.s3_objects };
    this.world = simulatedWorld({
      seed: recorded.id,
      kind: "local",
      tasks: { call: (call) => this.answer(call) },
      ...files,
    });
    this.engine = createEngine(this.attended(), options);
  }

  /** As in the embedded mode: whoever sends a message wakes the loop that takes it up. */
  private attended(): World {
    const { log, queue } = this.world;
    const waking = async <T>(sent: Promise<T>): Promise<T> => {
      const answer = await sent;
      this.begin(this.workOffAll());
      return answer;
    };
    return {
      ...this.world,
      log: { ...log, commit: (segment, messages, consumed) => waking(log.commit(segment, messages, consumed)) },
      queue: { ...queue, send: (messages) => waking(queue.send(messages)) },
    };
  }

  async play(): Promise<void> {
    const { world, recorded } = this;
    await this.start();
    const { stop_execution: stop } = recorded;
    // The recordings do not say when; the execution was stopped while it was at work.
    if (stop !== undefined) world.clock.at(world.now() + 1, () => this.begin(this.stop(stop)));
    const end = world.now() + patience;
    while (world.now() < end) {
      await this.turn();
      const next = world.nextDue();
      if (next === undefined) break;
      await world.advanceTo(next);
    }
    if (this.thrown.length > 0) throw this.thrown[0];
  }

  async outcome(): Promise<Outcome> {
    const described = await describeExecution(this.engine, this.id);
    if (described === undefined) throw new Error("the execution has gone");
    const { summary, output } = described;
    return {
      status: summary.status,
      ...(output === undefined ? {} : { output }),
      ...(summary.error === undefined ? {} : { error: summary.error }),
      ...(summary.cause === undefined ? {} : { cause: summary.cause }),
      history: await readHistory(this.engine, this.id),
      ...(this.recorded.logging === undefined
        ? {}
        : { logged: recordsIn(this.world.logged().map(({ text }) => text)) }),
      description: {
        executionArn: executionArn(this.id),
        name: summary.name,
        stateMachineArn: machineArn(executionName(this.id), summary.machine),
      },
    };
  }

  private async start(): Promise<void> {
    const { definitionText, inputText, type } = this.recorded;
    const { execution, roleArn } = namesIn(this.recorded);
    const definitionHash = await saveDefinition(this.engine, definitionText);
    const fixed = { createdAt: 0, revisionId: "1", settings: "{}", definitionHash, roleArn, type } as const;
    const { account, region, stateMachine } = execution;
    const machine = { account, region, name: stateMachine.name, ...fixed };
    const log = logOf(this.recorded, stateMachine.name);
    const request = { machine, input: inputText, name: execution.name, ...(log && { log }) };
    const { id } = await startExecution(this.engine, request);
    this.id = id;
  }

  private async stop(failure: Failure): Promise<void> {
    await stopExecution(this.engine, this.id, failure);
  }

  /** Everything that can happen now, one message after the other. */
  private async turn(): Promise<void> {
    for (;;) {
      await this.world.settle();
      this.serveActivities();
      if (!(await this.workOffAll())) return;
    }
  }

  private async workOffAll(): Promise<boolean> {
    let any = false;
    while ((await this.workOff("flow")) || (await this.workOff("tasks"))) any = true;
    return any;
  }

  private async workOff(lane: Lane): Promise<boolean> {
    const [delivery] = await this.world.inbox.receive(lane, 1);
    if (delivery === undefined) return false;
    const work = async (): Promise<void> => {
      const verdict = await handle(this.engine, delivery);
      if (verdict.kind === "done") await this.world.inbox.done([delivery.receipt]);
      else await this.world.inbox.later(delivery.receipt, verdict.at);
    };
    this.begin(work());
    return true;
  }

  private begin(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.thrown.push(error));
  }

  /** The worker's call: its own answer at once, what comes later by way of the claim. */
  private async answer(call: Call): Promise<CallResult> {
    if (call.claim === undefined) throw new Error(`nobody waits for ${call.idempotencyKey}`);
    const claim = this.segmentAt(call.claim);
    const mock = await this.ask(claim);
    if (mock.submitted !== undefined) {
      this.begin(this.answerLater(claim, mock));
      return { kind: "submitted", output: writeJson(mock.submitted) };
    }
    const signal = signalOf(mock, workingOf(claim));
    if (signal?.kind === "succeeded") return signal;
    const { error, cause } = signal?.kind === "failed" ? signal.failure : {};
    if (error !== undefined && cause !== undefined) return { kind: "failed", error, cause };
    // A call always has both; where the recording has not, the failure comes by way of the claim.
    this.begin(this.answerLater(claim, mock));
    return new Promise(() => undefined);
  }

  private segmentAt({ execution, branch, seq }: SegmentKey): Segment {
    const here = (one: SegmentKey): boolean => one.execution === execution && one.branch === branch && one.seq === seq;
    const found = this.world.segments().find(here);
    if (found === undefined) throw new Error(`there is no segment ${execution}${branch}#${seq}`);
    return decodeSegment(found);
  }

  private ask(claim: Segment): ReturnType<Responder> {
    const { state } = claim.position;
    const iteration = this.iterationOf(claim);
    const key = JSON.stringify([state, iteration]);
    const scheduling = this.schedulings.get(key) ?? 0;
    this.schedulings.set(key, scheduling + 1);
    const taskToken = mintToken(this.engine, claim, claim.now);
    return this.respond({
      ...workingOf(claim).call,
      state,
      scheduling,
      schedulingOfAll: scheduling,
      iteration,
      taskToken,
    });
  }

  /** The Map states around a branch, innermost first. */
  private iterationOf({ execution, branch, position: { scope } }: Segment): readonly (readonly [string, number])[] {
    const name = branchName(branch);
    if (name === undefined || scope === undefined) return [];
    const outer = this.iterationOf(this.segmentAt({ execution, branch: name.parent, seq: name.forkSeq }));
    return scope.kind === "Map" ? [[scope.state, scope.index], ...outer] : outer;
  }

  /** What reaches the claim from outside, after all that can happen before it. */
  private async answerLater(claim: Segment, mock: Awaited<ReturnType<Responder>>): Promise<void> {
    await this.world.settle();
    const { pattern } = workingOf(claim).call;
    if (pattern === "activity") {
      const { workerName } = mock;
      await this.tell(claim, workerName === undefined ? { kind: "started" } : { kind: "started", workerName });
    }
    const signal = signalOf(mock, workingOf(claim));
    if (signal === undefined) return;
    if (pattern === "token" && (signal.kind === "succeeded" || signal.kind === "failed")) {
      await answerTask(this.engine, mintToken(this.engine, claim, claim.now), signal);
    } else {
      await this.tell(claim, signal);
    }
  }

  private async tell(claim: SegmentKey, signal: Signal): Promise<void> {
    await answerOpenClaim(this.engine, claim, signal, `recorded:${claim.seq}`);
  }

  /** Whoever polls for activity tasks takes each once. */
  private serveActivities(): void {
    for (const record of this.world.segments()) {
      const key = `${record.branch}#${record.seq}`;
      if (this.activities.has(key) || !record.body.includes('"activity"')) continue;
      this.activities.add(key);
      const segment = decodeSegment(record);
      const { doing } = segment.position;
      if (doing.kind !== "working" || doing.call.pattern !== "activity" || doing.claim !== segment.seq) continue;
      this.begin(Promise.resolve(this.ask(segment)).then((mock) => this.answerLater(segment, mock)));
    }
  }
}

function workingOf({ branch, seq, position: { doing } }: Segment): Working {
  if (doing.kind !== "working") throw new Error(`segment ${branch}#${seq} claims nothing`);
  return doing;
}

/** `undefined`: nobody says anything, so that the attempt's own time ends it, if it has any. */
function signalOf(mock: Awaited<ReturnType<Responder>>, { call }: Working): Signal | undefined {
  if ("result" in mock) return { kind: "succeeded", output: writeJson(mock.result) };
  if ("unresolved" in mock) return undefined;
  if ("timeout" in mock && mock.timeout) {
    const isTimed = call.timeoutSeconds !== undefined || call.heartbeatSeconds !== undefined;
    return isTimed ? undefined : { kind: "timed-out", by: "timeout" };
  }
  const { error, cause } = mock;
  const failure = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
  return { kind: "failed", failure };
}
