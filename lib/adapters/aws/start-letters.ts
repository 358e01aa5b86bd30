/**
 * The dead letters of `BatonTarget` and `BatonScheduleTarget`: starts that killed their function again and again, or
 * that it never came to. Nothing of an installation is needed to look at them or to send them again: each says itself
 * what it starts, and their queue, whose dead letters they are.
 */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  type Message,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";

export interface StartLetter {
  /** Absent: it is no start of Baton. */
  readonly start?: { readonly stateMachineArn: string; readonly occasion: string };
  readonly receives: number;
  /** When it was sent first, in milliseconds since 1970. */
  readonly sent: number;
  /** Puts it back, for others to see. */
  leave(): Promise<void>;
  /** Sends it to its queue as if it had never died, and takes it out here. */
  again(): Promise<void>;
}

/** A short wait asks all of the queue's hosts; without it some messages would not be seen. */
const waitSeconds = 1;
/** As long as looking at all of them takes, so that none is seen twice. */
const visibilitySeconds = 180;
/** SQS's most for one request. */
const mostMessages = 10;

/** Those that are visible now. `queue`: a name or a URL. */
export async function* startLetters(sqs: SQSClient, queue: string, most: number): AsyncGenerator<StartLetter> {
  const { url, source } = await find(sqs, queue);
  for (let seen = 0; seen < most; ) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: Math.min(mostMessages, most - seen),
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: visibilitySeconds,
        MessageSystemAttributeNames: ["ApproximateReceiveCount", "SentTimestamp"],
      }),
    );
    if (Messages.length === 0) return;
    seen += Messages.length;
    for (const message of Messages) yield letterOf(sqs, { url, source }, message);
  }
}

function letterOf(sqs: SQSClient, { url, source }: Record<"url" | "source", string>, message: Message): StartLetter {
  const { Body = "", ReceiptHandle, Attributes } = message;
  const start = startOf(Body);
  const here = { QueueUrl: url, ReceiptHandle };
  return {
    ...(start && { start }),
    receives: Number(Attributes?.ApproximateReceiveCount),
    sent: Number(Attributes?.SentTimestamp),
    async leave() {
      await sqs.send(new ChangeMessageVisibilityCommand({ ...here, VisibilityTimeout: 0 }));
    },
    async again() {
      await sqs.send(new SendMessageCommand({ QueueUrl: source, MessageBody: Body }));
      await sqs.send(new DeleteMessageCommand(here));
    },
  };
}

function startOf(body: string): StartLetter["start"] {
  try {
    const { stateMachineArn, occasion } = JSON.parse(body);
    return typeof stateMachineArn === "string" && typeof occasion === "string"
      ? { stateMachineArn, occasion }
      : undefined;
  } catch {
    return undefined;
  }
}

async function find(sqs: SQSClient, queue: string): Promise<Record<"url" | "source", string>> {
  try {
    const url = await urlOf(sqs, queue);
    return { url, source: await sourceOf(sqs, url) };
  } catch (error) {
    if (error instanceof QueueDoesNotExist) throw new Error(`there is no queue '${queue}' at this endpoint`);
    throw error;
  }
}

async function urlOf(sqs: SQSClient, queue: string): Promise<string> {
  if (/^https?:/.test(queue)) return queue;
  const { QueueUrl = "" } = await sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
  return QueueUrl;
}

/** Where its letters come from, and go again. */
async function sourceOf(sqs: SQSClient, url: string): Promise<string> {
  const { queueUrls = [] } = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: url }));
  const [source, ...others] = queueUrls;
  if (source !== undefined && others.length === 0) return source;
  throw new Error(
    `${url} is the dead-letter queue of ${queueUrls.length} queues, and not of the starts of a stack alone`,
  );
}
