/** HTTP tasks against a server of this process: requests as the service makes them, answers, failures, connections. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { signatureOf } from "../../lib/api/signature.ts";
import type { CallResult } from "../../lib/engine/ports.ts";
import type { Connection } from "../../lib/integrations/http/connection.ts";
import { RoleNotAssumed } from "../../lib/integrations/identity.ts";
import { createTasks, type TasksOptions } from "../../lib/integrations/integrations.ts";
import { callWith } from "./call-with.ts";

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** More than a JavaScript number can tell apart. */
const exact = "12345678901234567890";
const seen: Seen[] = [];
let base = "";
let tokens = 0;

const routes: Readonly<Record<string, (answer: ServerResponse) => void>> = {
  "/json": (answer) =>
    answer.writeHead(200, { "Content-Type": "application/json", "X-Two": ["a", "b"] }).end('{"ok":true}'),
  "/exact": (answer) =>
    answer
      .writeHead(200, { "Content-Type": "application/json" })
      .end(`{ "id": ${exact}, "rate": 1.0, "2": "b", "1": "a" }`),
  "/exact-teapot": (answer) => answer.writeHead(418, { "Content-Type": "application/json" }).end(`{"id":${exact}}`),
  "/text": (answer) => answer.writeHead(200, "Fine", { "content-type": "text/plain" }).end("hello"),
  "/empty": (answer) => answer.writeHead(204).end(),
  "/teapot": (answer) =>
    answer.writeHead(418, { "Content-Type": "application/json" }).end('{"error":"short and stout"}'),
  "/moved": (answer) => answer.writeHead(302, { Location: "http://169.254.169.254/" }).end(),
  "/huge": (answer) => answer.writeHead(500, { "Content-Type": "text/plain" }).end("ü".repeat(200_000)),
  "/ten": (answer) => answer.writeHead(200, { "Content-Type": "text/plain" }).end("x".repeat(10_000_000)),
  "/endless": (answer) => {
    answer.writeHead(200, { "Content-Type": "text/plain" });
    const more = (): void => void (answer.writable && answer.write("x".repeat(1_000_000), more));
    more();
  },
  "/image": (answer) => answer.writeHead(200, { "Content-Type": "image/png" }).end("x"),
  "/bytes": (answer) => answer.writeHead(200).end(Buffer.from([0xff, 0xfe, 0x00])),
  "/hangup": (answer) => answer.destroy(),
  "/never": () => {},
  "/token": (answer) => {
    tokens += 1;
    answer
      .writeHead(200, { "Content-Type": "application/json" })
      .end(`{"access_token":"t${tokens}","expires_in":3600}`);
  },
  "/withdrawn-401": (answer) => answer.writeHead(401).end(),
  "/withdrawn-407": (answer) => answer.writeHead(407).end(),
};

