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
  checkVariable(visit, payload.text);
}

/** AWS's quota for one variable is that for a payload. */
export function checkVariable(visit: Visit, text: string): void {
  if (exceeds(text, visit.moment.execution.payloadLimitBytes)) throw tooLarge(visit.state.name);
}
