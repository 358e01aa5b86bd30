/** GetActivityTask: a worker asks for a task and is kept waiting for one; an answer without a token says that there is none. */
import { awaitActivityTask } from "../../engine/activity.ts";
import { operation } from "../operation.ts";
import { arn } from "../settings.ts";
import { structure, text } from "../shape.ts";
import { findActivity } from "./activities.ts";

const input = structure({ activityArn: arn }, { workerName: text({ min: 1, max: 80 }) });

export const getActivityTask = operation(input, async (call, { activityArn, workerName }) => {
  const activity = await findActivity(call, activityArn);
  const { engine, invocationId, signal } = call;
  const task = await awaitActivityTask(engine, activity, {
    ...(workerName !== undefined && { workerName }),
    ...(invocationId !== undefined && { invocationId }),
    ...(signal && { signal }),
  });
  return task ? { taskToken: task.token, input: task.input } : {};
});
