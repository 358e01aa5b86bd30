/**
 * A whole execution in memory and in virtual time: the same step as everywhere, mocked tasks, a clock that
 * jumps to whatever happens next. A month of waiting takes no time; the same seed gives the same history.
 */
import type { Definition } from "./definition.ts";
import { type AwsHistoryEvent, mergeHistory, type SegmentEvents } from "./history.ts";
import type { JsonText } from "./json.ts";
import { appointSignal, isRunning } from "./memory/run.ts";
import { statesArn } from "./partition.ts";
import type { Failure, Instant, Position } from "./position.ts";
import { type MockedAttempt, type Responder, respondFrom, type TaskMocks } from "./simulate/mocks.ts";
import { prepare, run } from "./simulate/run.ts";
import type { Simulation, WrittenObject } from "./simulate/world.ts";
import type { ExecutionContext } from "./transition.ts";

export { type MockConfig, mocksFromConfig, type Responder, respondFrom, type TaskMocks } from "./simulate/mocks.ts";

export interface SimulateOptions {
  /** What tasks answer: outcomes by state, or a function. */
  readonly tasks?: TaskMocks | Responder;
  /** When the execution starts. */
  readonly clock?: Instant;
  readonly seed?: string;
  readonly execution?: Partial<Omit<ExecutionContext, "input" | "startTime">>;
  /** Somebody stops the execution after so many milliseconds; if `idle`, once nothing else can happen. */
  readonly stop?: { readonly after: number | "idle"; readonly failure: Failure };
  /** The files that an ItemReader finds, by bucket and key: texts, or bytes (GZIP). */
  readonly objects?: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>;
  /** A machine that loops for ever ends here, with an error. */
  readonly transitionLimit?: number;
  /** `false`: nothing is kept of the way, only the result, so that long ways take no memory. */
  readonly keepHistory?: boolean;
}

export interface Simulated {
  /** RUNNING: it waits for an answer that nobody will give. */
  readonly status: "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "RUNNING";
  readonly output?: JsonText;
  readonly failure?: Failure;
  readonly startedAt: Instant;
  /** When the last thing happened, in virtual time. */
  readonly stoppedAt: Instant;
  readonly transitions: number;
  /** Numbered, with timestamps; made when asked for. Empty if it was not to be kept. */
  readonly history: () => readonly AwsHistoryEvent[];
  readonly segments: readonly SegmentEvents[];
  /** The files that a ResultWriter wrote. */
  readonly written: readonly WrittenObject[];
}

/** Long before a runaway machine fills the memory. */
const transitionLimit = 1_000_000;

/** An arbitrary day, always the same one. */
const someDay = Date.UTC(2025, 0, 1);

export async function simulate(
  definition: Definition,
  input: JsonText,
  options: SimulateOptions = {},
): Promise<Simulated> {
  const startedAt = options.clock ?? someDay;
  const simulation = prepare(
    {
      respond: responder(options.tasks),
      objects: options.objects ?? {},
      seed: options.seed ?? "",
      transitionLimit: options.transitionLimit ?? transitionLimit,
      keepsHistory: options.keepHistory ?? true,
    },
    { definition, execution: executionContext(input, startedAt, options), log: [] },
    startedAt,
  );
  if (options.stop !== undefined) appointStop(simulation, startedAt, options.stop);
  await run(simulation);
  return resultOf(simulation, startedAt);
}

function appointStop(
  simulation: Simulation,
  startedAt: Instant,
  { after, failure }: NonNullable<SimulateOptions["stop"]>,
): void {
  const at = after === "idle" ? Number.POSITIVE_INFINITY : startedAt + after;
  const { root } = simulation;
  appointSignal(simulation, at, root, { kind: "stopped", failure }, () => isRunning(root));
}

function responder(tasks: SimulateOptions["tasks"]): Responder {
  return typeof tasks === "function" ? tasks : respondFrom(tasks ?? {});
}

function executionContext(input: JsonText, startTime: Instant, options: SimulateOptions): ExecutionContext {
  const region = options.execution?.region ?? "us-east-1";
  const account = options.execution?.account ?? "123456789012";
  return {
    id: statesArn({ region, account }, "execution:simulated:simulated"),
    name: "simulated",
    roleArn: `arn:aws:iam::${account}:role/simulated`,
    redriveCount: 0,
    stateMachine: { id: statesArn({ region, account }, "stateMachine:simulated"), name: "simulated" },
    region,
    account,
    payloadLimitBytes: 262_144,
    ...options.execution,
    startTime,
    input,
  };
}

function resultOf(simulation: Simulation, startedAt: Instant): Simulated {
  const { root, transitions } = simulation;
  const segments = root.home.log;
  const { doing } = root.position;
  const stoppedAt = segments.at(-1)?.now ?? simulation.now;
  const isOver = doing.kind === "ended";
  return {
    ...resultIn(doing),
    startedAt,
    stoppedAt,
    transitions,
    segments,
    written: simulation.written,
    history: () => mergeHistory(segments, isOver ? undefined : simulation.now),
  };
}

function resultIn(doing: Position["doing"]): Pick<Simulated, "status" | "output" | "failure"> {
  if (doing.kind !== "ended") return { status: "RUNNING" };
  const { outcome } = doing;
  const { status } = outcome;
  return status === "SUCCEEDED" ? { status, output: outcome.output } : { status, failure: outcome.failure };
}

export type { MockedAttempt };
