/**
 * The Map Runs of an execution as the API counts them, in words and numbers. The commands and the console ask
 * alike, each through its own client; what children cost is `cost/children.ts`.
 */
import type { AwsHistoryEvent } from "../../asl/history.ts";
import type { Described } from "./story.ts";
import { count, several } from "./words.ts";

/** Of DescribeMapRun. */
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

export interface ListedChild {
  readonly executionArn: string;
  readonly status: string;
  /** Seconds since 1970. */
  readonly stopDate?: number;
}

interface Paged {
  readonly nextToken?: string;
}

interface Answers {
  readonly ListMapRuns: Paged & { readonly mapRuns: readonly { readonly mapRunArn: string }[] };
  readonly DescribeMapRun: MapRunAnswer;
  readonly ListExecutions: Paged & { readonly executions: readonly ListedChild[] };
  readonly DescribeExecution: Described;
  readonly GetExecutionHistory: Paged & { readonly events: readonly AwsHistoryEvent[] };
}

/** The API, as far as it is asked about Map Runs. Moments are in seconds, those of events too. */
export type Ask = <Operation extends keyof Answers>(operation: Operation, input: object) => Promise<Answers[Operation]>;

export type MapRun = MapRunAnswer & { readonly mapRunArn: string };

/** In a loop a Distributed Map may have run a thousand times; so many are looked at. */
const mostRuns = 20;

export interface MapRuns {
  /** Newest first. */
  readonly runs: readonly MapRun[];
  /** Older ones, which were not looked at. */
  readonly more: number;
}

export const noMapRuns: MapRuns = { runs: [], more: 0 };

export async function mapRunsOf(ask: Ask, executionArn: string): Promise<MapRuns> {
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await ask("ListMapRuns", { executionArn, maxResults: 1_000, ...(nextToken && { nextToken }) });
    arns.push(...page.mapRuns.map(({ mapRunArn }) => mapRunArn));
    nextToken = page.nextToken;
  } while (nextToken);
  const looked = arns.slice(0, mostRuns);
  const described = looked.map(async (mapRunArn) => ({ ...(await ask("DescribeMapRun", { mapRunArn })), mapRunArn }));
  return { runs: await Promise.all(described), more: arns.length - looked.length };
}

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
