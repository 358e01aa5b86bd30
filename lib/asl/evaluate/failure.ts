/**
 * How an expression says that it cannot give a value: thrown inside `lib/asl`, caught by the step, which
 * turns it into the failure of the state. Never seen outside `lib/asl`.
 */
import type { Failure } from "../position.ts";

type EvaluationError =
  | "States.Runtime"
  | "States.QueryEvaluationError"
  | "States.DataLimitExceeded"
  | "States.ReferencePathConflict";

export class EvaluationFailure extends Error {
  readonly error: EvaluationError;
  /** AWS's sentence, without the prefix "An error occurred while executing the state …". */
  override readonly cause: string;
  /** Which field was being evaluated (`Output/x`), for the EvaluationFailed event; only JSONata has one. */
  readonly location: string | undefined;

  constructor(error: EvaluationError, cause: string, location?: string) {
    super(cause);
    this.name = "EvaluationFailure";
    this.error = error;
    this.cause = cause;
    this.location = location;
  }

  get failure(): Failure {
    return { error: this.error, cause: this.cause };
  }
}

export function runtimeFailure(cause: string): EvaluationFailure {
  return new EvaluationFailure("States.Runtime", cause);
}

export function queryFailure(cause: string, location?: string): EvaluationFailure {
  return new EvaluationFailure("States.QueryEvaluationError", cause, location);
}
