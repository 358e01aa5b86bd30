/**
 * Functions as nobody wants them, behind Lambda's Invoke API, and what becomes of an execution that calls each:
 * throttled, failing, far too large, cut off, silent for ever. Tests of every kind of worker take them from here.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const megabyte = 1024 * 1024;

type Behaviour = (response: ServerResponse) => void;

const behaviours: Readonly<Record<string, Behaviour>> = {
  good: (response) => answer(response, 200, '{"ok":true}'),
  throttled: (response) => refuse(response, 429, "TooManyRequestsException", "Rate Exceeded."),
  failing: (response) => refuse(response, 500, "ServiceException", "no"),
  large: (response) => answer(response, 200, JSON.stringify("x".repeat(10 * megabyte))),
  larger: (response) => answer(response, 200, JSON.stringify("x".repeat(17 * megabyte))),
  garbage: (response) => answer(response, 200, '{"ok":'),
  closes: (response) => void response.socket?.destroy(),
  halfway: (response) => {
    response.writeHead(200, { "Content-Length": "1000" });
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
  answer(response, status, JSON.stringify({ message }), { "x-amzn-errortype": type });
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

export async function startHostileServer(): Promise<HostileServer> {
  const calls = new Map<string, number>();
  const http = createServer(async (request, response) => {
    for await (const _ of request);
    const name = /functions\/(?:[^/]*(?:%3A|:))?(\w+)\/invocations/.exec(request.url ?? "")?.[1] ?? "";
    calls.set(name, (calls.get(name) ?? 0) + 1);
    behaviours[name]?.(response);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      http.close(() => resolve());
      http.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, calls, close };
}
