/**
 * The one file that knows undici: POST over kept-alive connections at half the processor time that Node's own
 * client takes. Loaded at the first call, so that a start without such functions does not pay for it.
 */
import type { Agent, Dispatcher } from "undici";

/** Calls open to one server; the engine limits how many there are in all. */
const connections = 1000;

export interface Post {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  /** Most bytes that are read of the answer. */
  readonly limitBytes: number;
}

export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Undefined: longer than the limit. */
  readonly body: string | undefined;
}

export interface HttpClient {
  post(url: URL, post: Post): Promise<Answer>;
  close(): Promise<void>;
}

export function httpClient(): HttpClient {
  let opened: Promise<Agent> | undefined;
  return {
    async post(url, post) {
      opened ??= open();
      return await exchange(await opened, url, post);
    },
    async close() {
      await (await opened)?.destroy();
    },
  };
}

async function open(): Promise<Agent> {
  const { Agent } = await import("undici");
  // How long a call may take is the engine's to say.
  return new Agent({ connections, headersTimeout: 0, bodyTimeout: 0 });
}

/** Below undici's `request`, which makes a stream of each answer: that is a third of the whole call's processor time. */
function exchange(agent: Agent, { origin, pathname, search }: URL, post: Post): Promise<Answer> {
  const { body, signal, limitBytes } = post;
  return new Promise((resolve, reject) => {
    let underWay: Dispatcher.DispatchController | undefined;
    let statusCode = 0;
    let headers: Answer["headers"] = {};
    const chunks: Buffer[] = [];
    let size = 0;
    // Never taken off again: the signal is of this call alone, and ends with it.
    signal.addEventListener("abort", () => underWay?.abort(signal.reason));
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(controller) {
        underWay = controller; // a request may start twice
        if (signal.aborted) controller.abort(signal.reason);
      },
      onResponseStart(_, status, sent) {
        statusCode = status;
        headers = sent;
      },
      onResponseData(controller, chunk) {
        size += chunk.length;
        if (size <= limitBytes) {
          chunks.push(chunk);
          return;
        }
        resolve({ statusCode, headers, body: undefined });
        controller.abort(new Error("nobody reads the rest"));
      },
      onResponseEnd() {
        underWay = undefined;
        resolve({ statusCode, headers, body: textOf(Buffer.concat(chunks)) });
      },
      onResponseError(_, error) {
        underWay = undefined;
        reject(error);
      },
    };
    agent.dispatch({ origin, path: pathname + search, method: "POST", headers: post.headers, body }, handler);
  });
}

function textOf(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}
