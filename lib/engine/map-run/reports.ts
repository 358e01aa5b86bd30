/**
 * How the children of a Map Run have ended, group by group: a STANDARD child reports to its group's join item with
 * what it came to; what an EXPRESS child came to stands in the run's own log (`express.ts`).
 */
import type { Instant, Outcome } from "../../asl/position.ts";
import type { Engine } from "../engine.ts";
import type { MapRunId } from "../ports.ts";
import { runJoin } from "./chunks.ts";
import { endsIn } from "./express.ts";
import { type Counts, noCounts, nothing, type RunState, sum, type Tally } from "./run.ts";

/** What the run reads of a child that has ended. */
export interface ChildReport {
  readonly index: number;
  readonly items: number;
  readonly startedAt: Instant;
  readonly stoppedAt: Instant;
  readonly outcome: Outcome;
}

/** By index, in any order. */
export async function reportsOf(
  engine: Engine,
  run: MapRunId,
  { express }: Pick<RunState, "express">,
  group: number,
): Promise<ReadonlyMap<number, ChildReport>> {
  if (express) return new Map([...(await endsIn(engine, run, group))].map(([index, { report }]) => [index, report]));
  const bodies = await engine.world.joins.reports(runJoin(run, "children", group));
  return new Map([...bodies].map(([index, body]) => [index, JSON.parse(body) as ChildReport])); // written by `reportEnd`
}

/** How the children of a group have ended. */
export async function countsOf(
  engine: Engine,
  run: MapRunId,
  state: Pick<RunState, "express">,
  group: number,
): Promise<Counts> {
  let counts = noCounts;
  for (const report of (await reportsOf(engine, run, state, group)).values()) counts = sum(counts, countOf(report));
  return counts;
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
