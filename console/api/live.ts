/**
 * Data that stays fresh: loaded now, and again when the API says that something changed (server-sent events),
 * or every few seconds where it cannot say so. One load at a time; what comes meanwhile makes one more. While nobody
 * sees the page nothing is asked for by time; who comes back has it looked at anew at once.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { type ApiError, asApiError, eventsUrl, send } from "./client.ts";

/** `undefined`: something changed, nobody knows what. "back": nobody has looked for a while. */
type News = ReadonlySet<string> | "back" | undefined;
type Listener = (news: News) => void;

const listeners = new Set<Listener>();
let running = false;
/** The stream broke off, and what has changed meanwhile it does not tell. */
let missed = false;

const pollMilliseconds = 4_000;
const pauseMilliseconds = 1_000;
/** A hint may get lost: what is watched is looked at from time to time anyway. */
const doubtMilliseconds = 15_000;

async function listen(): Promise<void> {
  if (running) return;
  running = true;
  while (listeners.size > 0) {
    await pause((await follow()) === "no stream" ? pollMilliseconds : pauseMilliseconds);
    if (document.hidden) await cameBack(); // where all is looked at: the next question comes after a pause again
  }
  running = false;
}

async function cameBack(): Promise<void> {
  await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  await pause(pauseMilliseconds);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) tell("back");
});

async function follow(): Promise<"no stream" | "ended"> {
  try {
    const response = await send("GET", eventsUrl(), {}, "");
    const isStream = response.headers.get("content-type") === "text/event-stream";
    if (!response.ok || !response.body || !isStream) {
      tell(undefined);
      return "no stream";
    }
    if (missed) tell(undefined);
    missed = false;
    let rest = "";
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (rest + part.value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.startsWith("data: ")) hint(line.slice("data: ".length));
    }
  } catch {
    // The server went away: it is asked again, and what it says then counts.
  }
  missed = true;
  tell(undefined);
  return "ended";
}

function hint(data: string): void {
  const { executions } = JSON.parse(data) as { executions?: string[] }; // lib/api/changes.ts writes it
  tell(executions && new Set(executions));
}

function tell(news: News): void {
  for (const listener of listeners) listener(news);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export interface Loaded<T> {
  readonly value?: T;
  readonly error?: ApiError;
  /** Looks again now. */
  readonly again: () => void;
}

export interface Watched<T> {
  readonly load: () => Promise<T>;
  /** Loaded anew from nothing when it changes. */
  readonly key: string;
  /** Only changes of the execution whose ARN ends like that count. */
  readonly execution?: string;
  /**
   * What is as it is: no more looking, unless that execution is named as changed (a redrive lets it go on) or somebody
   * comes back to the page.
   */
  readonly settled?: (value: T) => boolean;
  /** Rest after each load, so that a long one is not made all the time; `again` ends it. */
  readonly restMilliseconds?: number;
}

interface Shown<T> {
  readonly key: string;
  readonly value?: T;
  readonly error?: ApiError;
}

export function useLive<T>({ load, key, execution, settled, restMilliseconds = 300 }: Watched<T>): Loaded<T> {
  const [state, setState] = useState<Shown<T>>({ key });
  const again = useRef(() => {});
  useEffect(() => {
    let gone = false;
    let busy = false;
    let asked = false;
    let done = false;
    let endRest = (): void => {};
    const rest = (milliseconds: number): Promise<void> =>
      new Promise((resolve) => {
        endRest = resolve;
        setTimeout(resolve, milliseconds);
      });
    const look = async (): Promise<void> => {
      asked = true;
      if (busy) return;
      busy = true;
      while (asked && !gone) {
        asked = false;
        const begun = performance.now();
        const next = await attempt(load);
        if (gone) return;
        // A failure leaves what was seen before; what is seen now ends a failure.
        setState(
          (before) => ({ key, ...(next.error && before.key === key && { value: before.value }), ...next }) as Shown<T>,
        );
        done = next.value !== undefined && (settled?.(next.value) ?? false);
        await rest(restMilliseconds + 2 * (performance.now() - begun));
      }
      busy = false;
    };
    const listener: Listener = (news) => {
      // On a hidden page only what is named counts: the tab's title says how its execution stands.
      if (news === "back" || (done || document.hidden ? names(news, execution) : concerns(news, execution)))
        void look();
    };
    again.current = () => {
      void look();
      endRest();
    };
    listeners.add(listener);
    const doubt = setInterval(() => !done && !document.hidden && void look(), doubtMilliseconds);
    void look();
    void listen();
    return () => {
      gone = true;
      clearInterval(doubt);
      listeners.delete(listener);
    };
  }, [key]);
  const shown: Pick<Loaded<T>, "value" | "error"> = state.key === key ? state : {};
  return {
    again: () => again.current(),
    ...(shown.value !== undefined && { value: shown.value }),
    ...(shown.error && { error: shown.error }),
  };
}

function concerns(news: Exclude<News, "back">, end: string | undefined): boolean {
  return end === undefined || news === undefined || names(news, end);
}

function names(news: Exclude<News, "back">, end: string | undefined): boolean {
  return end !== undefined && news !== undefined && [...news].some((arn) => arn.endsWith(end));
}

async function attempt<T>(load: () => Promise<T>): Promise<{ value?: T; error?: ApiError }> {
  try {
    return { value: await load() };
  } catch (error) {
    return { error: asApiError(error) };
  }
}
