/** The end of a Map Run's child: it is reported, the token goes on to the next, and the run hears what concerns it. */
import type { Instant, Outcome } from "../../asl/position.ts";
import type { Engine } from "../engine.ts";
import { groupWidth } from "../join.ts";
import { dispatch, messageOf } from "../messages.ts";
import type { MapRunId, Message } from "../ports.ts";
import { expiry } from "../record.ts";
import type { Header, Membership, Segment } from "../segment.ts";
import { runJoin } from "./chunks.ts";
import { roughly } from "./log.ts";
import type { RunNews } from "./news.ts";
import { endOfRanges } from "./ranges.ts";
import { type Counts, noCounts, nothing, type RunState, sum, type Tally } from "./run.ts";
import { startNext } from "./tokens.ts";

/** What the run reads of a child that has ended. */
export interface ChildReport {
  readonly index: number;
  readonly items: number;
  readonly startedAt: Instant;
  readonly stoppedAt: Instant;
  readonly outcome: Outcome;
}

/** The end is reported; answers the message that the run is to get, if it is to get one. */
export async function reportChild(engine: Engine, header: Header, end: Segment): Promise<Message | undefined> {
  const { doing } = end.position;
  const { mapRun } = header;
  if (doing.kind !== "ended" || !mapRun) throw new Error(`${header.id} is no ended child of a Map Run`);
  const { id: run, index, items } = mapRun;
  const { outcome } = doing;
  const report: ChildReport = { index, items, startedAt: header.startedAt, stoppedAt: end.now, outcome };
  const { joins } = engine.world;
  const expires = expiry(engine, end.now);
  const group = Math.floor(index / groupWidth);
  const { finished } = await joins.report(runJoin(run, "children", group), index, JSON.stringify(report), expires);
  const isLast = finished.indexOf(index) === mapRun.groupSize - 1;
  if (isLast) return newsMessage(run, { kind: "group-done", group });
  return isFailure(outcome) ? failing(engine, mapRun, group, expires) : undefined;
}

function isFailure({ status }: Outcome): boolean {
  return status === "FAILED" || status === "TIMED_OUT";
}

/** Failures of a group are counted beside; the run is told the count, of which it keeps the greatest. */
async function failing(
  engine: Engine,
  { id: run, index, items }: Membership,
  group: number,
  expires: Instant,
): Promise<Message | undefined> {
  const { finished } = await engine.world.joins.report(runJoin(run, "failed", group), index, undefined, expires);
  const place = finished.indexOf(index) + 1;
  if (place % stride(await roughly(engine, run)) !== 0) return undefined;
  // Batches have about the same size: the exact number comes when the group is done.
  return newsMessage(run, { kind: "failing", group, items: place * items });
}

/** Where thousands of failures are tolerated, not each of them is worth a write. */
function stride({ toleratedFailureCount: count, toleratedFailurePercentage: percentage, staged }: RunState): number {
  const share = percentage === undefined ? Number.POSITIVE_INFINITY : (percentage * staged.items) / 100;
  const tolerated = Math.min(count ?? Number.POSITIVE_INFINITY, share);
  return Number.isFinite(tolerated) ? Math.max(1, Math.floor(tolerated / 64)) : 1;
}

export function newsMessage(run: MapRunId, news: RunNews): Message {
  return messageOf({ kind: "run-news", execution: run, branch: "", news }, "flow");
}

/** What follows from the end of a child: everything here may run twice. */
export async function afterChild(engine: Engine, header: Header, end: Segment): Promise<void> {
  const { mapRun } = header;
  if (!mapRun) return;
  const message = await reportChild(engine, header, end);
  if (message) await dispatch(engine, [message]);
  await startNext(engine, mapRun.id, mapRun.token, mapRun.index, end.frontier ?? Math.floor(mapRun.index / groupWidth));
}

/**
 * Writes down with the end of a child from which chunk on to look for the next: a copy of the message has to look
 * from there, too, or it would take another one.
 */
export async function withFrontier(engine: Engine, { mapRun }: Header, segment: Segment): Promise<Segment> {
  if (!mapRun || segment.branch !== "" || segment.position.doing.kind !== "ended") return segment;
  const { id, index } = mapRun;
  const known = engine.frontiers.get(id) ?? endOfRanges((await roughly(engine, id)).done);
  return { ...segment, frontier: Math.max(Math.floor(index / groupWidth), known) };
}

/** How the children of a group have ended. */
export async function countsOf(engine: Engine, run: MapRunId, group: number): Promise<Counts> {
  const reports = await engine.world.joins.reports(runJoin(run, "children", group));
  let counts = noCounts;
  for (const body of reports.values()) counts = sum(counts, countOf(readReport(body)));
  return counts;
}

export function readReport(body: string): ChildReport {
  return JSON.parse(body) as ChildReport; // written by `reportChild`
}

const endsOf = {
  SUCCEEDED: "succeeded",
  FAILED: "failed",
  TIMED_OUT: "timedOut",
  ABORTED: "aborted",
} as const satisfies Record<Outcome["status"], keyof Tally>;

function countOf({ outcome, items }: ChildReport): Counts {
  const end = endsOf[outcome.status];
  const outputLength = outcome.status === "SUCCEEDED" ? outcome.output.length + 1 : 0;
  return { executions: { ...nothing, [end]: 1 }, items: { ...nothing, [end]: items }, outputLength };
}
