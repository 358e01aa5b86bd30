/**
 * How the children of a Map Run have ended, group by group: a STANDARD child reports to its group's join item with
 * what it came to; what an EXPRESS child came to stands in the run's own log (`express.ts`).
 */
import type { Instant, Outcome } from "../../asl/position.ts";
import type { Engine } from "../engine.ts";
import type { MapRunId } from "../ports.ts";
import { runJoin } from "./chunks.ts";
import { type Counts, noCounts, nothing, sum, type Tally } from "./counts.ts";
import { type ChildEnd, endsIn, holdsIn } from "./express.ts";
import { keptIn, type RunState, toldIn } from "./run.ts";

/** What the run reads of a child that has ended. */
export interface ChildReport {
  readonly index: number;
  readonly items: number;
  readonly startedAt: Instant;
  readonly stoppedAt: Instant;
  readonly outcome: Outcome;
  /** How often the child has been redriven; absent: never. */
  readonly redriveCount?: number;
  /** It did not succeed, and can be redriven no more. */
  readonly isFinal?: true;
}

type View = Pick<RunState, "express" | "redriven" | "kept">;

/** By index, in any order. */
export async function reportsOf(
  engine: Engine,
  run: MapRunId,
  state: View,
  group: number,
  epoch = keptIn(state, group) ?? toldIn(state),
): Promise<ReadonlyMap<number, ChildReport>> {
  if (state.express) return endedIn(await endsIn(engine, run, group), epoch);
  const bodies = await engine.world.joins.reports(runJoin(run, "children", group, epoch));
  return new Map([...bodies].map(([index, body]) => [index, JSON.parse(body) as ChildReport])); // written by `reportEnd`
}

function endedIn(ends: ReadonlyMap<number, ChildEnd>, epoch: number): ReadonlyMap<number, ChildReport> {
  return new Map([...ends].flatMap(([index, end]) => (holdsIn(end, epoch) ? [[index, end.report] as const] : [])));
}

/** How the children of a group have ended. */
export async function countsOf(engine: Engine, run: MapRunId, state: View, group: number): Promise<Counts> {
  return countsIn(await reportsOf(engine, run, state, group));
}

export function countsIn(reports: ReadonlyMap<number, ChildReport>): Counts {
  let counts = noCounts;
  for (const report of reports.values()) counts = sum(counts, countOf(report));
  return counts;
}

const endsOf = {
  SUCCEEDED: "succeeded",
  FAILED: "failed",
  TIMED_OUT: "timedOut",
  ABORTED: "aborted",
} as const satisfies Record<Outcome["status"], keyof Tally>;

function countOf({ outcome, items, isFinal }: ChildReport): Counts {
  const end = endsOf[outcome.status];
  const outputLength = outcome.status === "SUCCEEDED" ? outcome.output.length + 1 : 0;
  const counts = { executions: { ...nothing, [end]: 1 }, items: { ...nothing, [end]: items }, outputLength };
  return isFinal ? { ...counts, final: { executions: 1, items } } : counts;
}
