/**
 * A page of a history that has forked nowhere up to its end: the root's own numbering is the history's then, so
 * that a page is read from the segments that hold it and nothing is merged. What cannot be told from them alone (a
 * fork, a wait that was cut off, segments that have been forgotten) is left to `readHistory`.
 */
import type { HistoryEvent } from "../asl/event.ts";
import { type AwsHistoryEvent, toAwsEvent } from "../asl/history.ts";
import type { Instant } from "../asl/position.ts";
import { decodeSegment } from "./codec.ts";
import type { Engine } from "./engine.ts";
import type { ExecutionId } from "./ports.ts";
import { firstEvent, type Segment } from "./segment.ts";

/** Where an event stands in the log: what a page must be told to begin with it. */
export interface Place {
  readonly event: number;
  readonly seq: number;
  /** The moment of the event before: a history never goes back in time. */
  readonly clock: Instant;
}

export interface Placed {
  readonly event: AwsHistoryEvent;
  readonly place: Place;
}

const beginning: Place = { event: 1, seq: 0, clock: 0 };

/** Read at once; most segments hold one event or two. */
const batch = 128;

/** At most so many from there on, fewer only where the history ends; undefined: it is not that simple. */
export async function readStraight(
  { world }: Engine,
  id: ExecutionId,
  most: number,
  from: Place = beginning,
): Promise<readonly Placed[] | undefined> {
  const now = world.clock.now();
  const reading: Reading = { found: [], most, next: from };
  let held: Segment | undefined;
  for (let seq = from.seq; ; seq += batch) {
    const records = await world.log.branch(id, "", seq, batch);
    for (const record of records) {
      const segment = decodeSegment(record);
      // How a segment ended shows in the one behind it.
      if (held !== undefined && !take(reading, held, segment.now, false)) return undefined;
      if (reading.found.length === most) return reading.found;
      if (segment.seq !== (held === undefined ? from.seq : held.seq + 1)) return undefined;
      held = segment;
    }
    if (records.length < batch) break;
  }
  if (held === undefined || !take(reading, held, now, true)) return undefined;
  return reading.found;
}

interface Reading {
  readonly found: Placed[];
  readonly most: number;
  next: Place;
}

/** The segment's events that happened until then; false: they cannot be numbered by themselves. */
function take(reading: Reading, segment: Segment, end: Instant, isHead: boolean): boolean {
  if (isFork(segment)) return false;
  const { events, now, seq } = segment;
  const skipped = reading.next.event - firstEvent(segment);
  // The page before may have shown a part of the first segment, and of no other.
  if (skipped < 0 || skipped > events.length || (skipped > 0 && reading.found.length > 0)) return false;
  for (const [index, event] of events.entries()) {
    if (index < skipped) continue;
    if (reading.found.length === reading.most) return true;
    const { next } = reading;
    if (!happened(event, end)) return isHead && !events.slice(index).some((later) => happened(later, end));
    if (typeof event.previous !== "number") return false;
    const clock = Math.max(next.clock, event.at ?? now);
    reading.found.push({ event: toAwsEvent(event, next.event, event.previous, clock), place: { ...next, seq } });
    reading.next = { event: next.event + 1, seq, clock };
  }
  return true;
}

function isFork({ position: { doing } }: Segment): boolean {
  return doing.kind === "forked" && !doing.run;
}

function happened({ at }: HistoryEvent, end: Instant): boolean {
  return at === undefined || at <= end;
}
