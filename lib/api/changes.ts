/**
 * Server-sent events that say which executions have changed: hints for pages that look again, never the
 * data itself. Whoever appends tells the hub; a burst becomes one line per execution.
 */
import { executionArn, executionName } from "../engine/identity.ts";
import type { ExecutionId, Tenant, World } from "../engine/ports.ts";
import type { HttpAnswer } from "./http.ts";

export interface Changes {
  readonly changed: (id: ExecutionId) => void;
  /** The stream of what one listener may hear of, until the signal or `close`. */
  listen(audience: Audience, signal?: AbortSignal): HttpAnswer;
  close(): void;
}

/** Whose executions somebody may hear of. */
export interface Audience extends Tenant {
  /** Of the machines with these names only; absent: of all. */
  readonly sees?: (machine: string) => boolean;
}

interface Listener {
  readonly audience: Audience;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
}

/** Faster than that nobody looks. */
const gatheredMilliseconds = 100;
/** So that what stands between does not take the silence for the end. */
const beatMilliseconds = 15_000;
/** More listeners than a room full of people have tabs. */
const mostListeners = 100;
/** Named one by one in a burst; beyond that "many" says it. */
const mostNamed = 200;

const encoder = new TextEncoder();

export function createChanges(): Changes {
  const listeners = new Set<Listener>();
  const gathered = new Set<ExecutionId>();
  let sending: NodeJS.Timeout | undefined;
  const send = (): void => {
    sending = undefined;
    for (const listener of listeners) write(listener, lineFor(listener.audience, gathered));
    gathered.clear();
  };
  const beat = setInterval(() => {
    for (const listener of listeners) write(listener, ": still here\n\n");
  }, beatMilliseconds).unref();
  return {
    changed(id) {
      if (listeners.size === 0) return;
      gathered.add(id);
      sending ??= setTimeout(send, gatheredMilliseconds).unref();
    },
    listen(audience, signal) {
      if (listeners.size >= mostListeners)
        return { status: 503, headers: { "content-type": "text/plain;charset=UTF-8" }, body: "Too many listeners\n" };
      let listener: Listener | undefined;
      const forget = (): void => {
        if (listener) listeners.delete(listener);
      };
      signal?.addEventListener("abort", () => {
        if (listener && listeners.delete(listener)) listener.controller.close();
      });
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          listener = { audience, controller };
          listeners.add(listener);
          write(listener, "retry: 1000\n\n");
        },
        cancel: forget,
      });
      return { status: 200, headers: { "content-type": "text/event-stream", "cache-control": "no-store" }, body };
    },
    close() {
      clearInterval(beat);
      clearTimeout(sending);
      for (const { controller } of listeners) controller.close();
      listeners.clear();
    },
  };
}

function write({ controller }: Listener, text: string): void {
  if (text !== "") controller.enqueue(encoder.encode(text));
}

function lineFor({ account, region, sees = () => true }: Audience, ids: ReadonlySet<ExecutionId>): string {
  const own = [...ids].filter((id) => {
    const name = executionName(id);
    return name.account === account && name.region === region && sees(name.machine);
  });
  if (own.length === 0) return "";
  const data = own.length > mostNamed ? { many: true } : { executions: own.map(executionArn) };
  return `data: ${JSON.stringify(data)}\n\n`;
}

/**
 * The world, with word to the hub of each segment that is about to be written: by the time the word goes out,
 * it usually stands. Nobody waits for it, so the store is as fast as without.
 */
export function tellingChanges(world: World, { changed }: Changes): World {
  const { log, executions } = world;
  const telling =
    <T extends readonly unknown[], R>(idOf: (...given: T) => ExecutionId, write: (...given: T) => R) =>
    (...given: T): R => {
      changed(idOf(...given));
      return write(...given);
    };
  return {
    ...world,
    log: {
      ...log,
      append: telling(({ execution }) => execution, log.append),
      commit: telling(({ execution }) => execution, log.commit),
    },
    executions: {
      ...executions,
      start: telling(({ id }) => id, executions.start),
      stop: telling((id) => id, executions.stop),
      finish: telling((id) => id, executions.finish),
    },
  };
}
