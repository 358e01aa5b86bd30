/**
 * Word of executions that changed: by server-sent events where the server has them, else it is time to look again
 * every second. A hint may get lost, so one looks now and then anyway.
 */
import type { Client } from "./client.ts";

export interface Changes {
  /** Resolves when it is time to look again; at once if something changed since the last time. */
  next(): Promise<void>;
  close(): void;
}

export interface Pace {
  /** Without word from the server. */
  readonly everyMilliseconds: number;
  /** With it. */
  readonly doubtMilliseconds: number;
  /** Before the server is asked for its word again. */
  readonly restMilliseconds: number;
}

const usualPace: Pace = { everyMilliseconds: 1_000, doubtMilliseconds: 15_000, restMilliseconds: 1_000 };

/** `execution`: only word of that one counts. */
export function openChanges(client: Client, execution?: string, pace: Pace = usualPace): Changes {
  const closing = new AbortController();
  let isFresh = false;
  let isTold = false;
  let wake = (): void => {};
  const tell = (): void => {
    isFresh = true;
    wake();
  };
  const hear = async (lines: AsyncIterable<string>): Promise<void> => {
    isTold = true;
    tell();
    for await (const line of lines) if (concerns(line, execution)) tell();
  };
  const listen = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        const lines = await client.events(closing.signal);
        if (lines === undefined) return;
        await hear(lines);
        isTold = false;
      } catch {
        // Who cannot be heard is asked as before, now first: its server may be gone, or be back in a moment.
        isTold = false;
        tell();
      }
      await pause(pace.restMilliseconds, closing.signal);
    }
  };
  void listen();
  return {
    async next() {
      const limit = isTold ? pace.doubtMilliseconds : pace.everyMilliseconds;
      if (!isFresh)
        await Promise.race([new Promise<void>((resolve) => (wake = resolve)), pause(limit, closing.signal)]);
      isFresh = false;
    },
    close: () => closing.abort(),
  };
}

function concerns(line: string, execution: string | undefined): boolean {
  if (!line.startsWith("data: ")) return false;
  const { executions }: { executions?: readonly string[] } = JSON.parse(line.slice("data: ".length)); // as lib/api/changes.ts writes it
  return execution === undefined || executions === undefined || executions.includes(execution);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
