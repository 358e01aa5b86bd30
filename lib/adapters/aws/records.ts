/**
 * A batch of messages as Lambda hands it over: all are worked on at the same time, each answers for itself,
 * and what is not done is reported, so that Lambda leaves it in the queue and deletes the rest.
 */
import type { Instant } from "../../asl/position.ts";
import type { Clock, Delivery, Verdict } from "../../engine/ports.ts";
import type { AwsInbox } from "./inbox.ts";
import { encodingAttribute } from "./wire.ts";

/** What is read of a record of an SQS event. */
export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
  readonly messageAttributes: Readonly<Record<string, { readonly stringValue?: string | undefined } | undefined>>;
}

/** Lambda's answer for a batch with `ReportBatchItemFailures`. */
export interface BatchAnswer {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

export interface Shift {
  readonly world: { readonly inbox: AwsInbox; readonly clock: Clock };
  readonly queueUrl: string;
  readonly handle: (delivery: Delivery) => Promise<Verdict>;
  /** Who is not done by then is left to come back, so that the function ends by itself and the others count. */
  readonly until: Instant;
  /** Deletes each message as soon as it is done, and not with the slowest of the batch. */
  readonly deletesAtOnce?: boolean;
}

export async function workOff(records: readonly SqsRecord[], shift: Shift): Promise<BatchAnswer> {
  const ends = await Promise.all(records.map((record) => beforeTheEnd(shift, workOn(record, shift))));
  const left = records.filter((_, place) => ends[place] !== "done");
  return failed(left);
}

/** What Lambda is to leave in the queue. */
export function failed(records: readonly SqsRecord[]): BatchAnswer {
  return { batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

type End = "done" | "left";

/** A message that is cut off here may still be finished by a frozen function that wakes up: the log's fence stands. */
async function beforeTheEnd({ world, until }: Shift, work: Promise<End>): Promise<End> {
  let cancel = (): void => {};
  const end = new Promise<End>((resolve) => {
    cancel = world.clock.at(until, () => resolve("left"));
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    cancel();
  }
}

/** Never rejects: one message that throws must not take its batch along. */
async function workOn(record: SqsRecord, shift: Shift): Promise<End> {
  const { inbox } = shift.world;
  try {
    const delivery = await inbox.deliveryOf(arrived(record, shift));
    const verdict = await shift.handle({ ...delivery, until: shift.until });
    if (verdict.kind === "later") await inbox.later(delivery.receipt, verdict.at);
    else if (shift.deletesAtOnce) await inbox.done([delivery.receipt]);
    return verdict.kind === "later" ? "left" : "done";
  } catch (error) {
    report(record, error);
    return comeBackSoon(record, shift);
  }
}

function arrived({ receiptHandle, body, messageAttributes, attributes }: SqsRecord, { queueUrl }: Shift) {
  return {
    queueUrl,
    handle: receiptHandle,
    body,
    encoding: messageAttributes[encodingAttribute]?.stringValue,
    receives: Number(attributes.ApproximateReceiveCount),
  };
}

/** The body is not logged: it holds payloads. */
function report({ messageId, attributes }: SqsRecord, error: unknown): void {
  const what = error instanceof Error ? { error: error.name, message: error.message, stack: error.stack } : { error };
  console.error(JSON.stringify({ level: "ERROR", messageId, receives: attributes.ApproximateReceiveCount, ...what }));
}

const firstPause = 1_000;
const longestPause = 60_000;

/** Sooner than the queue's visibility time-out would have it, later each time, and not all at once. */
async function comeBackSoon(record: SqsRecord, shift: Shift): Promise<End> {
  const { inbox, clock } = shift.world;
  const receives = Number(record.attributes.ApproximateReceiveCount);
  const pause = Math.min(longestPause, firstPause * 2 ** Math.min(receives - 1, 10)) * (0.5 + Math.random());
  try {
    await inbox.later({ queueUrl: shift.queueUrl, handle: record.receiptHandle }, clock.now() + pause);
  } catch (error) {
    report(record, error); // it comes back all the same, when its visibility time-out is over
  }
  return "left";
}
