/**
 * A claim that ends before what it began: the child execution or the job that nobody waits for any more is told
 * to stop.
 */
import { childOf } from "./child.ts";
import type { Engine } from "./engine.ts";
import { stopOf } from "./job.ts";
import { dispatch, outliving } from "./messages.ts";
import type { Message } from "./ports.ts";
import type { Segment } from "./segment.ts";

/** Tells what the claim of this segment has begun, or is about to begin, that nobody waits for it. */
export function abandoning(segment: Segment): Message | undefined {
  return childOf(segment)?.abandoned ?? stopOf(segment);
}

/**
 * `append` ends the claim of `head`; what it has begun is stopped. Told twice: at once, and by a guard that comes
 * later than this process, or one that is just starting the child, can live.
 */
export async function releasing<T>(engine: Engine, head: Segment | undefined, append: () => Promise<T>): Promise<T> {
  const abandoned = head && abandoning(head);
  if (!abandoned) return append();
  await dispatch(engine, [outliving(engine, abandoned)]);
  const appended = await append();
  await dispatch(engine, [abandoned]);
  return appended;
}
