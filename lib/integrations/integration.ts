/**
 * What every integration is: a call that a Task makes, apart from how its resource is recognised
 * (`integrations.ts`).
 */
import type { Inspected } from "../engine/inspect-port.ts";
import type { Call, CallResult } from "../engine/ports.ts";

/** `resource` is the Task's, without its pattern's suffix. */
export interface IntegrationCall extends Call {
  /** Where the result comes later (by the job's end, by the token), an accepted call is `submitted`. */
  readonly pattern: "request-response" | "sync" | "token";
}

export type Integration = (call: IntegrationCall) => Promise<CallResult & Inspected>;
