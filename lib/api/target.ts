/**
 * What an ARN in a request names where a version or an alias may stand too. An alias leads to one of its
 * versions by weight.
 */
import type { Chance, ExecutionSummary, MachineRecord, Tenant } from "../engine/ports.ts";
import { aliasArn } from "./aliases.ts";
import { type QualifiedName, qualifiedName } from "./arn.ts";
import type { Answer, Call } from "./operation.ts";
import { noSuchMachine } from "./refusal.ts";
import { type Alias, type Route, readSettings, type Settings, type Version } from "./settings.ts";
import { findVersion, versionArn } from "./versions.ts";

/** An ARN whose machine, version or alias exists. */
export interface Named {
  readonly machine: MachineRecord;
  readonly settings: Settings;
  readonly version?: Version;
  readonly alias?: Alias;
}

export async function findNamed(call: Call, arn: string): Promise<Named> {
  const name = qualifiedName(call, arn);
  const machine = name && (await call.engine.world.machines.find(call.tenant, name.name));
  const named = name && machine && qualified(machine, name);
  if (!named) throw noSuchMachine(arn);
  return named;
}

function qualified(machine: MachineRecord, { qualifier }: QualifiedName): Named | undefined {
  const settings = readSettings(machine);
  if (qualifier === undefined) return { machine, settings };
  const version = findVersion(settings, qualifier);
  if (version) return { machine, settings, version };
  const alias = settings.aliases?.find(({ name }) => name === qualifier);
  return alias && { machine, settings, alias };
}

/** The version to start, drawn by weight where an alias is named; undefined: the machine as it is now. */
export function drawnVersion(call: Call, { settings, version, alias }: Named): Version | undefined {
  return alias ? routedVersion(settings, alias, drawn(call.engine.world.chance, alias.routing)) : version;
}

/** The version to describe: an alias stands for the first that it leads to. */
export function describedVersion({ settings, version, alias }: Named): Version | undefined {
  return alias ? routedVersion(settings, alias, alias.routing[0]?.version ?? 0) : version;
}

/** No version goes while an alias leads to it, and both stand in one record. */
function routedVersion(settings: Settings, alias: Alias, number: number): Version {
  const version = findVersion(settings, number);
  if (!version) throw new Error(`alias ${alias.name} leads to version ${number}, which is not there`);
  return version;
}

/** 32 random bits divided by 100 favour no version by more than 2 in a hundred million. */
function drawn(chance: Chance, routing: readonly Route[]): number {
  let left = Number.parseInt(chance.hex(4), 16) % 100;
  for (const { version, weight } of routing) {
    if (left < weight) return version;
    left -= weight;
  }
  throw new Error(`the weights of ${JSON.stringify(routing)} are not 100 in sum`);
}

/** With which of its machine's versions and aliases an execution was started. */
export function startedBy(tenant: Tenant, { machine, version, alias }: ExecutionSummary): Answer {
  return {
    ...(version !== undefined && { stateMachineVersionArn: versionArn(tenant, machine, version) }),
    ...(alias !== undefined && { stateMachineAliasArn: aliasArn(tenant, machine, alias) }),
  };
}
