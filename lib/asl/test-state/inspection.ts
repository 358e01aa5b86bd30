/**
 * What a test has seen of its state's work, and how TestState shows it: `inspectionData` at DEBUG and TRACE.
 */
import { type JsonText, objectOf, parseJson, writeJson } from "../json.ts";
import type { Failure } from "../position.ts";
import type { Verdict } from "../retry.ts";
import type { Transition } from "../transition.ts";
import type { Stage, Watch } from "../watch.ts";
import type { TestStateRequest } from "./request.ts";

/** What an HTTP Task sent and got, as TRACE shows it; the shape is the API's. */
export interface Exchange {
  readonly request: Readonly<Record<string, string>>;
  /** Absent: no answer came. */
  readonly response?: Readonly<Record<string, string>>;
}

/** Stages that only a test goes through: nobody else has the items of a Map at hand at once. */
type OwnStage = "afterItemsPointer" | "afterItemSelector" | "afterItemBatcher";

export interface Seen {
  readonly stages: Map<Stage | OwnStage, JsonText>;
  judged?: { readonly failure: Failure; readonly verdict: Verdict };
  exchange?: Exchange;
}

export function watchInto(seen: Seen, contextOf: Watch["contextOf"]): Watch {
  return {
    note: (stage, { text }) => seen.stages.set(stage, text),
    judged: (failure, verdict) => {
      seen.judged = { failure, verdict };
    },
    contextOf,
  };
}

const numbers: ReadonlySet<string> = new Set(["maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage"]);

export interface InspectionData {
  readonly input: JsonText;
  readonly variables?: JsonText;
  readonly errorDetails?: ErrorDetails;
  readonly [stage: string]: unknown;
}

interface ErrorDetails {
  readonly catchIndex?: number;
  readonly retryIndex?: number;
  readonly retryBackoffIntervalSeconds?: number;
}

export function inspectionData(
  given: { readonly input: JsonText; readonly variables?: JsonText },
  seen: Seen,
  last: Transition,
  level: TestStateRequest["inspectionLevel"],
): InspectionData {
  const stages = [...seen.stages].map(([stage, text]) => [stage, numbers.has(stage) ? Number(text) : text] as const);
  const variables = variablesAfter(given.variables, last);
  const details = seen.judged && errorDetails(seen.judged.verdict);
  return {
    input: given.input,
    ...Object.fromEntries(stages),
    ...(variables === undefined ? {} : { variables }),
    ...(details === undefined ? {} : { errorDetails: details }),
    ...(level === "TRACE" ? seen.exchange : {}),
  };
}

/** Those that were given and those that the state assigned, also where the test ends with the state. */
function variablesAfter(given: JsonText | undefined, last: Transition): JsonText | undefined {
  const exited = last.events.find((event) => event.type.endsWith("StateExited"));
  const assigned = exited?.details?.["assignedVariables"];
  const texts = typeof assigned === "object" ? Object.entries(assigned) : [];
  const all = new Map(Object.entries(parseJson(given ?? "{}") ?? {}));
  for (const [name, text] of texts) all.set(name, parseJson(String(text)));
  return all.size === 0 ? undefined : writeJson(objectOf(all));
}

/** Recorded on AWS: a retrier without attempts left is named, too, but has no interval. */
function errorDetails(verdict: Verdict): ErrorDetails | undefined {
  if (verdict.kind === "retry") {
    const seconds = Math.floor(verdict.afterMilliseconds / 1000);
    return { retryIndex: verdict.retrier, retryBackoffIntervalSeconds: seconds };
  }
  const { exhausted } = verdict;
  const retryIndex = exhausted === undefined ? {} : { retryIndex: exhausted };
  if (verdict.kind === "catch") return { ...retryIndex, catchIndex: verdict.catcher };
  return exhausted === undefined ? undefined : retryIndex;
}
