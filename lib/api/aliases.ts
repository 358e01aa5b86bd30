/**
 * Aliases of a machine: a name that leads to one version, or to two by weight. What a request may route to
 * is checked here; the machine's record holds them, in the order of their names.
 */
import { machineArn } from "../engine/identity.ts";
import type { MachineRecord, Tenant } from "../engine/ports.ts";
import { type QualifiedName, qualifiedName } from "./arn.ts";
import type { Call } from "./operation.ts";
import { invalid, invalidArn, noSuchResource, type Refusal } from "./refusal.ts";
import { type Alias, arn, type Route, readSettings, type Settings } from "./settings.ts";
import { type Input, integer, list, structure } from "./shape.ts";
import { findVersion, isVersionNumber } from "./versions.ts";

export const routingConfiguration = list(structure({ stateMachineVersionArn: arn, weight: integer(0, 100) }), {
  min: 1,
  max: 2,
});

type Routing = Input<typeof routingConfiguration>;

export interface Routed {
  readonly machine: string;
  readonly routing: readonly Route[];
}

/** The machine and the versions that a request names; whether they exist is seen in the machine's record. */
export function checkRouting(call: Call, asked: Routing): Routed {
  const arns = asked.map(({ stateMachineVersionArn }) => stateMachineVersionArn);
  const received = `Received: [${arns.join(", ")}]`;
  const names = arns.map((arn) => qualifiedName(call, arn));
  if (names.some((name) => name && !isVersion(name)))
    throw misrouted(`Routing configuration must contain state machine version ARNs. ${received}`);
  const missing = arns[names.indexOf(undefined)];
  if (missing !== undefined) throw noSuchResource(missing); // another tenant's
  const machines = new Set(names.map((name) => name?.name ?? ""));
  if (machines.size > 1)
    throw misrouted(`Routing configuration must contain versions of the same state machine. ${received}`);
  if (new Set(arns).size < arns.length)
    throw misrouted(`Routing configuration must contain distinct state machine version ARNs. ${received}`);
  checkWeights(asked.map(({ weight }) => weight));
  const routing = asked.map(({ weight }, index) => ({ version: Number(names[index]?.qualifier), weight }));
  return { machine: names[0]?.name ?? "", routing };
}

export function misrouted(text: string): Refusal {
  return invalid(text, "INVALID_ROUTING_CONFIGURATION");
}

function isVersion({ qualifier = "" }: QualifiedName): boolean {
  return isVersionNumber(qualifier);
}

function checkWeights(weights: readonly number[]): void {
  if (weights.reduce((sum, weight) => sum + weight, 0) === 100) return;
  throw misrouted(`Sum of routing configuration weights must equal 100. Received: [${weights.join(", ")}]`);
}

/** A version may be deleted while an alias to it is made: whoever writes the record second looks again. */
export function checkVersions(machine: MachineRecord, settings: Settings, routing: readonly Route[]): void {
  for (const { version } of routing)
    if (!findVersion(settings, version)) throw noSuchResource(`${machineArn(machine, machine.name)}:${version}`);
}

export function aliasArn(tenant: Tenant, machine: string, name: string): string {
  return `${machineArn(tenant, machine)}:${name}`;
}

/** An ARN that has the form of an alias's. */
export function aliasName(call: Call, arn: string): (QualifiedName & { readonly qualifier: string }) | undefined {
  const found = qualifiedName(call, arn);
  if (!found) return undefined;
  const { name, qualifier } = found;
  if (qualifier === undefined || isVersion(found)) throw invalidArn(arn);
  return { name, qualifier };
}

export async function findAlias(call: Call, arn: string): Promise<{ machine: MachineRecord; alias: Alias }> {
  const name = aliasName(call, arn);
  const machine = name && (await call.engine.world.machines.find(call.tenant, name.name));
  const alias = machine && aliasOf(readSettings(machine), name.qualifier);
  if (!alias) throw noSuchResource(arn);
  return { machine, alias };
}

export function aliasOf({ aliases = [] }: Settings, name: string): Alias | undefined {
  return aliases.find((alias) => alias.name === name);
}
