/** What Baton keeps: the table, the bucket for large payloads, and the key that signs its tokens. */
import { Aws, Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as s3 from "aws-cdk-lib/aws-s3";
import * as secretsmanager from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { table as names } from "../adapters/aws/names.ts";

/** One table for everything: logs, summaries, joins, timers. Its rows expire by themselves. */
export function createTable(scope: Construct, removalPolicy: RemovalPolicy): dynamodb.Table {
  const text = dynamodb.AttributeType.STRING;
  const table = new dynamodb.Table(scope, "Table", {
    partitionKey: { name: names.partitionKey, type: text },
    sortKey: { name: names.sortKey, type: text },
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: names.expires,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    removalPolicy,
  });
  table.addGlobalSecondaryIndex({
    indexName: names.listIndex,
    partitionKey: { name: names.listPartitionKey, type: text },
    sortKey: { name: names.listSortKey, type: text },
  });
  return table;
}

/** A message may wait among the timers for a year, and its payload with it. */
const longestMessage = Duration.days(400);

/**
 * As the table's rows: retention, 30 days more, and a week for time to live to catch up, which takes DynamoDB days. A
 * row that outlives its payload cannot be read, and no list that it stands in.
 */
const graceDays = 37;

/**
 * Payloads too large for the log. An execution's go when its rows go, a message's when it cannot be under way
 * any more; definitions stay as long as somebody may ask for them.
 */
export function createBucket(scope: Construct, removalPolicy: RemovalPolicy, retentionDays: number): s3.Bucket {
  const bucket = new s3.Bucket(scope, "Payloads", {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    encryption: s3.BucketEncryption.S3_MANAGED,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    lifecycleRules: [
      { abortIncompleteMultipartUploadAfter: Duration.days(1) },
      { prefix: `${Aws.ACCOUNT_ID}/`, expiration: Duration.days(retentionDays + graceDays) },
      { prefix: "messages/", expiration: longestMessage },
    ],
    removalPolicy,
    // A bucket with something in it cannot be deleted, nor a stack with such a bucket.
    autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
  });
  Validations.of(bucket).acknowledge({
    id: "AwsSolutions-S1",
    reason: "Only Baton's functions read and write it; server access logs would cost a write per payload.",
  });
  return bucket;
}

/** The key under which task tokens and page tokens are signed. 64 letters and digits are 48 bytes of base64. */
export function createSigningKey(scope: Construct, removalPolicy: RemovalPolicy): secretsmanager.Secret {
  const secret = new secretsmanager.Secret(scope, "SigningKey", {
    description: "Signs Baton's task tokens and page tokens",
    generateSecretString: {
      secretStringTemplate: "{}",
      generateStringKey: "key",
      passwordLength: 64,
      excludePunctuation: true,
    },
    removalPolicy,
  });
  Validations.of(secret).acknowledge({
    id: "AwsSolutions-SMG4",
    reason: "A rotation would void every task token that is out, and a token may be out for a year.",
  });
  return secret;
}
