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
const maxAttempts = 3;
const retryMode = "standard";

/**
 * A request that hangs must not take the whole life of a function: so long each may take, in milliseconds,
 * the wait for a free connection included. A poll of the queue takes 20 seconds by itself, an object of the
 * largest payload a few.
 */
const patience = { dynamodb: 10_000, sqs: 25_000, s3: 15_000, secrets: 10_000 } as const satisfies Record<
  keyof AwsClients,
  number
>;

function configuration(service: keyof AwsClients) {
  const requestHandler = { connectionTimeout: 5_000, requestTimeout: patience[service], throwOnRequestTimeout: true };
  return { maxAttempts, retryMode, requestHandler };
}

export function makeClients(given: Partial<AwsClients> = {}): AwsClients {
  return {
    dynamodb: given.dynamodb ?? new DynamoDBClient(configuration("dynamodb")),
    sqs: given.sqs ?? new SQSClient(configuration("sqs")),
    s3: given.s3 ?? new S3Client({ ...configuration("s3"), forcePathStyle: hasOwnS3() }),
    secrets: given.secrets ?? new SecretsManagerClient(configuration("secrets")),
  };
}

/** A server of one's own has a name for itself, and none for each bucket. */
function hasOwnS3(): boolean {
  return Boolean(process.env["AWS_ENDPOINT_URL_S3"] ?? process.env["AWS_ENDPOINT_URL"]);
}
