/**
 * ListFunctionLines, Baton's own and on REST only: what the function of an attempt printed, by the event with
 * which the attempt began. Only where functions run beside the engine; elsewhere `kept` is false, and they are
 * in the functions' log groups.
 */
import { claimOf } from "../../engine/attempt.ts";
import { findExecutionId } from "../arn.ts";
import { operation } from "../operation.ts";
import { noSuchExecution } from "../refusal.ts";
import { arn } from "../settings.ts";
import { integer, structure } from "../shape.ts";

export const listFunctionLines = operation(
  structure({ executionArn: arn, event: integer(1, 1_000_000_000) }),
  async (call, asked) => {
    const { functionLines, executions } = call.engine.world;
    const id = findExecutionId(call, asked.executionArn);
    if (!(await executions.find(id))) throw noSuchExecution(asked.executionArn);
    if (!functionLines) return { kept: false, lines: [], dropped: 0 };
    const claim = await claimOf(call.engine, id, asked.event);
    const { lines, dropped } = claim ? functionLines.of(claim) : { lines: [], dropped: 0 };
    return { kept: true, lines: lines.map(({ at, ...rest }) => ({ at: new Date(at), ...rest })), dropped };
  },
);
