/** DescribeStateMachineForExecution: the definition and role that the execution runs with, whatever its machine is now. */
import { describeExecution } from "../../engine/describe.ts";
import { executionName, labelOf, machineArn, mapRunArn } from "../../engine/identity.ts";
import { findExecutionId } from "../arn.ts";
import { operation } from "../operation.ts";
import { noSuchExecution } from "../refusal.ts";
import { arn, readSettings } from "../settings.ts";
import { structure } from "../shape.ts";
import { findVersion, readSnapshot } from "../versions.ts";
import { describedDefinition, includedData } from "./describe-state-machine.ts";

export const describeStateMachineForExecution = operation(
  structure({ executionArn: arn }, { includedData }),
  async (call, asked) => {
    const id = findExecutionId(call, asked.executionArn);
    const execution = await describeExecution(call.engine, id);
    if (!execution) throw noSuchExecution(asked.executionArn);
    const { machine: name } = executionName(id);
    const machine = await call.engine.world.machines.find(call.tenant, name);
    const settings = machine && readSettings(machine);
    const version = settings && findVersion(settings, execution.summary.version ?? "");
    const configured = version ? await readSnapshot(call, version) : settings;
    const { revisionId } = version ?? settings ?? {};
    return {
      stateMachineArn: machineArn(call.tenant, name),
      name,
      ...(await describedDefinition(call, execution.summary.definitionHash, asked.includedData)),
      roleArn: execution.roleArn,
      ...(execution.summary.mapRun && { mapRunArn: mapRunArn(execution.summary.mapRun), label: labelOf(id) }),
      updateDate: new Date(settings?.updatedAt ?? machine?.createdAt ?? execution.summary.startedAt),
      ...(configured && {
        loggingConfiguration: configured.loggingConfiguration,
        tracingConfiguration: configured.tracingConfiguration,
        encryptionConfiguration: configured.encryptionConfiguration,
      }),
      ...(revisionId && { revisionId }),
    };
  },
);
