/** The dead-letter queue: what killed its worker again and again gets new tries, and in the end a clear failure. */
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { workOff } from "../lib/adapters/aws/records.ts";
import { handleDeadLetter } from "../lib/engine/dead-letter.ts";
import { openEngine } from "./engine.ts";
import { fromEnvironment } from "./environment.ts";

const usableShare = 0.8;

const { engine, world } = await openEngine();
const queueUrl = fromEnvironment("deadLetterQueueUrl");

export function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const until = world.clock.now() + context.getRemainingTimeInMillis() * usableShare;
  return workOff(event.Records, { world, queueUrl, until, handle: (delivery) => handleDeadLetter(engine, delivery) });
}
