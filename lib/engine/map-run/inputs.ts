/** From items to the inputs of children: each item selected, several put together where the state has an ItemBatcher. */
import { openBatch } from "../../asl/distributed/batches.ts";
import type { MapItem } from "../../asl/position.ts";
import { selectItems } from "../../asl/states/distributed.ts";
import type { ChildInput } from "./chunks.ts";
import type { RunFork } from "./fork.ts";

/** Items come in slices, so that what a step needs is set up once for many of them. */
export async function* childInputs(
  fork: RunFork,
  items: AsyncIterable<readonly MapItem[]>,
): AsyncGenerator<readonly ChildInput[]> {
  const { definition, position, moment, run } = fork;
  const batch = run.batch && openBatch(run.batch);
  for await (const slice of items) {
    const selected = await selectItems(definition, position, slice, moment);
    yield batch ? selected.flatMap((item) => batch.add(item) ?? []) : selected.map((input) => ({ input, items: 1 }));
  }
  const last = batch?.end();
  if (last) yield [last];
}
