/**
 * Runs a recorded case once more with nothing mocked: Baton embedded, its API on the wire, its calls made to the
 * servers of the tests, its task tokens taken from a real queue by whoever waits there. What the recordings call a
 * resource by is replaced on the way in and put back on the way out. Compares nothing.
 */

import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { CreateTopicCommand, type SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { vi } from "vitest";
import type { AwsHistoryEvent } from "../../lib/asl/history.ts";
import type { ExecutionCase, Json, RecordedAttempt } from "../conformance/corpus.ts";
import type { Outcome } from "../conformance/verdict.ts";

export interface Servers {
  readonly states: SFNClient;
  /** Where `sqs:sendMessage` goes. */
  readonly queues: SQSClient;
  readonly topics: SNSClient;
  /** Queues where the topics are: they can be subscribed. */
  readonly queuesOfTopics: SQSClient;
}

const roleArn = "arn:aws:iam::111111111111:role/live";
const child = '{"StartAt":"Child","States":{"Child":{"Type":"Pass","Result":{"Arg1":"argument1"},"End":true}}}';

/** What the recordings call the machine that an execution starts. */
const otherMachine = "arn:aws:states:us-east-1:111111111111:stateMachine:<ArnPart_0idx>";

let made = 0;

export async function runLive(recorded: ExecutionCase, servers: Servers): Promise<Outcome> {
  const name = `live-${made++}`;
  const names = await prepare(recorded, servers, name);
  const { states } = servers;
  const definition = names.real(recorded.definitionText);
  const { stateMachineArn } = await states.send(new CreateStateMachineCommand({ name, definition, roleArn }));
  const input = names.real(recorded.inputText);
  const { executionArn } = await states.send(new StartExecutionCommand({ stateMachineArn, name, input }));
  await answerTokens(recorded, servers, names.inbox);
  const described = await vi.waitFor(
    async () => {
      const now = await states.send(new DescribeExecutionCommand({ executionArn }));
      if (now.status === "RUNNING") throw new Error(`${recorded.id} still runs`);
      return now;
    },
    { timeout: 20_000, interval: 20 },
  );
  const { events } = await states.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }));
  const { status = "", output, error, cause } = described;
  return {
    status,
    ...(output !== undefined && { output: names.recorded(output) }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause: names.recorded(cause) }),
    // What the API answers is what the type says; the SDK calls the same things by types of its own.
    history: JSON.parse(names.recorded(JSON.stringify(events))) as AwsHistoryEvent[],
    description: { executionArn: executionArn ?? "", name, stateMachineArn: stateMachineArn ?? "" },
  };
}

interface Inbox {
  readonly client: SQSClient;
  readonly url: string;
}

interface Names {
  readonly real: (text: string) => string;
  readonly recorded: (text: string) => string;
  readonly inbox: Inbox;
}

/** Makes what the case names, and says what it is called here. */
async function prepare(recorded: ExecutionCase, servers: Servers, name: string): Promise<Names> {
  const text = recorded.definitionText + recorded.inputText;
  const pairs: (readonly [string, string])[] = [];
  const topic = /arn:aws:sns:us-east-1:111111111111:<resource:1>|topic-arn/.exec(text)?.[0];
  const { queues, queuesOfTopics } = servers;
  const client = topic === undefined ? queues : queuesOfTopics;
  const { QueueUrl: url = "" } = await client.send(new CreateQueueCommand({ QueueName: name }));
  const queue = /<sqs_queue_url>|sqs_queue_url|<queue-url:1>/.exec(text)?.[0];
  if (queue !== undefined) pairs.push([queue, url]);
  const table = /<test-table>/.exec(text)?.[0];
  if (table !== undefined) pairs.push([table, "test-table"]);
  if (topic !== undefined) pairs.push([topic, await subscribed(recorded, servers, url, name)]);
  if (text.includes(otherMachine)) pairs.push([otherMachine, await childMachine(servers, `${name}-child`)]);
  return {
    real: (given) => pairs.reduce((one, [theirs, ours]) => one.replaceAll(theirs, ours), given),
    recorded: (given) =>
      pairs
        .reduce((one, [theirs, ours]) => one.replaceAll(ours, theirs), given)
        .replaceAll(`${name}-child:`, "<ArnPart_0idx>:"),
    inbox: { client, url },
  };
}

async function subscribed(
  recorded: ExecutionCase,
  { topics, queuesOfTopics }: Servers,
  QueueUrl: string,
  name: string,
): Promise<string> {
  const { TopicArn = "" } = await topics.send(new CreateTopicCommand({ Name: name }));
  const failing = Object.values(recorded.tasks).some(([first]) => first?.error !== undefined);
  if (failing) return `${TopicArn}-not`;
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] });
  const { Attributes: { QueueArn: Endpoint } = {} } = await queuesOfTopics.send(asked);
  await topics.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint }));
  return TopicArn;
}

async function childMachine({ states }: Servers, name: string): Promise<string> {
  const { stateMachineArn = "" } = await states.send(
    new CreateStateMachineCommand({ name, definition: child, roleArn }),
  );
  return stateMachineArn;
}

/** Whoever waits at the queue: takes each token, says that it is at work, and answers as it was answered there. */
async function answerTokens({ tasks }: ExecutionCase, { states }: Servers, inbox: Inbox): Promise<void> {
  const attempts = Object.values(tasks).flat();
  for (const attempt of attempts.filter(({ submitted }) => isSent(submitted))) {
    const taskToken = tokenIn(await received(inbox));
    await states.send(new SendTaskHeartbeatCommand({ taskToken }));
    await answer(states, attempt, taskToken);
  }
}

async function answer(states: SFNClient, { result, error, cause }: RecordedAttempt, taskToken: string): Promise<void> {
  if (result === undefined) await states.send(new SendTaskFailureCommand({ taskToken, error, cause }));
  else await states.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(result) }));
}

/** A child's end comes by itself. */
function isSent(submitted: Json | undefined): boolean {
  return typeof submitted === "object" && submitted !== null && "MessageId" in submitted;
}

async function received({ client, url: QueueUrl }: Inbox): Promise<string> {
  const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  const [message] = Messages;
  if (message?.Body === undefined) throw new Error("no message with a task token came");
  await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
  return message.Body;
}

/** As a member of the message, or of what a topic passed on. */
function tokenIn(body: string): string {
  const read = JSON.parse(body) as { readonly TaskToken?: string; readonly Message?: string };
  return read.TaskToken ?? tokenIn(read.Message ?? "{}");
}
