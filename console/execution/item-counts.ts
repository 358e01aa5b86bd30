/** What the items of a Map have come to, and how many of a Map Run may fail before all of it does, in words. */

import type { ItemStatus } from "../../lib/asl/history/visits.ts";
import type { Counts, MapRunAnswer } from "../../lib/cli/explain/map-runs.ts";
import { count, several } from "../../lib/cli/explain/words.ts";

/** By the ARN of a Map Run. */
export type RunCounts = ReadonlyMap<string, Counts>;

/** Of a Map whose items are in the history. */
export function itemsTold(items: ReadonlyMap<number, ItemStatus>, width: number): string {
  const numbers = { succeeded: 0, running: 0, failed: 0, aborted: 0 };
  for (const status of items.values()) numbers[status]++;
  const { succeeded, running, failed, aborted } = numbers;
  const stopped = aborted === 0 ? "" : `, ${count(aborted)} stopped`;
  return `${count(succeeded)} of ${count(width)} done, ${count(running)} running, ${count(failed)} failed${stopped}`;
}

/** What is tolerated, and how much of that is used up. */
export function tolerance({
  toleratedFailureCount: most,
  toleratedFailurePercentage: percentage,
  itemCounts,
}: MapRunAnswer): string {
  const failed = (itemCounts["failed"] ?? 0) + (itemCounts["timedOut"] ?? 0);
  if (most === 0 && percentage === 0)
    return failed === 0 ? "The first item that fails ends all." : "One failed item ended all.";
  const limits = [
    ...(most > 0 ? [several(most, "failed item")] : []),
    ...(percentage > 0 ? [`${percentage} % of them failing`] : []),
  ];
  const total = itemCounts["total"] ?? 0;
  const share = total === 0 ? "" : ` (${Math.round((1_000 * failed) / total) / 10} %)`;
  return `It tolerates ${limits.join(" and ")}; so far ${count(failed)}${share} failed.`;
}
