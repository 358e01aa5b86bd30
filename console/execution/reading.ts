/**
 * A history that grows while somebody looks at it: read on from where its last page began, and not from its beginning
 * at each change. Branches are numbered together by time when they are read, so that one whose word comes late moves
 * the events behind it: where the last page is not what it was, and once when all is over, what forked is read whole.
 */
import type { AwsHistoryEvent } from "../../lib/asl/history.ts";

/** Timestamps in milliseconds. */
export interface Page {
  readonly events: readonly AwsHistoryEvent[];
  readonly nextToken?: string;
}

export type Ask = (nextToken: string | undefined) => Promise<Page>;

/** What the description says of an execution. */
export interface Standing {
  readonly isOver: boolean;
  readonly redrives: number;
}

export interface Reading extends Standing {
  readonly events: readonly AwsHistoryEvent[];
  /** What the last page was asked with. */
  readonly token: string | undefined;
  /** How many events came before that page. */
  readonly before: number;
  /** There are more than are read. */
  readonly cut: boolean;
}

/** More events than that are for `baton history`. */
const mostEvents = 250_000;

/** `early`: told of the first page where others follow, if all is read. */
export async function readOn(
  last: Reading | undefined,
  standing: Standing,
  ask: Ask,
  early: (events: Page["events"]) => void,
): Promise<Reading> {
  const further = last && goesOn(last, standing) ? await from(last, standing, ask) : undefined;
  return further ?? (await pages({ ...standing, events: [], token: undefined, before: 0, cut: false }, ask, early));
}

function goesOn(last: Reading, { isOver, redrives }: Standing): boolean {
  return last.redrives === redrives && (last.isOver || !isOver || !last.events.some(forks));
}

function forks({ type }: AwsHistoryEvent): boolean {
  return type === "MapStateStarted" || type === "ParallelStateStarted";
}

/** Undefined: what is known is not what is there any more. */
async function from(last: Reading, standing: Standing, ask: Ask): Promise<Reading | undefined> {
  try {
    const read = await pages({ ...last, ...standing, events: last.events.slice(0, last.before) }, ask);
    const known = last.events.slice(last.before);
    return known.every((event, index) => same(event, read.events[last.before + index])) ? read : undefined;
  } catch (error) {
    if (error instanceof Error && error.name === "InvalidToken") return undefined; // a day old, or another server's
    throw error;
  }
}

function same(a: AwsHistoryEvent, b: AwsHistoryEvent | undefined): boolean {
  return b !== undefined && a.id === b.id && JSON.stringify(a) === JSON.stringify(b);
}

async function pages(begun: Reading, ask: Ask, early?: (events: Page["events"]) => void): Promise<Reading> {
  const events = [...begun.events];
  let { token, before } = begun;
  let next = token;
  do {
    token = next;
    before = events.length;
    const page = await ask(token);
    for (const event of page.events) events.push(event);
    next = page.nextToken;
    if (before === 0 && next !== undefined) early?.([...events]);
  } while (next !== undefined && events.length < mostEvents);
  return { ...begun, events, token, before, cut: next !== undefined };
}
