/** StopExecution: an execution that ended already keeps its end, and its date is the answer. */
import { stopExecution as stop } from "../../engine/stop.ts";
import { findExecutionId } from "../arn.ts";
import { operation } from "../operation.ts";
import { noSuchExecution } from "../refusal.ts";
import { arn } from "../settings.ts";
import { structure, text } from "../shape.ts";

export const error = text({ min: 0, max: 256, sensitive: true });
export const cause = text({ min: 0, max: 32_768, sensitive: true });

const input = structure({ executionArn: arn }, { error, cause });

export const stopExecution = operation(input, async (call, { executionArn, ...failure }) => {
  const id = findExecutionId(call, executionArn);
  const stopped = await stop(call.engine, id, failure, call.invocationId);
  if (stopped.kind === "absent") throw noSuchExecution(executionArn);
  return { stopDate: new Date(stopped.stoppedAt) };
});
