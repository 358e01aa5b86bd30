/**
 * What a machine has beside its definition, as the API names it: kept as one JSON text in its record,
 * written and read here only.
 */
import type { MachineRecord } from "../engine/ports.ts";
import { Refusal } from "./refusal.ts";
import { flag, type Input, integer, list, oneOf, structure, text } from "./shape.ts";

export const arn = text({ min: 1, max: 256 });

export const tag = structure({}, { key: text({ min: 1, max: 128 }), value: text({ min: 0, max: 256 }) });

export const loggingConfiguration = structure(
  {},
  {
    level: oneOf("ALL", "ERROR", "FATAL", "OFF"),
    includeExecutionData: flag,
    destinations: list(structure({}, { cloudWatchLogsLogGroup: structure({}, { logGroupArn: arn }) })),
  },
);

export const tracingConfiguration = structure({}, { enabled: flag });

export const encryptionConfiguration = structure(
  { type: oneOf("AWS_OWNED_KEY", "CUSTOMER_MANAGED_KMS_KEY") },
  { kmsKeyId: text({ min: 1, max: 2048 }), kmsDataKeyReusePeriodSeconds: integer(60, 900) },
);

export interface Tag {
  readonly key: string;
  readonly value: string;
}

export interface Settings {
  readonly loggingConfiguration: Input<typeof loggingConfiguration>;
  readonly tracingConfiguration: { readonly enabled: boolean };
  readonly encryptionConfiguration: Input<typeof encryptionConfiguration>;
  readonly tags: readonly Tag[];
  /** The service shows a revision only once a machine was updated. The record's own id changes with every write. */
  readonly revisionId?: string;
  readonly updatedAt?: number;
  /** The latest before this one, oldest first. */
  readonly former?: readonly Revision[];
  /** Published, oldest first. A number is given once, also after its version was deleted. */
  readonly versions?: readonly Version[];
  readonly latestVersion?: number;
  readonly aliases?: readonly Alias[];
  /** CreateStateMachine was asked to publish: asked again without, it means another machine. */
  readonly createdWith?: { readonly versionDescription?: string };
  /** Being deleted: its open executions are stopped, none is started. */
  readonly deleting?: true;
}

export interface Revision {
  /** Absent: the one that the machine was created with. */
  readonly id?: string;
  readonly since: number;
}

/** What the record lists of a version: starting by the record itself must not have to read all that versions pin. */
export interface Version {
  readonly number: number;
  readonly createdAt: number;
  /** Absent: of the revision that the machine was created with. */
  readonly revisionId?: string;
  /** Hash of its snapshot. */
  readonly snapshot: string;
}

