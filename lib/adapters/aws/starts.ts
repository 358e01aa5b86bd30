/**
 * The queue of what rules and schedules start. A start that fails comes back, later each time; one that is given up
 * goes to the dead-letter queue of its target, as the input of a StartExecution, with the attributes that EventBridge's
 * dead letters have.
 */
import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { type BatchAnswer, failed, type SqsRecord } from "./records.ts";

export interface StartRecord extends SqsRecord {
  /** `SentTimestamp`: in milliseconds since 1970. */
  readonly attributes: SqsRecord["attributes"] & { readonly SentTimestamp: string };
}

/** How often it has come, this time included, and how many seconds after it was sent. */
export interface Delivered {
  readonly times: number;
  readonly age: number;
}

export type Outcome =
  | { readonly kind: "started" }
  | { readonly kind: "again"; readonly seconds: number; readonly error: unknown }
  /** `code`: the service's name of what it refused, or that of what went wrong. */
  | { readonly kind: "given up"; readonly start: object; readonly code: string; readonly message: string };

export interface StartsOptions<Message> {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  /** `message`: a body. */
  start(message: Message, delivered: Delivered): Promise<Outcome>;
  /** In milliseconds since 1970. */
  now(): number;
}

interface WithDeadLetters {
  readonly deadLetterQueueUrl?: string;
}

export async function workOffStarts<Message extends WithDeadLetters>(
  records: readonly StartRecord[],
  options: StartsOptions<Message>,
): Promise<BatchAnswer> {
  const done = await Promise.all(records.map((record) => workOff(record, options)));
  return failed(records.filter((_, place) => !done[place]));
}

/** Whether it is done with. Never rejects: one message must not take its batch along. */
async function workOff<Message extends WithDeadLetters>(
  record: StartRecord,
  options: StartsOptions<Message>,
): Promise<boolean> {
  try {
    const message: Message | undefined = bodyOf(record);
    if (message === undefined) return true;
    const { ApproximateReceiveCount, SentTimestamp } = record.attributes;
    const age = (options.now() - Number(SentTimestamp)) / 1_000;
    const outcome = await options.start(message, { times: Number(ApproximateReceiveCount), age });
    if (outcome.kind === "again") return await comeBack(record, outcome, options);
    if (outcome.kind === "given up") await bury(record, outcome, message, options);
    return true;
  } catch (error) {
    tell(record, error);
    return false;
  }
}

/** Undefined: what the target's template made of the event is no JSON, and never will be. */
function bodyOf<Message>(record: StartRecord): Message | undefined {
  try {
    return JSON.parse(record.body);
  } catch (error) {
    tell(record, error);
    return undefined;
  }
}

async function comeBack(
  record: StartRecord,
  { seconds, error }: Outcome & { readonly kind: "again" },
  { sqs, queueUrl }: Pick<StartsOptions<never>, "sqs" | "queueUrl">,
): Promise<false> {
  tell(record, error);
  const message = { QueueUrl: queueUrl, ReceiptHandle: record.receiptHandle };
  await sqs.send(new ChangeMessageVisibilityCommand({ ...message, VisibilityTimeout: seconds }));
  return false;
}

async function bury(
  record: StartRecord,
  { start, code, message }: Outcome & { readonly kind: "given up" },
  { deadLetterQueueUrl }: WithDeadLetters,
  { sqs }: Pick<StartsOptions<never>, "sqs">,
): Promise<void> {
  tell(record, `given up: ${message}`);
  if (deadLetterQueueUrl) await sqs.send(deadLetter(deadLetterQueueUrl, start, code, message));
}

function deadLetter(queueUrl: string, start: object, code: string, message: string): SendMessageCommand {
  return new SendMessageCommand({
    QueueUrl: queueUrl,
    MessageBody: JSON.stringify(start),
    MessageAttributes: {
      ERROR_CODE: { DataType: "String", StringValue: code },
      ERROR_MESSAGE: { DataType: "String", StringValue: message },
    },
  });
}

/** The body is not logged: it holds payloads. */
function tell({ messageId }: StartRecord, what: unknown): void {
  console.error(JSON.stringify({ messageId, error: what instanceof Error ? what.message : what }));
}
