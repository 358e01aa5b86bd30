/** SQS, SNS and DynamoDB as a Task calls them, against servers that speak their protocols. */
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CallResult } from "../../lib/engine/ports.ts";
import { startServers } from "../servers/servers.ts";
import { callWith } from "./call-with.ts";

const servers = await startServers({ dynamodb: true, sqs: true, s3: true });
const title = servers.kind === "started" ? "services" : `services (skipped: ${servers.reason})`;

describe.runIf(servers.kind === "started")(title, () => {
  const environment = servers.kind === "started" ? servers.environment : {};
  const before = Object.fromEntries(Object.keys(environment).map((name) => [name, process.env[name]]));
  const TableName = "things";
  let QueueUrl = "";
  let TopicArn = "";

  beforeAll(async () => {
    Object.assign(process.env, environment);
    ({ QueueUrl = "" } = await new SQSClient().send(new CreateQueueCommand({ QueueName: "letters" })));
    ({ TopicArn = "" } = await new SNSClient().send(new CreateTopicCommand({ Name: "news" })));
    const table = new CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
    });
    await new DynamoDBClient().send(table);
  });
  afterAll(async () => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    if (servers.kind === "started") await servers.stop();
  });

  const call = (action: string, input: unknown) => callWith({ functions: [] }, `arn:aws:states:::${action}`, input);
  const outputOf = (result: CallResult) => (result.kind === "failed" ? result : JSON.parse(result.output));
  const metadata = {
    SdkHttpMetadata: {
      AllHttpHeaders: { "Content-Type": [expect.any(String)] },
      HttpHeaders: { "Content-Type": expect.any(String) },
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: expect.any(String) },
  };
  async function received(): Promise<string | undefined> {
    const { Messages = [] } = await new SQSClient().send(new ReceiveMessageCommand({ QueueUrl }));
    return Messages[0]?.Body;
  }

  test("a message is sent, and JSON in it is sent as text", async () => {
    const result = await call(
      "sqs:sendMessage",
      `{"QueueUrl":"${QueueUrl}","MessageBody":{"n": 1.0, "TaskToken":"t"}}`,
    );
    expect(result.kind).toBe("succeeded");
    expect(outputOf(result)).toMatchObject({
      MD5OfMessageBody: expect.any(String),
      MessageId: expect.any(String),
      ...metadata,
    });
    expect(await received()).toBe('{"n":1.0,"TaskToken":"t"}');
  });

  test("with a task token the message is only submitted", async () => {
    const result = await call("sqs:sendMessage.waitForTaskToken", { QueueUrl, MessageBody: "hello" });
    expect(result.kind).toBe("submitted");
    expect(await received()).toBe("hello");
  });

  test("a topic", async () => {
    const result = await call("sns:publish", { TopicArn, Message: { news: true } });
    expect(outputOf(result)).toMatchObject({ MessageId: expect.any(String), ...metadata });
  });

  test("plain text is an attribute's value, in lists too; where it can be none, the call is refused", async () => {
    const Item = { id: "p", done: { BOOL: "false" }, list: { L: ["a", { N: "1" }] }, more: { M: { x: "y" } } };
    await call("dynamodb:putItem", { TableName, Item });
    expect(outputOf(await call("dynamodb:getItem", { TableName, Key: { id: "p" } }))).toMatchObject({
      Item: {
        id: { S: "p" },
        done: { BOOL: false },
        list: { L: [{ S: "a" }, { N: "1" }] },
        more: { M: { x: { S: "y" } } },
      },
    });
    const number = await call("dynamodb:putItem", { TableName, Item: { id: 7 } });
    expect(number.kind === "failed" && number.error).toBe("States.Runtime");
    const bySdk = await call("aws-sdk:dynamodb:putItem", { TableName, Item: { id: "p" } });
    expect(bySdk.kind === "failed" && bySdk.error).toBe("States.Runtime");
  });

  test("an item is put, read, updated and deleted", async () => {
    const Item = { id: { S: "1" }, data: { S: "HelloWorld" }, raw: { B: "AAEC" } };
    const Key = { id: { S: "1" } };
    expect(outputOf(await call("dynamodb:putItem", { TableName, Item }))).toEqual({
      SdkHttpMetadata: expect.any(Object),
      SdkResponseMetadata: expect.any(Object),
    });
    expect(outputOf(await call("dynamodb:getItem", { TableName, Key }))).toMatchObject({ Item });
    const update = {
      UpdateExpression: "set S=:r",
      ExpressionAttributeValues: { ":r": { S: "new" } },
      ReturnValues: "UPDATED_NEW",
    };
    expect(outputOf(await call("dynamodb:updateItem", { TableName, Key, ...update }))).toMatchObject({
      Attributes: { S: { S: "new" } },
    });
    await call("dynamodb:deleteItem", { TableName, Key });
    expect(outputOf(await call("dynamodb:getItem", { TableName, Key }))).not.toHaveProperty("Item");
  });

  test.each([
    [
      "sqs:sendMessage",
      () => ({ QueueUrl: `${QueueUrl}-not`, MessageBody: "x" }),
      "SQS.QueueDoesNotExistException",
      /\(Service: AmazonSQS; Status Code: 400; Error Code: QueueDoesNotExist; Request ID: .*; Proxy: null\)$/,
    ],
    [
      "sns:publish",
      () => ({ TopicArn: `${TopicArn}-not`, Message: "x" }),
      "SNS.NotFoundException",
      / does not exist \(Service: AmazonSNS; Status Code: 404; Error Code: NotFound; Request ID: .*; Proxy: null\)$/,
    ],
    [
      "dynamodb:getItem",
      () => ({ TableName: "nothing", Key: { id: { S: "1" } } }),
      "DynamoDB.ResourceNotFoundException",
      /\(Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ResourceNotFoundException; /,
    ],
    [
      "dynamodb:putItem",
      () => ({ TableName, Item: { id: { S: "1" } }, ConditionExpression: "attribute_exists(id)" }),
      "DynamoDB.ConditionalCheckFailedException",
      /^The conditional request failed \(/,
    ],
    [
      "dynamodb:getItem",
      () => ({ TableName, Key: {} }),
      "DynamoDB.AmazonDynamoDBException",
      /Error Code: ValidationException/,
    ],
  ] as const)("%s fails", async (action, input, error, cause) => {
    expect(await call(action, input())).toEqual({ kind: "failed", error, cause: expect.stringMatching(cause) });
  });

  test("a server that is not there", async () => {
    process.env["AWS_ENDPOINT_URL_SNS"] = "http://127.0.0.1:1";
    const result = await call("sns:publish", { TopicArn, Message: "x" });
    expect(result).toMatchObject({
      kind: "failed",
      error: "SNS.SdkClientException",
      cause: /^Unable to execute HTTP request: /,
    });
  });
});
