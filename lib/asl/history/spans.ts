/**
 * A history told as spans: how long each state took, and within it each attempt of what it did. It reads the
 * events branch by branch as they were written, unnumbered, so that whoever makes an attempt's call can name
 * its span before the history is told. What a span is called on the wire is not decided here.
 */
import type { EventDetails, HistoryEvent } from "../event.ts";
import type { Failure, Instant, StateName } from "../position.ts";
import type { SegmentEvents } from "./threads.ts";

/** Unique among the spans of one epoch of an execution. */
export type SpanKey = string;

export interface StepSpan {
  readonly kind: "state" | "attempt";
  readonly key: SpanKey;
  /** Absent: the execution itself. */
  readonly parent?: SpanKey;
  readonly state: StateName;
  /** `Task`, `Map` …, as in the definition. */
  readonly type: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** Of an attempt: what it called, `lambda:invoke` or an ARN; absent for Map and Parallel. */
  readonly resource?: string;
  /** Of an attempt: 1 for the first of its visit. */
  readonly number?: number;
  readonly error?: string;
  readonly cause?: string;
}

/** The attempt that this segment claimed: a call, or a fork, beneath which the states of its branches stand. */
export function attemptSpan(branch: string, claim: number): SpanKey {
  return `${branch}#${claim}`;
}

/** Of that epoch, in no order. What is still open ends with its branch. */
export function spansOf(segments: Iterable<SegmentEvents>, epoch = 0): readonly StepSpan[] {
  const branches = new Map<string, SegmentEvents[]>();
  for (const segment of segments) {
    const found = branches.get(segment.branch);
    if (found) found.push(segment);
    else branches.set(segment.branch, [segment]);
  }
  return [...branches.values()].flatMap((own) => spansOfBranch(own, epoch));
}

/** Where the history does not say which: the branch that failed does. */
const unknownFailure = { error: "States.TaskFailed" };

type Open = { -readonly [Member in keyof StepSpan]: StepSpan[Member] };

interface Strand {
  readonly parent: { readonly parent: SpanKey } | undefined;
  readonly told: Open[];
  visit: Open | undefined;
  attempt: Open | undefined;
  attempts: number;
  /** The latest, of a state that is not left yet. */
  failure: Failure | undefined;
  /** The state that was entered last: a redrive goes on in it without entering it again. */
  state: Pick<StepSpan, "state" | "type">;
}

/** Where an event stands. */
interface Place {
  readonly segment: SegmentEvents;
  readonly index: number;
  readonly at: Instant;
}

function spansOfBranch(segments: readonly SegmentEvents[], epoch: number): readonly StepSpan[] {
  const own = segments.toSorted((a, b) => a.seq - b.seq);
  const name = own[0]?.branch ?? "";
  const parent = /^(.*)\/(\d+)\.\d+$/.exec(name);
  const strand: Strand = {
    parent: parent ? { parent: attemptSpan(parent[1] ?? "", Number(parent[2])) } : undefined,
    told: [],
    visit: undefined,
    attempt: undefined,
    attempts: 0,
    failure: undefined,
    state: { state: "", type: "" },
  };
  let last: Instant = 0;
  for (const segment of own) {
    const concerns = (segment.epoch ?? 0) === epoch;
    for (const [index, event] of segment.events.entries()) {
      last = event.at ?? segment.now;
      tell(strand, event, { segment, index, at: last });
    }
    if (concerns && segment.reopens !== undefined && !strand.attempt) {
      begin(strand, segment.now, segment.branch, segment.reopens);
    }
    if (!concerns) forget(strand);
  }
  breakOff(strand, last);
  return strand.told;
}

/** What an earlier epoch did was told at its end. */
function forget(strand: Strand): void {
  strand.told.length = 0;
  strand.visit = undefined;
  strand.attempt = undefined;
  strand.failure = undefined;
}

type Teller = (strand: Strand, event: HistoryEvent, place: Place, match: RegExpExecArray) => void;

