/**
 * Functions as nobody wants them, behind Lambda's Invoke API, and what becomes of an execution that calls each:
 * throttled, failing, far too large, cut off, silent for ever. Tests of every kind of worker take them from here.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const megabyte = 1024 * 1024;

/** How a service words what any of them may say. */
export interface Speech {
  readonly good: string;
  /** An answer with so many bytes in it. */
  readonly large: (bytes: number) => string;
  readonly throttled: readonly [status: number, type: string];
  readonly failing: string;
}

const lambda: Speech = {
  good: '{"ok":true}',
  large: (bytes) => JSON.stringify("x".repeat(bytes)),
  throttled: [429, "TooManyRequestsException"],
  failing: "ServiceException",
};

type Behaviour = (response: ServerResponse, speech: Speech) => void;

const behaviours: Readonly<Record<string, Behaviour>> = {
  good: (response, { good }) => answer(response, 200, good),
  throttled: (response, { throttled: [status, type] }) => refuse(response, status, type, "Rate Exceeded."),
  failing: (response, { failing }) => refuse(response, 500, failing, "no"),
  large: (response, { large }) => answer(response, 200, large(10 * megabyte)),
  larger: (response, { large }) => answer(response, 200, large(17 * megabyte)),
  garbage: (response) => answer(response, 200, '{"ok":'),
  closes: (response) => void response.socket?.destroy(),
  halfway: (response) => {
    response.writeHead(200, { "Content-Length": "1000", "Content-Type": "application/json" });
    response.write('{"ok":', () => response.socket?.destroy());
  },
  silent: () => {},
  // Never ends, and never is idle for long either.
  trickling: (response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write(" "), 50);
    response.on("close", () => clearInterval(drip));
  },
  endless: () => {},
};

function answer(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  const length = String(Buffer.byteLength(body));
  response.writeHead(status, { "Content-Type": "application/json", "Content-Length": length, ...headers });
  response.end(body);
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  answer(response, status, JSON.stringify({ __type: type, message }), { "x-amzn-errortype": type });
}

export interface HostileCase {
  readonly name: string;
  /** Of its Task state; absent: the worker's own limit is all there is. */
  readonly timeoutSeconds?: number;
  readonly status: "SUCCEEDED" | "FAILED";
  readonly error?: string;
  readonly cause?: RegExp;
}

export const hostileCases: readonly HostileCase[] = [
  { name: "good", status: "SUCCEEDED" },
  { name: "throttled", status: "FAILED", error: "Lambda.TooManyRequestsException", cause: /^Rate Exceeded\. .* 429,/ },
  { name: "failing", status: "FAILED", error: "Lambda.ServiceException", cause: /^no .* 500,/ },
  { name: "large", status: "SUCCEEDED" },
  { name: "larger", status: "FAILED", error: "States.DataLimitExceeded" },
  { name: "garbage", status: "FAILED", error: "Lambda.Unknown" },
  { name: "closes", status: "FAILED", error: "Lambda.SdkClientException", cause: /^Unable to execute HTTP request: / },
  { name: "halfway", status: "FAILED", error: "Lambda.SdkClientException", cause: /^Unable to execute HTTP request: / },
  { name: "silent", timeoutSeconds: 1, status: "FAILED", error: "States.Timeout" },
  { name: "trickling", timeoutSeconds: 1, status: "FAILED", error: "States.Timeout" },
  {
    name: "endless",
    status: "FAILED",
    error: "States.Timeout",
    cause: /^No answer came within the longest time that a worker waits for one, /,
  },
];

export function machineCalling({ name, timeoutSeconds }: HostileCase): string {
  const Call = {
    Type: "Task",
    Resource: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    End: true,
    ...(timeoutSeconds !== undefined && { TimeoutSeconds: timeoutSeconds }),
  };
  return JSON.stringify({ StartAt: "Call", States: { Call } });
}

export interface HostileServer {
  readonly url: string;
  /** How often each function was called. */
  readonly calls: Map<string, number>;
  close(): Promise<void>;
}

/** What a call asks for: how to behave, and in which words. */
export interface Hearing {
  readonly behaviour: string;
  readonly speech: Speech;
}

function invoked({ url = "" }: IncomingMessage): Hearing | undefined {
  const [, behaviour] = /functions\/(?:[^/]*(?:%3A|:))?(\w+)\/invocations/.exec(url) ?? [];
  return behaviour === undefined ? undefined : { behaviour, speech: lambda };
}

/** `hear`: of calls that are none of a function; they are counted under what it says, after its service's name. */
export async function startHostileServer(
  hear: (request: IncomingMessage, body: string) => (Hearing & { readonly service: string }) | undefined = () =>
    undefined,
): Promise<HostileServer> {
  const calls = new Map<string, number>();
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const function_ = invoked(request);
    const heard = function_ ?? hear(request, Buffer.concat(chunks).toString("utf8"));
    if (heard === undefined) return void response.writeHead(404).end();
    const name = "service" in heard ? `${heard.service}-${heard.behaviour}` : heard.behaviour;
    calls.set(name, (calls.get(name) ?? 0) + 1);
    behaviours[heard.behaviour]?.(response, heard.speech);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      http.close(() => resolve());
      http.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, calls, close };
}
