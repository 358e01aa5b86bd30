/**
 * Which visits one looks at: all of an execution, or those within one item of a Map; and what came of each
 * state among them, for the colours of the graph.
 */
import type { Visit } from "../../lib/asl/history/visits.ts";
import type { RunCounts } from "./item-counts.ts";

/** An item of a Map, by the visit of the Map state and the item's index: `57.3` in an address. */
export interface ItemKey {
  readonly visit: number;
  readonly index: number;
}

export function readItem(text: string | null): ItemKey | undefined {
  const [, visit, index] = /^(\d+)\.(\d+)$/.exec(text ?? "") ?? [];
  return visit === undefined || index === undefined ? undefined : { visit: Number(visit), index: Number(index) };
}

/** Those beneath the item, however deep; outside the Map everything stays in sight. */
export function inScope(visits: readonly Visit[], item: ItemKey | undefined): readonly Visit[] {
  if (!item) return visits;
  return visits.filter((visit) => {
    for (let inside = visit.inside; inside; inside = inside.visit.inside)
      if (inside.visit.id === item.visit) return inside.index === item.index;
    return true;
  });
}

export interface Progress {
  readonly status: Visit["status"];
  readonly visits: number;
  /** Failed attempts. */
  readonly failures: number;
  /** Of a Map: items that ended well, that are known, and that failed. */
  readonly items?: { readonly done: number; readonly all: number; readonly failed: number };
  /** The visit that one sees first. */
  readonly latest: Visit;
}

const weights: Readonly<Record<Visit["status"], number>> = {
  succeeded: 0,
  aborted: 1,
  caught: 2,
  failed: 3,
  retrying: 4,
  running: 5,
};

/** `runs`: the counts of Map Runs, whose items are executions of their own. */
export function progressOf(visits: readonly Visit[], runs: RunCounts): ReadonlyMap<string, Progress> {
  const states = new Map<string, Progress>();
  for (const visit of visits) {
    const before = states.get(visit.state);
    // Side by side in a Map what goes on or went wrong counts; one after the other, the last.
    const together = before && visit.inside?.index !== undefined;
    const keeps = together && weights[before.status] > weights[visit.status];
    states.set(visit.state, {
      status: keeps ? before.status : visit.status,
      latest: keeps ? before.latest : visit,
      visits: (before?.visits ?? 0) + 1,
      failures: (before?.failures ?? 0) + visit.attempts.filter(({ status }) => status === "failed").length,
      ...(visit.type === "Map" && { items: itemsOf(visit, runs) }),
    });
  }
  return states;
}

function itemsOf(
  { items, width, mapRunArn = "" }: Visit,
  runs: RunCounts,
): { done: number; all: number; failed: number } {
  const counts = runs.get(mapRunArn);
  if (counts) {
    const { succeeded = 0, failed = 0, timedOut = 0, total = 0 } = counts;
    return { done: succeeded, failed: failed + timedOut, all: total };
  }
  if (mapRunArn !== "") return { done: 0, failed: 0, all: 0 };
  let done = 0;
  let failed = 0;
  for (const status of items.values()) {
    if (status === "succeeded") done++;
    if (status === "failed") failed++;
  }
  return { done, failed, all: width ?? items.size };
}
