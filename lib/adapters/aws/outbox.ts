/**
 * The sending end of the two queues. A message waits in SQS for up to 15 minutes; what is due later still
 * goes out with the longest delay and arrives early, which the engine notices.
 */
import { createHash } from "node:crypto";
import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, type SQSClient } from "@aws-sdk/client-sqs";
import type { Instant } from "../../asl/position.ts";
import type { Clock, Lane, Message, Queue } from "../../engine/ports.ts";
import { Batches } from "./batches.ts";
import type { Objects, Stored } from "./body.ts";
import { encodingAttribute, toWire, type Wire, wrap } from "./wire.ts";

/** SQS's longest delay, in seconds. */
const longestDelay = 900;

export type QueueUrls = Readonly<Record<Lane, string>>;

type Due = Pick<Message, "notBefore" | "delayMilliseconds">;

/** A message whose body is ready to travel. */
export interface Parcel {
  readonly lane: Lane;
  readonly group: string;
  readonly due: Due;
  readonly wire: Wire;
}

export interface Outbox extends Queue {
  wrap(messages: readonly Message[]): Promise<readonly Parcel[]>;
  post(parcels: readonly Parcel[]): Promise<void>;
  /** Says that parcels may follow soon, so that those of several callers travel together. */
  expect(): () => void;
}

export function openOutbox(sqs: SQSClient, urls: QueueUrls, objects: Objects, clock: Clock): Outbox {
  const batches = { flow: openBatches(sqs, urls.flow), tasks: openBatches(sqs, urls.tasks) };
  const outbox: Outbox = {
    carriesPayloads: true,
    wrap: (messages) =>
      Promise.all(messages.map(async ({ body, ...message }) => parcelOf(message, await wrap(objects, body)))),
    async post(parcels) {
      const now = clock.now();
      await Promise.all(parcels.map((parcel) => batches[parcel.lane].add(entryOf(parcel, now))));
    },
    send: async (messages) => outbox.post(await outbox.wrap(messages)),
    expect() {
      const both = [batches.flow.expect(), batches.tasks.expect()];
      return () => {
        for (const announced of both) announced();
      };
    },
  };
  return outbox;
}

export async function parcelOf(
  { lane, group, ...due }: Pick<Message, "lane" | "group"> & Due,
  stored: Stored,
): Promise<Parcel> {
  return { lane, group, due, wire: await toWire(stored) };
}

type Content = Omit<SendMessageBatchRequestEntry, "Id">;

function openBatches(sqs: SQSClient, url: string): Batches<Content> {
  return new Batches<Content>(async (contents) => {
    const Entries = contents.map((content, place) => ({ ...content, Id: String(place) }));
    const { Failed } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    return Failed ?? [];
  });
}

/** What SQS counts beside the body: the attribute's name, type and value. */
const attributeBytes = 64;

function entryOf({ group, due, wire }: Parcel, now: Instant): { content: Content; bytes: number } {
  const delay = delaySeconds(due, now);
  const content: Content = {
    MessageBody: wire.body,
    MessageGroupId: groupId(group),
    ...(delay > 0 ? { DelaySeconds: delay } : {}),
    ...(wire.encoding === undefined ? {} : { MessageAttributes: encoded(wire.encoding) }),
  };
  return { content, bytes: Buffer.byteLength(wire.body) + attributeBytes };
}

function delaySeconds({ notBefore = 0, delayMilliseconds }: Due, now: Instant): number {
  const delay = delayMilliseconds ?? notBefore - now;
  return Math.min(longestDelay, Math.max(0, Math.ceil(delay / 1_000)));
}

/** SQS takes 128 printable ASCII characters; a machine's name may be longer than that, or not ASCII. */
function groupId(group: string): string {
  return /^[!-~]{1,128}$/.test(group) ? group : createHash("sha256").update(group).digest("hex");
}

function encoded(encoding: string): NonNullable<Content["MessageAttributes"]> {
  return { [encodingAttribute]: { DataType: "String", StringValue: encoding } };
}
