/**
 * The log of an execution for those who watch it: what the service sends to CloudWatch Logs, sent when it has
 * happened. It is not the engine's own log and nothing depends on it. Of a standard execution each segment is
 * told once it stands, and before what lets its branch go on, so that a crash between the two tells it twice
 * and never not at all; of an Express one the whole history when it has ended.
 */
import type { HistoryEvent } from "../asl/event.ts";
import { isLogged, logRecords } from "../asl/history/logged.ts";
import { type AwsHistoryEvent, toAwsEvent } from "../asl/history.ts";
import type { Instant, Position } from "../asl/position.ts";
import type { Engine } from "./engine.ts";
import { headOf } from "./head.ts";
import { executionArn } from "./identity.ts";
import type { SegmentKey } from "./ports.ts";
import { firstEvent, type Header, type LogTarget, type Segment } from "./segment.ts";

/**
 * What of the segment has happened: `now` all but the end of a wait that still lasts; `due` that end.
 * Concurrent branches number their events by themselves, as they do while they run.
 */
export async function tellLog(
  engine: Engine,
  { log, redriveCount }: Header,
  segment: Segment,
  which: "now" | "due" = "now",
): Promise<void> {
  if (log === undefined || !segment.events.some(({ type }) => isLogged(type, log.level))) return;
  const happened = (at: Instant) => at > segment.now === (which === "due");
  const events = eventsOf(segment).filter(({ timestamp }) => happened(timestamp));
  await write(engine, log, events, executionArn(segment.execution), redriveCount);
}

/** A wait ends when its time is over, in the segment that began it, unless somebody has ended it before. */
export async function tellWaited(
  engine: Engine,
  header: Header,
  { doing }: Position,
  { execution, branch, seq }: SegmentKey,
): Promise<void> {
  if (doing.kind !== "arriving" || doing.notBefore === undefined) return;
  const head = await headOf(engine, execution, branch);
  if (head?.seq === seq - 1) await tellLog(engine, header, head, "due");
}

/** The whole history of an Express execution. */
export function tellWhole(
  engine: Engine,
  log: LogTarget,
  history: readonly AwsHistoryEvent[],
  arn: string,
): Promise<void> {
  return write(engine, log, history, arn, 0);
}

async function write(
  engine: Engine,
  log: LogTarget,
  events: readonly AwsHistoryEvent[],
  arn: string,
  redriveCount: number,
): Promise<void> {
  const records = logRecords(events, log, { executionArn: arn, redriveCount });
  if (records.length === 0) return;
  const lines = records.map((record) => ({ at: Number(record.event_timestamp), text: JSON.stringify(record) }));
  await engine.world.logs.write(log, lines);
}

function eventsOf(segment: Segment): readonly AwsHistoryEvent[] {
  const first = firstEvent(segment);
  const own = segment.events.map((event, index) => {
    const id = first + index;
    return toAwsEvent(event, id, previousId(event, id), event.at ?? segment.now);
  });
  return [...own, ...firstWave(segment)];
}

/** What follows a fork follows its last event, which has the number before. */
function previousId({ previous }: HistoryEvent, id: number): number {
  if (typeof previous === "number") return previous;
  return previous === "joined" ? id - 1 : previous.event;
}

/** The first iterations of a Map are told of by the fork (`history/merge.ts`), so they stand in no segment. */
function firstWave({ seq, now, position }: Segment): readonly AwsHistoryEvent[] {
  const { doing, events: last, state: name } = position;
  if (doing.kind !== "forked" || doing.of !== "Map" || doing.claim !== seq || doing.run !== undefined) return [];
  return Array.from({ length: Math.min(doing.width, doing.concurrency) }, (_, index) =>
    toAwsEvent({ type: "MapIterationStarted", details: { name, index } }, last + 1 + index, last, now),
  );
}
