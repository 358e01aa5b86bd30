/** A process of `simulate`: runs the seeds it is given, one after the other, and tells what they came to. */

import type { Tally } from "./report.ts";
import { total } from "./report.ts";
import { runSeed } from "./seeds.ts";
import type { Order } from "./simulate.ts";

async function work({ from, seeds, only, world, first }: Order): Promise<Tally> {
  const started = performance.now();
  const tallies: Tally[] = [];
  for (let seed = from; seed < from + seeds; seed++) {
    const tally = await runSeed(seed, only, world);
    tallies.push(tally);
    if (first && tally.failures.length > 0) break;
  }
  return { ...total(tallies), seconds: (performance.now() - started) / 1_000 };
}

// Whoever wanted to know is gone.
process.once("disconnect", () => process.exit());
process.once("message", async (order) => {
  const tally = await work(order as Order); // an Order is what `simulate` sends
  process.send?.(tally, () => process.disconnect());
});
