/**
 * Why a Map Run failed, as far as its children tell: the state's own error says only that too many of them did.
 * One of those that failed is looked at; `baton list MAP_RUN_ARN --status FAILED` has them all.
 */
import { visitsOf } from "../../asl/history/visits.ts";
import { readCause } from "./cause.ts";
import { type Ask, type ListedChild, type MapRun, type MapRunAnswer, toldCounts } from "./map-runs.ts";
import { storyOf } from "./story.ts";
import { several } from "./words.ts";

export interface ToldRun {
  readonly mapRunArn: string;
  readonly status: string;
  /** `Map Run of Each: 5 succeeded, 1 failed of 6 items.` */
  readonly says: string;
  readonly itemCounts: MapRun["itemCounts"];
  readonly failed?: FailedChild;
}

export interface FailedChild {
  readonly executionArn: string;
  /** `The first child that failed: Failed in state Work: States.TaskFailed.` */
  readonly says: string;
  readonly cause?: string;
  readonly because?: string;
  /** What lists all of them. */
  readonly status: "FAILED" | "TIMED_OUT";
}

/** `state`: the Map state's name, where it is known. */
export async function toldRun(ask: Ask, run: MapRun, state: string | undefined): Promise<ToldRun> {
  const { mapRunArn, status, itemCounts } = run;
  const of = state === undefined ? "" : ` of ${state}`;
  const failed = await failedChildOf(ask, run);
  return {
    mapRunArn,
    status,
    says: `Map Run${of}: ${toldRunCounts(run)}.`,
    itemCounts,
    ...(failed && { failed }),
  };
}

/** Batches are told apart from their items. */
export function toldRunCounts({ itemCounts, executionCounts }: MapRunAnswer): string {
  const batches = executionCounts["total"] !== itemCounts["total"];
  const also = batches ? ` in ${several(executionCounts["total"] ?? 0, "child execution")}` : "";
  return `${toldCounts(itemCounts, "item")}${also}`;
}

/** Undefined: none failed, or they are EXPRESS ones, of which no history is kept. */
async function failedChildOf(ask: Ask, { mapRunArn, executionCounts }: MapRun): Promise<FailedChild | undefined> {
  const status = executionCounts["failed"] ? "FAILED" : "TIMED_OUT";
  if (!executionCounts["failed"] && !executionCounts["timedOut"]) return undefined;
  const page = await ask("ListExecutions", { mapRunArn, statusFilter: status, maxResults: 1_000 });
  const child = page.executions.reduce<ListedChild | undefined>(earlier, undefined);
  if (child === undefined) return undefined;
  const { executionArn } = child;
  const description = await ask("DescribeExecution", { executionArn });
  const newest = { executionArn, reverseOrder: true, includeExecutionData: false, maxResults: 1_000 };
  const { events } = await ask("GetExecutionHistory", newest);
  const visits = visitsOf(events.map((event) => ({ ...event, timestamp: event.timestamp * 1_000 })).reverse());
  const { says, cause, because } = storyOf({ description, waiting: [], visits, now: 0 });
  const which = page.nextToken === undefined ? "The first child that failed" : "One of the children that failed";
  const { message } = readCause(cause);
  return {
    executionArn,
    says: `${which}: ${says}`,
    ...(message !== "" && { cause: message }),
    ...(because !== undefined && { because }),
    status,
  };
}

function earlier(one: ListedChild | undefined, other: ListedChild): ListedChild {
  return one === undefined || (other.stopDate ?? 0) < (one.stopDate ?? 0) ? other : one;
}
