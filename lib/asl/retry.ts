/** What becomes of a state that failed: tried again, caught, or failed for good. Arithmetic only. */
import type { Catcher, Retrier, State } from "./definition.ts";
import type { Entered, Failure } from "./position.ts";

/** `retrier` and `catcher` are places in the state's lists; `exhausted` is a retrier that has no attempts left. */
export type Verdict =
  | {
      readonly kind: "retry";
      readonly retrier: number;
      readonly afterMilliseconds: number;
      readonly retries: readonly number[];
    }
  | { readonly kind: "catch"; readonly catcher: number; readonly by: Catcher; readonly exhausted?: number }
  | { readonly kind: "fail"; readonly exhausted?: number };

/** `States.TaskFailed` stands for every error but these; an expression that fails is measured. */
const noTask: ReadonlySet<string> = new Set(["States.Timeout", "States.QueryEvaluationError"]);

/** Errors that only a name of their own catches: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
const terminal: ReadonlySet<string> = new Set(["States.Runtime", "States.DataLimitExceeded"]);

/** `also`: another name of the same error (`States.HeartbeatTimeout` is a `States.Timeout`). */
export function matches(errorEquals: readonly string[], error: string | undefined, also?: string): boolean {
  return errorEquals.some((name) => {
    if (error !== undefined && (name === error || name === also)) return !isFinal(error);
    if (error !== undefined && terminal.has(error) && also === undefined) return false;
    if (name === "States.TaskFailed") return error === undefined || !noTask.has(error);
    return name === "States.ALL";
  });
}

/** Not even its own name catches it. */
function isFinal(error: string): boolean {
  return error === "States.Runtime";
}

export function judge(
  state: State,
  entered: Entered,
  failure: Failure,
  chance: (label: string) => number,
  also?: string,
): Verdict {
  if (!("retry" in state)) return { kind: "fail" };
  const which = state.retry.findIndex((retrier) => matches(retrier.errorEquals, failure.error, also));
  const retrier = state.retry[which];
  const used = entered.retries?.[which] ?? 0;
  if (retrier !== undefined && used < retrier.maxAttempts) {
    const retries = state.retry.map((_, index) => (entered.retries?.[index] ?? 0) + (index === which ? 1 : 0));
    return { kind: "retry", retrier: which, afterMilliseconds: delay(retrier, used, chance), retries };
  }
  const exhausted = retrier === undefined ? {} : { exhausted: which };
  const catcher = state.catch.findIndex(({ errorEquals }) => matches(errorEquals, failure.error, also));
  const by = state.catch[catcher];
  return by === undefined ? { kind: "fail", ...exhausted } : { kind: "catch", catcher, by, ...exhausted };
}

/** Beyond the longest MaxDelaySeconds there is (a leap year); keeps a date out of infinity. */
const longestDelaySeconds = 31_622_400;

/** Jitter comes after the cap: anything between nothing and the capped delay. */
export function delay(retrier: Retrier, used: number, chance: (label: string) => number): number {
  const grown = retrier.intervalSeconds * retrier.backoffRate ** used;
  const capped = Math.min(grown, retrier.maxDelaySeconds ?? longestDelaySeconds, longestDelaySeconds);
  const share = retrier.jitterStrategy === "FULL" ? chance("retry") : 1;
  return Math.round(capped * share * 1000);
}
