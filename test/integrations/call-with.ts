/** Calls the port `Tasks` the way the engine does. */

import type { Call, CallResult } from "../../lib/engine/ports.ts";
import { createTasks, type TasksOptions } from "../../lib/integrations/integrations.ts";

export function callWith(
  options: TasksOptions,
  resource: string,
  input: unknown,
  more: Partial<Call> = {},
): Promise<CallResult> {
  return createTasks(options).call({
    resource,
    arguments: typeof input === "string" ? input : JSON.stringify(input),
    region: "us-east-1",
    account: "111111111111",
    idempotencyKey: "111111111111/us-east-1/machine/name//3/0",
    signal: new AbortController().signal,
    ...more,
  });
}
