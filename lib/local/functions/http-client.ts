/**
 * The one file that knows undici: POST over kept-alive connections at half the processor time that Node's own
 * client takes. Loaded at the first call, so that a start without such functions does not pay for it.
 */
import type { Agent } from "undici";

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
  let opened: Promise<Opened> | undefined;
  return {
    async post(url, { limitBytes, ...options }) {
      opened ??= open();
      const { undici, agent } = await opened;
      const { statusCode, headers, body } = await undici.request(url, {
        method: "POST",
        ...options,
        dispatcher: agent,
      });
      const announced = Number(headers["content-length"] ?? Number.POSITIVE_INFINITY);
      return { statusCode, headers, body: await (announced <= limitBytes ? body.text() : bounded(body, limitBytes)) };
    },
    async close() {
      await (await opened)?.agent.destroy();
    },
  };
}

interface Opened {
  readonly undici: typeof import("undici");
  readonly agent: Agent;
}

async function open(): Promise<Opened> {
  const undici = await import("undici");
  // How long a call may take is the engine's to say.
  return { undici, agent: new undici.Agent({ connections, headersTimeout: 0, bodyTimeout: 0 }) };
}

async function bounded(body: AsyncIterable<Uint8Array>, limitBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    // Leaving the loop ends the connection: nobody reads the rest.
    if (size > limitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
