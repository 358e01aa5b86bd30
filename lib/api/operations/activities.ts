/** CreateActivity, DescribeActivity, DeleteActivity and ListActivities: the register that workers ask under. */

import type { ActivityRecord } from "../../engine/activity-port.ts";
import { activityArn } from "../../engine/identity.ts";
import { mayList } from "../access.ts";
import { activityName } from "../arn.ts";
import { checkName } from "../name.ts";
import { type Call, operation } from "../operation.ts";
import { openPage, pageSize, sealPage } from "../page.ts";
import { noSuchActivity, Refusal } from "../refusal.ts";
import { arn, checkEncryption, checkTags, encryptionConfiguration, mergedTags, type Tag, tag } from "../settings.ts";
import { type Input, list, structure, text } from "../shape.ts";
import { maxResults, nextToken } from "./list-state-machines.ts";

interface Settings {
  readonly encryptionConfiguration: Input<typeof encryptionConfiguration>;
  readonly tags: readonly Tag[];
}

const created = structure({ name: text({ min: 1, max: 80 }) }, { tags: list(tag), encryptionConfiguration });

/** Again under the same name it answers what stands there; other tags change nothing, as on the service. */
export const createActivity = operation(created, async (call, asked) => {
  const { name } = asked;
  checkName(name);
  const activity = { ...call.tenant, name };
  const activityArnText = activityArn(activity);
  const settings: Settings = {
    encryptionConfiguration: checkEncryption(asked.encryptionConfiguration),
    tags: checkTags(activityArnText, mergedTags([], asked.tags ?? [])),
  };
  const { activities, clock } = call.engine.world;
  const record = { ...activity, createdAt: clock.now(), settings: JSON.stringify(settings) };
  const answer = await activities.create(record);
  const stands = answer.kind === "created" ? record : answer.activity;
  if (!sameEncryption(readSettings(stands), settings))
    throw new Refusal("ActivityAlreadyExists", `Activity Already Exists: '${activityArnText}'`);
  return { activityArn: activityArnText, creationDate: new Date(stands.createdAt) };
});

function readSettings(activity: ActivityRecord): Settings {
  return JSON.parse(activity.settings);
}

function sameEncryption(left: Settings, right: Settings): boolean {
  return JSON.stringify(left.encryptionConfiguration) === JSON.stringify(right.encryptionConfiguration);
}

const named = structure({ activityArn: arn });

export const describeActivity = operation(named, async (call, asked) => {
  const activity = await findActivity(call, asked.activityArn);
  return { ...listed(activity), encryptionConfiguration: readSettings(activity).encryptionConfiguration };
});

/** Claims that wait for its workers go on waiting: for the activity under that name, once there is one again. */
export const deleteActivity = operation(named, async (call, asked) => {
  const activity = activityName(call, asked.activityArn);
  if (activity) await call.engine.world.activities.remove(activity);
  return {};
});

export const listActivities = operation(structure({}, { maxResults, nextToken }), async (call, asked) => {
  const question = ["ListActivities"];
  const after = openPage(call, question, asked.nextToken);
  const page = await call.engine.world.activities.list(call.tenant, pageSize(asked.maxResults), after);
  return {
    activities: page.items.filter(({ name }) => mayList(call, name)).map(listed),
    ...(page.next !== undefined && { nextToken: sealPage(call, question, page.next) }),
  };
});

function listed(activity: ActivityRecord) {
  return { activityArn: activityArn(activity), name: activity.name, creationDate: new Date(activity.createdAt) };
}

export async function findActivity(call: Call, arn: string): Promise<ActivityRecord> {
  const name = activityName(call, arn);
  const activity = name && (await call.engine.world.activities.find(name));
  if (!activity) throw noSuchActivity(arn);
  return activity;
}

export function activityTags(activity: ActivityRecord): readonly Tag[] {
  return readSettings(activity).tags;
}

/** Of those who try at once one gets through each time; more rivals than this at one activity is not an accident. */
const mostTries = 100;

export async function changeActivityTags(
  call: Call,
  arn: string,
  find: () => Promise<ActivityRecord>,
  change: (tags: readonly Tag[]) => readonly Tag[],
): Promise<void> {
  for (let tries = 0; tries < mostTries; tries++) {
    const activity = await find();
    const settings = readSettings(activity);
    const after = JSON.stringify({ ...settings, tags: checkTags(arn, change(settings.tags)) });
    const answer = await call.engine.world.activities.replace({ ...activity, settings: after }, activity.settings);
    if (answer === "replaced") return;
  }
  throw new Refusal("ConflictException", `Activity '${arn}' is being changed by other requests`);
}
