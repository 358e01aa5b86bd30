/** Executions as the page asks for them, page after page, kept fresh from the newest on. */
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, rest } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import { type Found, inSeconds, type RestExecution, type Status } from "../api/wire.ts";
import { allMachines } from "../pages/machines.tsx";
import { endOfArn } from "../route.ts";
import { keptBehind, merged } from "./kept.ts";

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

const arns = new Map<string, string>();

/** The account and Region are the API's to say. */
export async function machineArn(name: string): Promise<string> {
  const known = arns.get(name);
  if (known !== undefined) return known;
  for (const machine of await allMachines()) arns.set(machine.name, machine.stateMachineArn);
  return arns.get(name) ?? `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;
}

export async function executionArn(machine: string, name: string): Promise<string> {
  const arn = (await machineArn(machine)).replace(":stateMachine:", ":execution:");
  return arn.replace(/:[^:]*$/, endOfArn(machine, name));
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

export function useExecutions(asked: Asked): Shown {
  const key = JSON.stringify(asked);
  const { value, error } = useLive({ key, load: () => searchExecutions(asked), restMilliseconds: 500 });
  const [older, setOlder] = useState<{ key: string; found: Found }>();
  const kept = older?.key === key ? older.found : undefined;
  useEffect(() => setOlder(undefined), [key]);
  useEffect(() => {
    if (!value || !kept) return;
    const found = keptBehind(value, kept, asked);
    setOlder(found && { key, found });
  }, [key, value]);
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
      const failure = error instanceof ApiError ? error : new ApiError("Failed", String(error));
      if (current.current === key) setFailed(failure);
    }
    asking.current = undefined;
  };
  return { ask: () => void ask(), ...(failed && { failed }) };
}
