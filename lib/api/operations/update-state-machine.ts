/**
 * UpdateStateMachine: a new definition, role or configuration for executions that start from now on. The
 * same content again is no new revision.
 */
import { saveDefinition } from "../../engine/machines.ts";
import type { MachineRecord } from "../../engine/ports.ts";
import { findMachine } from "../arn.ts";
import { type Call, operation } from "../operation.ts";
import { beingDeleted, noSuchMachine, Refusal } from "../refusal.ts";
import { formerRevisions } from "../revisions.ts";
import {
  arn,
  checkRole,
  configured,
  encryptionConfiguration,
  loggingConfiguration,
  readSettings,
  sameMachine,
  tracingConfiguration,
  writeSettings,
} from "../settings.ts";
import { flag, type Input, structure } from "../shape.ts";
import { uuid } from "../uuid.ts";
import { currentVersion, published, publishedAnswer, readSnapshot } from "../versions.ts";
import {
  checkDefinition,
  checkVersionDescription,
  definitionText,
  versionDescription,
} from "./create-state-machine.ts";

const input = structure(
  { stateMachineArn: arn },
  {
    definition: definitionText,
    roleArn: arn,
    loggingConfiguration,
    tracingConfiguration,
    publish: flag,
    versionDescription,
    encryptionConfiguration,
  },
);

export const updateStateMachine = operation(input, async (call, asked) => {
  const machine = await findMachine(call, asked.stateMachineArn);
  checkSomething(asked);
  checkVersionDescription(asked);
  if (asked.roleArn !== undefined) checkRole(asked.roleArn);
  if (asked.definition !== undefined) checkDefinition(asked.definition, machine.type);
  const changed = await changeMachine(call, machine, async (now) => {
    const next = await updated(call, now, asked);
    return asked.publish ? await published(call, next, asked.versionDescription) : next;
  });
  if (!changed) throw noSuchMachine(asked.stateMachineArn);
  const { revisionId, updatedAt } = readSettings(changed);
  return {
    updateDate: new Date(updatedAt ?? machine.createdAt),
    ...(revisionId && { revisionId }),
    ...(asked.publish && { stateMachineVersionArn: publishedAnswer(changed).stateMachineVersionArn }),
  };
});

async function updated(call: Call, machine: MachineRecord, asked: Input<typeof input>): Promise<MachineRecord> {
  const before = readSettings(machine);
  if (before.deleting) throw beingDeleted(asked.stateMachineArn);
  const settings = { ...configured(asked, before), tags: before.tags };
  const next = {
    ...machine,
    roleArn: asked.roleArn ?? machine.roleArn,
    definitionHash:
      asked.definition === undefined ? machine.definitionHash : await saveDefinition(call.engine, asked.definition),
    settings: writeSettings(settings),
  };
  if (next.roleArn === machine.roleArn && sameMachine(next, machine) && !(await isDescribedAnew(call, machine, asked)))
    return machine;
  const { chance, clock } = call.engine.world;
  const anew = { revisionId: uuid(chance), updatedAt: clock.now(), former: formerRevisions(machine) };
  return { ...next, settings: writeSettings({ ...settings, ...anew }) };
}

/** As CreateStateMachine's, the service's idea of "the same again" includes what a published version is to say of itself. */
async function isDescribedAnew(call: Call, machine: MachineRecord, asked: Input<typeof input>): Promise<boolean> {
  const version = asked.publish && asked.versionDescription !== undefined ? currentVersion(machine) : undefined;
  return version !== undefined && (await readSnapshot(call, version)).description !== asked.versionDescription;
}

/**
 * Each try begins from what stands there, and of those who try at once one gets through: as many as the aliases that a
 * deployment may make together, or the tags that it may set. More rivals at one machine is not an accident.
 */
const mostTries = 100;

/** Reads, changes and replaces a record, and again when somebody else was faster. Undefined: it was deleted meanwhile; another of its name is none of ours. */
export async function changeMachine(
  call: Call,
  machine: MachineRecord,
  change: (machine: MachineRecord) => MachineRecord | Promise<MachineRecord>,
): Promise<MachineRecord | undefined> {
  const { machines, chance } = call.engine.world;
  let stands: MachineRecord | undefined = machine;
  for (let tries = 0; tries < mostTries; tries++) {
    const changed: MachineRecord = await change(stands);
    if (changed === stands) return stands;
    const next = { ...changed, revisionId: uuid(chance) };
    if ((await machines.replace(next, stands.revisionId)) === "replaced") return next;
    stands = await machines.find(machine, machine.name);
    if (stands?.createdAt !== machine.createdAt) return undefined;
  }
  throw new Refusal("ConflictException", `State machine '${machine.name}' is being changed by other requests`);
}

function checkSomething(asked: Input<typeof input>): void {
  const { definition, roleArn, loggingConfiguration, tracingConfiguration, encryptionConfiguration } = asked;
  if (definition ?? roleArn ?? loggingConfiguration ?? tracingConfiguration ?? encryptionConfiguration) return;
  throw new Refusal(
    "MissingRequiredParameter",
    "Either the definition, the role ARN, the LoggingConfiguration, the EncryptionConfiguration or the TracingConfiguration must be specified",
  );
}
