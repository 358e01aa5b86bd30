/** RedriveExecution: an execution that did not succeed goes on from where it ended. */

import { describeExecution } from "../../engine/describe.ts";
import { labelOf } from "../../engine/identity.ts";
import { redriveExecution as redrive } from "../../engine/redrive.ts";
import { findExecutionId } from "../arn.ts";
import { operation } from "../operation.ts";
import { beingDeletedReason } from "../redrivable.ts";
import { noSuchExecution, notRedrivable } from "../refusal.ts";
import { arn } from "../settings.ts";
import { structure, text } from "../shape.ts";

/** The service's own length and letters: those of ASCII that print, without the blank. */
const clientToken = text({ min: 1, max: 64, pattern: "[!-~]+" });

export const redriveExecution = operation(structure({ executionArn: arn }, { clientToken }), async (call, asked) => {
  const { executionArn, clientToken } = asked;
  const id = findExecutionId(call, executionArn);
  if (labelOf(id) !== "")
    throw (await call.engine.world.executions.find(id))
      ? notRedrivable(executionArn, "Child workflow executions are redriven with their Map Run")
      : noSuchExecution(executionArn);
  const deleted = await beingDeletedReason(call, id);
  if (deleted !== undefined)
    throw (await describeExecution(call.engine, id))
      ? notRedrivable(executionArn, deleted)
      : noSuchExecution(executionArn);
  const redriven = await redrive(call.engine, id, {
    ...(clientToken !== undefined && { clientToken }),
    ...(call.invocationId !== undefined && { invocationId: call.invocationId }),
    ...(call.parent && { parent: call.parent }),
  });
  if (redriven.kind === "absent") throw noSuchExecution(executionArn);
  if (redriven.kind === "refused") throw notRedrivable(executionArn, redriven.reason);
  return { redriveDate: new Date(redriven.at) };
});
