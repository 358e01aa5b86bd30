/** CreateStateMachine: by name, once; again with the same content it answers what stands there. */

import { parseDefinitionText } from "../../asl/parse.ts";
import { invalidDefinitionMessage } from "../../asl/problem.ts";
import { machineArn } from "../../engine/identity.ts";
import { saveDefinition } from "../../engine/machines.ts";
import type { MachineRecord } from "../../engine/ports.ts";
import { checkName } from "../name.ts";
import { type Call, operation } from "../operation.ts";
import { beingDeleted, invalid, Refusal } from "../refusal.ts";
import {
  arn,
  checkRole,
  checkTags,
  configured,
  encryptionConfiguration,
  loggingConfiguration,
  mergedTags,
  readSettings,
  sameCreation,
  sameMachine,
  tag,
  tracingConfiguration,
  writeSettings,
} from "../settings.ts";
import { flag, type Input, list, oneOf, structure, text } from "../shape.ts";
import { uuid } from "../uuid.ts";
import { published } from "../versions.ts";

export const definitionText = text({ min: 1, max: 1_048_576, sensitive: true });
export const versionDescription = text({ max: 256, sensitive: true });

const input = structure(
  { name: text({ min: 1, max: 80 }), definition: definitionText, roleArn: arn },
  {
    type: oneOf("STANDARD", "EXPRESS"),
    loggingConfiguration,
    tags: list(tag),
    tracingConfiguration,
    publish: flag,
    versionDescription,
    encryptionConfiguration,
  },
);

export const createStateMachine = operation(input, async (call, asked) => {
  checkName(asked.name);
  checkRole(asked.roleArn);
  checkVersionDescription(asked);
  checkDefinition(asked.definition, asked.type);
  const machine = await recordOf(call, asked);
  const created = await call.engine.world.machines.create(machine);
  const stands = created.kind === "created" ? machine : created.machine;
  const stateMachineArn = machineArn(call.tenant, stands.name);
  if (readSettings(stands).deleting) throw beingDeleted(stateMachineArn);
  if (!sameMachine(machine, stands) || !sameCreation(machine, stands))
    throw new Refusal("StateMachineAlreadyExists", `State Machine Already Exists: '${stateMachineArn}'`);
  return {
    stateMachineArn,
    creationDate: new Date(stands.createdAt),
    ...(asked.publish && { stateMachineVersionArn: `${stateMachineArn}:1` }),
  };
});

async function recordOf(call: Call, asked: Input<typeof input>): Promise<MachineRecord> {
  const { tenant, engine } = call;
  const tags = checkTags(machineArn(tenant, asked.name), mergedTags([], asked.tags ?? []));
  const { publish = false, versionDescription } = asked;
  const createdWith = publish && { createdWith: versionDescription === undefined ? {} : { versionDescription } };
  const settings = writeSettings({ ...configured(asked), tags, ...createdWith });
  const machine: MachineRecord = {
    ...tenant,
    name: asked.name,
    definitionHash: await saveDefinition(engine, asked.definition),
    roleArn: asked.roleArn,
    type: asked.type ?? "STANDARD",
    createdAt: engine.world.clock.now(),
    revisionId: uuid(engine.world.chance),
    settings,
  };
  return publish ? await published(call, machine, versionDescription) : machine;
}

export function checkDefinition(definition: string, type: MachineRecord["type"] = "STANDARD"): void {
  const parsed = parseDefinitionText(definition, { type });
  if (parsed.kind === "problems") throw new Refusal("InvalidDefinition", invalidDefinitionMessage(parsed.problems));
}

export function checkVersionDescription(asked: { publish?: boolean; versionDescription?: string }): void {
  if (asked.versionDescription !== undefined && !asked.publish)
    throw invalid("Version description can only be set when publish is true");
}