const tellers: readonly (readonly [type: RegExp, teller: Teller])[] = [
  [/^(\w+)StateEntered$/, enter],
  [/^(?:(?:Task|LambdaFunction|Activity)Scheduled|(?:Map|Parallel)StateStarted)$/, attempt],
  [/^(?:Task|LambdaFunction|Activity|MapState|ParallelState)Succeeded$/, (strand, _, { at }) => endAttempt(strand, at)],
  [/StateExited$/, (strand, _, { at }) => leave(strand, at)],
  [/^Execution(?:Failed|TimedOut|Aborted)$|StateAborted$/, cutOff],
  [/^(?:Task|LambdaFunction|Activity)\w*(?:Failed|TimedOut)$/, fail],
  [/^(?:MapState|ParallelState|MapRun|Evaluation)Failed$/, fail],
];

function tell(strand: Strand, event: HistoryEvent, place: Place): void {
  for (const [type, teller] of tellers) {
    const match = type.exec(event.type);
    if (match) {
      teller(strand, event, place, match);
      return;
    }
  }
}

function enter(strand: Strand, { details }: HistoryEvent, place: Place, [, type = ""]: RegExpExecArray): void {
  leave(strand, place.at);
  strand.state = { state: String(details?.["name"] ?? ""), type };
  open(strand, place.at, `${place.segment.branch}#${place.segment.seq}:${place.index}`);
  if (type === "Fail") strand.failure = unknownFailure;
}

function open(strand: Strand, startedAt: Instant, key: SpanKey): Open {
  const visit: Open = { kind: "state", key, ...strand.parent, ...strand.state, startedAt, endedAt: startedAt };
  strand.visit = visit;
  strand.attempts = 0;
  strand.told.push(visit);
  return visit;
}

function attempt(strand: Strand, { details }: HistoryEvent, { segment, at }: Place): void {
  // A fork that is tried again has not said that it failed before.
  endAttempt(strand, at, unknownFailure);
  begin(strand, at, segment.branch, segment.seq, details);
}

function begin(strand: Strand, at: Instant, branch: string, claim: number, details?: EventDetails): void {
  const visit = strand.visit ?? open(strand, at, `${branch}#${claim}:again`);
  strand.failure = undefined;
  strand.attempts += 1;
  const resource = [details?.["resourceType"], details?.["resource"]].filter((part) => part !== undefined).join(":");
  strand.attempt = {
    kind: "attempt",
    key: attemptSpan(branch, claim),
    parent: visit.key,
    ...strand.state,
    startedAt: at,
    endedAt: at,
    number: strand.attempts,
    ...(resource !== "" && { resource }),
  };
  strand.told.push(strand.attempt);
}

function endAttempt(strand: Strand, at: Instant, failure: Failure = {}): void {
  if (strand.attempt) Object.assign(strand.attempt, { endedAt: at }, failure);
  strand.attempt = undefined;
}

/** A state that was left has not failed, whatever was caught in it. */
function leave(strand: Strand, at: Instant): void {
  endAttempt(strand, at);
  if (strand.visit) strand.visit.endedAt = at;
  strand.visit = undefined;
  strand.failure = undefined;
}

/** It is the attempt's; of the state it becomes one if nothing follows. */
function fail(strand: Strand, { type, details }: HistoryEvent, { at }: Place): void {
  const error = type.endsWith("TimedOut") ? "States.Timeout" : unknownFailure.error;
  strand.failure = { error, ...failureIn(details) };
  endAttempt(strand, at, strand.failure);
}

/** A Wait may have been told to its end, ahead of time. */
function cutOff(strand: Strand, { type, details }: HistoryEvent, { at }: Place): void {
  const last = strand.told.at(-1);
  const open = strand.visit ?? (last && last.endedAt > at ? last : undefined);
  const failure = { ...(type.endsWith("Aborted") && { error: "States.Aborted" }), ...strand.failure };
  endAttempt(strand, at, failure);
  if (open) Object.assign(open, { endedAt: at }, failure, type.startsWith("Execution") && failureIn(details));
  strand.visit = undefined;
}

/** A branch that ended in the middle of a state failed there. */
function breakOff(strand: Strand, at: Instant): void {
  const { visit, failure } = strand;
  endAttempt(strand, at, failure);
  if (visit) Object.assign(visit, { endedAt: at }, failure);
}

function failureIn(details: EventDetails | undefined): Failure {
  const { error, cause } = details ?? {};
  return { ...(typeof error === "string" && { error }), ...(typeof cause === "string" && { cause }) };
}
