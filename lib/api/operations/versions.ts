/** PublishStateMachineVersion, DeleteStateMachineVersion and ListStateMachineVersions. */
import type { MachineRecord } from "../../engine/ports.ts";
import { findMachine, qualifiedName } from "../arn.ts";
import { operation } from "../operation.ts";
import { openPage, pageSize, sealPage } from "../page.ts";
import { invalidArn, noSuchMachine, Refusal } from "../refusal.ts";
import { arn, readSettings, writeSettings } from "../settings.ts";
import { structure, text } from "../shape.ts";
import { findVersion, isVersionNumber, published, publishedAnswer, versionArn } from "../versions.ts";
import { versionDescription } from "./create-state-machine.ts";
import { maxResults, nextToken } from "./list-state-machines.ts";
import { changeMachine } from "./update-state-machine.ts";

export const publishStateMachineVersion = operation(
  structure({ stateMachineArn: arn }, { revisionId: text({}), description: versionDescription }),
  async (call, { stateMachineArn, revisionId, description }) => {
    const machine = await findMachine(call, stateMachineArn);
    const changed = await changeMachine(call, machine, async (stands) => {
      if (revisionId !== undefined) checkRevision(stands, revisionId);
      return await published(call, stands, description);
    });
    if (!changed) throw noSuchMachine(stateMachineArn);
    return publishedAnswer(changed);
  },
);

/** The service's name for the revision that a machine was created with. */
const initialRevision = "INITIAL";

function checkRevision(machine: MachineRecord, wanted: string): void {
  const { revisionId = initialRevision } = readSettings(machine);
  if (wanted === revisionId) return;
  throw new Refusal(
    "ConflictException",
    `Failed to publish the State Machine version for revision ${wanted.slice(0, 100)}. The current State Machine revision is ${revisionId}.`,
  );
}

/** A version that is not there is deleted already. */
export const deleteStateMachineVersion = operation(
  structure({ stateMachineVersionArn: text({ min: 1, max: 2000 }) }),
  async (call, asked) => {
    const name = qualifiedName(call, asked.stateMachineVersionArn);
    if (name && !isVersionNumber(name.qualifier ?? "")) throw invalidArn(asked.stateMachineVersionArn);
    const machine = name && (await call.engine.world.machines.find(call.tenant, name.name));
    if (machine) await changeMachine(call, machine, (stands) => withoutVersion(stands, Number(name.qualifier)));
    return {};
  },
);

function withoutVersion(machine: MachineRecord, number: number): MachineRecord {
  const settings = readSettings(machine);
  if (!findVersion(settings, number)) return machine;
  const leading = settings.aliases?.filter(({ routing }) => routing.some(({ version }) => version === number)) ?? [];
  if (leading.length > 0)
    throw new Refusal(
      "ConflictException",
      `Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [${leading.map(({ name }) => name).join(", ")}]`,
    );
  const versions = settings.versions?.filter((version) => version.number !== number) ?? [];
  return { ...machine, settings: writeSettings({ ...settings, versions }) };
}

/** Newest first. */
export const listStateMachineVersions = operation(
  structure({ stateMachineArn: arn }, { maxResults, nextToken }),
  async (call, asked) => {
    const machine = await findMachine(call, asked.stateMachineArn);
    const question = ["ListStateMachineVersions", machine.name];
    const before = openPage(call, question, asked.nextToken);
    const { versions = [] } = readSettings(machine);
    const left = versions.filter(({ number }) => before === undefined || number < Number(before)).reverse();
    const page = left.slice(0, pageSize(asked.maxResults));
    const last = page.at(-1);
    return {
      stateMachineVersions: page.map(({ number, createdAt }) => ({
        stateMachineVersionArn: versionArn(machine, machine.name, number),
        creationDate: new Date(createdAt),
      })),
      ...(last && left.length > page.length && { nextToken: sealPage(call, question, String(last.number)) }),
    };
  },
);
