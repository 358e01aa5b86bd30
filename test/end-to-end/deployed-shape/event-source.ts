/**
 * Lambda's event source mapping for SQS: receives by long polling, invokes with batches, deletes what the
 * function did not report as failed. What it leaves comes back when its visibility is over, and moves to the
 * dead-letter queue by the queue's own redrive policy.
 */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { deliverable, failedItems, recordOf } from "./batch.ts";
import type { Chaos } from "./chaos.ts";
import type { DeployedFunction } from "./function.ts";

export interface Mapping {
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly region: string;
  readonly batchSize: number;
  readonly partialFailures: boolean;
  /** Batches at work at a time. */
  readonly concurrency: number;
}

export interface Around {
  readonly sqs: SQSClient;
  readonly chaos: Chaos;
  onError(error: unknown): void;
}

export interface MappingCounts {
  readonly received: number;
  readonly deleted: number;
  readonly copies: number;
}

/** Lambda polls for 20 s; ElasticMQ wakes no poll for a message that its redrive policy has moved. */
const longestPollSeconds = 2;
const mostAtOnce = 10;
/** Marks the second copy of a message, so that it is not copied again. The function does not see it. */
const copyMark = "deployed-shape.copy";

export class EventSource {
  readonly mapping: Mapping;
  readonly #sqs: SQSClient;
  readonly #target: DeployedFunction;
  readonly #chaos: Chaos;
  readonly #onError: (error: unknown) => void;
  readonly #stopped = new AbortController();
  readonly #held: Message[] = [];
  #working = 0;
  #counts = { received: 0, deleted: 0, copies: 0 };
  #wake: () => void = () => {};

  constructor(mapping: Mapping, target: DeployedFunction, { sqs, chaos, onError }: Around) {
    this.mapping = mapping;
    this.#target = target;
    this.#sqs = sqs;
    this.#chaos = chaos;
    this.#onError = onError;
  }

  get counts(): MappingCounts {
    return { ...this.#counts };
  }

  async run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      if (this.#working >= this.mapping.concurrency) await this.#somethingDone();
      else for (const message of await this.#receive()) await this.#hold(message);
      this.#dispatch();
    }
  }

  stop(): void {
    this.#stopped.abort();
    this.#wake();
  }

  async #receive(): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.mapping.queueUrl,
      MaxNumberOfMessages: Math.min(mostAtOnce, this.mapping.batchSize),
      WaitTimeSeconds: longestPollSeconds,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    });
    try {
      const { Messages = [] } = await this.#sqs.send(command, { abortSignal: this.#stopped.signal });
      this.#counts.received += Messages.length;
      return Messages;
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#onError(error);
      return [];
    }
  }

  async #hold(message: Message): Promise<void> {
    if (this.#chaos.twice && isFirst(message)) await this.#sendAgain(message);
    const milliseconds = this.#chaos.hold();
    if (milliseconds === 0) this.#held.push(message);
    else setTimeout(() => this.#held.push(message) && this.#dispatch(), milliseconds);
  }

  /** A message of its own, with its own receipts and receive count: each of the two must come to its end. */
  async #sendAgain(message: Message): Promise<void> {
    const group = message.Attributes?.MessageGroupId;
    await this.#sqs.send(
      new SendMessageCommand({
        QueueUrl: this.mapping.queueUrl,
        MessageBody: message.Body,
        MessageAttributes: { ...message.MessageAttributes, [copyMark]: { DataType: "String", StringValue: "1" } },
        ...(group === undefined ? {} : { MessageGroupId: group }),
      }),
    );
    this.#counts.copies += 1;
  }

  #dispatch(): void {
    while (this.#held.length > 0 && this.#working < this.mapping.concurrency && !this.#stopped.signal.aborted) {
      const drawn = this.#chaos.batch(this.#held, this.mapping.batchSize);
      const batch = deliverable(drawn, this.mapping);
      this.#held.push(...drawn.slice(batch.length));
      this.#working += 1;
      void this.#deliver(batch)
        .catch((error) => this.#stopped.signal.aborted || this.#onError(error))
        .finally(() => {
          this.#working -= 1;
          this.#wake();
          this.#dispatch();
        });
    }
  }

  async #deliver(batch: readonly Message[]): Promise<void> {
    const records = batch.map((message) => recordOf(message, this.mapping, copyMark));
    const result = await this.#target.invoke(JSON.stringify({ Records: records }));
    if (result.kind === "failed") return result.gone ? this.#comeBack(batch) : undefined;
    const failed = this.mapping.partialFailures ? failedItems(result.payload, batch) : new Set<string>();
    const done = batch.filter(({ MessageId }) => MessageId === undefined || !failed.has(MessageId));
    if (done.length === 0) return;
    const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await this.#sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.mapping.queueUrl, Entries }));
    this.#counts.deleted += done.length;
  }

  /** Nobody waits three minutes for a killed worker's messages on a day with many kills. */
  async #comeBack(batch: readonly Message[]): Promise<void> {
    const VisibilityTimeout = this.#chaos.comeBackSeconds;
    if (VisibilityTimeout === undefined || this.#stopped.signal.aborted) return;
    const { queueUrl: QueueUrl } = this.mapping;
    const changes = batch.map(({ ReceiptHandle }) =>
      this.#sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout })),
    );
    // One that the killed worker had deleted already refuses, and stays deleted.
    await Promise.allSettled(changes);
  }

  #somethingDone(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** Received for the first time, and no copy itself. */
function isFirst({ Attributes, MessageAttributes }: Message): boolean {
  return Attributes?.ApproximateReceiveCount === "1" && MessageAttributes?.[copyMark] === undefined;
}
