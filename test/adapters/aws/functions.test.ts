/**
 * The functions as Lambda calls them, on real servers: a client of the AWS SDK talks to `api` through API
 * Gateway's event, and the queues' messages go through `advance` and `tasks` until nothing is left.
 */
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context, SQSEvent } from "aws-lambda";
import { afterAll, describe, expect, test } from "vitest";
import { makeClients } from "../../../lib/adapters/aws/clients.ts";
import { environment } from "../../../lib/adapters/aws/names.ts";
import type { BatchAnswer } from "../../../lib/adapters/aws/records.ts";
import { openWorldForTests, serversForAws } from "./world.ts";

const servers = await serversForAws();
const skipped = servers.kind === "missing";
const title = `the functions on real servers${skipped ? ` (skipped: ${servers.reason})` : ""}`;

type BatchHandler = (event: SQSEvent, context: Context) => Promise<BatchAnswer>;
type ApiHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

describe.skipIf(skipped)(title, async () => {
  if (servers.kind === "missing") return test.skipIf(skipped)("all of them", () => {});
  const { settings, world } = await openWorldForTests();
  const clients = makeClients();
  const accessKey = { accessKeyId: "BATONTESTKEY0001", secretAccessKey: randomBytes(20).toString("hex") };
  const accessKeySecret = `${settings.table}-access-key`;
  const SecretString = JSON.stringify(accessKey);
  await clients.secrets.send(new CreateSecretCommand({ Name: accessKeySecret, SecretString }));
  Object.assign(process.env, {
    [environment.table]: settings.table,
    [environment.bucket]: settings.bucket,
    [environment.flowQueueUrl]: settings.flowQueueUrl,
    [environment.tasksQueueUrl]: settings.tasksQueueUrl,
    [environment.deadLetterQueueUrl]: settings.flowQueueUrl,
    [environment.signingKeySecret]: settings.signingKeySecret,
    [environment.accessKeySecret]: accessKeySecret,
    [environment.account]: "123456789012",
    [environment.functionTimeoutSeconds]: "30",
    [environment.retentionDays]: "90",
  });
  // Each opens its world when it is loaded, as on a cold start.
  const api = (await import("../../../lambdas/api.ts")).handler as ApiHandler;
  const advance: BatchHandler = (await import("../../../lambdas/advance.ts")).handler;
  const tasks = (await import("../../../lambdas/tasks.ts")).handler as BatchHandler;
  const { handler: timers } = await import("../../../lambdas/timers.ts");
  await import("../../../lambdas/dead-letters.ts");
  await import("../../../lambdas/sync.ts");
  const sfn = clientOf(api, accessKey);

  afterAll(async () => {
    world.close();
    await servers.stop();
  });

  async function workUntilIdle(): Promise<void> {
    for (;;) {
      const flow = await workOnce(clients.sqs, settings.flowQueueUrl, advance);
      const slow = await workOnce(clients.sqs, settings.tasksQueueUrl, tasks);
      if (flow + slow === 0) return;
    }
  }

  async function start(definition: object, input: unknown = {}): Promise<string> {
    const name = `m${randomBytes(4).toString("hex")}`;
    const roleArn = "arn:aws:iam::123456789012:role/machine";
    const made = await sfn.send(
      new CreateStateMachineCommand({ name, roleArn, definition: JSON.stringify(definition) }),
    );
    const command = new StartExecutionCommand({ stateMachineArn: made.stateMachineArn, input: JSON.stringify(input) });
    return (await sfn.send(command)).executionArn ?? "";
  }

  const pass = (next?: string): object => ({ Type: "Pass", ...(next ? { Next: next } : { End: true }) });
  const branch = (): object => ({ StartAt: "Inner", States: { Inner: pass() } });
  const items = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

  test.each([
    // what                    definition                                                                     input       output
    ["three Pass states", { StartAt: "A", States: { A: pass("B"), B: pass("C"), C: pass() } }, { x: 1 }, { x: 1 }],
    [
      "a Parallel",
      {
        StartAt: "P",
        States: {
          P: {
            Type: "Parallel",
            Branches: [
              { StartAt: "A", States: { A: pass() } },
              { StartAt: "B", States: { B: pass() } },
            ],
            End: true,
          },
        },
      },
      { x: 1 },
      [{ x: 1 }, { x: 1 }],
    ],
    [
      "a Map of 300, wider than a group",
      {
        StartAt: "M",
        States: { M: { Type: "Map", MaxConcurrency: 40, ItemProcessor: branch(), End: true } },
      },
      items(300),
      items(300),
    ],
    [
      "a Map in a Map",
      {
        StartAt: "M",
        States: {
          M: {
            Type: "Map",
            ItemProcessor: {
              StartAt: "N",
              States: { N: { Type: "Map", ItemProcessor: branch(), End: true } },
            },
            End: true,
          },
        },
      },
      [[1, 2], [3], []],
      [[1, 2], [3], []],
    ],
  ])(
    "%s runs to its end",
    async (_, definition, input, output) => {
      const executionArn = await start(definition, input);
      await workUntilIdle();
      const described = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      expect(described.status).toBe("SUCCEEDED");
      expect(JSON.parse(described.output ?? "")).toEqual(output);
      const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }));
      expect(events?.at(0)?.type).toBe("ExecutionStarted");
      if ((events?.length ?? 0) < 1_000) expect(events?.at(-1)?.type).toBe("ExecutionSucceeded");
    },
    120_000,
  );

  test("a payload of half a megabyte passes through", async () => {
    const text = randomBytes(300_000).toString("base64");
    const executionArn = await start({ StartAt: "A", States: { A: pass("B"), B: pass() } }, { text });
    await workUntilIdle();
    const described = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    expect(described.status).toBe("SUCCEEDED");
    expect(JSON.parse(described.output ?? "")).toEqual({ text });
  });

  test("a Wait beyond the queue's horizon is a timer; stopped, the execution is listed as aborted", async () => {
    const executionArn = await start({
      StartAt: "W",
      States: { W: { Type: "Wait", Seconds: 86_400, Next: "A" }, A: pass() },
    });
    await workUntilIdle();
    await sfn.send(new StopExecutionCommand({ executionArn, error: "Enough" }));
    const { status, error } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    expect({ status, error }).toEqual({ status: "ABORTED", error: "Enough" });
    const stateMachineArn = executionArn.replace(":execution:", ":stateMachine:").replace(/:[^:]*$/, "");
    const { executions } = await sfn.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: "ABORTED" }));
    expect(executions?.map((one) => one.executionArn)).toEqual([executionArn]);
    expect(await timers()).toEqual({ sent: 0 });
  });

  test("a request signed with another key is refused", async () => {
    const stranger = clientOf(api, { ...accessKey, secretAccessKey: "guess" });
    await expect(stranger.send(new ListExecutionsCommand({ stateMachineArn: "arn" }))).rejects.toThrow(/signature/i);
  });
});

