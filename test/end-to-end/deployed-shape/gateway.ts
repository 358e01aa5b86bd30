/**
 * API Gateway's HTTP API on loopback: an HTTP request becomes an event of payload format 2.0, the function's
 * answer becomes the response, within API Gateway's limits.
 */
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { closed, listening, readBody } from "./http.ts";
import type { Invocation } from "./process.ts";

export interface Route {
  /** `$default`, or `POST /path/{name}/{rest+}`. */
  readonly key: string;
  readonly target: Invokable;
  readonly timeoutMilliseconds: number;
}

export interface Invokable {
  invoke(event: string): Promise<Invocation>;
}

export interface Gateway {
  readonly endpoint: string;
  /** The routes come later than the address, since functions may be told it. */
  serve(routes: readonly Route[]): void;
  close(): Promise<void>;
}

const largestRequest = 10 * 1024 * 1024;

export async function startGateway(account: string): Promise<Gateway> {
  let routes: readonly Route[] = [];
  const server = createServer((request, response) => {
    answer(request, routes, account).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      () => response.destroy(),
    );
  });
  return {
    endpoint: await listening(server),
    serve: (given) => {
      routes = given;
    },
    close: () => closed(server),
  };
}

interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer | string;
}

async function answer(request: IncomingMessage, routes: readonly Route[], account: string): Promise<HttpAnswer> {
  const body = await readBody(request, largestRequest);
  if (body === undefined) return message(413, "Request Entity Too Large");
  const path = decodedPath(request.url ?? "/");
  const route = matching(routes, request.method ?? "GET", path);
  if (route === undefined) return message(404, "Not Found");
  const event = JSON.stringify(eventOf(request, body, path, route, account));
  const result = await within(route.route.timeoutMilliseconds, route.route.target.invoke(event));
  if (result === undefined) return message(503, "Service Unavailable");
  if (result.kind === "failed") return message(500, "Internal Server Error");
  return interpreted(result.payload);
}

/** HTTP APIs hand the path on decoded. */
function decodedPath(url: string): string {
  const path = url.replace(/\?.*$/s, "");
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

interface Match {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The most specific route wins: no parameters before `{name}`, that before `{rest+}`, `$default` last. */
function matching(routes: readonly Route[], method: string, path: string): Match | undefined {
  const vague = ({ key }: Route) =>
    key === "$default" ? 1000 : key.split("{").length + (key.includes("+}") ? 100 : 0);
  for (const route of [...routes].sort((a, b) => vague(a) - vague(b))) {
    if (route.key === "$default") return { route, parameters: {} };
    const [verb, pattern = ""] = route.key.split(" ");
    if (verb !== "ANY" && verb !== method) continue;
    const found = new RegExp(
      `^${pattern.replace(/\{(\w+)(\+?)\}/g, (_, name, all) => `(?<${name}>${all ? ".+" : "[^/]+"})`)}$`,
    ).exec(path);
    if (found !== null) return { route, parameters: { ...found.groups } };
  }
  return undefined;
}

function eventOf(request: IncomingMessage, body: Buffer, path: string, match: Match, account: string): object {
  const [, rawQueryString = ""] = (request.url ?? "").split(/\?(.*)/s);
  const { cookie, ...others } = request.headers;
  const headers = Object.fromEntries(Object.entries(others).map(([name, value]) => [name, [value].flat().join(",")]));
  const query = [...new URLSearchParams(rawQueryString)].map(([name]) => name);
  const parameters = new URLSearchParams(rawQueryString);
  const now = Date.now();
  const text = isText(headers["content-type"]);
  return {
    version: "2.0",
    routeKey: match.route.key,
    rawPath: path,
    rawQueryString,
    ...(cookie === undefined ? {} : { cookies: cookie.split("; ") }),
    headers: { ...headers, "x-forwarded-for": "127.0.0.1", "x-forwarded-port": "443", "x-forwarded-proto": "https" },
    ...(query.length === 0
      ? {}
      : { queryStringParameters: Object.fromEntries(query.map((name) => [name, parameters.getAll(name).join(",")])) }),
    ...(Object.keys(match.parameters).length === 0 ? {} : { pathParameters: match.parameters }),
    requestContext: {
      accountId: account,
      apiId: "local",
      domainName: headers["host"],
      domainPrefix: "local",
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: "127.0.0.1",
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: match.route.key,
      stage: "$default",
      time: new Date(now).toUTCString(),
      timeEpoch: now,
    },
    ...(body.length === 0 ? {} : { body: body.toString(text ? "utf8" : "base64") }),
    isBase64Encoded: body.length > 0 && !text,
  };
}

/** What HTTP APIs take for text; all else, `application/x-amz-json-1.0` too, arrives in base64. */
function isText(contentType: string | undefined): boolean {
  return /^\s*(text\/|application\/(json|xml|javascript)\s*(;|$))/i.test(contentType ?? "");
}

/** An answer without a status code is a 200 with that answer as JSON. */
function interpreted(payload: string): HttpAnswer {
  const value: unknown = JSON.parse(payload);
  if (typeof value !== "object" || value === null || !("statusCode" in value)) {
    return { status: 200, headers: { "content-type": "application/json" }, body: payload };
  }
  const { statusCode, headers = {}, cookies = [], body = "", isBase64Encoded = false } = value as LambdaAnswer;
  const texts = Object.entries(headers).map(([name, header]) => [name.toLowerCase(), String(header)]);
  return {
    status: Number(statusCode),
    headers: { ...Object.fromEntries(texts), ...(cookies.length > 0 ? { "set-cookie": [...cookies] } : {}) },
    body: isBase64Encoded ? Buffer.from(body, "base64") : body,
  };
}

interface LambdaAnswer {
  readonly statusCode: number | string;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

function message(status: number, text: string): HttpAnswer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify({ message: text }) };
}

/** The invocation goes on; API Gateway stops waiting for it. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
