/** DescribeStateMachine: the record of a machine and its definition, as they are now. */
import { machineArn } from "../../engine/identity.ts";
import { definitionText } from "../../engine/machines.ts";
import { findMachine } from "../arn.ts";
import { operation } from "../operation.ts";
import { arn, readSettings } from "../settings.ts";
import { oneOf, structure } from "../shape.ts";

export const includedData = oneOf("ALL_DATA", "METADATA_ONLY");

export const describeStateMachine = operation(
  structure({ stateMachineArn: arn }, { includedData }),
  async (call, asked) => {
    const machine = await findMachine(call, asked.stateMachineArn);
    const { loggingConfiguration, tracingConfiguration, encryptionConfiguration, revisionId, deleting } =
      readSettings(machine);
    return {
      stateMachineArn: machineArn(machine, machine.name),
      name: machine.name,
      status: deleting ? "DELETING" : "ACTIVE",
      ...(asked.includedData !== "METADATA_ONLY" && {
        definition: await definitionText(call.engine, machine.definitionHash),
      }),
      roleArn: machine.roleArn,
      type: machine.type,
      creationDate: new Date(machine.createdAt),
      loggingConfiguration,
      tracingConfiguration,
      encryptionConfiguration,
      ...(revisionId && { revisionId }),
    };
  },
);