export interface Alias {
  readonly name: string;
  readonly description?: string;
  readonly routing: readonly Route[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A version and how many of 100 starts it gets. */
export interface Route {
  readonly version: number;
  readonly weight: number;
}

interface Given {
  readonly loggingConfiguration?: Input<typeof loggingConfiguration>;
  readonly tracingConfiguration?: Input<typeof tracingConfiguration>;
  readonly encryptionConfiguration?: Input<typeof encryptionConfiguration>;
}

/** The three configurations of a request with the service's defaults, over what stood there before. */
export function configured(given: Given, before?: Settings): Omit<Settings, "tags"> {
  const logging = given.loggingConfiguration ?? before?.loggingConfiguration ?? {};
  checkLogging(logging);
  return {
    ...before,
    loggingConfiguration: {
      ...logging,
      level: logging.level ?? "OFF",
      includeExecutionData: logging.includeExecutionData ?? false,
    },
    tracingConfiguration: { enabled: (given.tracingConfiguration ?? before?.tracingConfiguration)?.enabled ?? false },
    encryptionConfiguration: checkEncryption(given.encryptionConfiguration ?? before?.encryptionConfiguration),
  };
}

/** A key of the customer's own needs its name, and only with one does a period mean anything. */
export function checkEncryption(
  given: Input<typeof encryptionConfiguration> = { type: "AWS_OWNED_KEY" },
): Input<typeof encryptionConfiguration> {
  const { type, kmsKeyId, kmsDataKeyReusePeriodSeconds } = given;
  const isOwned = type === "AWS_OWNED_KEY";
  if (isOwned && (kmsKeyId !== undefined || kmsDataKeyReusePeriodSeconds !== undefined))
    throw invalidEncryption("kmsKeyId and kmsDataKeyReusePeriodSeconds must not be set for type AWS_OWNED_KEY");
  if (!isOwned && kmsKeyId === undefined)
    throw invalidEncryption("kmsKeyId must be set for type CUSTOMER_MANAGED_KMS_KEY");
  return given;
}

function invalidEncryption(reason: string): Refusal {
  return new Refusal("InvalidEncryptionConfiguration", `Invalid Encryption Configuration: ${reason}`);
}

/** Its form alone: which roles there are, and who may pass them on, is IAM's to say. */
export function checkRole(roleArn: string): void {
  if (/^arn:[^:]+:iam::\d{12}:role\/.+$/.test(roleArn)) return;
  throw new Refusal("InvalidArn", `Invalid Role Arn: '${roleArn}'`);
}

function checkLogging({ level = "OFF", destinations = [] }: Input<typeof loggingConfiguration>): void {
  const refused = (reason: string): Refusal =>
    new Refusal("InvalidLoggingConfiguration", `Invalid Logging Configuration: ${reason}`);
  if (destinations.length > 1 || (level !== "OFF" && destinations.length === 0))
    throw refused("Must specify exactly one Log Destination.");
  const group = destinations[0]?.cloudWatchLogsLogGroup?.logGroupArn;
  if (group === undefined) return;
  // Nobody looks whether the group is there, but an ARN of another form names none.
  const [, qualifier] = /^arn:[^:]+:logs:[^:]+:\d{12}:log-group:[^:]+(:\*)?$/.exec(group) ?? [group, group];
  if (qualifier === undefined) throw refused("Log Group ARN must be provided with '*' qualifier.");
  if (qualifier === group) throw refused("Log Destination not found.");
}

const mostTags = 50;

export function checkTags(resource: string, tags: readonly Tag[]): readonly Tag[] {
  if (tags.length <= mostTags) return tags;
  throw new Refusal("TooManyTags", `Too many tags: '${resource}'`, { members: { resourceName: resource } });
}

/** A later tag of the same key takes the earlier one's place. */
export function mergedTags(before: readonly Tag[], added: readonly { key?: string; value?: string }[]): Tag[] {
  const tags = new Map(before.map(({ key, value }) => [key, value]));
  for (const { key, value } of added) if (key !== undefined) tags.set(key, value ?? "");
  return [...tags].map(([key, value]) => ({ key, value }));
}

export function readSettings(machine: MachineRecord): Settings {
  return JSON.parse(machine.settings);
}

export function writeSettings(settings: Settings): string {
  return JSON.stringify(settings);
}

/** What the service compares when a machine is created again under its name; role and tags are not in it. */
export function sameMachine(left: MachineRecord, right: MachineRecord): boolean {
  const compared = (machine: MachineRecord): string => {
    const { loggingConfiguration, tracingConfiguration, encryptionConfiguration } = readSettings(machine);
    const { definitionHash, type } = machine;
    // What a request leaves out stands behind what it says.
    const { level, includeExecutionData, destinations = [] } = loggingConfiguration;
    const logging = [level, includeExecutionData, destinations];
    return JSON.stringify([definitionHash, type, logging, tracingConfiguration, encryptionConfiguration]);
  };
  return compared(left) === compared(right);
}

/** Of the two, whether CreateStateMachine was to publish is a part of the same request. */
export function sameCreation(left: MachineRecord, right: MachineRecord): boolean {
  return JSON.stringify(readSettings(left).createdWith) === JSON.stringify(readSettings(right).createdWith);
}
