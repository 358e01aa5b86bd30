/** The minute's timers of one shard: what is due within the queue's horizon goes to the queue. */
import type { Engine } from "./engine.ts";

/** Answers how many timers were sent. */
export async function sweep(engine: Engine, shard: number): Promise<number> {
  const { timers, clock } = engine.world;
  return timers.sweep(shard, clock.now() + timers.queueHorizon);
}
