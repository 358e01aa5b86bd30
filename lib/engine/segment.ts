/**
 * A segment: one transition of one branch, as it stands in the log for good. The log folds back into
 * positions, histories and charges from these alone.
 */
import type { HistoryEvent } from "../asl/event.ts";
import type { Instant, Position } from "../asl/position.ts";
import type { ExecutionId, SegmentKey } from "./ports.ts";

export interface Segment extends SegmentKey {
  readonly now: Instant;
  /** Drawn by its writer, who thereby knows it again when the answer to the append got lost. */
  readonly nonce: string;
  /** The key of the message under which it was written: whoever holds that message answers for what follows. */
  readonly by: string;
  readonly events: readonly HistoryEvent[];
  readonly position: Position;
  /** With a claim: until then its writer may be at work on the call. */
  readonly lease?: Instant;
  /** On segment 0 of the root, and on the head that waits for the outside to answer. */
  readonly header?: Header;
}

/** What stays the same for a whole execution and what every step needs: it travels in each message. */
export interface Header {
  readonly id: ExecutionId;
  readonly definition: string;
  readonly roleArn: string;
  readonly startedAt: Instant;
  /** 128 random bits in hexadecimal; all chance of the execution comes from here. */
  readonly seed: string;
  readonly redriveCount: number;
  readonly redriveTime?: Instant;
  readonly epoch: number;
  /** The claim in another execution that started this one and waits for its end. */
  readonly parent?: SegmentKey;
}

/** Number of the first event of the segment in its branch's own numbering. */
export function firstEvent(segment: Pick<Segment, "events" | "position">): number {
  return segment.position.events - segment.events.length + 1;
}
