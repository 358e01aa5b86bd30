/**
 * The handler on a loopback port. Before a request gets there: a name in Host or Origin that is not this
 * machine's is refused (a web page must not drive the server through a name that it lets point here), and
 * a body is read no further than the handler would.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { HttpAnswer, HttpRequest, SentHeaders } from "../api/http.ts";

export type Handler = (request: HttpRequest) => Promise<HttpAnswer>;

export interface ServeOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly host?: string;
  /** Answers under any name and to pages of anywhere: for a server that knows its callers by their signatures. */
  readonly anyName?: boolean;
  /** What the handler takes at most; one byte more is read, so that it sees the excess. */
  readonly bodyLimitBytes: number;
  /** Origins besides this machine's whose pages may call; `*` for all. */
  readonly corsOrigins?: readonly string[];
  /** A client that has not sent its request whole by then is cut off. */
  readonly requestTimeoutMilliseconds?: number;
}

export interface Listening {
  readonly url: string;
  readonly port: number;
  /** Takes no new request, lets the running ones finish for a while, then cuts them off. */
  close(graceMilliseconds?: number): Promise<void>;
}

/** Longer than the clients keep theirs, so that none sends into a connection that we are closing. */
const keepAliveMilliseconds = 75_000;
const usualRequestTimeout = 60_000;
const usualGrace = 5_000;
const mostUnreadBytes = 1024 * 1024;
/** Room for the longest text that REST takes in a URL, each character of it percent-encoded. */
const mostHeaderBytes = 64 * 1024;

export async function serve(handler: Handler, options: ServeOptions): Promise<Listening> {
  const server = createServer({
    keepAliveTimeout: keepAliveMilliseconds,
    requestTimeout: options.requestTimeoutMilliseconds ?? usualRequestTimeout,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: mostHeaderBytes,
  });
  server.on("request", (incoming, outgoing) => {
    void answer(handler, options, incoming, outgoing, server);
  });
  const host = options.host ?? "127.0.0.1";
  await listen(server, options.port, host);
  const { port } = server.address() as AddressInfo; // a server that listens on a port has such an address
  return {
    port,
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    close: async (grace = usualGrace) => await close(server, grace),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function close(server: Server, graceMilliseconds: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const cutOff = setTimeout(() => server.closeAllConnections(), graceMilliseconds);
  await closed;
  clearTimeout(cutOff);
}

async function answer(
  handler: Handler,
  { bodyLimitBytes, corsOrigins = [], anyName = false }: ServeOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  server: Server,
): Promise<void> {
  const body = await readBody(incoming, bodyLimitBytes + 1);
  if (body === undefined) return;
  const gone = new AbortController();
  outgoing.on("close", () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  const answer = refusal(incoming, corsOrigins, anyName) ?? (await handler(toRequest(incoming, body, gone.signal)));
  if (!server.listening) outgoing.setHeader("connection", "close"); // closing waits for this connection
  const { body: content } = answer;
  // Asked this way round: the mere name of ReadableStream makes Node load it, before the first answer of all.
  if (content !== null && typeof content === "object" && !(content instanceof Uint8Array)) {
    outgoing.writeHead(answer.status, answer.headers);
    return await relay(content, outgoing);
  }
  const bytes = Buffer.from(content ?? "");
  // Its length first: or else it would go out in chunks, which are more writes.
  const length = answer.status === 204 ? {} : { "content-length": bytes.byteLength };
  outgoing.writeHead(answer.status, { ...answer.headers, ...length });
  outgoing.end(bytes);
}

/** An answer that goes on: each part as it comes. A listener that does not read is let go, not kept for. */
async function relay(parts: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  outgoing.flushHeaders();
  for await (const part of parts) {
    if (outgoing.destroyed || outgoing.writableLength > mostUnreadBytes) break;
    outgoing.write(part);
  }
  outgoing.end();
}

/**
 * Reads to the end and keeps the beginning: a client that is cut off while it sends never sees the answer.
 * Undefined: the client went away, and nobody is left to be answered.
 */
function readBody(incoming: IncomingMessage, mostBytes: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on("data", (chunk: Buffer) => {
      if (size < mostBytes) chunks.push(chunk);
      size += chunk.length;
    });
    incoming.on("end", () => resolve(Buffer.concat(chunks).subarray(0, mostBytes)));
    incoming.on("error", () => resolve(undefined));
    incoming.on("close", () => resolve(undefined));
  });
}

const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** With and without the prefix that SDKs put before the host for two of the operations. */
const ourNames = /^(sync-)?(localhost|([\w-]+\.)*localhost|127\.0\.0\.1|\[::1\])$/i;

function refusal(
  { method = "", url = "", headers }: IncomingMessage,
  corsOrigins: readonly string[],
  anyName: boolean,
): HttpAnswer | undefined {
  if (!anyName && !ourNames.test(withoutPort(headers.host ?? "")))
    return refuse(403, `Host '${headers.host ?? ""}' is not a name of this machine; use localhost or 127.0.0.1`);
  if (!anyName && headers.origin !== undefined && !mayCall(headers.origin, corsOrigins))
    return refuse(403, `Origin '${headers.origin}' is not a page of this machine`);
  if (!methods.has(method)) return refuse(405, `${method} is not possible here`, { allow: [...methods].join(", ") });
  return url.startsWith("/") ? undefined : refuse(400, "the request must name a path");
}

function mayCall(origin: string, corsOrigins: readonly string[]): boolean {
  return (
    ourNames.test(withoutPort(origin.replace(/^https?:\/\//i, ""))) ||
    corsOrigins.includes(origin) ||
    corsOrigins.includes("*")
  );
}

function withoutPort(host: string): string {
  return host.replace(/:\d{1,5}$/, "");
}

function refuse(status: number, detail: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  const problem = { type: "about:blank", title: status === 403 ? "Forbidden" : "Bad Request", status, detail };
  return {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
    body: JSON.stringify(problem),
  };
}

/** The name in the address is of no use to the handler: it reads the header, which may be no valid name of a URL. */
function toRequest(
  { method = "GET", url = "/", rawHeaders }: IncomingMessage,
  body: Buffer,
  signal: AbortSignal,
): HttpRequest {
  return { method, url: `http://localhost${url}`, headers: sentHeaders(rawHeaders), body: [body], signal };
}

/** From names and values in turns. Node's own record forgets all but one of some that were sent twice. */
function sentHeaders(raw: readonly string[]): SentHeaders {
  const values = new Map<string, string>();
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    const value = raw[index + 1] ?? "";
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return {
    get: (name) => values.get(name.toLowerCase()) ?? null,
    has: (name) => values.has(name.toLowerCase()),
  };
}
