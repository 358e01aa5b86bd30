/** A Map Run in words: what its items have come to, and how many of them may fail before all of it does. */
import { count, several } from "../../lib/cli/explain/words.ts";

export interface MapRunAnswer {
  readonly status: string;
  readonly maxConcurrency: number;
  readonly toleratedFailureCount: number;
  readonly toleratedFailurePercentage: number;
  readonly itemCounts: Counts;
  readonly executionCounts: Counts;
}

/** By outcome, and in `total`. */
export type Counts = Readonly<Record<string, number>>;

/** By the ARN of a Map Run. */
export type RunCounts = ReadonlyMap<string, Counts>;

const outcomes = [
  ["succeeded", "succeeded"],
  ["running", "running"],
  ["pending", "pending"],
  ["failed", "failed"],
  ["timedOut", "timed out"],
  ["aborted", "stopped"],
] as const;

/** `5 succeeded, 1 failed of 6 items`. */
export function toldCounts(counts: Counts, what: string): string {
  const told = outcomes.flatMap(([name, words]) => (counts[name] ? [`${count(counts[name])} ${words}`] : []));
  return `${told.length === 0 ? "none yet" : told.join(", ")} of ${several(counts["total"] ?? 0, what)}`;
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
