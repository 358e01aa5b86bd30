/**
 * Versions of a machine: numbered snapshots of a revision that never change. The machine's record lists
 * them; what a version pins lies in the blobs under its own hash, so that a record with a thousand versions
 * is still quick to read.
 */
import { hashOf, machineArn } from "../engine/identity.ts";
import type { MachineRecord, Tenant } from "../engine/ports.ts";
import type { Call } from "./operation.ts";
import { beingDeleted, tooMany } from "./refusal.ts";
import { readSettings, type Settings, type Version, writeSettings } from "./settings.ts";

/** What a version pins. */
export interface Snapshot
  extends Pick<MachineRecord, "definitionHash" | "roleArn">,
    Pick<Settings, "loggingConfiguration" | "tracingConfiguration" | "encryptionConfiguration"> {
  readonly description?: string;
}

const mostVersions = 1000;

/** The record with its current revision published; the record itself where that revision has a version already. */
export async function published(call: Call, machine: MachineRecord, description?: string): Promise<MachineRecord> {
  const settings = readSettings(machine);
  const { versions = [], latestVersion = 0, revisionId } = settings;
  if (settings.deleting) throw beingDeleted(machineArn(machine, machine.name));
  if (currentVersion(machine)) return machine;
  if (versions.length >= mostVersions) throw tooMany("versions", machine.name, mostVersions);
  const version = {
    number: latestVersion + 1,
    createdAt: call.engine.world.clock.now(),
    ...(revisionId !== undefined && { revisionId }),
    snapshot: await saveSnapshot(call, snapshotOf(machine, settings, description)),
  };
  const next = { ...settings, versions: [...versions, version], latestVersion: version.number };
  return { ...machine, settings: writeSettings(next) };
}

/** The version of the revision that the machine has now. */
export function currentVersion(machine: MachineRecord): Version | undefined {
  const { versions = [], revisionId } = readSettings(machine);
  return versions.find((version) => version.revisionId === revisionId);
}

/** What a request that published answers: the version of the revision that now stands. */
export function publishedAnswer(machine: MachineRecord): { creationDate: Date; stateMachineVersionArn: string } {
  const version = currentVersion(machine);
  if (!version) throw new Error(`machine ${machine.name} was published and has no version`);
  return {
    creationDate: new Date(version.createdAt),
    stateMachineVersionArn: versionArn(machine, machine.name, version.number),
  };
}

/** As an ARN has it: one number, one way to write it. */
export function isVersionNumber(qualifier: string): boolean {
  return /^[1-9]\d*$/.test(qualifier);
}

export function findVersion({ versions = [] }: Settings, qualifier: string | number): Version | undefined {
  return versions.find(({ number }) => String(number) === String(qualifier));
}

export function versionArn(tenant: Tenant, machine: string, number: number): string {
  return `${machineArn(tenant, machine)}:${number}`;
}

function snapshotOf(machine: MachineRecord, settings: Settings, description: string | undefined): Snapshot {
  const { definitionHash, roleArn } = machine;
  const { loggingConfiguration, tracingConfiguration, encryptionConfiguration } = settings;
  return {
    definitionHash,
    roleArn,
    loggingConfiguration,
    tracingConfiguration,
    encryptionConfiguration,
    ...(description !== undefined && { description }),
  };
}

async function saveSnapshot(call: Call, snapshot: Snapshot): Promise<string> {
  const text = JSON.stringify(snapshot);
  const hash = hashOf(text);
  await call.engine.world.blobs.put(blobName(hash), text);
  return hash;
}

export async function readSnapshot(call: Call, { snapshot }: Version): Promise<Snapshot> {
  const text = await call.engine.world.blobs.get(blobName(snapshot));
  if (text === undefined) throw new Error(`no version ${snapshot} is stored`);
  return JSON.parse(text) as Snapshot; // written above and nowhere else
}

function blobName(hash: string): string {
  return `versions/${hash}`;
}
