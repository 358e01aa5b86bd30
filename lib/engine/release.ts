/**
 * A claim that ends before what it began: the child execution or the job that nobody waits for any more is told
 * to stop.
 */
import type { Instant } from "../asl/position.ts";
import { type Abandoned, childOf } from "./child.ts";
import type { Engine } from "./engine.ts";
import { type StopJob, stopOf } from "./job.ts";
import { dispatch, laneOfCommand, longestWork, messageOf, outliving } from "./messages.ts";
import type { Message, Verdict } from "./ports.ts";
import type { Segment } from "./segment.ts";

/** Tells what the claim of this segment has begun, or is about to begin, that nobody waits for it. */
export function abandoning(segment: Segment): Message | undefined {
  const command = abandonmentOf(segment);
  return command && inItsLane(command);
}

function abandonmentOf(segment: Segment): Abandoned | StopJob | undefined {
  return childOf(segment)?.abandoned ?? stopOf(segment);
}

function inItsLane(command: Abandoned | StopJob): Message {
  return messageOf(command, laneOfCommand(command));
}

/** Between two looks whether what was announced has come. */
const pause = 30_000;

/** What becomes of a message of the end of a claim that finds it open, or of the end of a child that it does not find. */
export function awaitingEnd(engine: Engine, { until = 0 }: { readonly until?: Instant }): Verdict {
  const now = engine.world.clock.now();
  return until > now ? { kind: "later", at: Math.min(now + pause, until) } : { kind: "done" };
}

/**
 * `append` ends the claim of `head`; what it has begun is stopped. Told twice: at once, and by a guard that comes
 * later than this process, or one that is just starting the child, usually lives, and waits for a slow one.
 */
export async function releasing<T>(engine: Engine, head: Segment | undefined, append: () => Promise<T>): Promise<T> {
  const command = head && abandonmentOf(head);
  if (!command) return append();
  const announced = { ...command, until: engine.world.clock.now() + longestWork };
  await dispatch(engine, [outliving(engine, inItsLane(announced))]);
  const appended = await append();
  await dispatch(engine, [inItsLane(command)]);
  return appended;
}
