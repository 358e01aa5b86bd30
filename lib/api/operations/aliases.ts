/** Create, Update, Describe, List and Delete of a state machine's aliases. */
import { machineArn } from "../../engine/identity.ts";
import type { MachineRecord } from "../../engine/ports.ts";
import {
  aliasArn,
  aliasName,
  aliasOf,
  checkRouting,
  checkVersions,
  findAlias,
  misrouted,
  routingConfiguration,
} from "../aliases.ts";
import { type Call, operation } from "../operation.ts";
import { openPage, pageSize, sealPage } from "../page.ts";
import { beingDeleted, invalid, noSuchMachine, noSuchResource, Refusal, tooMany } from "../refusal.ts";
import { type Alias, arn, readSettings, writeSettings } from "../settings.ts";
import { type Input, structure, text } from "../shape.ts";
import { findNamed } from "../target.ts";
import { versionArn } from "../versions.ts";
import { maxResults, nextToken } from "./list-state-machines.ts";
import { changeMachine } from "./update-state-machine.ts";

const mostAliases = 100;
const description = text({ max: 256, sensitive: true });
const stateMachineAliasArn = arn;

const creation = structure(
  {
    name: text({ min: 1, max: 80, pattern: String.raw`^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$` }),
    routingConfiguration,
  },
  { description },
);

export const createStateMachineAlias = operation(creation, async (call, asked) => {
  const { machine: name } = checkRouting(call, asked.routingConfiguration);
  const machine = await call.engine.world.machines.find(call.tenant, name);
  if (!machine) throw noSuchResource(machineArn(call.tenant, name));
  const changed = await changeMachine(call, machine, (stands) => withAlias(call, stands, asked));
  if (!changed) throw noSuchResource(machineArn(call.tenant, name));
  const alias = aliasOf(readSettings(changed), asked.name);
  if (!alias) throw new Error(`alias ${asked.name} was created and is not there`);
  return { stateMachineAliasArn: aliasArn(changed, changed.name, alias.name), creationDate: new Date(alias.createdAt) };
});

function withAlias(call: Call, machine: MachineRecord, asked: Input<typeof creation>): MachineRecord {
  const settings = readSettings(machine);
  const { aliases = [], deleting } = settings;
  if (deleting) throw beingDeleted(machineArn(machine, machine.name));
  const { routing } = checkRouting(call, asked.routingConfiguration);
  checkVersions(machine, settings, routing);
  const now = call.engine.world.clock.now();
  const { name, description } = asked;
  const alias = { name, ...(description !== undefined && { description }), routing, createdAt: now, updatedAt: now };
  const stands = aliasOf(settings, name);
  if (stands && sameAlias(stands, alias)) return machine;
  if (stands)
    throw new Refusal(
      "ConflictException",
      "Failed to create alias because an alias with the same name and a different routing configuration already exists.",
    );
  if (aliases.length >= mostAliases) throw tooMany("aliases", machine.name, mostAliases);
  const sorted = [...aliases, alias].sort((left, right) => (left.name < right.name ? -1 : 1));
  return { ...machine, settings: writeSettings({ ...settings, aliases: sorted }) };
}

function sameAlias(left: Alias, right: Alias): boolean {
  const compared = ({ description, routing }: Alias): string => JSON.stringify([description, routing]);
  return compared(left) === compared(right);
}

const update = structure({ stateMachineAliasArn }, { description, routingConfiguration });

export const updateStateMachineAlias = operation(update, async (call, asked) => {
  if (asked.description === undefined && asked.routingConfiguration === undefined)
    throw invalid("Either the description or the RoutingConfiguration must be specified", "MISSING_REQUIRED_PARAMETER");
  const { machine, alias } = await findAlias(call, asked.stateMachineAliasArn);
  const changed = await changeMachine(call, machine, (stands) => changedAlias(call, stands, alias.name, asked));
  if (!changed) throw noSuchResource(asked.stateMachineAliasArn);
  return { updateDate: new Date(aliasOf(readSettings(changed), alias.name)?.updatedAt ?? alias.updatedAt) };
});

function changedAlias(
  call: Call,
  machine: MachineRecord,
  name: string,
  { stateMachineAliasArn, description, routingConfiguration }: Input<typeof update>,
): MachineRecord {
  const settings = readSettings(machine);
  if (settings.deleting) throw beingDeleted(machineArn(machine, machine.name));
  const stands = aliasOf(settings, name);
  if (!stands) throw noSuchResource(stateMachineAliasArn);
  const routed = routingConfiguration && checkRouting(call, routingConfiguration);
  if (routed && routed.machine !== machine.name)
    throw misrouted("Routing configuration must contain versions of the alias's own state machine.");
  const alias = {
    ...stands,
    ...(description !== undefined && { description }),
    routing: routed?.routing ?? stands.routing,
  };
  checkVersions(machine, settings, alias.routing);
  if (sameAlias(stands, alias)) return machine;
  const changed = { ...alias, updatedAt: call.engine.world.clock.now() };
  const aliases = settings.aliases?.map((one) => (one.name === name ? changed : one)) ?? [];
  return { ...machine, settings: writeSettings({ ...settings, aliases }) };
}

export const describeStateMachineAlias = operation(structure({ stateMachineAliasArn }), async (call, asked) => {
  const { machine, alias } = await findAlias(call, asked.stateMachineAliasArn);
  return {
    stateMachineAliasArn: aliasArn(machine, machine.name, alias.name),
    name: alias.name,
    ...(alias.description !== undefined && { description: alias.description }),
    routingConfiguration: alias.routing.map(({ version, weight }) => ({
      stateMachineVersionArn: versionArn(machine, machine.name, version),
      weight,
    })),
    creationDate: new Date(alias.createdAt),
    updateDate: new Date(alias.updatedAt),
  };
});

/** By name; of a version: those that lead to it. */
export const listStateMachineAliases = operation(
  structure({ stateMachineArn: arn }, { maxResults, nextToken }),
  async (call, asked) => {
    const { machine, settings, version, alias } = await findNamed(call, asked.stateMachineArn);
    if (alias) throw noSuchMachine(asked.stateMachineArn);
    const question = ["ListStateMachineAliases", machine.name, version?.number];
    const after = openPage(call, question, asked.nextToken) ?? "";
    const left = (settings.aliases ?? [])
      .filter(({ routing }) => !version || routing.some((route) => route.version === version.number))
      .filter(({ name }) => name > after);
    const page = left.slice(0, pageSize(asked.maxResults));
    const last = page.at(-1);
    return {
      stateMachineAliases: page.map(({ name, createdAt }) => ({
        stateMachineAliasArn: aliasArn(machine, machine.name, name),
        creationDate: new Date(createdAt),
      })),
      ...(last && left.length > page.length && { nextToken: sealPage(call, question, last.name) }),
    };
  },
);

/** An alias that is not there is deleted already (as recorded, whatever the service's model lists). */
export const deleteStateMachineAlias = operation(structure({ stateMachineAliasArn }), async (call, asked) => {
  const name = aliasName(call, asked.stateMachineAliasArn);
  const machine = name && (await call.engine.world.machines.find(call.tenant, name.name));
  if (machine) await changeMachine(call, machine, (stands) => withoutAlias(stands, name.qualifier));
  return {};
});

function withoutAlias(machine: MachineRecord, name: string): MachineRecord {
  const settings = readSettings(machine);
  if (!aliasOf(settings, name)) return machine;
  const aliases = settings.aliases?.filter((alias) => alias.name !== name) ?? [];
  return { ...machine, settings: writeSettings({ ...settings, aliases }) };
}
