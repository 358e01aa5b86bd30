/** The tasks queue: makes the calls of Task states, many at once, and waits for their answers. */
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { workOff } from "../lib/adapters/aws/records.ts";
import { handle } from "../lib/engine/advance.ts";
import { fromEnvironment, numberFromEnvironment, openEngine } from "./engine.ts";

/** Time to answer for the others when one call takes longer than the function lives. */
const lastMilliseconds = 5_000;

/** A lease is over only when this function surely is, by anybody's clock. */
const leaseMargin = 30_000;

const seconds = numberFromEnvironment("functionTimeoutSeconds");
const { engine, world } = await openEngine(
  seconds === undefined ? {} : { leaseMilliseconds: seconds * 1_000 + leaseMargin },
);
const queueUrl = fromEnvironment("tasksQueueUrl");

export function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const until = world.clock.now() + context.getRemainingTimeInMillis() - lastMilliseconds;
  const shift = { world, queueUrl, until, deletesAtOnce: true };
  return workOff(event.Records, { ...shift, handle: (delivery) => handle(engine, delivery) });
}
