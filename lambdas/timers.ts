/** Once a minute: sends the timers that come due within the queue's own horizon. */
import { sweep } from "../lib/engine/sweep.ts";
import { openEngine } from "./engine.ts";

/** Shards swept at the same time. */
const parallel = 16;

const { engine, world } = await openEngine();

export async function handler(): Promise<{ sent: number }> {
  const shards = Array.from({ length: world.timers.shards }, (_, shard) => shard);
  const counts: number[] = [];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let shard = shards.pop(); shard !== undefined; shard = shards.pop()) {
      await sweep(engine, shard).then(
        (count) => counts.push(count),
        (failure) => failures.push(failure), // the others are swept all the same
      );
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} shards of timers could not be swept`);
  return { sent: counts.reduce((sum, count) => sum + count, 0) };
}
