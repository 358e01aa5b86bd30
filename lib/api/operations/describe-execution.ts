/** DescribeExecution: where an execution stands, with its input and, once it succeeded, its output. */
import { describeExecution as describe, type ExecutionDescription } from "../../engine/describe.ts";
import { mapRunArn } from "../../engine/identity.ts";
import { findExecutionId, ownMachineArn } from "../arn.ts";
import { type Answer, operation } from "../operation.ts";
import { redriveCount, redriveStatus } from "../redrivable.ts";
import { noSuchExecution } from "../refusal.ts";
import { arn } from "../settings.ts";
import { structure } from "../shape.ts";
import { startedBy } from "../target.ts";
import { includedData } from "./describe-state-machine.ts";

export const describeExecution = operation(structure({ executionArn: arn }, { includedData }), async (call, asked) => {
  const execution = await describe(call.engine, findExecutionId(call, asked.executionArn));
  if (!execution) throw noSuchExecution(asked.executionArn);
  const { summary } = execution;
  return {
    executionArn: asked.executionArn,
    stateMachineArn: ownMachineArn(summary.id),
    name: summary.name,
    status: summary.status,
    startDate: new Date(summary.startedAt),
    ...startedBy(call.tenant, summary),
    ...(summary.mapRun && { mapRunArn: mapRunArn(summary.mapRun) }),
    ...(summary.stoppedAt !== undefined && { stopDate: new Date(summary.stoppedAt) }),
    ...payloads(execution, asked.includedData !== "METADATA_ONLY"),
    // The service shows the failure of an execution that timed out in its history only.
    ...(summary.status !== "TIMED_OUT" && {
      ...(summary.error !== undefined && { error: summary.error }),
      ...(summary.cause !== undefined && { cause: summary.cause }),
    }),
    ...(execution.traceHeader !== undefined && { traceHeader: execution.traceHeader }),
    ...redriveCount(summary),
    ...(await redriveStatus(call, summary)),
  };
});

function payloads({ input, output }: ExecutionDescription, included: boolean): Answer {
  const details = { included };
  return {
    ...(included && { input }),
    inputDetails: details,
    ...(output !== undefined && { ...(included && { output }), outputDetails: details }),
  };
}
