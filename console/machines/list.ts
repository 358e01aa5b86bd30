/**
 * The machines with their tags, as many as one wants to see: the first page is kept fresh, what follows is read when
 * it is asked for. While something is looked for, all of them are read, once, and searched here: no key that is
 * pressed costs a request.
 */
import { useEffect, useMemo, useState } from "preact/hooks";
import { type ApiError, asApiError, rest } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import type { Tagged } from "../api/wire.ts";
import { matcher } from "./search.ts";

interface Page {
  readonly machines: readonly Tagged[];
  readonly nextToken?: string;
}

interface RestPage {
  readonly stateMachines: readonly (Omit<Tagged, "creationDate"> & { readonly creationDate: string })[];
  readonly nextToken?: string;
}

const firstPage = 100;
/** The most that the API answers at once. */
const largestPage = 1_000;
/** Machines come and go seldom, and each look costs reads. */
const restMilliseconds = 10_000;

async function readPage(maxResults: number, nextToken?: string): Promise<Page> {
  const query = new URLSearchParams({ maxResults: String(maxResults), ...(nextToken !== undefined && { nextToken }) });
  const { stateMachines, ...page } = await rest<RestPage>("GET", `state-machines?${query}`);
  const machines = stateMachines.map((machine) => ({
    ...machine,
    creationDate: Date.parse(machine.creationDate) / 1_000,
  }));
  return { ...page, machines };
}

export interface Found {
  /** Those that match, as far as there is room for them; undefined: nothing has been read yet. */
  readonly shown?: readonly Tagged[];
  readonly matching: number;
  readonly read: number;
  /** There are machines that have not been read. */
  readonly unread: boolean;
  readonly error?: ApiError;
  /** Absent where nothing more can be shown. After a failure it tries again. */
  readonly more?: () => void;
}

export function useMachines(search: string): Found {
  const newest = useLive({ key: "machines with tags", load: () => readPage(firstPage), restMilliseconds });
  const [further, setFurther] = useState<Page>();
  const [failed, setFailed] = useState<ApiError>();
  const [room, setRoom] = useState(firstPage);
  useEffect(() => setRoom(firstPage), [search]);
  const all = useMemo(() => merged(newest.value?.machines ?? [], further?.machines ?? []), [newest.value, further]);
  const matching = useMemo(() => all.filter(matcher(search)), [all, search]);
  const token = further ? further.nextToken : newest.value?.nextToken;
  const wanted = token !== undefined && (search.trim() !== "" || room > all.length);
  useEffect(() => {
    if (!wanted || failed) return;
    let gone = false;
    const read = async (): Promise<void> => {
      const page = await readPage(largestPage, token);
      if (!gone) setFurther((before) => ({ ...page, machines: [...(before?.machines ?? []), ...page.machines] }));
    };
    read().catch((error) => !gone && setFailed(asApiError(error)));
    return () => {
      gone = true;
    };
  }, [wanted, token, failed]);
  const error = newest.error ?? failed;
  const more = (): void => {
    if (failed) setFailed(undefined);
    else setRoom(room + firstPage);
  };
  return {
    ...(newest.value && { shown: matching.slice(0, room) }),
    matching: matching.length,
    read: all.length,
    unread: token !== undefined,
    ...(error && { error }),
    ...((failed || matching.length > room || (token !== undefined && !wanted)) && { more }),
  };
}

/** The first page moves on while what follows stays; each is shown once, as it was read last, by name as the API has them. */
function merged(first: readonly Tagged[], further: readonly Tagged[]): readonly Tagged[] {
  if (further.length === 0) return first;
  const byName = new Map([...further, ...first].map((machine) => [machine.name, machine]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
