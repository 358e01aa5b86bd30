/** The end of a Map Run's child: it is reported, the token goes on to the next, and the run hears what concerns it. */
import type { Instant, Outcome } from "../../asl/position.ts";
import type { Engine } from "../engine.ts";
import { groupWidth } from "../group-width.ts";
import { dispatch, messageOf } from "../messages.ts";
import type { MapRunId, Message } from "../ports.ts";
import { expiryAfter } from "../record.ts";
import type { Header, Membership, Segment } from "../segment.ts";
import { chunkOf, runJoin } from "./chunks.ts";
import { frontierOf } from "./frontier.ts";
import { inEpoch, roughly } from "./log.ts";
import type { RunNews } from "./news.ts";
import { endOfRanges } from "./ranges.ts";
import type { ChildReport } from "./reports.ts";
import type { RunState } from "./run.ts";
import { ofEpoch, startNext } from "./tokens.ts";

/** What a child is in its run; the group is full when all of its size have reported. */
export type PlaceInRun = Pick<Membership, "index" | "groupSize" | "epoch">;

/** The end of an execution that is a child. */
async function reportExecution(engine: Engine, header: Header, end: Segment): Promise<Message | undefined> {
  const { doing } = end.position;
  const { mapRun } = header;
  if (doing.kind !== "ended" || !mapRun) throw new Error(`${header.id} is no ended child of a Map Run`);
  const { index, items } = mapRun;
  const { outcome } = doing;
  const { startedAt, redriveCount } = header;
  const times = redriveCount === 0 ? {} : { redriveCount };
  const report: ChildReport = { index, items, startedAt, stoppedAt: end.now, outcome, ...times };
  return reportEnd(engine, mapRun.id, {}, mapRun, report);
}

/** The end is reported; answers the message that the run is to get, if it is to get one. */
export async function reportEnd(
  engine: Engine,
  run: MapRunId,
  { express }: Pick<RunState, "express">,
  place: PlaceInRun,
  report: ChildReport,
): Promise<Message | undefined> {
  const { index, groupSize, epoch = 0 } = place;
  const expires = expiryAfter(engine, report.stoppedAt);
  const group = Math.floor(index / groupWidth);
  // What an EXPRESS child came to is in the run's log by now.
  const body = express ? undefined : JSON.stringify(report);
  const { finished } = await engine.world.joins.report(runJoin(run, "children", group, epoch), index, body, expires);
  if (finished.indexOf(index) === groupSize - 1) return newsMessage(run, epoch, { kind: "group-done", group });
  return isFailure(report.outcome) ? failing(engine, run, place, group, expires) : undefined;
}

function isFailure({ status }: Outcome): boolean {
  return status === "FAILED" || status === "TIMED_OUT";
}

/** Failures of a group are counted beside; the run is told the count, of which it keeps the greatest. */
async function failing(
  engine: Engine,
  run: MapRunId,
  { index, epoch = 0 }: PlaceInRun,
  group: number,
  expires: Instant,
): Promise<Message | undefined> {
  const { finished } = await engine.world.joins.report(runJoin(run, "failed", group, epoch), index, undefined, expires);
  const place = finished.indexOf(index) + 1;
  if (place % stride(await roughly(engine, run)) !== 0) return undefined;
  // Batches may differ in how many items they hold.
  const chunk = await chunkOf(engine, run, group);
  const items = finished.slice(0, place).reduce((sum, failed) => sum + (chunk.items?.[failed % groupWidth] ?? 1), 0);
  return newsMessage(run, epoch, { kind: "failing", group, items });
}

/** Where thousands of failures are tolerated, not each of them is worth a write. */
function stride({ toleratedFailureCount: count, toleratedFailurePercentage: percentage, staged }: RunState): number {
  const share = percentage ? (percentage * staged.items) / 100 : Number.POSITIVE_INFINITY;
  const tolerated = Math.min(count || Number.POSITIVE_INFINITY, share);
  return Number.isFinite(tolerated) ? Math.max(1, Math.floor(tolerated / 64)) : 1;
}

export function newsMessage(run: MapRunId, epoch: number, news: RunNews): Message {
  return messageOf({ kind: "run-news", execution: run, branch: "", ...ofEpoch(epoch), news }, "flow");
}

/** What follows from the end of a child: everything here may run twice. */
export async function afterChild(engine: Engine, header: Header, end: Segment): Promise<void> {
  const { mapRun } = header;
  if (!mapRun) return;
  const message = await reportExecution(engine, header, end);
  if (message) await dispatch(engine, [message]);
  const { id: run, token, index, epoch = 0 } = mapRun;
  const chunk = end.frontier ?? Math.floor(index / groupWidth);
  await startNext(engine, { run, epoch, token }, { taker: index, chunk });
}

/**
 * Writes down with the end of a child from which chunk on to look for the next: a copy of the message has to look
 * from there, too, or it would take another one.
 */
export function withFrontier(engine: Engine, { mapRun }: Header, segment: Segment): Segment | Promise<Segment> {
  if (!mapRun || segment.branch !== "" || segment.position.doing.kind !== "ended") return segment;
  return frontierAfter(engine, mapRun.id, mapRun.index, mapRun.epoch).then((frontier) => ({ ...segment, frontier }));
}

export async function frontierAfter(engine: Engine, run: MapRunId, index: number, epoch = 0): Promise<number> {
  const known = frontierOf(engine, run, epoch) ?? endOfRanges((await inEpoch(engine, run, epoch))?.done ?? []);
  return Math.max(Math.floor(index / groupWidth), known);
}
