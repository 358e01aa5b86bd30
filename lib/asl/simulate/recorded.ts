/**
 * What tasks answered in runs that were recorded, for a simulation of another definition: whoever makes the same call
 * gets the answer it had. Nothing is called, and what was never asked is never answered.
 */

import { detailsOf, type Inside, type Attempt as SeenAttempt, visitsOf } from "../history/visits.ts";
import type { AwsHistoryEvent } from "../history.ts";
import { entriesOf, isArray, isObject, type JsonText, objectOf, parseJson, type Value, writeJson } from "../json.ts";
import type { Attempt, MockedAttempt, Responder } from "./mocks.ts";

export interface RecordedCall {
  readonly state: string;
  /** As the history names it: a function's or an activity's ARN, or `lambda:invoke`. */
  readonly resource: string;
  readonly arguments: JsonText;
  /** Innermost first; of a Map Run's child only what is within it. */
  readonly iteration: Attempt["iteration"];
  readonly answer: MockedAttempt;
}

/** A call of the simulation; in its arguments `*` stands for the task token, which is another one each time. */
export interface AskedCall extends Pick<RecordedCall, "state" | "resource" | "arguments"> {
  /** The call whose answer it had; undefined: it was never asked. */
  readonly recorded?: RecordedCall;
  readonly hasAnswer: boolean;
  /** It asks what was asked then. */
  readonly isSame: boolean;
}

/** The calls of a history, in the order in which they were made. */
export function callsIn(history: readonly AwsHistoryEvent[]): readonly RecordedCall[] {
  const events = new Map(history.map((event) => [event.id, event]));
  const calls = visitsOf(history).filter(({ type }) => type === "Task");
  return calls.flatMap(({ state, inside, attempts }) => {
    const iteration = iterationOf(inside);
    return attempts.map((attempt) => ({
      state,
      resource: attempt.resource ?? "",
      arguments: attempt.arguments ?? "",
      iteration,
      answer: answerOf(attempt, attempt.endEvent === undefined ? undefined : events.get(attempt.endEvent)),
    }));
  });
}

function iterationOf(inside: Inside | undefined): Attempt["iteration"] {
  if (inside === undefined) return [];
  const outer = iterationOf(inside.visit.inside);
  return inside.index === undefined ? outer : [[inside.visit.state, inside.index], ...outer];
}

function answerOf({ status, result, at, endedAt }: SeenAttempt, failure: AwsHistoryEvent | undefined): MockedAttempt {
  if (endedAt === undefined) return { unresolved: true };
  const after = endedAt - at;
  if (status === "succeeded") return { result: parseJson(result ?? "null"), after };
  if (failure === undefined) return { unresolved: true };
  if (failure.type.endsWith("TimedOut")) return { timeout: true, after };
  const { error, cause } = detailsOf(failure); // a failure that names no error is caught otherwise
  return {
    ...(typeof error === "string" && { error }),
    ...(typeof cause === "string" && { cause }),
    after,
  };
}

/**
 * Each recorded call answers once. Preferred is the one that asked the same: in the same iteration and state, else in
 * another; else the next one of the same state and iteration, whose answer is taken for what is asked otherwise now.
 * What was never asked has the result that is given for its state, or no answer. `asked` fills while the simulation runs.
 */
