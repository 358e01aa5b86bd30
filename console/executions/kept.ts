/**
 * The list beyond its newest page: what "Show more" brought, and what moves out of the newest page as others start.
 * It stays whole: where so many have started at once that the newest page no longer meets what is kept, that is let go.
 */
import type { Execution, Found, Status } from "../api/wire.ts";

/** With the newest page in front of what is kept; the newest first, each once and as it is now. */
export function merged(newest: readonly Execution[], older: readonly Execution[]): readonly Execution[] {
  const byArn = new Map(newest.map((execution) => [execution.executionArn, execution]));
  for (const execution of older) if (!byArn.has(execution.executionArn)) byArn.set(execution.executionArn, execution);
  return [...byArn.values()].sort((a, b) => b.startDate - a.startDate);
}

export interface Question {
  /** "" for all. */
  readonly machine: string;
  readonly search: string;
}

/** What is kept once the newest page is another one; undefined: nothing, and the next page is the one behind the newest. */
export function keptBehind(newest: Found, kept: Found, { machine, search }: Question): Found | undefined {
  if (newest.nextToken === undefined) return undefined;
  const all = { ...kept, executions: merged(newest.executions, kept.executions) };
  // A page of a search is as long as what was looked through, and may hold nothing.
  if (search.trim() !== "") return all;
  const known = new Set(kept.executions.map(({ executionArn }) => executionArn));
  if (!newest.executions.some(({ executionArn }) => known.has(executionArn))) return undefined;
  if (machine === "") return all; // the newest page is not of all machines, where there are very many
  const oldest = newest.executions.at(-1)?.startDate ?? 0;
  // What began later and is not on the page is no longer of those that were asked for.
  const behind = kept.executions.filter(({ startDate }) => startDate <= oldest);
  return { ...kept, executions: merged(newest.executions, behind) };
}

/** What may have become something else since it was read: of the newest page that is seen there. */
export function unsettled(newest: readonly Execution[], kept: readonly Execution[]): readonly Execution[] {
  const known = new Set(newest.map(({ executionArn }) => executionArn));
  return kept.filter(({ executionArn, status }) => status === "RUNNING" && !known.has(executionArn));
}

/** By ARN; undefined: it is there no more. */
export type News = ReadonlyMap<string, Execution | undefined>;

/** As they are now; what is no longer of those that were asked for goes. `status`: "" for any. */
export function withNews(kept: Found, news: News, status: Status | ""): Found {
  const executions = kept.executions.flatMap((row) => {
    const now = news.has(row.executionArn) ? news.get(row.executionArn) : row;
    return now && (now === row || status === "" || now.status === status) ? [now] : [];
  });
  return { ...kept, executions };
}
