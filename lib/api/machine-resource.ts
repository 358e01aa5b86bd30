/**
 * A state machine as a resource of CloudFormation: created, updated and deleted through the API, like anybody
 * would. What it is to be comes as texts. How CloudFormation asks and is answered is not known here.
 */
import { ApiRefusal } from "./signed-call.ts";

/** An operation of the API; rejects with the service's text. */
export type CallApi = (operation: string, input: object) => Promise<Readonly<Record<string, unknown>>>;

/** Which resource it is, of which stack. */
export interface Owner {
  readonly stackId: string;
  readonly logicalId: string;
}

export interface ResourceChange {
  readonly kind: "Create" | "Update" | "Delete";
  readonly owner: Owner;
  /** Its ARN, or what stands for one that was never made. */
  readonly before?: string;
  readonly wanted: Readonly<Record<string, unknown>>;
  readonly old?: Readonly<Record<string, unknown>>;
}

export interface Made {
  readonly physicalId: string;
  readonly attributes: { readonly Arn: string; readonly Name: string };
}

export interface MadeMachine extends Made {
  readonly attributes: Made["attributes"] & { readonly RevisionId: string };
}

export async function changeMachine(change: ResourceChange, call: CallApi): Promise<MadeMachine> {
  const { kind, before, wanted, old } = change;
  const name = text(wanted, "Name");
  if (kind === "Delete") {
    if (before?.startsWith("arn:")) await remove(before, call);
    return { physicalId: before ?? name, attributes: { Arn: before ?? "", Name: name, RevisionId: "" } };
  }
  // Another name or type is another machine: CloudFormation has the old one deleted afterwards.
  const isAnother = old !== undefined && ["Name", "Type"].some((member) => old[member] !== wanted[member]);
  if (kind === "Create" || before === undefined || isAnother) return await create(name, change, call);
  const revisionId = await update(before, { ...gone(old), ...wanted }, call);
  if (revisionId === undefined) return await create(name, change, call);
  await retag(before, tagsIn(old), tagsIn(wanted), call);
  return made(before, name, revisionId);
}

/** Undefined: there is none, as on another installation than before, or where somebody has deleted it. */
async function update(stateMachineArn: string, wanted: ResourceChange["wanted"], call: CallApi): Promise<unknown> {
  try {
    const { revisionId = "INITIAL" } = await call("UpdateStateMachine", { stateMachineArn, ...described(wanted) });
    return revisionId;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

interface Tag {
  readonly key: string;
  readonly value: string;
}

/** As CloudFormation has them: `[{"Key": …, "Value": …}]`, here as one text. */
export function tagsIn(properties: ResourceChange["old"]): readonly Tag[] {
  const written = properties?.["Tags"];
  const tags: unknown = typeof written === "string" ? JSON.parse(written) : [];
  return Array.isArray(tags) ? tags.map(({ Key, Value }) => ({ key: String(Key), value: String(Value) })) : [];
}

/** Only what the template says: what somebody else has tagged stays. */
export async function retag(
  resourceArn: string,
  old: readonly Tag[],
  tags: readonly Tag[],
  call: CallApi,
): Promise<void> {
  const tagKeys = old.map(({ key }) => key).filter((key) => tags.every((tag) => tag.key !== key));
  if (tagKeys.length > 0) await call("UntagResource", { resourceArn, tagKeys });
  const isNew = tags.some(({ key, value }) => !old.some((tag) => tag.key === key && tag.value === value));
  if (isNew) await call("TagResource", { resourceArn, tags });
}

async function create(name: string, { wanted, owner }: ResourceChange, call: CallApi): Promise<MadeMachine> {
  const type = text(wanted, "Type");
  const tags = [...tagsIn(wanted), ...ownTags(owner)];
  const { stateMachineArn } = await call("CreateStateMachine", { name, type, ...described(wanted), tags });
  const arn = String(stateMachineArn);
  await judgeOwner(arn, { owner, what: "State Machine", property: "stateMachineName" }, call);
  return made(arn, name, undefined);
}

export function ownTags({ stackId, logicalId }: Owner): readonly Tag[] {
  return [
    { key: "baton:stack-id", value: stackId },
    { key: "baton:logical-id", value: logicalId },
  ];
}

interface Claim {
  readonly owner: Owner;
  readonly what: string;
  /** By which the template can name it otherwise. */
  readonly property: string;
}

/**
 * With the same content a creation answers what stands under the name, whoever made it: then two resources would have
 * one machine, and the first that goes would take it along. CloudFormation's own is refused there, too.
 */
export async function judgeOwner(resourceArn: string, { owner, what, property }: Claim, call: CallApi): Promise<void> {
  const { tags: stand = [] } = await call("ListTagsForResource", { resourceArn });
  const stands = new Set(Array.isArray(stand) ? stand.map(({ key, value }) => `${key}=${value}`) : []);
  if (ownTags(owner).every(({ key, value }) => stands.has(`${key}=${value}`))) return;
  throw new Error(
    `${what} Already Exists: '${resourceArn}', and it was not made by ${owner.logicalId} of this stack. Give this one another ${property}, or delete that one first.`,
  );
}

/** Each takes as long as a request may, and CloudFormation's handler three minutes. */
const mostDeletions = 5;

/** A call stops open executions for as long as it may take, and leaves what is left to the next. */
async function remove(stateMachineArn: string, call: CallApi): Promise<void> {
  for (let calls = 0; calls < mostDeletions; calls++) {
    await call("DeleteStateMachine", { stateMachineArn });
    if (await isGone(stateMachineArn, call)) return;
  }
  throw new Error(
    `State machine ${stateMachineArn} is being deleted, and has more open executions than could be stopped by now. Delete it again.`,
  );
}

async function isGone(stateMachineArn: string, call: CallApi): Promise<boolean> {
  try {
    await call("DescribeStateMachine", { stateMachineArn });
    return false;
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof ApiRefusal && error.code === "StateMachineDoesNotExist";
}

function made(arn: string, name: string, revisionId: unknown): MadeMachine {
  const RevisionId = typeof revisionId === "string" ? revisionId : "INITIAL";
  return { physicalId: arn, attributes: { Arn: arn, Name: name, RevisionId } };
}

/** What the template has said before, and may say no more: to leave it out of a request would leave it as it is. */
function gone(old: ResourceChange["old"]): ResourceChange["wanted"] {
  return {
    ...(old?.["LoggingConfiguration"] !== undefined && { LoggingConfiguration: JSON.stringify({ level: "OFF" }) }),
    ...(old?.["Tracing"] !== undefined && { Tracing: "false" }),
  };
}

function described(wanted: ResourceChange["wanted"]): object {
  const logging = wanted["LoggingConfiguration"];
  const tracing = wanted["Tracing"];
  return {
    definition: text(wanted, "Definition"),
    roleArn: text(wanted, "RoleArn"),
    ...(typeof logging === "string" ? { loggingConfiguration: JSON.parse(logging) } : {}),
    ...(tracing === undefined ? {} : { tracingConfiguration: { enabled: tracing === "true" } }),
  };
}

export function text(wanted: ResourceChange["wanted"], member: string): string {
  const value = wanted[member];
  if (typeof value === "string") return value;
  throw new Error(`the resource has no ${member}`);
}
