/** ItemBatcher: several items become the input of one child. */
import { type JsonText, writeJson } from "../json.ts";
import type { MapRun } from "../position.ts";

type Limits = NonNullable<MapRun["batch"]>;

/** The input of a child, and how many items are in it. */
export interface Batch {
  readonly input: JsonText;
  readonly items: number;
}

export interface OpenBatch {
  /** Answers the batch that is full without this item. */
  add(item: JsonText): Batch | undefined;
  /** What is left at the end. */
  end(): Batch | undefined;
}

/** Each batch is as large as both limits allow, and holds at least one item. */
export function openBatch(batch: Limits): OpenBatch {
  const maxItems = batch.maxItems ?? Number.POSITIVE_INFINITY;
  const maxBytes = batch.maxInputBytes ?? Number.POSITIVE_INFINITY;
  let open: JsonText[] = [];
  let bytes = overhead(batch);

  function end(): Batch | undefined {
    if (open.length === 0) return undefined;
    const full = { input: written(open, batch), items: open.length };
    open = [];
    bytes = overhead(batch);
    return full;
  }

  return {
    add(item) {
      const size = Buffer.byteLength(item, "utf8") + 1;
      const full = open.length >= maxItems || bytes + size > maxBytes ? end() : undefined;
      open.push(item);
      bytes += size;
      return full;
    },
    end,
  };
}

export function batched(items: readonly JsonText[], batch: Limits): readonly JsonText[] {
  const open = openBatch(batch);
  const full = items.flatMap((item) => open.add(item) ?? []);
  const last = open.end();
  return [...full, ...(last ? [last] : [])].map(({ input }) => input);
}

function written(items: readonly JsonText[], batch: Limits): JsonText {
  const input = batch.input === undefined ? "" : `${writeJson("BatchInput")}:${batch.input},`;
  return `{${input}"Items":[${items.join(",")}]}`;
}

function overhead(batch: Limits): number {
  return Buffer.byteLength(written([], batch), "utf8");
}
