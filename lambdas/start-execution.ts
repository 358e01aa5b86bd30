/** What the rules and schedules of a stack start, by the API of its installation (`BatonTarget`, `BatonScheduleTarget`). */
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { makeClients } from "../lib/adapters/aws/clients.ts";
import { environment } from "../lib/adapters/aws/names.ts";
import { workOffStarts } from "../lib/adapters/aws/starts.ts";
import { type StartingEvent, startByEvent } from "../lib/api/start-by-event.ts";
import { callWithKey } from "./key-holder.ts";

/** A message's body, as `lib/stack/starts.ts` writes it. */
interface StartMessage extends StartingEvent {
  readonly endpoint: string;
  /** Of a key that may start executions of the machine. */
  readonly keySecretArn: string;
  readonly deadLetterQueueUrl?: string;
}

const { sqs } = makeClients();
const queueUrl = process.env[environment.startsQueueUrl] ?? "";

export const handler = ({ Records }: SQSEvent): Promise<SQSBatchResponse> =>
  workOffStarts<StartMessage>(Records, {
    sqs,
    queueUrl,
    start: (message, delivered) =>
      startByEvent(message, delivered, async (operation, input) => {
        const call = await callWithKey(message.endpoint, message.keySecretArn);
        return await call(operation, input);
      }),
    now: Date.now,
  });
