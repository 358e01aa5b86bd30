/** The tasks queue: makes the calls of Task states, many at once, and waits for their answers; single ones for the API. */
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { workOff } from "../lib/adapters/aws/records.ts";
import { answerCall, type CallEvent, isCallEvent } from "../lib/adapters/aws/remote-tasks.ts";
import { handle } from "../lib/engine/advance.ts";
import type { CallResult } from "../lib/engine/ports.ts";
import { openEngine } from "./engine.ts";
import { fromEnvironment, numberFromEnvironment } from "./environment.ts";

/** Time to answer for the others when one call takes longer than the function lives. */
const lastMilliseconds = 5_000;

/** A lease is over only when this function surely is, by anybody's clock. */
const leaseMargin = 30_000;

const seconds = numberFromEnvironment("functionTimeoutSeconds");
const { engine, world } = await openEngine(
  seconds === undefined ? {} : { leaseMilliseconds: seconds * 1_000 + leaseMargin },
);
const queueUrl = fromEnvironment("tasksQueueUrl");

export async function handler(event: SQSEvent | CallEvent, context: Context): Promise<SQSBatchResponse | CallResult> {
  const left = context.getRemainingTimeInMillis() - lastMilliseconds;
  if (isCallEvent(event)) return answerCall(event, world.tasks, left);
  const shift = { world, queueUrl, until: world.clock.now() + left, deletesAtOnce: true };
  return workOff(event.Records, { ...shift, handle: (delivery) => handle(engine, delivery) });
}
