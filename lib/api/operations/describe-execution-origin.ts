/**
 * DescribeExecutionOrigin, Baton's own and on REST only: the execution and state that started this one and wait
 * for it, as far as the caller may see them; nothing where somebody else started it.
 */
import { executionArn, executionName } from "../../engine/identity.ts";
import { originOf } from "../../engine/origin.ts";
import { mayList } from "../access.ts";
import { findExecutionId } from "../arn.ts";
import { operation } from "../operation.ts";
import { noSuchExecution } from "../refusal.ts";
import { arn } from "../settings.ts";
import { structure } from "../shape.ts";

export const describeExecutionOrigin = operation(structure({ executionArn: arn }), async (call, asked) => {
  const id = findExecutionId(call, asked.executionArn);
  if (!(await call.engine.world.executions.find(id))) throw noSuchExecution(asked.executionArn);
  const origin = await originOf(call.engine, id);
  if (!origin || !mayList(call, executionName(origin.execution).machine)) return {};
  return { parentExecutionArn: executionArn(origin.execution), parentState: origin.state };
});
