/**
 * Stands in for `lib/engine/codec.ts` where the simulation runs: the store is in memory and hands out the same record
 * again and again, to each process and to the judge; the engine's own stores never do.
 */
import { decodeSegment as decode } from "../../lib/engine/codec.ts";
import type { SegmentRecord } from "../../lib/engine/ports.ts";
import type { Segment } from "../../lib/engine/segment.ts";

export { decodeCommand, encodeCommand, encodeSegment } from "../../lib/engine/codec.ts";

const decoded = new WeakMap<SegmentRecord, Segment>();

export function decodeSegment(record: SegmentRecord): Segment {
  const known = decoded.get(record) ?? decode(record);
  decoded.set(record, known);
  return known;
}
