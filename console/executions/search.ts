/** Executions as the page asks for them, page after page, kept fresh from the newest on. */
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, asApiError, call, rest } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import { type Execution, type Found, inSeconds, type RestExecution, type Status } from "../api/wire.ts";
import { placeLeft } from "../parts/place.ts";
import { keptBehind, merged, type News, unsettled, withNews } from "./kept.ts";
import { executionsLabel } from "./list.tsx";

export interface Asked {
  /** "" for all. */
  readonly machine: string;
  readonly status: Status | "";
  readonly search: string;
  /** When they started, in ISO 8601: from then on, and before that. */
  readonly from?: string;
  readonly until?: string;
}

const pageSize = 100;

export async function searchExecutions(asked: Asked, nextToken?: string, maxResults = pageSize): Promise<Found> {
  const { machine, status, search, from = "", until = "" } = asked;
  const given = {
    machine,
    status,
    search: search.trim(),
    from,
    until,
    maxResults: String(maxResults),
    nextToken: nextToken ?? "",
  };
  const query = new URLSearchParams(Object.entries(given).filter(([, value]) => value !== ""));
  const found = await rest<Found<RestExecution>>("GET", `executions?${query}`);
  return { ...found, executions: found.executions.map(inSeconds) };
}

interface Shown {
  readonly found?: Found;
  readonly error?: ApiError;
  /** Absent where there is nothing further back. */
  readonly more?: More;
}

interface More {
  readonly ask: () => void;
  /** What the last try came to. */
  readonly failed?: ApiError;
}

interface Older {
  readonly key: string;
  readonly found: Found;
}

/** What was there beyond the newest page when the list was left: for whoever comes back to it. */
let left: Older | undefined;

export function useExecutions(asked: Asked): Shown {
  const key = JSON.stringify(asked);
  const { value, error } = useLive({ key, load: () => searchExecutions(asked), restMilliseconds: 500 });
  const [older, setOlder] = useState<Older | undefined>(() =>
    placeLeft(executionsLabel) === undefined ? undefined : left,
  );
  const kept = older?.key === key ? older.found : undefined;
  useEffect(() => setOlder((before) => (before?.key === key ? before : undefined)), [key]);
  useEffect(() => {
    left = older;
  }, [older]);
  useEffect(() => {
    if (!value || !kept) return;
    const found = keptBehind(value, kept, asked);
    setOlder(found && { key, found });
  }, [key, value]);
  useNews(key, kept && value ? unsettled(value.executions, kept.executions) : [], (news) =>
    setOlder((before) => before && { ...before, found: withNews(before.found, news, asked.status) }),
  );
  const token = kept ? kept.nextToken : value?.nextToken;
  const more = useMore(key, async () => {
    const next = await searchExecutions(asked, token);
    const executions = [...(kept?.executions ?? value?.executions ?? []), ...next.executions];
    return () => setOlder({ key, found: { ...next, executions, searched: (kept?.searched ?? 0) + next.searched } });
  });
  const found = value && {
    executions: merged(value.executions, kept?.executions ?? []),
    searched: value.searched + (kept?.searched ?? 0),
  };
  return {
    ...(found && { found }),
    ...(error && { error }),
    ...(value && token !== undefined && { more }),
  };
}

/** Each costs a request. */
const mostLookedAt = 100;
const atOnce = 8;

/** What ran when it was read is looked at in turn, until it has ended. */
function useNews(key: string, rows: readonly Execution[], tell: (news: News) => void): void {
  const current = useRef({ rows, tell });
  current.current = { rows, tell };
  const turn = useRef(0);
  useLive({
    key: `${key} ${rows.length > 0}`,
    load: async () => {
      const { rows } = current.current;
      const begin = turn.current < rows.length ? turn.current : 0;
      turn.current = begin + mostLookedAt;
      const news = await newsOf(rows.slice(begin, turn.current));
      if (news.size > 0) current.current.tell(news);
      return news.size;
    },
    settled: () => rows.length === 0,
    restMilliseconds: 5_000,
  });
}

async function newsOf(rows: readonly Execution[]): Promise<News> {
  const news = new Map<string, Execution | undefined>();
  for (let from = 0; from < rows.length; from += atOnce) {
    const part = rows.slice(from, from + atOnce);
    const described = await Promise.allSettled(
      part.map(({ executionArn }) => call<Execution>("DescribeExecution", { executionArn })),
    );
    for (const [index, { executionArn, status }] of part.entries()) {
      const answer = described[index];
      if (answer?.status === "fulfilled" && answer.value.status !== status) news.set(executionArn, answer.value);
      if (answer?.status === "rejected" && isGone(answer.reason)) news.set(executionArn, undefined);
    }
  }
  return news;
}

function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.name === "ExecutionDoesNotExist";
}

/** One request at a time; what comes when something else is asked for meanwhile is let go. */
function useMore(key: string, read: () => Promise<() => void>): More {
  const [failed, setFailed] = useState<ApiError>();
  const current = useRef(key);
  const asking = useRef<string>(undefined);
  current.current = key;
  useEffect(() => setFailed(undefined), [key]);
  const ask = async (): Promise<void> => {
    if (asking.current === key) return;
    asking.current = key;
    setFailed(undefined);
    try {
      const show = await read();
      if (current.current === key) show();
    } catch (error) {
      if (current.current === key) setFailed(asApiError(error));
    }
    asking.current = undefined;
  };
  return { ask: () => void ask(), ...(failed && { failed }) };
}
