/**
 * From an event of a history back to the claim that wrote it: numbers are given when a history is read, so what
 * is kept by claim (what a function printed) is found by way of the segments. It reads the whole log.
 */
import { numbering } from "../asl/history/merge.ts";
import type { Engine } from "./engine.ts";
import { eventsOf, readSegments } from "./history.ts";
import type { ExecutionId, SegmentKey } from "./ports.ts";

/** Absent: there is no such event, or nobody wrote it. */
export async function claimOf(engine: Engine, id: ExecutionId, event: number): Promise<SegmentKey | undefined> {
  const segments = await readSegments(engine, id);
  const written = numbering(segments.map(eventsOf), engine.world.clock.now()).first(event)[event - 1]?.written;
  if (written === undefined) return undefined;
  const found = segments.map(eventsOf).find(({ branch, firstEvent, events }) => {
    const index = written.local - firstEvent;
    return branch === written.branch && index >= 0 && index < events.length;
  });
  return found && { execution: id, branch: found.branch, seq: found.seq };
}
