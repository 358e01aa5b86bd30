/** TagResource, UntagResource and ListTagsForResource, for state machines and activities. */

import type { ActivityRecord } from "../../engine/activity-port.ts";
import { parseActivityArn, parseMachineArn } from "../../engine/identity.ts";
import type { MachineRecord } from "../../engine/ports.ts";
import { activityName, machineName, misshapen } from "../arn.ts";
import { type Call, operation } from "../operation.ts";
import { noSuchResource } from "../refusal.ts";
import { arn, checkTags, mergedTags, readSettings, type Tag, tag, writeSettings } from "../settings.ts";
import { list, structure, text } from "../shape.ts";
import { activityTags, changeActivityTags } from "./activities.ts";
import { changeMachine } from "./update-state-machine.ts";

export const tagResource = operation(structure({ resourceArn: arn, tags: list(tag) }), async (call, asked) => {
  await changeTags(call, asked.resourceArn, (tags) => mergedTags(tags, asked.tags));
  return {};
});

export const untagResource = operation(
  structure({ resourceArn: arn, tagKeys: list(text({ min: 1, max: 128 })) }),
  async (call, asked) => {
    await changeTags(call, asked.resourceArn, (tags) => tags.filter(({ key }) => !asked.tagKeys.includes(key)));
    return {};
  },
);

export const listTagsForResource = operation(structure({ resourceArn: arn }), async (call, asked) => ({
  tags: parseActivityArn(asked.resourceArn)
    ? activityTags(await findTaggedActivity(call, asked.resourceArn))
    : readSettings(await findResource(call, asked.resourceArn)).tags,
}));

async function changeTags(
  call: Call,
  resource: string,
  change: (tags: readonly Tag[]) => readonly Tag[],
): Promise<void> {
  if (parseActivityArn(resource)) {
    await changeActivityTags(call, resource, () => findTaggedActivity(call, resource), change);
    return;
  }
  const changed = await changeMachine(call, await findResource(call, resource), (machine) => {
    const settings = readSettings(machine);
    return { ...machine, settings: writeSettings({ ...settings, tags: checkTags(resource, change(settings.tags)) }) };
  });
  if (!changed) throw noSuchResource(resource);
}

async function findResource(call: Call, resource: string): Promise<MachineRecord> {
  if (!parseMachineArn(resource)) throw misshapen(resource);
  const name = machineName(call, resource);
  const machine = name === undefined ? undefined : await call.engine.world.machines.find(call.tenant, name);
  if (!machine) throw noSuchResource(resource);
  return machine;
}

async function findTaggedActivity(call: Call, resource: string): Promise<ActivityRecord> {
  const name = activityName(call, resource);
  const activity = name && (await call.engine.world.activities.find(name));
  if (!activity) throw noSuchResource(resource);
  return activity;
}
