/**
 * The receiving end, for a process that polls, and for functions that keep or delete a message by
 * themselves. A receipt names its queue, so nobody has to know which lane a message came from.
 */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  MessageNotInflight,
  ReceiptHandleIsInvalid,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import type { Clock, Delivery, Inbox, Receipt } from "../../engine/ports.ts";
import { Batches } from "./batches.ts";
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

export function openInbox(
  sqs: SQSClient,
  urls: QueueUrls,
  objects: Objects,
  clock: Clock,
  waitSeconds: number,
): AwsInbox {
  const deletions = new Map<string, Batches<string>>();
  const deletionsOf = (queueUrl: string): Batches<string> => {
    const known = deletions.get(queueUrl) ?? openDeletions(sqs, queueUrl);
    deletions.set(queueUrl, known);
    return known;
  };
  const deliveryOf = async ({ queueUrl, handle, body, encoding, receives }: Arrived): Promise<Delivery> => {
    const receipt: SqsReceipt = { queueUrl, handle };
    return { body: await fromWire(objects, body, encoding), receives, receipt };
  };
  return {
    deliveryOf,
    async receive(lane, max) {
      const arrived = await poll(sqs, urls[lane], Math.min(max, mostMessages), waitSeconds);
      return Promise.all(arrived.map(deliveryOf));
    },
    async done(receipts) {
      const all = receipts.map(asReceipt);
      await Promise.all(
        all.map(({ queueUrl, handle }) => deletionsOf(queueUrl).add({ content: handle, bytes: handleBytes })),
      );
    },
    async later(receipt, at) {
      const seconds = Math.ceil((at - clock.now()) / 1_000);
      await hide(sqs, asReceipt(receipt), Math.min(longestInvisible, Math.max(0, seconds)));
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

function openDeletions(sqs: SQSClient, queueUrl: string): Batches<string> {
  return new Batches<string>(async (handles) => {
    const Entries = handles.map((handle, place) => ({ Id: String(place), ReceiptHandle: handle }));
    const { Failed } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    return (Failed ?? []).filter(({ Code }) => Code !== "ReceiptHandleIsInvalid"); // deleted before: done
  });
}

/** A message that is visible again already, or deleted, comes or does not come: either is right. */
async function hide(sqs: SQSClient, { queueUrl, handle }: SqsReceipt, seconds: number): Promise<void> {
  try {
    await sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle: handle, VisibilityTimeout: seconds }),
    );
  } catch (error) {
    if (!(error instanceof MessageNotInflight || error instanceof ReceiptHandleIsInvalid)) throw error;
  }
}

/** Receipts travel through the engine as `unknown`; only this file makes them. */
function asReceipt(receipt: Receipt): SqsReceipt {
  return receipt as SqsReceipt;
}
