/** From items to the inputs of children: each item selected, several put together where the state has an ItemBatcher. */
import { openBatch } from "../../asl/distributed/batches.ts";
import { selectItems } from "../../asl/states/distributed.ts";
import type { ChildInput } from "./chunks.ts";
import type { RunFork } from "./fork.ts";
import type { Mark, Slice } from "./source.ts";

export interface Inputs {
  readonly inputs: readonly ChildInput[];
  /** Behind the items that they were made of; some of these may be in none of them yet. */
  readonly mark?: Mark;
}

/** Items come in slices, so that what a step needs is set up once for many of them. */
export async function* childInputs(fork: RunFork, slices: AsyncIterable<Slice>): AsyncGenerator<Inputs> {
  const { definition, position, moment, run } = fork;
  const batch = run.batch && openBatch(run.batch);
  for await (const { items, mark } of slices) {
    const selected = await selectItems(definition, position, items, moment);
    const inputs = batch
      ? selected.flatMap((item) => batch.add(item) ?? [])
      : selected.map((input) => ({ input, items: 1 }));
    yield mark ? { inputs, mark } : { inputs };
  }
  const last = batch?.end();
  if (last) yield { inputs: [last] };
}
