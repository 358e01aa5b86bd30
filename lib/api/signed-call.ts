/** A call of an installation's API from outside, as a request: signed where there is a key to sign with. */
import { type Credentials, signedHeadersOf } from "./signature.ts";

export interface Identity {
  readonly credentials: Credentials;
  readonly region: string;
}

export interface Asked {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An operation of the wire API. */
export function wireCall(endpoint: string, operation: string, input: object): Asked {
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": `AWSStepFunctions.${operation}`,
  };
  return { method: "POST", url: new URL(endpoint), headers, body: JSON.stringify(input) };
}

/** `now` in milliseconds since 1970. */
export function requestOf({ method, url, headers, body }: Asked, identity: Identity | undefined, now: number): Request {
  const unsigned = { method, url, headers: new Headers(headers), body: Buffer.from(body ?? "") };
  const sent = identity ? signedHeadersOf(unsigned, { ...identity, now }) : unsigned.headers;
  return new Request(url, { method, headers: sent, ...(body !== undefined && { body }) });
}

export interface Installation extends Identity {
  readonly endpoint: string;
}

/** What the service refused: `code: text`. */
export class ApiRefusal extends Error {
  readonly code: string;
  /** Of the answer. */
  readonly status: number;

  constructor(code: string, text: string, status: number) {
    super(`${code}: ${text}`);
    this.name = "ApiRefusal";
    this.code = code;
    this.status = status;
  }
}

/** A key that has just been made or replaced is known to all of the API within a minute. */
const passing: ReadonlySet<string> = new Set([
  "ThrottlingException",
  "ExecutionLimitExceeded",
  "UnrecognizedClientException",
  "InvalidSignatureException",
]);

/** Tried again it may go well. Where only a status was said, it was not the API that refused. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof ApiRefusal) || error.status >= 500 || error.status === 429) return true;
  return passing.has(error.code) || error.code === String(error.status);
}

/** API Gateway has answered by then, in milliseconds. */
const patience = 35_000;

/** Rejects with an `ApiRefusal` for what the service refuses. */
export async function signedCall(
  { endpoint, ...identity }: Installation,
  operation: string,
  input: object,
  now: number,
): Promise<Readonly<Record<string, unknown>>> {
  const request = requestOf(wireCall(endpoint, operation, input), identity, now);
  const response = await fetch(request, { signal: AbortSignal.timeout(patience) });
  const answer: Readonly<Record<string, unknown>> = JSON.parse((await response.text()) || "{}");
  if (response.ok) return answer;
  const code = String(answer["__type"] ?? response.status).replace(/^.*#/, "");
  throw new ApiRefusal(code, String(answer["message"] ?? answer["Message"] ?? ""), response.status);
}
