/**
 * Signature Version 4 as arithmetic: the canonical form of a request and the signature over it. The API
 * verifies with it and the command `baton` signs with it; who holds which key is nobody's business here.
 */
import { createHash, createHmac } from "node:crypto";
import type { SentHeaders } from "./http.ts";

export interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: SentHeaders;
  readonly body: Uint8Array;
}

/** What a signature is made for. */
export interface Scope {
  /** `YYYYMMDDTHHMMSSZ`, as in the header X-Amz-Date. */
  readonly moment: string;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  /** Lower case, sorted. */
  readonly signedHeaders: readonly string[];
}

export const algorithm = "AWS4-HMAC-SHA256";
export const service = "states";

/** In hexadecimal. */
export function signatureOf(request: SignedRequest, scope: Scope, secret: string): string {
  return hmac(signingKey(scope, secret), stringToSign(request, scope)).toString("hex");
}

function stringToSign(request: SignedRequest, scope: Scope): string {
  const { moment, day, region, service } = scope;
  const credentials = `${day}/${region}/${service}/aws4_request`;
  return [algorithm, moment, credentials, sha256(canonicalRequest(request, scope))].join("\n");
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function canonicalRequest({ method, url, headers, body }: SignedRequest, { signedHeaders }: Scope): string {
  const header = (name: string): string => `${name}:${(headers.get(name) ?? "").trim().replace(/\s+/g, " ")}\n`;
  return [
    method,
    url.pathname.split("/").map(encode).join("/"), // encoded once more than it came, except for S3
    canonicalQuery(url.searchParams),
    signedHeaders.map(header).join(""),
    signedHeaders.join(";"),
    sha256(body),
  ].join("\n");
}

function canonicalQuery(query: URLSearchParams): string {
  const pairs = [...query].map(([name, value]) => [encode(name), encode(value)] as const);
  return pairs
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** All but letters, digits and `-._~`; encodeURIComponent spares five characters too many. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function signingKey({ day, region, service }: Scope, secret: string): Buffer {
  return [day, region, service, "aws4_request"].reduce(hmac, Buffer.from(`AWS4${secret}`));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials; Baton's own keys have none. */
  readonly sessionToken?: string;
}

/** The headers that make the request a signed one; `now` in milliseconds since 1970. */
export function signedHeadersOf(
  request: SignedRequest & { readonly headers: Headers },
  { credentials, region, now }: { readonly credentials: Credentials; readonly region: string; readonly now: number },
): Headers {
  const headers = new Headers(request.headers);
  const moment = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, "");
  headers.set("host", request.url.host);
  headers.set("x-amz-date", moment);
  if (credentials.sessionToken) headers.set("x-amz-security-token", credentials.sessionToken);
  const signedHeaders = [...headers.keys()].sort();
  const scope = { moment, day: moment.slice(0, 8), region, service, signedHeaders };
  const signature = signatureOf({ ...request, headers }, scope, credentials.secretAccessKey);
  const credential = `${credentials.accessKeyId}/${scope.day}/${region}/${service}/aws4_request`;
  headers.set(
    "authorization",
    `${algorithm} Credential=${credential}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`,
  );
  return headers;
}
