/**
 * Traces: what an execution did as spans of one trace, told when it has ended, to whoever collects them. The ids
 * follow from the execution's name and the claims in its log, so that a call can say which attempt it belongs to
 * long before that attempt's span is told, and a span that is told twice is the same one. Nothing depends on it.
 */
import { attemptSpan, type SpanKey, type StepSpan, spansOf } from "../asl/history/spans.ts";
import type { SegmentEvents } from "../asl/history.ts";
import type { Instant, Outcome } from "../asl/position.ts";
import type { Engine } from "./engine.ts";
import { eventsOf, readSegments } from "./history.ts";
import { executionArn, executionName, hashOf, machineArn } from "./identity.ts";
import type { SegmentKey } from "./ports.ts";
import type { Header, Segment } from "./segment.ts";
import type { Span } from "./watch-port.ts";

/** An execution with more events than this is told by its own span alone: no trace is looked at state by state then. */
const mostEvents = 50_000;

/** Of which execution the spans are. */
export interface Traced {
  readonly arn: string;
  readonly stateMachineArn: string;
  /** When it was started first. */
  readonly startedAt: Instant;
  /** The trace that its start belonged to, as X-Ray writes it. */
  readonly traceHeader?: string | undefined;
  readonly epoch: number;
}

export interface Run {
  readonly startedAt: Instant;
  readonly stoppedAt: Instant;
  readonly outcome: Outcome;
  readonly segments: readonly SegmentEvents[];
}

export function tracedOf({ id, startedAt, traceHeader, epoch }: Header): Traced {
  const { machine, ...tenant } = executionName(id);
  return { arn: executionArn(id), stateMachineArn: machineArn(tenant, machine), startedAt, traceHeader, epoch };
}

/** What a call says that it belongs to: the attempt's span where spans are told, else what the start belonged to. */
export function traceOfCall(
  { world }: Engine,
  traced: () => Traced,
  { branch, seq }: Pick<SegmentKey, "branch" | "seq">,
  given: string | undefined,
): string | undefined {
  if (world.traces === undefined) return given;
  const own = traced();
  const { traceId, sampled } = traceOf(own);
  const parent = spanId(own, attemptSpan(branch, seq));
  return `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${parent};Sampled=${sampled ? 1 : 0}`;
}

/** Read from its log, once it has ended. */
export async function tellTrace(engine: Engine, header: Header, end: Segment): Promise<void> {
  const { doing } = end.position;
  if (engine.world.traces === undefined || doing.kind !== "ended") return;
  const traced = tracedOf(header);
  if (!traceOf(traced).sampled) return;
  const isLong = end.position.events > mostEvents;
  const segments = isLong ? [] : (await readSegments(engine, header.id)).map(eventsOf);
  const startedAt = header.redriveTime ?? header.startedAt;
  await writeTrace(engine, traced, { startedAt, stoppedAt: end.now, outcome: doing.outcome, segments });
}

export async function writeTrace({ world }: Engine, traced: Traced, run: Run): Promise<void> {
  if (!traceOf(traced).sampled) return;
  const told = run.segments.length > mostEvents ? [] : run.segments;
  const steps = spansOf(told, traced.epoch).map((step) => stepSpan(traced, step));
  await world.traces?.write([executionSpan(traced, run), ...steps]);
}

interface Trace {
  readonly traceId: string;
  readonly parent?: string;
  readonly sampled: boolean;
}

/** A trace of its own has X-Ray's form as well: it begins with the time. */
function traceOf({ arn, startedAt, traceHeader = "" }: Traced): Trace {
  const root = /(?:^|;)\s*Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:;|$)/.exec(traceHeader);
  const sampled = !/(?:^|;)\s*Sampled=0(?:;|$)/.test(traceHeader);
  if (!root) {
    const seconds = Math.floor(startedAt / 1_000)
      .toString(16)
      .padStart(8, "0");
    return { traceId: seconds + hashOf(`trace ${arn} ${startedAt}`).slice(0, 24), sampled };
  }
  const parent = /(?:^|;)\s*Parent=([0-9a-f]{16})(?:;|$)/.exec(traceHeader)?.[1];
  return { traceId: `${root[1]}${root[2]}`, ...(parent !== undefined && { parent }), sampled };
}

/** An execution's name may come again after months: its time tells the two apart. */
function spanId({ arn, startedAt, epoch }: Traced, key: SpanKey): string {
  return hashOf(`span ${arn} ${startedAt} ${epoch} ${key}`).slice(0, 16);
}

/** No step has this key. */
const wholeExecution: SpanKey = "";

function executionSpan(traced: Traced, { startedAt, stoppedAt, outcome }: Run): Span {
  const { arn, stateMachineArn, epoch } = traced;
  const { traceId, parent } = traceOf(traced);
  return {
    traceId,
    spanId: spanId(traced, wholeExecution),
    ...(parent !== undefined && { parentSpanId: parent }),
    name: stateMachineArn.slice(stateMachineArn.lastIndexOf(":") + 1),
    kind: "server",
    startedAt,
    endedAt: stoppedAt,
    attributes: {
      "aws.step_functions.state_machine.arn": stateMachineArn,
      "aws.step_functions.execution.arn": arn,
      "aws.step_functions.execution.status": outcome.status,
      ...(epoch > 0 && { "aws.step_functions.execution.redrive_count": epoch }),
    },
    ...(outcome.status !== "SUCCEEDED" && {
      failure: { error: outcome.failure.error ?? outcome.status, ...causeOf(outcome.failure) },
    }),
  };
}

function stepSpan(traced: Traced, step: StepSpan): Span {
  const { kind, state, type, resource, number, error } = step;
  return {
    traceId: traceOf(traced).traceId,
    spanId: spanId(traced, step.key),
    parentSpanId: spanId(traced, step.parent ?? wholeExecution),
    name: kind === "state" ? state : `${resource ?? type} #${number}`,
    kind: resource === undefined ? "internal" : "client",
    startedAt: step.startedAt,
    endedAt: step.endedAt,
    attributes: {
      "aws.step_functions.state.name": state,
      "aws.step_functions.state.type": type,
      ...(number !== undefined && { "aws.step_functions.state.attempt": number }),
      ...(resource !== undefined && { "aws.step_functions.task.resource": resource }),
    },
    ...(error !== undefined && { failure: { error, ...causeOf(step) } }),
  };
}

/** Causes may be long, and collectors do not take everything. */
const longestCause = 1_000;

function causeOf({ cause }: { readonly cause?: string }): { cause?: string } {
  return cause === undefined ? {} : { cause: cause.slice(0, longestCause) };
}
