/** What the adapter has to know to open the world on AWS, and how a function reads it from its environment. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { RequestSeen } from "./counting.ts";
import { environment } from "./names.ts";

export interface AwsClients {
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly secrets: SecretsManagerClient;
}

export interface AwsSettings {
  readonly table: string;
  readonly flowQueueUrl: string;
  readonly tasksQueueUrl: string;
  readonly bucket: string;
  /** EventBridge bus that is told of status changes; absent: none is. */
  readonly eventBus?: string;
  /** Whether metrics are printed, for CloudWatch to read from the log. Off by default. */
  readonly printsMetrics?: boolean;
  /** Messages that killed their worker again and again; absent: nobody here looks after them. */
  readonly deadLetterQueueUrl?: string;
  /** Absent: the key stands in the table. */
  readonly signingKeySecret?: string;
  /** How long deletions and changes of visibility are held back, in milliseconds, to go ten at a time. Default 0. */
  readonly lingerMilliseconds?: number;
  /** How long a poll of the inbox waits for a first message; on Lambda nobody polls. Default 20, SQS's most. */
  readonly receiveWaitSeconds?: number;
  /** Told of every request after it was answered. Off by default: it makes DynamoDB count capacity. */
  readonly onRequest?: (request: RequestSeen) => void;
  /** Those that are not given are made here, with endpoints and credentials as the SDK finds them. */
  readonly clients?: Partial<AwsClients>;
}

const required = {
  table: environment.table,
  flowQueueUrl: environment.flowQueueUrl,
  tasksQueueUrl: environment.tasksQueueUrl,
  bucket: environment.bucket,
  signingKeySecret: environment.signingKeySecret,
} as const;

export function settingsFromEnvironment(env: Readonly<Record<string, string | undefined>>): AwsSettings {
  const missing = Object.values(required).filter((name) => !env[name]);
  if (missing.length > 0) throw new Error(`environment variables missing: ${missing.join(", ")}`);
  const read = (name: string): string => env[name] ?? "";
  return {
    table: read(required.table),
    flowQueueUrl: read(required.flowQueueUrl),
    tasksQueueUrl: read(required.tasksQueueUrl),
    bucket: read(required.bucket),
    signingKeySecret: read(required.signingKeySecret),
    ...(env[environment.eventBus] ? { eventBus: read(environment.eventBus) } : {}),
    printsMetrics: true,
  };
}
