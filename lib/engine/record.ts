/**
 * Writing a transition down: the segment, under whose charge it stands, and who won when two wrote.
 * The messages that let the branch go on directly are committed with it.
 */
import type { Definition } from "../asl/definition.ts";
import type { Instant } from "../asl/position.ts";
import type { Moment, Transition } from "../asl/transition.ts";
import { isRepeatable } from "./child.ts";
import { decodeSegment, encodeSegment } from "./codec.ts";
import { branchKey, type Engine } from "./engine.ts";
import { tellLog } from "./execution-log.ts";
import { batonAfter, dispatch, isFar } from "./messages.ts";
import type { Receipt, SegmentRecord } from "./ports.ts";
import type { Header, Segment } from "./segment.ts";

/** `segment` is ours and in the log, or `winner` is somebody else's at the same place. */
export type Recorded =
  | { readonly kind: "mine"; readonly segment: Segment }
  | { readonly kind: "theirs"; readonly winner: Segment };

const thirtyDays = 30 * 24 * 3_600_000;

export function segmentOf(
  engine: Engine,
  header: Header,
  moment: Pick<Moment, "branch" | "seq" | "now">,
  transition: Transition,
  by: string,
): Segment {
  return {
    execution: header.id,
    branch: moment.branch,
    seq: moment.seq,
    now: moment.now,
    nonce: engine.world.chance.hex(8),
    by,
    events: transition.events,
    position: transition.next,
    ...leaseOf(engine, transition, moment.now),
    // Who comes upon it needs no other to know the epoch.
    ...(header.epoch > 0 && { header }),
  };
}

/** Nobody is at work on an activity's claim; and a call that may be made twice needs no one to wait for its end. */
function leaseOf(engine: Engine, transition: Transition, now: Instant): { lease?: Instant } {
  const { doing } = transition.next;
  return doing.kind === "working" && !doing.submitted && doing.call.pattern !== "activity" && !isRepeatable(doing.call)
    ? { lease: now + engine.options.leaseMilliseconds }
    : {};
}

export function recordOf(engine: Engine, segment: Segment): SegmentRecord {
  return {
    execution: segment.execution,
    branch: segment.branch,
    seq: segment.seq,
    body: encodeSegment(segment),
    expires: expiry(engine, segment.now),
  };
}

export function expiry(engine: Engine, now: Instant): Instant {
  return now + engine.options.retentionDays * 24 * 3_600_000 + thirtyDays;
}

/** Of what follows from that moment, and may be written again long after it, as a redrive or healing does. */
export function expiryAfter(engine: Engine, moment: Instant): Instant {
  return expiry(engine, Math.max(moment, engine.world.clock.now()));
}

/**
 * Appends the segment. If the branch simply goes on, its next baton is committed with it (and, where the
 * store can, `consumed` removed): then nothing is left to carry out.
 */
export async function record(
  engine: Engine,
  header: Header,
  definition: Definition,
  segment: Segment,
  consumed?: Receipt,
): Promise<Recorded> {
  const { log } = engine.world;
  const baton = batonAfter(engine, header, definition, segment);
  const written = recordOf(engine, segment);
  // What goes to a log is told before the branch goes on, or a crash between the two would leave it untold.
  const together = baton !== undefined && !isFar(engine, baton) && header.log === undefined;
  const answer = together ? await log.commit(written, [baton], consumed) : await log.append(written);
  if (answer.kind === "appended") {
    if (header.log !== undefined) await tellLog(engine, header, segment);
    if (baton && !together) await dispatch(engine, [baton]);
    return mine(engine, segment);
  }
  const winner = decodeSegment(answer.winner);
  if (winner.nonce !== segment.nonce) return { kind: "theirs", winner };
  // Ours after all: the answer to an earlier try got lost, and with it, perhaps, the baton.
  await tellLog(engine, header, segment);
  if (baton) await dispatch(engine, [baton]);
  return mine(engine, segment);
}

/** Remembers the newest segment where messages do not carry the position. */
export function mine(engine: Engine, segment: Segment): Recorded {
  const key = branchKey(segment.execution, segment.branch);
  if (segment.position.doing.kind === "ended") engine.newest.delete(key);
  else if (!engine.world.queue.carriesPayloads) engine.newest.put(key, segment);
  return { kind: "mine", segment };
}
