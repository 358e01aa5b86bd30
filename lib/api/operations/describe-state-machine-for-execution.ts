/** DescribeStateMachineForExecution: the definition and role that the execution runs with, whatever its machine is now. */

import type { Instant } from "../../asl/position.ts";
import { describeExecution } from "../../engine/describe.ts";
import { executionName, labelOf, machineArn, mapRunArn } from "../../engine/identity.ts";
import type { MachineRecord } from "../../engine/ports.ts";
import { findExecutionId } from "../arn.ts";
import { operation } from "../operation.ts";
import { noSuchExecution } from "../refusal.ts";
import { revisionAt, revisionsOf } from "../revisions.ts";
import { arn, type Revision, readSettings, type Version } from "../settings.ts";
import { structure } from "../shape.ts";
import { findVersion, readSnapshot } from "../versions.ts";
import { describedDefinition, includedData } from "./describe-state-machine.ts";

export const describeStateMachineForExecution = operation(
  structure({ executionArn: arn }, { includedData }),
  async (call, asked) => {
    const id = findExecutionId(call, asked.executionArn);
    const execution = await describeExecution(call.engine, id);
    if (!execution) throw noSuchExecution(asked.executionArn);
    const { summary, roleArn } = execution;
    const { machine: name } = executionName(id);
    const machine = await call.engine.world.machines.find(call.tenant, name);
    const settings = machine && readSettings(machine);
    const version = settings && findVersion(settings, summary.version ?? "");
    const configured = version ? await readSnapshot(call, version) : settings;
    const revision = machine && revisionOf(machine, summary.startedAt, version);
    return {
      stateMachineArn: machineArn(call.tenant, name),
      name,
      ...(await describedDefinition(call, summary.definitionHash, asked.includedData)),
      roleArn,
      ...(summary.mapRun && { mapRunArn: mapRunArn(summary.mapRun), label: labelOf(id) }),
      updateDate: new Date(revision?.since ?? summary.startedAt),
      ...(configured && {
        loggingConfiguration: configured.loggingConfiguration,
        tracingConfiguration: configured.tracingConfiguration,
        encryptionConfiguration: configured.encryptionConfiguration,
      }),
      ...(revision?.id !== undefined && { revisionId: revision.id }),
    };
  },
);

/** Clients compare it with the machine's to see whether that was updated since; `since` may be no longer known. */
function revisionOf(machine: MachineRecord, startedAt: Instant, version: Version | undefined): Partial<Revision> {
  if (!version) return revisionAt(machine, startedAt) ?? {};
  const { revisionId: id, createdAt } = version;
  return (
    revisionsOf(machine).find((revision) => revision.id === id) ?? { ...(id !== undefined && { id }), since: createdAt }
  );
}
