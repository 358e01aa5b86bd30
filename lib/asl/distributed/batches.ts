/** ItemBatcher: several items become the input of one child. */
import { type JsonText, writeJson } from "../json.ts";
import type { MapRun } from "../position.ts";

/** Each batch is as large as both limits allow, and holds at least one item. */
export function batched(items: readonly JsonText[], batch: NonNullable<MapRun["batch"]>): readonly JsonText[] {
  const maxItems = batch.maxItems ?? Number.POSITIVE_INFINITY;
  const maxBytes = batch.maxInputBytes ?? Number.POSITIVE_INFINITY;
  const batches: JsonText[] = [];
  let open: JsonText[] = [];
  let bytes = overhead(batch);
  for (const item of items) {
    const size = Buffer.byteLength(item, "utf8") + 1;
    if (open.length > 0 && (open.length >= maxItems || bytes + size > maxBytes)) {
      batches.push(written(open, batch));
      open = [];
      bytes = overhead(batch);
    }
    open.push(item);
    bytes += size;
  }
  if (open.length > 0) batches.push(written(open, batch));
  return batches;
}

function written(items: readonly JsonText[], batch: NonNullable<MapRun["batch"]>): JsonText {
  const input = batch.input === undefined ? "" : `${writeJson("BatchInput")}:${batch.input},`;
  return `{${input}"Items":[${items.join(",")}]}`;
}

function overhead(batch: NonNullable<MapRun["batch"]>): number {
  return Buffer.byteLength(written([], batch), "utf8");
}
