/** Pages of other origins in a browser: which may call, and what the browser is told about it. */

import type { HttpAnswer, HttpRequest } from "./http.ts";

export interface Cors {
  /** `https://app.example.org`; `*` stands for every origin. */
  readonly origins: readonly string[];
}

const methods = "GET, POST, DELETE";

/** What the AWS SDKs and REST clients send, and what tells the trace that a page's request belongs to. */
const headers = [
  "authorization",
  "content-type",
  "x-amz-content-sha256",
  "x-amz-date",
  "x-amz-security-token",
  "x-amz-target",
  "x-amz-user-agent",
  "amz-sdk-invocation-id",
  "amz-sdk-request",
  "traceparent",
  "tracestate",
  "x-amzn-trace-id",
].join(", ");

const exposed = "location, x-amzn-requestid, x-amzn-errortype";

/** Browsers keep the answer for two hours at most. */
const preflightSeconds = 7200;

/** The answer to a browser that asks before it calls; undefined: that is not what is asked, or not allowed. */
export function preflight(cors: Cors | undefined, request: HttpRequest): HttpAnswer | undefined {
  const isPreflight = request.method === "OPTIONS" && request.headers.has("access-control-request-method");
  if (!isPreflight || !allowedOrigin(cors, request)) return undefined;
  return { status: 204, headers: preflightHeaders, body: null };
}

const preflightHeaders = {
  "access-control-allow-methods": methods,
  "access-control-allow-headers": headers,
  "access-control-max-age": String(preflightSeconds),
};

export function withCors(cors: Cors | undefined, request: HttpRequest, answer: HttpAnswer): HttpAnswer {
  if (!cors) return answer;
  const { vary } = answer.headers;
  const origin = allowedOrigin(cors, request);
  const headers = {
    ...answer.headers,
    vary: vary === undefined ? "origin" : `${vary}, origin`,
    ...(origin && { "access-control-allow-origin": origin, "access-control-expose-headers": exposed }),
  };
  return { ...answer, headers };
}

function allowedOrigin(cors: Cors | undefined, request: HttpRequest): string | undefined {
  const origin = request.headers.get("origin");
  if (!cors || origin === null) return undefined;
  return cors.origins.includes("*") || cors.origins.includes(origin) ? origin : undefined;
}
