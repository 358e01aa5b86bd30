/**
 * What every integration is: a call that a Task makes, apart from how its resource is recognised
 * (`integrations.ts`).
 */
import type { Call, CallResult } from "../engine/ports.ts";

/** `resource` is the Task's, without its pattern's suffix. */
export interface IntegrationCall extends Call {
  /** `.waitForTaskToken`: the result comes by the token, so an accepted call is `submitted`. */
  readonly waitsForToken: boolean;
}

export type Integration = (call: IntegrationCall) => Promise<CallResult>;
