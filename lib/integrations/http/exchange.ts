/**
 * One HTTP request and its answer, to addresses that were looked at before: the name is resolved once, and the
 * connection goes to what was found, so that a name cannot change its mind in between. Redirects are not
 * followed: where they lead is the state machine's business.
 */
import { lookup } from "node:dns/promises";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { isForbidden, isLoopback } from "./addresses.ts";

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whose word for the host is taken, as PEM; by default that of the authorities that everybody believes. */
  readonly certificates?: string;
}

export interface HttpReply {
  readonly statusCode: number;
  readonly statusText: string;
  /** As they were sent, each name with all its values. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly body: Buffer;
}

export interface Reach {
  /** Loopback addresses and plain HTTP may be used: for development, on a machine of one's own. */
  readonly loopback?: boolean;
  readonly resolve?: (name: string) => Promise<readonly string[]>;
}

/** Where the request goes is not allowed: nothing was sent. */
export class Unreachable extends Error {}

export class TooLarge extends Error {}

/** The service's own limit on the time of an HTTP task. */
const longestMilliseconds = 60_000;

/** As large as a payload can be in an installation that has not asked for more. */
const longestBody = 16 * 1024 * 1024;

export async function exchange(request: HttpRequest, reach: Reach, signal: AbortSignal): Promise<HttpReply> {
  const time = AbortSignal.timeout(longestMilliseconds);
  try {
    return await answerTo(request, reach, AbortSignal.any([signal, time]));
  } catch (error) {
    // Of a request that was broken off, Node says only that it was.
    if (!time.aborted || signal.aborted) throw told(error);
    throw new Error(`The HTTP endpoint did not answer within ${longestMilliseconds / 1_000} seconds.`);
  }
}

/** Of a host that took no connection at any of its addresses, Node says it of each, and nothing of all. */
function told(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  return new Error(error.errors.map((one) => (one instanceof Error ? one.message : String(one))).join("; "));
}

async function answerTo(request: HttpRequest, reach: Reach, limit: AbortSignal): Promise<HttpReply> {
  const addresses = await within(limit, addressesOf(request.url, reach));
  const answer = await send(request, addresses, limit);
  return {
    statusCode: answer.statusCode ?? 0,
    statusText: answer.statusMessage ?? "",
    headers: headersOf(answer),
    body: await bodyOf(answer),
  };
}

/** Looking a name up cannot be broken off, only be waited for no longer. */
async function within<T>(limit: AbortSignal, work: Promise<T>): Promise<T> {
  limit.throwIfAborted();
  let over = (): void => {};
  const ended = new Promise<never>((_, reject) => {
    over = () => reject(limit.reason);
    limit.addEventListener("abort", over);
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    limit.removeEventListener("abort", over);
  }
}

async function addressesOf(url: URL, { loopback = false, resolve = byDns }: Reach): Promise<readonly string[]> {
  const name = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (url.username !== "" || url.password !== "")
    throw new Unreachable(`The URL '${url.origin}' must not have a user or password in it.`);
  const addresses = isIP(name) === 0 ? await resolve(name) : [name];
  const isPlain = url.protocol === "http:" && loopback && addresses.every(isLoopback);
  if (url.protocol !== "https:" && !isPlain) {
    throw new Unreachable(`The URL '${url.origin}' must begin with https://.`);
  }
  const refused = addresses.find((address) => isForbidden(address) && !(loopback && isLoopback(address)));
  if (refused !== undefined || addresses.length === 0) {
    throw new Unreachable(`The host '${name}' is at ${refused ?? "no address"}, which HTTP tasks must not reach.`);
  }
  return addresses;
}

async function byDns(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true, verbatim: true });
  return found.map(({ address }) => address);
}

function send(
  { method, url, headers, body, certificates }: HttpRequest,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const make = url.protocol === "https:" ? requestHttps : requestHttp;
  const name = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const options = {
    method,
    signal,
    agent: false,
    host: name,
    lookup: found(addresses),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptMilliseconds,
    port: url.port === "" ? undefined : Number(url.port),
    path: `${url.pathname}${url.search}`,
    // The certificate is for the name, not for the address.
    ...(isIP(name) === 0 && { servername: name }),
    ...(certificates !== undefined && { ca: certificates }),
    headers: { ...headers, Host: url.host },
  };
  return new Promise((resolve, reject) => {
    const sent = make(options, resolve);
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Of several addresses, each but the last is given up after so long: `localhost` is two, and a server mostly at one. */
const attemptMilliseconds = 1_000;

/** Nobody is asked a second time. */
function found(addresses: readonly string[]): LookupFunction {
  return (_name, _options, tell) =>
    tell(
      null,
      addresses.map((address) => ({ address, family: isIP(address) })),
    );
}

function headersOf({ rawHeaders }: IncomingMessage): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    headers[name] = [...(headers[name] ?? []), rawHeaders[at + 1] ?? ""];
  }
  return headers;
}

async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    length += chunk.length;
    if (length > longestBody) {
      answer.destroy();
      throw new TooLarge(`The answer has more than ${longestBody} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