/** Takes up to ten messages and hands them over as Lambda does; answers how many there were. */
async function workOnce(sqs: SQSClient, queueUrl: string, handler: BatchHandler): Promise<number> {
  const answer = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    }),
  );
  const messages = answer.Messages ?? [];
  if (messages.length === 0) return 0;
  const records = messages.map((message) => ({
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, { StringValue }]) => [
        name,
        { stringValue: StringValue },
      ]),
    ),
  }));
  const event = { Records: records } as unknown as SQSEvent; // the fields that are read
  const context = { getRemainingTimeInMillis: () => 30_000 } as Context;
  const { batchItemFailures } = await handler(event, context);
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const Entries = messages
    .filter(({ MessageId }) => !failed.has(MessageId ?? ""))
    .map(({ ReceiptHandle }, place) => ({ Id: String(place), ReceiptHandle }));
  if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  return messages.length;
}

type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string };

/** A client of the SDK whose requests become API Gateway's events. */
function clientOf(api: ApiHandler, credentials: Credentials): SFNClient {
  const domainName = "baton.example.com";
  return new SFNClient({
    region: "us-east-1",
    credentials,
    endpoint: `https://${domainName}`,
    disableHostPrefix: true,
    requestHandler: {
      handle: async (request: {
        method: string;
        path: string;
        headers: Record<string, string>;
        body?: string | Uint8Array;
      }) => {
        const event = {
          requestContext: { domainName, http: { method: request.method } },
          rawPath: request.path,
          rawQueryString: "",
          headers: request.headers,
          body: typeof request.body === "object" ? new TextDecoder().decode(request.body) : request.body,
          isBase64Encoded: false,
        } as unknown as APIGatewayProxyEventV2; // the fields that are read
        const { statusCode = 500, headers = {}, body = "" } = await api(event);
        const response = {
          statusCode,
          headers: headers as Record<string, string>,
          body: Readable.from([Buffer.from(body)]),
        };
        return { response: response as never }; // the SDK asks for the fields, not for its class
      },
    },
  });
}
