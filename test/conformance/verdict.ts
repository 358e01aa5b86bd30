/** Compares what an execution came to with what was recorded: result first, then the history. */
import type { AwsHistoryEvent } from "../../lib/asl/history.ts";
import { compareAnswers } from "./answers.ts";
import type { ExecutionCase, Json, RecordedEvent } from "./corpus.ts";
import { type Difference, Matcher } from "./match.ts";

/** An execution as any way of running it shows it: payloads as text. */
export interface Outcome {
  readonly status: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly history: readonly AwsHistoryEvent[];
  /** What went to its log, if that is known by other ways than its history. */
  readonly logged?: readonly object[];
  readonly description: {
    readonly executionArn: string;
    readonly name: string;
    readonly stateMachineArn: string;
  };
}

export function compare(recorded: ExecutionCase, actual: Outcome): readonly Difference[] {
  const matcher = new Matcher(recorded.placeholders ?? []);
  return [
    ...compareResult(recorded, actual, matcher),
    ...compareHistory(recorded, actual.history, matcher),
    ...compareAnswers(recorded, actual, matcher),
  ];
}

function compareResult({ expect }: ExecutionCase, actual: Outcome, matcher: Matcher): readonly Difference[] {
  const found: Difference[] = [];
  if (expect.status !== actual.status) found.push({ path: "status", expected: expect.status, actual: actual.status });
  if (expect.output !== undefined) {
    const output = actual.output === undefined ? undefined : JSON.parse(actual.output);
    found.push(...matcher.differences("output", expect.output, output, "plain"));
  }
  if (expect.error !== undefined) found.push(...matcher.differences("error", expect.error, actual.error, "plain"));
  if (expect.cause !== undefined) found.push(...matcher.differences("cause", expect.cause, actual.cause, "payloads"));
  return found;
}

function compareHistory(recorded: ExecutionCase, actual: readonly AwsHistoryEvent[], matcher: Matcher) {
  const { history } = recorded.expect;
  if (history === undefined) return [];
  if (recorded.history_lossy === true) {
    return asMultiset(outsideParallel(history), outsideParallel(actual.map(plain)), matcher);
  }
  if (recorded.ids_normalised === true) return asMultiset(history, lossy(actual.map(plain)), matcher);
  if (recorded.unordered) return asMultiset(withChains(history), withChains(actual.map(plain)), matcher);
  const prefix = recorded.incomplete_history === true || recorded.expect.status === "RUNNING";
  return oneByOne(sorted(history), prefix ? actual.slice(0, history.length) : actual, matcher);
}

/** Some were recorded with reverseOrder. */
function sorted(history: readonly RecordedEvent[]): readonly RecordedEvent[] {
  return [...history].sort((a, b) => Number(a.id) - Number(b.id));
}

function plain(event: AwsHistoryEvent): RecordedEvent {
  const { timestamp: _, ...rest } = event;
  // What crosses the wire is JSON.
  return JSON.parse(JSON.stringify(rest)) as RecordedEvent;
}

function oneByOne(expected: readonly RecordedEvent[], actual: readonly AwsHistoryEvent[], matcher: Matcher) {
  const found: Difference[] = [];
  for (let index = 0; index < Math.max(expected.length, actual.length); index += 1) {
    const left = expected[index];
    const right = actual[index];
    const path = `${index + 1} ${left?.type ?? right?.type}`;
    if (left === undefined || right === undefined) found.push({ path, expected: left, actual: right && plain(right) });
    else found.push(...matcher.differences(path, forgiving(left, right), plain(right), "payloads"));
  }
  return found;
}

/**
 * The service changed over time: MapStateExited of a distributed Map referred to MapRunSucceeded until
 * mid-2024, and to MapRunStarted since; the corpus says to accept both.
 */
function forgiving(expected: RecordedEvent, actual: AwsHistoryEvent): RecordedEvent {
  if (expected.type !== "MapStateExited" || actual.type !== "MapStateExited") return expected;
  const earlier = expected.previousEventId === Number(expected.id) - 2;
  return earlier && actual.previousEventId === actual.id - 3
    ? { ...expected, previousEventId: actual.previousEventId }
    : expected;
}

type Unnumbered = { readonly [key: string]: Json };

function asMultiset(expected: readonly Unnumbered[], actual: readonly Unnumbered[], matcher: Matcher) {
  const left = [...actual].map(unnumbered);
  const found: Difference[] = [];
  for (const event of expected.map(unnumbered)) {
    const at = left.findIndex((one) => matcher.matches(event, one, "payloads"));
    if (at >= 0) left.splice(at, 1);
    else found.push({ path: `missing ${event["type"]}`, expected: event, actual: undefined });
  }
  return [...found, ...left.map((one) => ({ path: `too many ${one["type"]}`, expected: undefined, actual: one }))];
}

function unnumbered(event: Unnumbered): Unnumbered {
  const { id: _, previousEventId: __, ...rest } = event;
  return rest;
}

/** Per branch the order counts: each event carries the types of the events it follows from. */
function withChains(history: readonly RecordedEvent[]): readonly Unnumbered[] {
  const byId = new Map(history.map((event) => [Number(event.id), event]));
  const chain = (id: number): string => {
    const event = byId.get(id);
    return event === undefined ? "" : `${chain(event.previousEventId)} ${event.type}`;
  };
  return history.map((event) => ({ ...event, chain: chain(event.previousEventId) }));
}

/** The tool that recorded these lost the event right before ParallelStateExited. */
function lossy(history: readonly RecordedEvent[]): readonly RecordedEvent[] {
  return history.filter((event) => event.type !== "ParallelStateSucceeded" && event.type !== "ParallelStateFailed");
}

function outsideParallel(history: readonly RecordedEvent[]): readonly RecordedEvent[] {
  const first = history.findIndex((event) => event.type === "ParallelStateEntered");
  const last = history.findLastIndex((event) => event.type === "ParallelStateExited");
  return history.filter((_, index) => index < first || index > last);
}
