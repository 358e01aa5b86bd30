/** The flow queue: one step of an execution for each message. */
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { workOff } from "../lib/adapters/aws/records.ts";
import { handle } from "../lib/engine/advance.ts";
import { openEngine } from "./engine.ts";
import { fromEnvironment } from "./environment.ts";

/** What is not done when a fifth of the time is left will not be: the rest of the batch must not die with it. */
const usableShare = 0.8;

const { engine, world } = await openEngine();
const queueUrl = fromEnvironment("flowQueueUrl");

export function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const until = world.clock.now() + context.getRemainingTimeInMillis() * usableShare;
  return workOff(event.Records, { world, queueUrl, until, handle: (delivery) => handle(engine, delivery) });
}
