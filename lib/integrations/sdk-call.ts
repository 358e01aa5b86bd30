/**
 * What every call through the AWS SDK has in common: the client's settings, the headers of the answer,
 * and how the SDK's errors are worded as Step Functions words them.
 */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { HttpAnswer } from "./http-metadata.ts";

/** Beyond the 15 minutes that a function may run, and so beyond any lease: the engine ends a call, not the socket. */
const socketTimeoutMilliseconds = 16 * 60 * 1000;
const connectionTimeoutMilliseconds = 10_000;
/** Calls that a worker has open at once; the SDK's default of 50 would make the others wait unseen. */
const maxSockets = 1000;
/**
 * A call that waits for its answer shows so often that it is there: what is in between forgets a connection that
 * says nothing, a NAT gateway after 350 seconds, and the answer of a function that runs longer would never come.
 */
const keepAliveMsecs = 60_000;

/** It never tries twice: a Task's Retry is the only one who may. */
export function clientSettings(region: string) {
  return {
    region,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectionTimeoutMilliseconds,
      requestTimeout: socketTimeoutMilliseconds,
      httpAgent: forOneCall(new HttpAgent({ keepAlive: true, keepAliveMsecs, maxSockets })),
      httpsAgent: forOneCall(new HttpsAgent({ keepAlive: true, keepAliveMsecs, maxSockets })),
    },
  };
}

/**
 * A connection that was idle may be closed at the other end, unseen while this environment was frozen. Nobody could
 * tell whether a call on it was made, and nobody tries it again.
 */
function forOneCall<Agent extends HttpAgent>(agent: Agent): Agent {
  agent.keepSocketAlive = () => false;
  return agent;
}

/** Where in the SDK's stack the raw answer can be seen. */
export const atTheAnswer = { step: "deserialize", name: "keepHeaders", priority: "low" } as const;

/** The SDK's outputs have no headers; this middleware of a command takes them aside. */
export function headerKeeper() {
  let headers: Record<string, string> = {};
  return {
    headers: () => headers,
    middleware:
      <Question, Answer extends { response: unknown }>(next: (question: Question) => Promise<Answer>) =>
      async (question: Question): Promise<Answer> => {
        const answer = await next(question);
        headers = headersOf(answer.response);
        return answer;
      },
  };
}

/** A middleware that says which trace the call belongs to; on Lambda the SDK would name that of its own invocation. */
export function tracing(traceHeader: string) {
  return <Asked extends { request: unknown }, Answer>(next: (asked: Asked) => Promise<Answer>) =>
    (asked: Asked): Promise<Answer> => {
      const { request } = asked;
      if (typeof request === "object" && request !== null && "headers" in request)
        Object.assign(request.headers ?? {}, { "X-Amzn-Trace-Id": traceHeader });
      return next(asked);
    };
}

function headersOf(response: unknown): Record<string, string> {
  if (typeof response !== "object" || response === null || !("headers" in response)) return {};
  const headers = response.headers;
  if (typeof headers !== "object" || headers === null) return {};
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** What the SDK says about the answer besides its content. */
export interface SdkMetadata {
  readonly httpStatusCode?: number | undefined;
  readonly requestId?: string | undefined;
  /** S3 has a second one. */
  readonly extendedRequestId?: string | undefined;
}

export function httpAnswer(metadata: SdkMetadata, headers: Record<string, string>): HttpAnswer {
  return { statusCode: metadata.httpStatusCode ?? 200, requestId: metadata.requestId ?? "", headers };
}

/** An error that is not the service's: the call did not come through. Anything but an error is thrown again. */
export function clientFailure(error: unknown, service: string): string {
  if (!(error instanceof Error)) throw error;
  if (error.name === "CredentialsProviderError") return `Unable to load credentials for ${service}: ${error.message}`;
  return `Unable to execute HTTP request: ${error.message}`;
}

export function isMissingPackage(error: unknown, packageName: string): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    (error.code === "ERR_MODULE_NOT_FOUND" || error.code === "MODULE_NOT_FOUND") &&
    error.message.includes(packageName)
  );
}
