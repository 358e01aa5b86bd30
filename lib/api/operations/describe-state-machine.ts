/** DescribeStateMachine: the record of a machine and its definition, as they are now or as a version pins them. */
import { machineArn } from "../../engine/identity.ts";
import { definitionText } from "../../engine/machines.ts";
import { splitLabel } from "../arn.ts";
import { insideOfMap } from "../labelled-map.ts";
import { type Call, operation } from "../operation.ts";
import { noSuchMachine } from "../refusal.ts";
import { arn } from "../settings.ts";
import { oneOf, structure } from "../shape.ts";
import { describedVersion, findNamed } from "../target.ts";
import { readSnapshot, versionArn } from "../versions.ts";

export const includedData = oneOf("ALL_DATA", "METADATA_ONLY");

export const describeStateMachine = operation(
  structure({ stateMachineArn: arn }, { includedData }),
  async (call, asked) => {
    const labelled = splitLabel(asked.stateMachineArn);
    const named = await findNamed(call, labelled?.machineArn ?? asked.stateMachineArn);
    const { machine, settings } = named;
    const version = describedVersion(named);
    const snapshot = version && (await readSnapshot(call, version));
    const { loggingConfiguration, tracingConfiguration, encryptionConfiguration } = snapshot ?? settings;
    const { definitionHash, roleArn } = snapshot ?? machine;
    const { revisionId, createdAt } = version ?? { createdAt: machine.createdAt, revisionId: settings.revisionId };
    const described = labelled
      ? await describedMap(call, definitionHash, asked.stateMachineArn, labelled.label)
      : await describedDefinition(call, definitionHash, asked.includedData);
    return {
      stateMachineArn: version ? versionArn(machine, machine.name, version.number) : machineArn(machine, machine.name),
      name: machine.name,
      status: settings.deleting ? "DELETING" : "ACTIVE",
      ...described,
      roleArn,
      type: machine.type,
      creationDate: new Date(createdAt),
      loggingConfiguration,
      tracingConfiguration,
      encryptionConfiguration,
      ...(snapshot?.description !== undefined && { description: snapshot.description }),
      ...(revisionId && { revisionId }),
    };
  },
);

/** Named by the ARN that its runs and their executions have. As documented, it is shown with METADATA_ONLY, too. */
async function describedMap({ engine }: Call, hash: string, stateMachineArn: string, label: string) {
  const definition = insideOfMap(await definitionText(engine, hash), label);
  if (definition === undefined) throw noSuchMachine(stateMachineArn);
  return { stateMachineArn, definition, label };
}

/** The text, and which variables each state refers to, where any does. */
export async function describedDefinition({ engine }: Call, hash: string, included: string | undefined) {
  if (included === "METADATA_ONLY") return { definition: "{}" }; // as documented: clients rely on the member
  const { variableReferences } = await engine.definition(hash);
  return {
    definition: await definitionText(engine, hash),
    ...(variableReferences.size > 0 && { variableReferences: Object.fromEntries(variableReferences) }),
  };
}
