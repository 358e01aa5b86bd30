/**
 * What the children of an execution's Map Runs cost. They are executions of their own, so its history tells nothing
 * of them: their number is the Map Run's, and what one asks for is counted in the histories of a few, by outcome.
 */

import { type Ask, type MapRun, type MapRuns, mapRunsOf } from "../explain/map-runs.ts";
import { several } from "../explain/words.ts";
import { type CountedEvent, countsOf } from "./count.ts";
import { type Estimate, estimateOf, free, times, together } from "./estimate.ts";

export interface Children {
  readonly estimate: Estimate;
  /** How many are counted in, and of how many of them the history was read. */
  readonly counted: number;
  readonly looked: number;
  /** Children whose history is not kept: EXPRESS ones, and those beyond the retention. */
  readonly left: number;
  /** Map Runs that were not looked at, as there are so many. */
  readonly runsLeft: number;
  /** They have Map Runs of their own, which are not followed. */
  readonly nested: boolean;
}

export const noChildren: Children = { estimate: free, counted: 0, looked: 0, left: 0, runsLeft: 0, nested: false };

/** Histories read for each outcome of all Map Runs together: children that end alike mostly went the same way. */
const samples = 8;

const outcomes = [
  ["SUCCEEDED", "succeeded"],
  ["FAILED", "failed"],
  ["TIMED_OUT", "timedOut"],
  ["ABORTED", "aborted"],
  ["RUNNING", "running"],
] as const;

/** For an execution whose history has no Map Run nothing is asked. */
export async function childrenOf(
  ask: Ask,
  executionArn: string,
  events: readonly { readonly type: string }[],
): Promise<Children> {
  return hasMapRuns(events) ? await childrenIn(ask, await mapRunsOf(ask, executionArn)) : noChildren;
}

/** For those who have asked for the Map Runs already. */
export async function childrenIn(ask: Ask, { runs, more }: MapRuns): Promise<Children> {
  const most = Math.max(1, Math.floor(samples / runs.length));
  let found: Children = { ...noChildren, runsLeft: more };
  for (const run of runs)
    for (const [status, name] of outcomes) {
      const some = run.executionCounts[name] ?? 0;
      if (some > 0) found = plus(found, await sampled(ask, run, { status, some, most }));
    }
  return found;
}

export function hasMapRuns(events: readonly { readonly type: string }[]): boolean {
  return events.some(({ type }) => type === "MapRunStarted");
}

interface Wanted {
  readonly status: string;
  readonly some: number;
  readonly most: number;
}

async function sampled(ask: Ask, { mapRunArn }: MapRun, { status, some, most }: Wanted): Promise<Children> {
  const page = await ask("ListExecutions", { mapRunArn, statusFilter: status, maxResults: most });
  const histories: (readonly CountedEvent[])[] = [];
  for (const { executionArn } of page.executions) histories.push(await historyOf(ask, executionArn));
  const looked = histories.length;
  // Where the list ends there are no others: those that had not begun when all were stopped cost nothing.
  const counted = page.nextToken === undefined ? Math.min(looked, some) : some;
  const seen = together(histories.map((events) => estimateOf(countsOf(events), "map run")));
  return {
    estimate: looked === 0 ? free : times(seen, counted / looked),
    counted,
    looked: Math.min(looked, counted),
    left: status === "ABORTED" ? 0 : some - counted,
    runsLeft: 0,
    nested: histories.some(hasMapRuns),
  };
}

async function historyOf(ask: Ask, executionArn: string): Promise<readonly CountedEvent[]> {
  const events: CountedEvent[] = [];
  let nextToken: string | undefined;
  do {
    const question = { executionArn, includeExecutionData: false, maxResults: 1_000 };
    const page = await ask("GetExecutionHistory", { ...question, ...(nextToken && { nextToken }) });
    events.push(...page.events);
    nextToken = page.nextToken;
  } while (nextToken);
  return events;
}

function plus(one: Children, other: Children): Children {
  return {
    estimate: together([one.estimate, other.estimate]),
    counted: one.counted + other.counted,
    looked: one.looked + other.looked,
    left: one.left + other.left,
    runsLeft: one.runsLeft + other.runsLeft,
    nested: one.nested || other.nested,
  };
}

/** What the sum has in it and what it has not, each a sentence; none where there were no children. */
export function childrenNotes({ counted, looked, left, runsLeft, nested }: Children): readonly string[] {
  const from = looked < counted ? `, estimated from the histories of ${several(looked, "of them", "of them")}` : "";
  const they = several(counted, "child of its Map Runs is", "children of its Map Runs are");
  const others = several(left, "child", "children");
  return [
    ...(counted > 0 ? [`${they} counted in${from}.`] : []),
    ...(left > 0 ? [`Without ${others} of its Map Runs whose histories are not kept (EXPRESS, or too long ago).`] : []),
    ...(runsLeft > 0 ? [`Without the children of ${several(runsLeft, "older Map Run")}.`] : []),
    ...(nested ? ["Without the children of Map Runs inside its children."] : []),
  ];
}
