/**
 * The receiving end, for a process that polls, and for functions that keep or delete a message by
 * themselves. A receipt names its queue, so nobody has to know which lane a message came from.
 */
import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { Clock, Delivery, Inbox, Receipt } from "../../engine/ports.ts";
import { Batches, type SendBatch } from "./batches.ts";
import type { Objects } from "./body.ts";
import type { QueueUrls } from "./outbox.ts";
import { encodingAttribute, fromWire } from "./wire.ts";

/** SQS's most for one request. */
const mostMessages = 10;
/** SQS keeps a message invisible for 12 hours from its receive at most; clocks and the way take their share. */
const longestInvisible = 11.5 * 3_600;
/** What a deletion counts in a batch: a handle is a few hundred bytes. */
const handleBytes = 1_024;

/** A message as Lambda or a poll brings it. */
interface Arrived {
  readonly queueUrl: string;
  readonly handle: string;
  readonly body: string;
  readonly encoding: string | undefined;
  readonly receives: number;
}

interface SqsReceipt {
  readonly queueUrl: string;
  readonly handle: string;
}

export interface AwsInbox extends Inbox {
  deliveryOf(arrived: Arrived): Promise<Delivery>;
}

export interface Receiving {
  /** How long a poll waits for a first message. */
  readonly waitSeconds: number;
  /** How long what is said of messages is held back, so that ten of them are one request. */
  readonly lingerMilliseconds: number;
  /** Told why a message of a poll could not be read; default: standard error. */
  readonly report?: (error: unknown) => void;
}

/** In seconds. */
const longestPause = 60;

function reportUnread(error: unknown): void {
  console.error("a message could not be read:", error);
}

export function openInbox(
  sqs: SQSClient,
  urls: QueueUrls,
  objects: Objects,
  clock: Clock,
  { waitSeconds, lingerMilliseconds, report = reportUnread }: Receiving,
): AwsInbox {
  const deletionsOf = forEach((url) => new Batches(deleting(sqs, url), lingerMilliseconds));
  const hidingOf = forEach((url) => new Batches(hiding(sqs, url), lingerMilliseconds));
  const deliveryOf = async ({ queueUrl, handle, body, encoding, receives }: Arrived): Promise<Delivery> => {
    const receipt: SqsReceipt = { queueUrl, handle };
    return { body: await fromWire(objects, body, encoding), receives, receipt };
  };
  /** What lies in an object that cannot be had now: it comes back alone, later each time. */
  const unread = async ({ queueUrl, handle, receives }: Arrived, error: unknown): Promise<undefined> => {
    report(error);
    const seconds = Math.min(longestPause, 2 ** (receives - 1));
    await hidingOf(queueUrl).add({ content: { handle, seconds }, bytes: handleBytes }).catch(report);
  };
  return {
    deliveryOf,
    async receive(lane, max) {
      const arrived = await poll(sqs, urls[lane], Math.min(max, mostMessages), waitSeconds);
      const read = await Promise.all(
        arrived.map((one) => deliveryOf(one).catch((error: unknown) => unread(one, error))),
      );
      return read.filter((delivery) => delivery !== undefined);
    },
    async done(receipts) {
      const all = receipts.map(asReceipt);
      await Promise.all(
        all.map(({ queueUrl, handle }) => deletionsOf(queueUrl).add({ content: handle, bytes: handleBytes })),
      );
    },
    async later(receipt, at) {
      const { queueUrl, handle } = asReceipt(receipt);
      const seconds = Math.min(longestInvisible, Math.max(0, Math.ceil((at - clock.now()) / 1_000)));
      await hidingOf(queueUrl).add({ content: { handle, seconds }, bytes: handleBytes });
    },
  };
}

async function poll(sqs: SQSClient, queueUrl: string, max: number, waitSeconds: number): Promise<readonly Arrived[]> {
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: max,
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      MessageAttributeNames: [encodingAttribute],
    }),
  );
  return (Messages ?? []).map((message) => ({
    queueUrl,
    handle: message.ReceiptHandle ?? "",
    body: message.Body ?? "",
    encoding: message.MessageAttributes?.[encodingAttribute]?.StringValue,
    receives: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
  }));
}

/** Each queue's own. */
function forEach<T>(open: (queueUrl: string) => T): (queueUrl: string) => T {
  const known = new Map<string, T>();
  return (queueUrl) => {
    const found = known.get(queueUrl) ?? open(queueUrl);
    known.set(queueUrl, found);
    return found;
  };
}

function deleting(sqs: SQSClient, queueUrl: string): SendBatch<string> {
  return async (handles) => {
    const Entries = handles.map((handle, place) => ({ Id: String(place), ReceiptHandle: handle }));
    const { Failed } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    return failures(Failed);
  };
}

/** A message to be left invisible for so long. */
interface Hidden {
  readonly handle: string;
  readonly seconds: number;
}

function hiding(sqs: SQSClient, queueUrl: string): SendBatch<Hidden> {
  return async (messages) => {
    const Entries = messages.map(({ handle, seconds }, place) => ({
      Id: String(place),
      ReceiptHandle: handle,
      VisibilityTimeout: seconds,
    }));
    const { Failed } = await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
    return failures(Failed);
  };
}

/** A message that is visible again already, or deleted before, comes or does not come: either is right. */
function failures(failed: readonly BatchResultErrorEntry[] = []): readonly BatchResultErrorEntry[] {
  return failed.filter(({ Code }) => !/ReceiptHandleIsInvalid|MessageNotInflight/.test(Code ?? ""));
}

/** Receipts travel through the engine as `unknown`; only this file makes them. */
function asReceipt(receipt: Receipt): SqsReceipt {
  return receipt as SqsReceipt;
}
