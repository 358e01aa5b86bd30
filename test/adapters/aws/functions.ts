/**
 * The functions as Lambda calls them, on real servers: `api` behind API Gateway's event, and the queues' messages
 * through `advance` and `tasks`. One set for a process: each opens its world when it is loaded, as on a cold start.
 */
import { randomBytes } from "node:crypto";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context, SQSEvent } from "aws-lambda";
import { makeClients } from "../../../lib/adapters/aws/clients.ts";
import { environment } from "../../../lib/adapters/aws/names.ts";
import type { BatchAnswer } from "../../../lib/adapters/aws/records.ts";
import type { AwsSettings } from "../../../lib/adapters/aws/settings.ts";
import type { AwsWorld } from "../../../lib/adapters/aws/world.ts";
import type { AccessKey } from "../../../lib/engine/ports.ts";
import { openWorldForTests } from "./world.ts";

type BatchHandler = (event: SQSEvent, context: Context) => Promise<BatchAnswer>;
export type ApiHandler = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

export interface FunctionsForTests {
  readonly world: AwsWorld;
  readonly settings: AwsSettings;
  readonly api: ApiHandler;
  timers(): Promise<{ readonly sent: number }>;
  /** A batch of each queue; answers how many messages there were. */
  workOnce(): Promise<number>;
  /** Hands these over as one batch of the queue for tasks to a function that has so long left; answers who came to nothing. */
  work(messages: readonly Message[], milliseconds: number): Promise<readonly string[]>;
  /** What is in the queue for tasks, `count` messages of it. */
  receive(count: number): Promise<readonly Message[]>;
}

export const account = "123456789012";

/** Opened with these keys, beside an older one that has no role. */
export async function openFunctionsForTests(
  oldKey: object,
  keys: readonly AccessKey[],
  functionTimeoutSeconds = 30,
): Promise<FunctionsForTests> {
  const { settings, world } = await openWorldForTests();
  const clients = makeClients();
  const secretOf = async (content: object): Promise<string> => {
    const Name = `baton-key-${randomBytes(4).toString("hex")}`;
    await clients.secrets.send(new CreateSecretCommand({ Name, SecretString: JSON.stringify(content) }));
    return Name;
  };
  Object.assign(process.env, {
    [environment.table]: settings.table,
    [environment.bucket]: settings.bucket,
    [environment.flowQueueUrl]: settings.flowQueueUrl,
    [environment.tasksQueueUrl]: settings.tasksQueueUrl,
    [environment.deadLetterQueueUrl]: settings.flowQueueUrl,
    [environment.signingKeySecret]: settings.signingKeySecret,
    [environment.accessKeySecret]: `${await secretOf(oldKey)},${await secretOf({ keys })}`,
    [environment.account]: account,
    [environment.functionTimeoutSeconds]: String(functionTimeoutSeconds),
    [environment.retentionDays]: "90",
  });
  const api = (await import("../../../lambdas/api.ts")).handler as ApiHandler;
  const advance: BatchHandler = (await import("../../../lambdas/advance.ts")).handler;
  const tasks = (await import("../../../lambdas/tasks.ts")).handler as BatchHandler;
  const { handler: timers } = await import("../../../lambdas/timers.ts");
  await import("../../../lambdas/dead-letters.ts");
  await import("../../../lambdas/sync.ts");
  const { flowQueueUrl, tasksQueueUrl } = settings;
  const workOff = async (queueUrl: string, handler: BatchHandler): Promise<number> => {
    const messages = await received(clients.sqs, queueUrl);
    await handOver(clients.sqs, queueUrl, messages, handler, 30_000);
    return messages.length;
  };
  return {
    world,
    settings,
    api,
    timers,
    workOnce: async () => (await workOff(flowQueueUrl, advance)) + (await workOff(tasksQueueUrl, tasks)),
    work: (messages, milliseconds) => handOver(clients.sqs, tasksQueueUrl, messages, tasks, milliseconds),
    receive: async (count) => {
      const messages: Message[] = [];
      while (messages.length < count) messages.push(...(await received(clients.sqs, tasksQueueUrl)));
      return messages;
    },
  };
}

async function received(sqs: SQSClient, QueueUrl: string): Promise<readonly Message[]> {
  const names = { MessageSystemAttributeNames: ["All" as const], MessageAttributeNames: ["All"] };
  const answer = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...names }));
  return answer.Messages ?? [];
}

/** As Lambda does it: what the function does not report is deleted. Answers the ids of what it does. */
async function handOver(
  sqs: SQSClient,
  QueueUrl: string,
  messages: readonly Message[],
  handler: BatchHandler,
  milliseconds: number,
): Promise<readonly string[]> {
  if (messages.length === 0) return [];
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
  const context = { getRemainingTimeInMillis: () => milliseconds } as Context;
  const { batchItemFailures } = await handler(event, context);
  const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  const Entries = messages
    .filter(({ MessageId = "" }) => !failed.includes(MessageId))
    .map(({ ReceiptHandle }, place) => ({ Id: String(place), ReceiptHandle }));
  for (let at = 0; at < Entries.length; at += 10) {
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: Entries.slice(at, at + 10) }));
  }
  return failed;
}

/** A request as API Gateway hands it over (payload format 2.0). */
export function eventOf(
  method: string,
  url: URL,
  headers: Record<string, string>,
  body?: string,
): APIGatewayProxyEventV2 {
  const event = {
    requestContext: { domainName: url.host, http: { method } },
    rawPath: decodeURIComponent(url.pathname),
    rawQueryString: url.search.slice(1),
    headers,
    body,
    isBase64Encoded: false,
  };
  return event as unknown as APIGatewayProxyEventV2; // the fields that are read
}
