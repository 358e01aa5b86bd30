/**
 * Finds the table, queues and bucket of an installation by their names, and makes those that are missing if it is
 * told to: for endpoints that only speak the services' protocols, and for a first try. On AWS the stack makes them,
 * with backups, encryption and alarms that are not made here.
 */
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import {
  BucketAlreadyExists,
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  HeadBucketCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { table as tableNames } from "./names.ts";
import type { AwsClients } from "./settings.ts";
import { tableDescription } from "./tables.ts";

/** A queue goes by its name or its URL. */
export interface InstallationNames {
  readonly table: string;
  readonly bucket: string;
  readonly flowQueue: string;
  readonly tasksQueue: string;
  readonly deadLetterQueue: string;
}

export interface InstallationOptions {
  /** Makes what is not there. */
  readonly create: boolean;
  /** How long a task's call may take; counts for queues that are made. Default: a function's quarter of an hour. */
  readonly taskTimeoutSeconds?: number;
  readonly onCreated?: (what: string) => void;
}

export interface Installation {
  readonly table: string;
  readonly bucket: string;
  readonly flowQueueUrl: string;
  readonly tasksQueueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** How long a message of the tasks queue stays invisible: no other worker judges its attempt before. */
  readonly taskVisibilitySeconds: number;
}

/** As the stack has them: see `lib/stack/queues.ts`. */
const flowVisibility = 180;
const maxReceiveCount = 20;
const retentionSeconds = 14 * 86_400;
const usualTaskTimeout = 900;
/** A table is ready in seconds; on AWS it may take a minute. */
const longestWait = 120;

export async function openInstallation(
  { dynamodb, sqs, s3 }: Pick<AwsClients, "dynamodb" | "sqs" | "s3">,
  names: InstallationNames,
  options: InstallationOptions,
): Promise<Installation> {
  const { taskTimeoutSeconds = usualTaskTimeout } = options;
  // One after the other: of several that are missing, always the same is named.
  await findTable(dynamodb, names.table, options);
  await findBucket(s3, names.bucket, options);
  const deadLetterQueueUrl = await findQueue(
    sqs,
    names.deadLetterQueue,
    "--dead-letter-queue",
    flowVisibility,
    options,
  );
  const deadLetterTargetArn = await attributeOf(sqs, deadLetterQueueUrl, "QueueArn");
  const redrive = { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }) };
  const taskVisibility = taskTimeoutSeconds + Math.ceil(taskTimeoutSeconds / 30);
  const flowQueueUrl = await findQueue(sqs, names.flowQueue, "--flow-queue", flowVisibility, options, redrive);
  const tasksQueueUrl = await findQueue(sqs, names.tasksQueue, "--tasks-queue", taskVisibility, options, redrive);
  const taskVisibilitySeconds = Number(await attributeOf(sqs, tasksQueueUrl, "VisibilityTimeout"));
  const { table, bucket } = names;
  return { table, bucket, flowQueueUrl, tasksQueueUrl, deadLetterQueueUrl, taskVisibilitySeconds };
}

function missing(what: string, option: string): Error {
  return new Error(`there is no ${what} at this endpoint; name another with ${option}, or make it with --create`);
}

async function findTable(dynamodb: DynamoDBClient, TableName: string, options: InstallationOptions): Promise<void> {
  try {
    await dynamodb.send(new DescribeTableCommand({ TableName }));
    return;
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    if (!options.create) throw missing(`table '${TableName}'`, "--table");
  }
  const made = await unlessThere(dynamodb.send(new CreateTableCommand(tableDescription(TableName))), [
    ResourceInUseException,
  ]);
  await waitUntilTableExists({ client: dynamodb, maxWaitTime: longestWait, minDelay: 1 }, { TableName });
  if (!made) return; // another worker made it at the same time, and sees to the rest
  const TimeToLiveSpecification = { AttributeName: tableNames.expires, Enabled: true };
  await dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  options.onCreated?.(`table ${TableName}`);
}

async function findBucket(s3: S3Client, Bucket: string, options: InstallationOptions): Promise<void> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket }));
    return;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    if (!options.create) throw missing(`bucket '${Bucket}'`, "--bucket");
  }
  const region = await s3.config.region();
  const create = new CreateBucketCommand({
    Bucket,
    // The one Region that must not be named.
    ...(region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint: region as "eu-central-1" } }),
  });
  const made = await unlessThere(s3.send(create), [BucketAlreadyOwnedByYou, BucketAlreadyExists]);
  if (made) options.onCreated?.(`bucket ${Bucket}`);
}

/** S3 has no body in the answer to a HEAD, so the status is all there is. */
function isNotFound(error: unknown): boolean {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404;
}

async function findQueue(
  sqs: SQSClient,
  given: string,
  option: string,
  visibilitySeconds: number,
  options: InstallationOptions,
  attributes: Readonly<Record<string, string>> = {},
): Promise<string> {
  if (/^https?:/.test(given)) return given;
  try {
    const { QueueUrl = "" } = await sqs.send(new GetQueueUrlCommand({ QueueName: given }));
    return QueueUrl;
  } catch (error) {
    if (!(error instanceof QueueDoesNotExist)) throw error;
    if (!options.create) throw missing(`queue '${given}'`, option);
  }
  const Attributes = {
    VisibilityTimeout: String(visibilitySeconds),
    MessageRetentionPeriod: String(retentionSeconds),
    ...attributes,
  };
  // Making a queue that is there with the same attributes answers its URL.
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: given, Attributes }));
  options.onCreated?.(`queue ${given}`);
  return QueueUrl;
}

async function attributeOf(sqs: SQSClient, QueueUrl: string, name: "QueueArn" | "VisibilityTimeout"): Promise<string> {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }));
  const value = Attributes?.[name];
  if (value === undefined) throw new Error(`queue ${QueueUrl} does not say its ${name}`);
  return value;
}

/** False: somebody else had made it. */
async function unlessThere(
  made: Promise<unknown>,
  meaning: readonly (new (...args: never[]) => Error)[],
): Promise<boolean> {
  try {
    await made;
    return true;
  } catch (error) {
    if (meaning.some((kind) => error instanceof kind)) return false;
    throw error;
  }
}