export function respondAsRecorded(
  calls: readonly RecordedCall[],
  results: Readonly<Record<string, Value>> = {},
): {
  readonly respond: Responder;
  readonly asked: readonly AskedCall[];
} {
  const asked: AskedCall[] = [];
  const left = new Set(calls);
  const alike = grouped(calls, (call) => keyOf(call.resource, essenceOf(call.arguments)));
  const inPlace = grouped(calls, placeOf);

  /** Those of a group that have not answered yet. */
  const free = (group: RecordedCall[] = []): readonly RecordedCall[] => {
    while (group[0] !== undefined && !left.has(group[0])) group.shift();
    return group.filter((call) => left.has(call));
  };

  const answering = (attempt: Attempt, resource: string, fits: Fits): RecordedCall | undefined => {
    const here = free(inPlace.get(placeOf(attempt)));
    const same = here.find(fits);
    if (same !== undefined) return same;
    // Which token stands in what was asked then, nobody knows: it is no key.
    const elsewhere = attempt.arguments.includes(attempt.taskToken)
      ? [...left].filter(fits)
      : free(alike.get(keyOf(resource, essenceOf(attempt.arguments))));
    return (
      elsewhere.find(({ state }) => state === attempt.state) ??
      elsewhere[0] ??
      here.find((call) => kindOf(call.resource) === kindOf(resource))
    );
  };

  return {
    asked,
    respond(attempt) {
      const { state } = attempt;
      const resource = resourceOf(attempt);
      const fits = askedAlike(attempt, resource);
      const recorded = answering(attempt, resource, fits);
      if (recorded !== undefined) left.delete(recorded);
      const answer =
        recorded?.answer ?? (Object.hasOwn(results, state) ? { result: results[state] ?? null } : undefined);
      asked.push({
        state,
        resource,
        arguments: attempt.arguments.replaceAll(attempt.taskToken, "*"),
        isSame: recorded !== undefined && fits(recorded),
        hasAnswer: answer !== undefined,
        ...(recorded && { recorded }),
      });
      return answer ?? { unresolved: true };
    },
  };
}

function grouped(
  calls: readonly RecordedCall[],
  keyOf: (call: RecordedCall) => string,
): ReadonlyMap<string, RecordedCall[]> {
  const groups = new Map<string, RecordedCall[]>();
  for (const call of calls) {
    const key = keyOf(call);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [call]);
    else group.push(call);
  }
  return groups;
}

function keyOf(resource: string, essence: string): string {
  return `${resource} ${essence}`;
}

function placeOf({ state, iteration }: Pick<Attempt, "state" | "iteration">): string {
  return JSON.stringify([state, iteration]);
}

/** As histories name it: `lambda:invoke` of `arn:aws:states:::lambda:invoke`. */
function resourceOf({ resource }: Pick<Attempt, "resource">): string {
  return resource.replace(/^arn:[^:]*:states:[^:]*:\d*:(?!activity:)/, "");
}

/** What answers in the same form: one function in place of another, or another version of it. */
function kindOf(resource: string): string {
  return /^arn:[^:]*:(lambda|states):/.exec(resource)?.[1] ?? resource;
}

/** Whether a recorded call asked the same. */
type Fits = (call: RecordedCall) => boolean;

/** A token stands wherever another token stood. */
function askedAlike({ arguments: given, taskToken }: Attempt, resource: string): Fits {
  const parts = essenceOf(given).split(taskToken);
  return (call) => call.resource === resource && isMadeOf(essenceOf(call.arguments), parts);
}

/** Begins with the first part and ends with the last, the others between them in their order. */
function isMadeOf(text: string, parts: readonly string[]): boolean {
  const [first = "", last = ""] = [parts[0], parts.at(-1)];
  if (parts.length === 1) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = 0;
  return parts.every((part) => {
    const found = text.indexOf(part, at);
    at = found + part.length;
    return found >= 0;
  });
}

/** Other at each run: moments, UUIDs, and the number of an event in a cause. */
const passing =
  /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)|[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}|(?<=event id #)\d+/gi;

/** Equal for what is the same apart from what each run has of its own. */
export function essenceOf(text: string): string {
  return ordered(text).replace(passing, "*");
}

/** The order of members says nothing. What is no JSON stays as it is. */
function ordered(text: string): string {
  try {
    return writeJson(sorted(parseJson(text)));
  } catch {
    return text;
  }
}

function sorted(value: Value): Value {
  if (isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return objectOf(
    entriesOf(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)] as const),
  );
}
