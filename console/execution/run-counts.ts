/** What the items of Distributed Maps have come to, by their Map Runs: no history tells of them. */
import { useMemo } from "preact/hooks";
import type { Visit } from "../../lib/asl/history/visits.ts";
import type { Counts, MapRunAnswer } from "../../lib/cli/explain/map-runs.ts";
import { call } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import type { RunCounts } from "./item-counts.ts";

const none: RunCounts = new Map();
/** A Map that is visited more often than that is looked at visit by visit. */
const mostRuns = 20;

export function useRunCounts(visits: readonly Visit[]): RunCounts {
  const runs = useMemo(() => visits.filter(({ mapRunArn }) => mapRunArn !== undefined).slice(-mostRuns), [visits]);
  const isOver = runs.every(({ leftAt }) => leftAt !== undefined);
  const { value } = useLive({
    key: JSON.stringify([isOver, ...runs.map(({ mapRunArn }) => mapRunArn)]),
    load: async () => new Map(await Promise.all(runs.map(countsOf))),
    settled: () => isOver,
    restMilliseconds: 2_000,
  });
  return value ?? none;
}

async function countsOf({ mapRunArn = "" }: Visit): Promise<readonly [arn: string, counts: Counts]> {
  const { itemCounts } = await call<MapRunAnswer>("DescribeMapRun", { mapRunArn });
  return [mapRunArn, itemCounts];
}
