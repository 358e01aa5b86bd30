/**
 * The SDK clients of the engine's own calls. Endpoints, region and credentials are found by the SDK itself
 * (AWS_ENDPOINT_URL_…). A Task's calls have clients of their own, which never repeat a call.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { AwsClients } from "./settings.ts";

/**
 * Every call here may be repeated: conditions and names make a second one harmless. Not "adaptive": one
 * throttled key would slow down all calls of the process, and the message that comes back is back-off enough.
 */
const retries = { maxAttempts: 3, retryMode: "standard" } as const;

/** A connection that hangs must not take the whole life of a function; a poll of the queue takes 20 s by itself. */
const patience = { connectionTimeout: 2_000, requestTimeout: 25_000, throwOnRequestTimeout: true } as const;

export function makeClients(given: Partial<AwsClients> = {}): AwsClients {
  const configuration = { ...retries, requestHandler: patience };
  return {
    dynamodb: given.dynamodb ?? new DynamoDBClient(configuration),
    sqs: given.sqs ?? new SQSClient(configuration),
    s3: given.s3 ?? new S3Client(configuration),
    secrets: given.secrets ?? new SecretsManagerClient(configuration),
  };
}
