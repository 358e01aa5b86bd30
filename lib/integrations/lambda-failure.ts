/**
 * Failures of an invocation under the names that Step Functions gives them. The two integrations
 * differ only in the spacing of the cause.
 */
import type { CallFailure } from "./call-failure.ts";
import { callFailure } from "./call-failure.ts";
import type { FunctionAnswer } from "./function-invoker.ts";

type Unanswered = Exclude<FunctionAnswer, { kind: "answered" }>;

export function invocationFailure(answer: Unanswered): CallFailure {
  return answer.kind === "refused"
    ? callFailure(`Lambda.${answer.exception}`, answer.cause)
    : callFailure(answer.error ?? "States.Runtime", answer.cause);
}

/** `payload` is what the function's failure left: `{errorType, errorMessage, …}`, or at worst anything. */
export function functionFailure(payload: string): CallFailure {
  const errorType = errorTypeOf(payload);
  if (errorType !== undefined) return callFailure(errorType, payload);
  return callFailure(
    "Lambda.Unknown",
    `The cause could not be determined because Lambda did not return an error type. Returned payload: ${payload}`,
  );
}

function errorTypeOf(payload: string): string | undefined {
  try {
    const value: unknown = JSON.parse(payload);
    if (typeof value !== "object" || value === null || !("errorType" in value)) return undefined;
    return typeof value.errorType === "string" && value.errorType !== "" ? value.errorType : undefined;
  } catch {
    return undefined;
  }
}
