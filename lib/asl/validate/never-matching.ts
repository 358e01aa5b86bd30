/** Retriers and catchers that can never apply: their errors are answered before them, or cannot be answered at all. */
import { isArray, property } from "../json.ts";
import type { Problem } from "../problem.ts";
import { entriesOf, type Written } from "./walk.ts";

/**
 * Names of the specification that the service never gives to an error. Not States.Runtime: mostly nothing can
 * answer it, but a callback that failed without a name goes by it.
 */
const unanswerable: Readonly<Record<string, string>> = {
  "States.ParameterPathFailure": "the service reports it as States.Runtime",
  "States.ResultPathMatchFailure": "the service reports it as States.ReferencePathConflict",
  "States.IntrinsicFailure": "the service reports it as States.Runtime",
  "States.NoChoiceMatched": "only a Choice state can raise it, and that has no Retry and no Catch",
};

/** `States.TaskFailed` stands for every error but these. */
const notTaskFailed = new Set([
  "States.Timeout",
  "States.HeartbeatTimeout",
  "States.QueryEvaluationError",
  "States.Runtime",
  "States.DataLimitExceeded",
]);

export function neverMatching(written: Written): readonly Problem[] {
  return ["Retry", "Catch"].flatMap((field) => inList(field, written));
}

function inList(field: string, { state, path }: Written): readonly Problem[] {
  const found: Problem[] = [];
  const answered = new Map<string, string>();
  for (const [entry, place] of entriesOf(property(state, field), `${path}/${field}`)) {
    const names = property(entry, "ErrorEquals");
    const errors = isArray(names) ? names.filter((name) => typeof name === "string") : [];
    const reasons = errors.map((error) => reasonAgainst(error, answered));
    if (errors.length > 0 && reasons.every((reason) => reason !== undefined)) {
      found.push({
        code: field === "Catch" ? "CATCH_NEVER_MATCHES" : "RETRY_NEVER_MATCHES",
        severity: "HINT",
        path: place,
        message: `${place.slice(path.length + 1)} can never apply`,
        hint: [...new Set(reasons)].join("; "),
      });
    }
    // A retrier whose attempts are used up does not hand on to the next one: the first that matches is the only one.
    for (const error of errors) if (!answered.has(error)) answered.set(error, place.slice(path.length + 1));
  }
  return found;
}

function reasonAgainst(error: string, answered: ReadonlyMap<string, string>): string | undefined {
  if (Object.hasOwn(unanswerable, error)) return unanswerable[error];
  const before = answered.get(error);
  if (before !== undefined) return `${before} answers ${error} before it`;
  const wildcard = answered.get("States.TaskFailed");
  const covered = wildcard !== undefined && error !== "States.ALL" && !notTaskFailed.has(error);
  return covered ? `${wildcard} answers ${error} before it, with States.TaskFailed` : undefined;
}
