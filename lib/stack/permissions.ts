/**
 * Who may do what: one row for each function. Every resource is a single one, but for the objects of the
 * bucket, whose names are not known beforehand.
 */
import { CfnElement, Stack, Validations } from "aws-cdk-lib";
import type * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import type * as events from "aws-cdk-lib/aws-events";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import type * as logs from "aws-cdk-lib/aws-logs";
import type * as s3 from "aws-cdk-lib/aws-s3";
import type * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import { table as names } from "../adapters/aws/names.ts";
import type { AccessKeySecrets } from "./access-keys.ts";
import type { BatonFunction, FunctionName } from "./function.ts";
import type { Queues } from "./queues.ts";

export interface Resources {
  readonly table: dynamodb.Table;
  readonly bucket: s3.Bucket;
  readonly queues: Queues;
  readonly signingKey: secretsmanager.Secret;
  readonly accessKeys: AccessKeySecrets;
}

type Permission = (to: BatonFunction, resources: Resources) => void;

const permissions: Record<FunctionName, readonly Permission[]> = {
  advance: [useTable, send, usePayloads, sign],
  // A Task may call the API's own operations, lists among them.
  tasks: [useTable, useList, send, usePayloads, sign],
  timers: [useTable, send, usePayloads, sign],
  "dead-letters": [useTable, send, usePayloads, sign],
  heal: [useTable, useList, send, usePayloads, sign],
  api: [useTable, useList, send, usePayloads, sign, verify],
  sync: [useTable, useList, send, usePayloads, sign, verify],
};

export function permit(functions: Readonly<Record<FunctionName, BatonFunction>>, resources: Resources): void {
  for (const name of Object.keys(functions) as FunctionName[]) {
    for (const permission of permissions[name]) permission(functions[name], resources);
  }
  // What Task states may call is granted to one role; those who answer requests ask its function.
  for (const name of ["api", "sync"] as const) {
    functions[name].allow(["lambda:InvokeFunction"], [functions.tasks.handler.functionArn]);
  }
}

/** What Task states may call: a function, and with it its versions and aliases, which the CDK tells apart from itself. */
export function permitCalls(to: BatonFunction, called: readonly lambda.IFunction[]): void {
  if (called.length === 0) return;
  to.allow(
    ["lambda:InvokeFunction"],
    called.flatMap((each) => each.resourceArnsForGrantInvoke),
  );
  Validations.of(to).acknowledge(
    ...called.map(({ functionArn }) => ({
      id: `AwsSolutions-IAM5[Resource::${ofNag(Stack.of(to).resolve(functionArn))}:*]`,
      reason: "The versions and aliases of one function.",
    })),
  );
}

interface Intrinsic {
  readonly Ref?: string;
  readonly "Fn::GetAtt"?: readonly string[];
  readonly "Fn::Join"?: readonly [separator: string, parts: readonly unknown[]];
}

/** As cdk-nag writes an ARN: what is known only when it is deployed stands in angle brackets. */
function ofNag(resolved: unknown): string {
  if (typeof resolved === "string") return resolved;
  const { Ref, "Fn::GetAtt": attribute, "Fn::Join": join } = resolved as Intrinsic; // as the CDK resolves an ARN
  if (join) return join[1].map(ofNag).join(join[0]);
  return attribute ? `<${attribute.join(".")}>` : Ref === undefined ? JSON.stringify(resolved) : `<${Ref}>`;
}

/** Each function takes steps, so each may have to tell of them. */
export function permitTelling(
  functions: Readonly<Record<FunctionName, BatonFunction>>,
  {
    statusChangeBus,
    executionLogGroups = [],
  }: { readonly statusChangeBus?: events.IEventBus; readonly executionLogGroups?: readonly logs.ILogGroup[] },
): void {
  const written = executionLogGroups.map((each) => each.logGroupArn);
  for (const each of Object.values(functions)) {
    if (statusChangeBus !== undefined) each.allow(["events:PutEvents"], [statusChangeBus.eventBusArn]);
    if (written.length > 0) each.allow(["logs:CreateLogStream", "logs:PutLogEvents"], written);
  }
}

/** Of Distributed Maps. */
export interface MapRunBuckets {
  /**
   * Buckets whose objects an ItemReader may list and read.
   * @default - Distributed Maps take their items from their input
   */
  readonly itemBuckets?: readonly s3.IBucket[];
  /**
   * Buckets that a ResultWriter may write to.
   * @default - no results are written
   */
  readonly resultBuckets?: readonly s3.IBucket[];
}

/**
 * The files of Distributed Maps: the function that takes the steps reads items and writes results. A bucket under a
 * key of its own asks for the key, too, and for reading it again where a file is written in parts.
 */
export function permitMapRuns(to: BatonFunction, { itemBuckets = [], resultBuckets = [] }: MapRunBuckets): void {
  for (const bucket of itemBuckets) {
    // The other for an ItemReader that names a VersionId.
    to.allow(["s3:GetObject", "s3:GetObjectVersion"], [bucket.arnForObjects("*")]);
    to.allow(["s3:ListBucket"], [bucket.bucketArn]);
    bucket.encryptionKey?.grant(to.role, "kms:Decrypt");
  }
  for (const bucket of resultBuckets) {
    to.allow(["s3:PutObject"], [bucket.arnForObjects("*")]);
    bucket.encryptionKey?.grant(to.role, "kms:GenerateDataKey", "kms:Decrypt");
  }
}

function useTable(to: BatonFunction, { table }: Resources): void {
  const read = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"];
  const write = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"];
  to.allow([...read, ...write, "dynamodb:ConditionCheckItem"], [table.tableArn]);
}

function useList(to: BatonFunction, { table }: Resources): void {
  to.allow(["dynamodb:Query"], [`${table.tableArn}/index/${names.listIndex}`]);
}

function send(to: BatonFunction, { queues }: Resources): void {
  to.allow(["sqs:SendMessage"], [queues.flow.queueArn, queues.tasks.queueArn]);
}

/** Without the right to list, S3 answers "access denied" for an object that is not there. */
function usePayloads(to: BatonFunction, { bucket }: Resources): void {
  to.allow(["s3:GetObject", "s3:PutObject"], [bucket.arnForObjects("*")]);
  to.allow(["s3:ListBucket"], [bucket.bucketArn]);
  Validations.of(to).acknowledge({
    id: `AwsSolutions-IAM5[Resource::<${bucket.stack.getLogicalId(cfnBucket(bucket))}.Arn>/*]`,
    reason: "Objects are named by execution and content; the bucket holds nothing but Baton's payloads.",
  });
}

function sign(to: BatonFunction, { signingKey }: Resources): void {
  to.allow(["secretsmanager:GetSecretValue"], [signingKey.secretArn]);
}

function verify(to: BatonFunction, { accessKeys }: Resources): void {
  accessKeys.readBy(to);
}

function cfnBucket({ node }: s3.Bucket): CfnElement {
  const child = node.defaultChild;
  if (CfnElement.isCfnElement(child)) return child;
  throw new Error(`${node.path} is no bucket of this app`);
}
