/** `aws-sdk:*` against real servers: names, shapes, bytes, times and failures as Step Functions shows them. */
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, test } from "vitest";
import { packageOf } from "../../lib/integrations/sdk/packages.ts";
import { memberCase, wordCase } from "../../lib/integrations/sdk/words.ts";
import { callWith } from "./call-with.ts";
import { withServers } from "./with-servers.ts";

describe("names", () => {
  test.each([
    // the SDK's    Step Functions'
    ["KMSKeyArn", "KmsKeyArn"],
    ["ARN", "Arn"],
    ["ETag", "ETag"],
    ["DBInstanceIdentifier", "DbInstanceIdentifier"],
    ["MD5OfMessageBody", "Md5OfMessageBody"],
    ["SSEKMSKeyId", "SsekmsKeyId"],
    ["BOOL", "Bool"],
    ["NULL", "Nul"],
    ["N", "N"],
    ["jobName", "JobName"],
    ["S3Uri", "S3Uri"],
    ["ChecksumSHA256", "ChecksumSHA256"],
    ["ChecksumCRC32", "ChecksumCRC32"],
    ["EnableIAMDatabaseAuthentication", "EnableIAMDatabaseAuthentication"],
    ["enableECSManagedTags", "EnableECSManagedTags"],
  ])("the member %s is %s", (name, expected) => expect(memberCase(name)).toBe(expected));

  test.each([
    ["DynamoDB", "DynamoDb"],
    ["Secrets Manager", "SecretsManager"],
    ["CloudWatch Logs", "CloudWatchLogs"],
    ["API Gateway", "ApiGateway"],
    ["ApiGatewayV2", "ApiGatewayV2"],
    ["SFN", "Sfn"],
    ["EC2", "Ec2"],
    ["IoT", "Iot"],
    ["Elastic Load Balancing v2", "ElasticLoadBalancingV2"],
  ])("the service %s is %s", (name, expected) => expect(wordCase(name)).toBe(expected));

  test.each([
    ["s3", "client-s3"],
    ["secretsmanager", "client-secrets-manager"],
    ["cloudwatchlogs", "client-cloudwatch-logs"],
    ["cognitoidentityprovider", "client-cognito-identity-provider"],
    ["config", "client-config-service"],
    ["elasticloadbalancingv2", "client-elastic-load-balancing-v2"],
  ])("the package of %s is %s", (service, expected) => expect(packageOf(service)).toBe(`@aws-sdk/${expected}`));
});

const { started, title } = await withServers("the SDK's services", { dynamodb: true, s3: true });

const call = (resource: string, input: unknown) =>
  callWith({ functions: [] }, `arn:aws:states:::aws-sdk:${resource}`, input);
async function output(resource: string, input: unknown): Promise<unknown> {
  const result = await call(resource, input);
  return result.kind === "failed" ? result : JSON.parse(result.output);
}

describe.runIf(started)(title, () => {
  const Bucket = "things";
  beforeAll(async () => {
    await new S3Client({ forcePathStyle: true }).send(new CreateBucketCommand({ Bucket }));
    const table = new CreateTableCommand({
      TableName: "sdk-things",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
    });
    await new DynamoDBClient().send(table);
  });

  test("S3: an object's body is text, JSON given as such is written as it stands, and nothing tells of HTTP", async () => {
    expect(await output("s3:putObject", `{"Bucket":"${Bucket}","Key":"a b/ü","Body":{"n": 1.0}}`)).toEqual({
      ChecksumCRC32: expect.any(String),
      ETag: expect.any(String),
    });
    expect(await output("s3:getObject", { Bucket, Key: "a b/ü" })).toMatchObject({
      Body: '{"n":1.0}',
      ContentLength: 9,
      LastModified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    expect(await output("s3:listObjectsV2", { Bucket })).toMatchObject({
      Contents: [{ Key: "a b/ü", Size: 9 }],
      KeyCount: 1,
    });
  });

  test("Secrets Manager: acronyms are words, and the attempt names the request", async () => {
    const created = await output("secretsmanager:createSecret", { Name: "s", SecretString: { a: 1 } });
    expect(created).toMatchObject({
      Arn: expect.stringMatching(/^arn:aws:secretsmanager:/),
      VersionId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-/),
    });
    // The same attempt again is the same request to the service: no second version, no failure.
    expect(await output("secretsmanager:getSecretValue", { SecretId: "s" })).toMatchObject({
      SecretString: '{"a":1}',
      VersionId: (created as { VersionId: string }).VersionId,
      CreatedDate: expect.stringMatching(/Z$/),
    });
  });

  test("DynamoDB: a user's keys stay, the service's own do not", async () => {
    const Item = { id: { S: "1" }, aFlag: { BOOL: true }, raw: { M: { KMSKey: { N: "1.0" } } } };
    expect(await output("dynamodb:putItem", { TableName: "sdk-things", Item })).toEqual({});
    const asked = {
      TableName: "sdk-things",
      KeyConditionExpression: "id = :id",
      ExpressionAttributeValues: { ":id": { S: "1" } },
    };
    expect(await output("dynamodb:query", asked)).toEqual({
      Count: 1,
      Items: [{ aFlag: { Bool: true }, id: { S: "1" }, raw: { M: { KMSKey: { N: "1.0" } } } }],
      ScannedCount: 1,
    });
  });

  test.each([
    [
      "s3:getObject",
      { Bucket, Key: "not there" },
      "S3.NoSuchKeyException",
      /^.+ \(Service: S3, Status Code: 404, Request ID: .*\)$/,
    ],
    ["s3:headObject", { Bucket, Key: "not there" }, "S3.NoSuchKeyException", /^null \(Service: S3, Status Code: 404, /],
    ["s3:headBucket", { Bucket: "not-there" }, "S3.NoSuchBucketException", /^null \(Service: S3, Status Code: 404, /],
    [
      "secretsmanager:getSecretValue",
      { SecretId: "not there" },
      "SecretsManager.ResourceNotFoundException",
      /\(Service: SecretsManager, Status Code: 404, Request ID: .*\)$/,
    ],
    [
      "dynamodb:putItem",
      { TableName: "sdk-things" },
      "DynamoDb.DynamoDbException",
      /\(Service: DynamoDb, Status Code: 400, /,
    ],
  ])("%s %j fails with %s", async (resource, input, error, cause) => {
    expect(await call(resource, input)).toEqual({ kind: "failed", error, cause: expect.stringMatching(cause) });
  });
});

describe("what cannot be called", () => {
  test.each([
    [
      "polly:synthesizeSpeech",
      {},
      /^To call polly:synthesizeSpeech the package @aws-sdk\/client-polly is needed, which is not installed/,
    ],
    ["nothing:atAll", {}, /@aws-sdk\/client-nothing/],
    ["s3:getObjects", {}, /^The service 's3' has no action 'getObjects'/],
    [
      "s3:getObject",
      { Bucket: "b", Kye: "k" },
      /^The field 'Kye' at '\/' of the parameters is not one of the service's: Bucket, /,
    ],
    [
      "s3:getObject",
      { Bucket: "b", Key: "k", PartNumber: "x" },
      /^The value at '\/PartNumber' of the parameters must be a number, but was: "x"/,
    ],
    ["s3:getObject", [], /^The value at '\/' of the parameters must be an object, but was: \[\]/],
  ])("%s %j", async (resource, input, cause) => {
    expect(await call(resource, input)).toEqual({
      kind: "failed",
      error: "States.Runtime",
      cause: expect.stringMatching(cause),
    });
  });
});
