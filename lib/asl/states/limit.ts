/** The size that a payload may have: AWS's quota, or the ceiling of the installation. */
import { EvaluationFailure } from "../evaluate/failure.ts";
import type { Payload } from "./payload.ts";
import type { Visit } from "./visit.ts";

/** A UTF-16 unit takes at most three bytes of UTF-8. */
const mostBytesPerUnit = 3;

export function exceeds(text: string, limitBytes: number): boolean {
  if (text.length * mostBytesPerUnit <= limitBytes) return false;
  return text.length > limitBytes || Buffer.byteLength(text, "utf8") > limitBytes;
}

/** `who` is the service of a task, or the state. */
export function tooLarge(who: string): EvaluationFailure {
  const cause = `The state/task '${who}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  return new EvaluationFailure("States.DataLimitExceeded", cause);
}

export function checkSize(visit: Visit, payload: Payload): void {
  checkText(visit, payload.text);
}

function checkText(visit: Visit, text: string): void {
  if (exceeds(text, visit.moment.execution.payloadLimitBytes)) throw tooLarge(visit.state.name);
}

/** AWS's quota for all variables of an execution; an installation that allows larger payloads allows as much here. */
const variablesLimitBytes = 10 * 2 ** 20;

/**
 * Variables have the quota of a payload each, and together in one Assign. How the service words its refusal
 * is not recorded; the error is the one that its documentation names for data that is too large.
 * https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
 */
export function checkAssigned(visit: Visit, texts: readonly string[]): void {
  for (const text of texts) checkText(visit, text);
  const total = texts.reduce((sum, text) => sum + Buffer.byteLength(text, "utf8"), 0);
  if (total > visit.moment.execution.payloadLimitBytes) {
    throw tooMuch(`The variables assigned in the state '${visit.state.name}'`);
  }
}

/** All variables in reach, as the text of one object. */
export function checkVariables(visit: Visit, all: string): void {
  if (exceeds(all, Math.max(variablesLimitBytes, visit.moment.execution.payloadLimitBytes))) {
    throw tooMuch("The variables of the execution");
  }
}

function tooMuch(what: string): EvaluationFailure {
  const cause = `${what} exceed the maximum number of bytes service limit.`;
  return new EvaluationFailure("States.DataLimitExceeded", cause);
}
