/** StartSyncExecution: runs an Express machine in this very request. A failed execution is an answer as well. */
import { type ExpressEnded, runNow } from "../../engine/express-start.ts";
import { machineArn } from "../../engine/identity.ts";
import { type Answer, operation } from "../operation.ts";
import { unsuitedType } from "../refusal.ts";
import { structure } from "../shape.ts";
import { startInput, startOf } from "../start.ts";
import { includedData } from "./describe-state-machine.ts";

const input = structure(startInput.required, { ...startInput.optional, includedData });

export const startSyncExecution = operation(input, async (call, asked) => {
  const wanted = await startOf(call, asked);
  if (wanted.machine.type !== "EXPRESS") throw unsuitedType();
  const ended = await runNow(call.engine, wanted);
  const { outcome, billing } = ended;
  return {
    executionArn: ended.arn,
    stateMachineArn: machineArn(call.tenant, wanted.machine.name),
    name: ended.name,
    startDate: new Date(ended.startedAt),
    stopDate: new Date(ended.stoppedAt),
    status: outcome.status,
    ...(outcome.status !== "SUCCEEDED" && outcome.failure),
    ...payloads(ended, wanted.input, asked.includedData !== "METADATA_ONLY"),
    ...(wanted.traceHeader !== undefined && { traceHeader: wanted.traceHeader }),
    billingDetails: { ...billing },
  };
});

function payloads({ outcome }: ExpressEnded, input: string, included: boolean): Answer {
  const details = { included };
  return {
    ...(included && { input }),
    inputDetails: details,
    ...(outcome.status === "SUCCEEDED" && { ...(included && { output: outcome.output }), outputDetails: details }),
  };
}