const server = createServer((request, answer) => {
  let body = "";
  request.setEncoding("utf8").on("data", (text: string) => {
    body += text;
  });
  request.on("end", () => {
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    routes[new URL(request.url ?? "", base).pathname]?.(answer);
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const basic: Connection = {
  AuthorizationType: "BASIC",
  AuthParameters: { BasicAuthParameters: { Username: "u", Password: "p" } },
};
const ConnectionArn = "arn:aws:events:us-east-1:111111111111:connection/mine/1";

function optionsWith(connection: Connection | undefined = basic): TasksOptions {
  return { functions: [], http: { reach: { loopback: true }, connections: async () => connection } };
}

async function invoke(path: string, more: object = {}, options = optionsWith()): Promise<CallResult> {
  const parameters = { ApiEndpoint: `${base}${path}`, Method: "GET", Authentication: { ConnectionArn }, ...more };
  return callWith(options, "arn:aws:states:::http:invoke", parameters);
}

const read = (result: CallResult) => (result.kind === "failed" ? result : JSON.parse(result.output));

test("a request has what the service adds, and an answer its four members", async () => {
  const result = await invoke("/json?a=1", {
    QueryParameters: { b: "x y", c: [1, 2] },
    Headers: { "X-Mine": ["1", "2"] },
  });
  expect(read(result)).toEqual({
    Headers: expect.objectContaining({ "Content-Type": ["application/json"], "X-Two": ["a", "b"] }),
    ResponseBody: { ok: true },
    StatusCode: 200,
    StatusText: "OK",
  });
  expect(seen.at(-1)).toMatchObject({
    method: "GET",
    url: "/json?a=1&b=x+y&c=1&c=2",
    body: "",
    headers: {
      "user-agent": "Amazon|StepFunctions|HttpInvoke|us-east-1",
      range: "bytes=0-262144",
      authorization: `Basic ${Buffer.from("u:p").toString("base64")}`,
      "x-mine": "1,2",
    },
  });
});

test.each([
  ["/text", { StatusText: "Fine", ResponseBody: "hello" }],
  ["/empty", { StatusCode: 204, ResponseBody: "" }],
])("%s", async (path, expected) => expect(read(await invoke(path))).toMatchObject(expected));

test("numbers keep their digits on the way there and back, and members their order", async () => {
  const arn = JSON.stringify({ ConnectionArn });
  const body = `{"order":${exact},"amount":10.0,"2":"b","1":"a"}`;
  const given = (more: string) => `{"ApiEndpoint":"${base}/exact","Method":"POST","Authentication":${arn},${more}}`;
  const post = (more: string): Promise<CallResult> =>
    callWith(optionsWith(), "arn:aws:states:::http:invoke", given(`"RequestBody":${body}${more}`));
  const result = await post(`,"QueryParameters":{"id":${exact}},"Headers":{"X-Id":[${exact}]}`);
  expect(seen.at(-1)).toMatchObject({ body, url: `/exact?id=${exact}`, headers: { "x-id": exact } });
  expect(result.kind === "succeeded" && result.output).toContain(
    `"ResponseBody":{"id":${exact},"rate":1.0,"2":"b","1":"a"}`,
  );
  await post(',"Transform":{"RequestBodyEncoding":"URL_ENCODED"}');
  expect(seen.at(-1)?.body).toBe(`order=${exact}&amount=10.0&2=b&1=a`);
  expect(await invoke("/exact-teapot")).toMatchObject({ cause: expect.stringContaining(`"id":${exact}`) });
});

test("an API of API Gateway gets numbers with their digits, and no nulls but in lists", async () => {
  const body = `{"order":${exact},"amount":10.0,"none":null,"list":[null,{"no":null}]}`;
  const given = (more: string) =>
    `{"ApiEndpoint":"${base}","Method":"POST","Path":"exact","AuthType":"NO_AUTH","RequestBody":${body}${more}}`;
  const options = { functions: [], http: { reach: { loopback: true }, connections: async () => basic } };
  const post = (more: string) => callWith(options, "arn:aws:states:::apigateway:invoke", given(more));
  const result = await post("");
  expect(seen.at(-1)?.body).toBe(`{"order":${exact},"amount":10.0,"list":[null,{}]}`);
  expect(result.kind === "succeeded" && result.output).toContain(`{"id":${exact},"rate":1.0,`);
  await post(',"AllowNullValues":true');
  expect(seen.at(-1)?.body).toBe(body);
});

test.each([
  ["JSON", { RequestBody: { a: [1, null] } }, '{"a":[1,null]}', "application/json"],
  ["text", { RequestBody: "plain" }, "plain", "text/plain"],
  [
    "its own type",
    { RequestBody: { a: 1 }, Headers: { "content-type": "application/vnd.mine+json" } },
    '{"a":1}',
    "application/vnd.mine+json",
  ],
  [
    "a form",
    { RequestBody: { a: "x y&", b: { c: [1, { d: true }] } }, Transform: { RequestBodyEncoding: "URL_ENCODED" } },
    "a=x+y%26&b[c][0]=1&b[c][1][d]=true",
    "application/x-www-form-urlencoded",
  ],
])("a body of %s", async (_what, more, body, type) => {
  await invoke("/json", { Method: "POST", ...more });
  expect(seen.at(-1)).toMatchObject({ body, headers: { "content-type": type } });
});

test.each([
  ["INDICES", "array[0]=a&array[1]=b"],
  ["BRACKETS", "array[]=a&array[]=b"],
  ["REPEAT", "array=a&array=b"],
  ["COMMAS", "array=a%2Cb"],
])("arrays as %s", async (ArrayFormat, body) => {
  const Transform = { RequestBodyEncoding: "URL_ENCODED", RequestEncodingOptions: { ArrayFormat } };
  await invoke("/json", { Method: "POST", RequestBody: { array: ["a", "b"] }, Transform });
  expect(seen.at(-1)?.body).toBe(body);
});

describe("failures", () => {
  test("an answer outside 2xx keeps status, headers and body", async () => {
    const result = await invoke("/teapot");
    expect(result).toMatchObject({ kind: "failed", error: "States.Http.StatusCode.418" });
    expect(result.kind === "failed" && JSON.parse(result.cause)).toMatchObject({
      Headers: { "Content-Type": ["application/json"] },
      ResponseBody: { error: "short and stout" },
      StatusCode: 418,
      StatusText: "I'm a Teapot",
    });
  });

  test("a long one is cut, and stays JSON", async () => {
    const result = await invoke("/huge");
    if (result.kind !== "failed") throw new Error("it did not fail");
    expect(result.cause.length).toBeLessThan(32_768);
    expect(JSON.parse(result.cause).ResponseBody).toMatch(/^ü{4000}/);
  });

  test("a redirect is not followed", async () => {
    const before = seen.length;
    expect(await invoke("/moved")).toMatchObject({ error: "States.Http.StatusCode.302" });
    expect(seen.length).toBe(before + 1);
  });

  test.each([
    ["/image", "States.Runtime", /is not text/],
    ["/bytes", "States.Runtime", /is not text/],
    ["/hangup", "States.Http.Socket", /./],
    ["/endless", "States.DataLimitExceeded", /more than 16777216 bytes/],
  ])("%s", async (path, error, cause) => {
    expect(await invoke(path)).toEqual({ kind: "failed", error, cause: expect.stringMatching(cause) });
  });

  test("ten megabytes are an answer", async () => {
    expect(read(await invoke("/ten")).ResponseBody).toHaveLength(10_000_000);
  });

  const inAMinute = "The HTTP endpoint did not answer within 60 seconds.";
  test.each([
    ["http:invoke", "States.Http.Socket", inAMinute],
    ["apigateway:invoke", "ApiGateway.SdkClientException", `Unable to execute HTTP request: ${inAMinute}`],
  ])("%s of one that never answers: after a minute", async (resource, error, cause) => {
    const asked: number[] = [];
    const minute = new AbortController();
    vi.spyOn(AbortSignal, "timeout").mockImplementation((milliseconds) => {
      asked.push(milliseconds);
      return minute.signal;
    });
    onTestFinished(() => void vi.restoreAllMocks());
    const before = seen.length;
    const given =
      resource === "http:invoke"
        ? { ApiEndpoint: `${base}/never`, Method: "GET", Authentication: { ConnectionArn } }
        : { ApiEndpoint: base, Path: "never", Method: "GET" };
    const calling = callWith(optionsWith(), `arn:aws:states:::${resource}`, given);
    await vi.waitFor(() => expect(seen).toHaveLength(before + 1));
    minute.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
    expect(await calling).toEqual({ kind: "failed", error, cause });
    expect(new Set(asked)).toEqual(new Set([60_000]));
  });

  test("nobody at that port", async () => {
    const result = await callWith(optionsWith(), "arn:aws:states:::http:invoke", {
      ApiEndpoint: "http://127.0.0.1:1/",
      Method: "GET",
      Authentication: { ConnectionArn },
    });
    expect(result).toMatchObject({ kind: "failed", error: "States.Http.Socket" });
  });

  test.each([
    ["the first of which nobody listens", "", { kind: "succeeded" }],
    ["at none of which anybody listens", "1", { error: "States.Http.Socket", cause: /::1.*127\.0\.0\.1/ }],
  ])("a name with two addresses, %s", async (_what, port, expected) => {
    const reach = { loopback: true, resolve: async () => ["::1", "127.0.0.1"] };
    const options = { functions: [], http: { reach, connections: async () => basic } };
    const url = new URL("/json", base);
    url.hostname = "both.example";
    if (port !== "") url.port = port;
    const given = { ApiEndpoint: url.href, Method: "GET", Authentication: { ConnectionArn } };
    const result = await callWith(options, "arn:aws:states:::http:invoke", given);
    const cause = "cause" in expected ? { cause: expect.stringMatching(expected.cause) } : {};
    expect(result).toMatchObject({ ...expected, ...cause });
  });

  test("one that never answers is given up when the attempt's time is over", async () => {
    const abort = new AbortController();
    const parameters = { ApiEndpoint: `${base}/never`, Method: "GET", Authentication: { ConnectionArn } };
    const calling = callWith(optionsWith(), "arn:aws:states:::http:invoke", parameters, { signal: abort.signal });
    abort.abort(new Error("over"));
    await expect(calling).rejects.toThrow("over");
  });
});

test.each([
  [{ Method: "FETCH" }, /^'Method' must be one of GET, POST, .* but was: "FETCH"$/],
  [{ ApiEndpoint: "here" }, /^'ApiEndpoint' must be a URL, but was: "here"$/],
  [{ Authentication: {} }, /must have a string 'Authentication.ConnectionArn'/],
  [{ Bodi: 1 }, /^The field 'Bodi' is not supported by 'http:invoke': it has ApiEndpoint, /],
  [{ Headers: { "x-amz-date": "x" } }, /^The HTTP header 'x-amz-date' cannot be used/],
  [{ Headers: { Authorization: "x" } }, /^The HTTP header 'Authorization' cannot be used/],
  [{ Headers: { Host: "x" } }, /^The HTTP header 'Host' cannot be used/],
  [{ Headers: { "X-A": "a\r\nHost: b" } }, /^The value of the HTTP header 'X-A' has characters/],
  [{ Headers: { "X A": "a" } }, /^'X A' is not the name of an HTTP header/],
  [
    {
      RequestBody: [],
      Transform: { RequestBodyEncoding: "URL_ENCODED", RequestEncodingOptions: { ArrayFormat: "X" } },
    },
    /^'ArrayFormat' must be one of/,
  ],
])("%j is refused, and nobody is asked", async (more, cause) => {
  const before = seen.length;
  expect(await invoke("/json", more)).toEqual({
    kind: "failed",
    error: "States.Runtime",
    cause: expect.stringMatching(cause),
  });
  expect(seen.length).toBe(before);
});

describe("connections", () => {
  test("an API key, and what the connection adds to each request, which counts before the state's own", async () => {
    const connection: Connection = {
      AuthorizationType: "API_KEY",
      AuthParameters: {
        ApiKeyAuthParameters: { ApiKeyName: "X-Key", ApiKeyValue: "secret" },
        InvocationHttpParameters: {
          HeaderParameters: [{ Key: "X-More", Value: "theirs" }],
          QueryStringParameters: [{ Key: "q", Value: "theirs" }],
          BodyParameters: [{ Key: "b", Value: "theirs" }],
        },
      },
    };
    const own = { Headers: { "x-more": "mine" }, QueryParameters: { q: "mine" }, RequestBody: { a: 1, b: 2 } };
    await invoke("/json", { Method: "POST", ...own }, optionsWith(connection));
    expect(seen.at(-1)).toMatchObject({
      url: "/json?q=theirs",
      body: '{"a":1,"b":"theirs"}',
      headers: { "x-key": "secret", "x-more": "theirs" },
    });
  });

  const oauth = (): Connection => ({
    AuthorizationType: "OAUTH_CLIENT_CREDENTIALS",
    AuthParameters: {
      OAuthParameters: {
        AuthorizationEndpoint: `${base}/token`,
        HttpMethod: "POST",
        ClientParameters: { ClientID: "id", ClientSecret: "secret" },
        OAuthHttpParameters: { BodyParameters: [{ Key: "scope", Value: "all" }] },
      },
    },
  });

  /** Calls of one worker, which keeps its tokens. */
  function worker() {
    const tasks = createTasks(optionsWith(oauth()));
    return (path: string) =>
      tasks.call({
        resource: "arn:aws:states:::http:invoke",
        arguments: JSON.stringify({ ApiEndpoint: base + path, Method: "GET", Authentication: { ConnectionArn } }),
        region: "us-east-1",
        account: "111111111111",
        idempotencyKey: "k",
        signal: new AbortController().signal,
      });
  }

  test("OAuth: a token is asked for once and used as long as it is good", async () => {
    const call = worker();
    await call("/json");
    await call("/json");
    expect(seen.at(-1)?.headers.authorization).toBe("Bearer t1");
    const asked = seen.filter(({ url }) => url === "/token");
    expect(asked).toMatchObject([
      { body: "grant_type=client_credentials&client_id=id&client_secret=secret&scope=all" },
    ]);
  });

  test.each([401, 407])("OAuth: a token that the API answers with %i is asked for anew", async (status) => {
    const call = worker();
    await call("/json");
    const first = seen.at(-1)?.headers.authorization;
    expect(await call(`/withdrawn-${status}`)).toMatchObject({ error: `States.Http.StatusCode.${status}` });
    expect(seen.at(-1)?.headers.authorization).toBe(first);
    await call("/json");
    expect(seen.at(-1)?.headers.authorization).toBe(`Bearer t${tokens}`);
    expect(`Bearer t${tokens}`).not.toBe(first);
  });

  test("none of that name", async () => {
    expect(await invoke("/json", {}, optionsWith({ ...basic, AuthParameters: {} }))).toMatchObject({
      error: "Events.ConnectionResource.InvalidConnectionState",
    });
  });
});

test("API Gateway: stage and path, values of queries, a token's answer", async () => {
  const parameters = {
    ApiEndpoint: base,
    Method: "POST",
    Stage: "json",
    QueryParameters: { a: ["1", "2"] },
    RequestBody: { x: null, y: 1 },
  };
  const result = await callWith(optionsWith(), "arn:aws:states:::apigateway:invoke", parameters);
  expect(read(result)).toMatchObject({ ResponseBody: { ok: true }, StatusCode: 200, StatusText: "OK" });
  expect(seen.at(-1)).toMatchObject({ url: "/json?a=1&a=2", body: '{"y":1}' });
  const token = await callWith(optionsWith(), "arn:aws:states:::apigateway:invoke.waitForTaskToken", parameters);
  expect(token.kind).toBe("submitted");
  const failed = await callWith(optionsWith(), "arn:aws:states:::apigateway:invoke", {
    ...parameters,
    Stage: "teapot",
  });
  expect(failed).toMatchObject({
    kind: "failed",
    error: "ApiGateway.418",
    cause: expect.stringContaining("short and stout"),
  });
});

describe("a method of an API that asks who is calling", () => {
  const apigateway = "arn:aws:states:::apigateway:invoke";
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "session" };
  const signing = { ...optionsWith(), identity: () => ({ name: "role", credentials: async () => credentials }) };
  const parameters = () => ({ ApiEndpoint: base, Method: "POST", AuthType: "IAM_ROLE", RequestBody: { x: 1 } });

  test.each(["IAM_ROLE", "RESOURCE_POLICY"])("is called signed for the state's role: %s", async (AuthType) => {
    const given = { ...parameters(), AuthType, Path: "/json", QueryParameters: { b: ["2", "1"], a: ["ü ("] } };
    expect(await callWith(signing, apigateway, given)).toMatchObject({ kind: "succeeded" });
    const { url = "", headers = {}, body = "" } = seen.at(-1) ?? {};
    const [, day = "", signed = "", signature] =
      /Credential=AKIDEXAMPLE\/(\d+)\/us-east-1\/execute-api\/aws4_request, SignedHeaders=(\S+), Signature=(\w+)$/.exec(
        String(headers["authorization"]),
      ) ?? [];
    const asked = { method: "POST", url: new URL(url, base), headers: new Headers(headers as never), body };
    const scope = { day, region: "us-east-1", service: "execute-api", signedHeaders: signed.split(";") };
    const moment = String(headers["x-amz-date"]);
    expect(signatureOf({ ...asked, body: Buffer.from(body) }, { ...scope, moment }, "secret")).toBe(signature);
    expect(headers["x-amz-security-token"]).toBe("session");
  });

  test("is called unsigned where nobody asks", async () => {
    const given = { ...parameters(), Path: "/json", AuthType: "NO_AUTH" };
    expect(await callWith(signing, apigateway, given)).toMatchObject({ kind: "succeeded" });
    expect(seen.at(-1)?.headers).not.toHaveProperty("authorization");
  });

  test.each(["NONE", "toString"])("is not called with the AuthType %s", async (AuthType) => {
    expect(await callWith(signing, apigateway, { ...parameters(), AuthType })).toEqual({
      kind: "failed",
      error: "States.Runtime",
      cause: `'AuthType' must be one of NO_AUTH, IAM_ROLE, RESOURCE_POLICY, but was: ${AuthType}`,
    });
  });

  test("is not called if the role cannot be assumed", async () => {
    const before = seen.length;
    const refused = async () => Promise.reject(new RoleNotAssumed("The role r could not be assumed: no"));
    const options = { ...optionsWith(), identity: () => ({ name: "role", credentials: refused }) };
    expect(await callWith(options, apigateway, parameters())).toMatchObject({ error: "States.Permissions" });
    expect(seen).toHaveLength(before);
  });
});

describe("the trace that the call belongs to", () => {
  const traceHeader = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
  const traceparent = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";

  test.each<[string | undefined, object, string | undefined]>([
    [traceHeader, {}, traceparent],
    [traceHeader.replace(/1$/, "0"), {}, traceparent.replace(/1$/, "0")],
    [traceHeader, { traceParent: "mine" }, "mine"],
    ["Root=1-5759e988-bd862e3fe1be46a994272793", {}, undefined],
    ["nonsense", {}, undefined],
    [undefined, {}, undefined],
  ])("%s with headers %j: %s", async (given, Headers, expected) => {
    const parameters = { ApiEndpoint: `${base}/json`, Method: "GET", Authentication: { ConnectionArn }, Headers };
    await callWith(optionsWith(), "arn:aws:states:::http:invoke", parameters, given ? { traceHeader: given } : {});
    expect(seen.at(-1)?.headers["traceparent"]).toBe(expected);
  });

  test("API Gateway gets it in X-Ray's form", async () => {
    const parameters = { ApiEndpoint: base, Method: "GET", Path: "/json" };
    await callWith(optionsWith(), "arn:aws:states:::apigateway:invoke", parameters, { traceHeader });
    expect(seen.at(-1)?.headers["x-amzn-trace-id"]).toBe(traceHeader);
  });
});
