/**
 * The events of one transition while it is being decided, with the numbers they get in the branch's own
 * numbering and the chain that `previousEventId` follows.
 */
import type { EventDetails, EventRef, HistoryEvent, HistoryEventType } from "../event.ts";
import type { Instant, Position } from "../position.ts";

export interface Journal {
  readonly events: HistoryEvent[];
  /** Number of the last event. */
  count: number;
  /** What the next event of the chain refers to. */
  previous: EventRef;
}

export function openJournal(position: Pick<Position, "events" | "previous">): Journal {
  return { events: [], count: position.events, previous: position.previous };
}

/** Writes an event that the next one refers to; answers its number. */
export function write(journal: Journal, type: HistoryEventType, details?: EventDetails, at?: Instant): number {
  const number = remark(journal, type, details, at);
  journal.previous = number;
  return number;
}

/** Writes an event beside the chain: the next event refers to what this one refers to. */
export function remark(journal: Journal, type: HistoryEventType, details?: EventDetails, at?: Instant): number {
  const { previous } = journal;
  const event: HistoryEvent = details === undefined ? { type, previous } : { type, previous, details };
  journal.events.push(at === undefined ? event : { ...event, at });
  journal.count += 1;
  return journal.count;
}

/** As AWS marks a payload that it shows in full. */
export const inFull = { truncated: false } as const;
