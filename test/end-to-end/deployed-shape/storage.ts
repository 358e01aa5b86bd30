/**
 * Creates a template's table, queues, bucket and secrets on servers that speak the real protocols, from the
 * properties of the template. What an emulator does not have is left out, and said.
 */
import {
  type AttributeDefinition,
  CreateTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
  type KeySchemaElement,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateSecretCommand, GetRandomPasswordCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Json, JsonObject } from "./assembly.ts";
import { object, text } from "./intrinsics.ts";

export interface Created {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Clients {
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly secrets: SecretsManagerClient;
}

/** `name` is the physical one, as CloudFormation would make it up; `leaveOut` notes a property. */
export type Creator = (
  clients: Clients,
  name: string,
  properties: JsonObject,
  leaveOut: (property: string) => void,
) => Promise<Created>;

export function clientsOf(environment: Readonly<Record<string, string>>): Clients {
  const { AWS_REGION: region = "", AWS_ACCESS_KEY_ID: accessKeyId = "" } = environment;
  const credentials = { accessKeyId, secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"] ?? "" };
  const at = (service: string) => ({ region, credentials, endpoint: endpointOf(environment, service) });
  return {
    dynamodb: new DynamoDBClient(at("DYNAMODB")),
    sqs: new SQSClient(at("SQS")),
    s3: new S3Client({ ...at("S3"), forcePathStyle: true }),
    secrets: new SecretsManagerClient(at("SECRETS_MANAGER")),
  };
}

function endpointOf(environment: Readonly<Record<string, string>>, service: string): string {
  const endpoint = environment[`AWS_ENDPOINT_URL_${service}`];
  if (endpoint === undefined) throw new Error(`no server for ${service} was started`);
  return endpoint;
}

export const creators: Readonly<Record<string, Creator>> = {
  "AWS::DynamoDB::Table": createTable,
  "AWS::SQS::Queue": createQueue,
  "AWS::S3::Bucket": createBucket,
  "AWS::SecretsManager::Secret": createSecret,
};

async function createTable(
  { dynamodb }: Clients,
  TableName: string,
  properties: JsonObject,
  leaveOut: (property: string) => void,
): Promise<Created> {
  const known = [
    "KeySchema",
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "TimeToLiveSpecification",
  ];
  for (const property of Object.keys(properties)) if (!known.includes(property)) leaveOut(property);
  const { TableDescription } = await dynamodb.send(
    new CreateTableCommand({
      TableName,
      KeySchema: schema<KeySchemaElement[]>(properties["KeySchema"]),
      AttributeDefinitions: schema<AttributeDefinition[]>(properties["AttributeDefinitions"]),
      GlobalSecondaryIndexes: schema<GlobalSecondaryIndex[]>(properties["GlobalSecondaryIndexes"]),
      BillingMode: "PAY_PER_REQUEST",
    }),
  );
  await waitUntilTableExists({ client: dynamodb, maxWaitTime: 30, minDelay: 1 }, { TableName });
  const { AttributeName, Enabled } = object(properties["TimeToLiveSpecification"]);
  await dynamodb.send(
    new UpdateTimeToLiveCommand({
      TableName,
      TimeToLiveSpecification: { AttributeName: text(AttributeName), Enabled: Enabled === true },
    }),
  );
  return { ref: TableName, attributes: { Arn: TableDescription?.TableArn ?? "" } };
}

/** CloudFormation spells these parts as the API does. */
function schema<T>(value: Json | undefined): T {
  return value as T;
}

/** CloudFormation's name and the API's, where they differ. */
const queueAttributes: Readonly<Record<string, string>> = {
  VisibilityTimeout: "VisibilityTimeout",
  MessageRetentionPeriod: "MessageRetentionPeriod",
  MaximumMessageSize: "MaximumMessageSize",
  DelaySeconds: "DelaySeconds",
  ReceiveMessageWaitTimeSeconds: "ReceiveMessageWaitTimeSeconds",
  RedrivePolicy: "RedrivePolicy",
};

async function createQueue(
  { sqs }: Clients,
  QueueName: string,
  properties: JsonObject,
  leaveOut: (property: string) => void,
): Promise<Created> {
  const attributes = Object.entries(properties).flatMap(([property, value]) => {
    const attribute = queueAttributes[property];
    if (attribute === undefined) leaveOut(property);
    return attribute === undefined
      ? []
      : [[attribute, typeof value === "object" ? JSON.stringify(value) : String(value)]];
  });
  const { QueueUrl = "" } = await sqs.send(
    new CreateQueueCommand({ QueueName, Attributes: Object.fromEntries(attributes) }),
  );
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  return { ref: QueueUrl, attributes: { Arn: Attributes?.["QueueArn"] ?? "", QueueName } };
}

async function createBucket(
  { s3 }: Clients,
  name: string,
  properties: JsonObject,
  leaveOut: (property: string) => void,
): Promise<Created> {
  const Bucket = name.toLowerCase();
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const property of Object.keys(properties)) leaveOut(property);
  return { ref: Bucket, attributes: { Arn: `arn:aws:s3:::${Bucket}` } };
}

async function createSecret({ secrets }: Clients, Name: string, properties: JsonObject): Promise<Created> {
  const written = properties["SecretString"];
  const SecretString = written === undefined ? await generated(secrets, properties) : text(written);
  const { ARN = "" } = await secrets.send(new CreateSecretCommand({ Name, SecretString }));
  return { ref: ARN, attributes: { Id: ARN } };
}

async function generated(secrets: Clients["secrets"], properties: JsonObject): Promise<string> {
  const wanted = object(properties["GenerateSecretString"]);
  const { RandomPassword } = await secrets.send(
    new GetRandomPasswordCommand({
      PasswordLength: Number(wanted["PasswordLength"] ?? 32),
      ExcludePunctuation: wanted["ExcludePunctuation"] === true,
    }),
  );
  const template: JsonObject = JSON.parse(text(wanted["SecretStringTemplate"]));
  return JSON.stringify({ ...template, [text(wanted["GenerateStringKey"])]: RandomPassword ?? "" });
}
