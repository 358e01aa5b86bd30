/**
 * A failed call as the port `Tasks` answers it, within the lengths that Step Functions gives error
 * names and causes.
 */
import type { CallResult } from "../engine/ports.ts";

/** boto: SensitiveError. */
const errorLimit = 256;
/** boto: SensitiveCause. */
const causeLimit = 32_768;

export type CallFailure = Extract<CallResult, { kind: "failed" }>;

export function callFailure(error: string, cause: string): CallFailure {
  return { kind: "failed", error: error.slice(0, errorLimit), cause: cause.slice(0, causeLimit) };
}
