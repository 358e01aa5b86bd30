/**
 * The handler behind a real socket: driven by the AWS SDK, which knows nothing but the endpoint, and by
 * clients that mean no good. No request gets a 500 and none hangs.
 */

import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  paginateListStateMachines,
  SFNClient,
  StartExecutionCommand,
  StateMachineAlreadyExists,
} from "@aws-sdk/client-sfn";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createVerifier } from "../../lib/api/authentication.ts";
import { createApi, type HandlerOptions } from "../../lib/api/handler.ts";
import { type Listening, type ServeOptions, serve } from "../../lib/local/server.ts";
import { type MemoryWorld, memoryWorld } from "./memory-world.ts";
import { pass, role, wait } from "./requests.ts";

const bodyLimitBytes = 1024 * 1024;
let world: MemoryWorld;
let server: Listening;
let failures: unknown[];

async function listen(
  options: HandlerOptions,
  limits: Pick<ServeOptions, "requestTimeoutMilliseconds"> = {},
): Promise<Listening> {
  failures = [];
  const report = (error: unknown): void => void failures.push(error);
  const handler = createApi(world.engine, { bodyLimitBytes, report, ...options });
  return await serve(handler, { port: 0, bodyLimitBytes, ...limits });
}

beforeEach(async () => {
  world = memoryWorld();
  server = await listen({ authentication: "none" });
});

afterEach(async () => {
  await server.close();
});

const anybody = { accessKeyId: "test", secretAccessKey: "test" };

function client(credentials = anybody): SFNClient {
  return new SFNClient({ endpoint: server.url, region: "us-east-1", credentials, maxAttempts: 1 });
}

describe("the AWS SDK", () => {
  test("creates, starts, describes, reads histories and lists", async () => {
    const sfn = client();
    const created = await sfn.send(new CreateStateMachineCommand({ name: "m", definition: pass, roleArn: role }));
    expect(created.creationDate).toEqual(new Date(world.engine.world.clock.now()));
    const { stateMachineArn } = created;
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{"a":1}' }));
    await world.run();
    const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    expect(execution).toMatchObject({ status: "SUCCEEDED", output: '{"a":1}', startDate: created.creationDate });
    const history = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(history.events?.map(({ type }) => type)).toEqual([
      "ExecutionStarted",
      "PassStateEntered",
      "PassStateExited",
      "ExecutionSucceeded",
    ]);
    expect(history.events?.[1]).toMatchObject({ stateEnteredEventDetails: { name: "A", input: '{"a":1}' } });
    for (const name of ["n", "o", "p"])
      await sfn.send(new CreateStateMachineCommand({ name, definition: pass, roleArn: role }));
    const names: (string | undefined)[] = [];
    for await (const page of paginateListStateMachines({ client: sfn, pageSize: 3 }, {}))
      names.push(...(page.stateMachines ?? []).map(({ name }) => name));
    expect(names).toEqual(["m", "n", "o", "p"]);
  });

  test("raises the exceptions of the service", async () => {
    const sfn = client();
    await sfn.send(new CreateStateMachineCommand({ name: "m", definition: pass, roleArn: role }));
    const again = sfn.send(new CreateStateMachineCommand({ name: "m", definition: wait, roleArn: role }));
    await expect(again).rejects.toThrow(StateMachineAlreadyExists);
    const executionArn = "arn:aws:states:us-east-1:000000000000:execution:m:x";
    const absent = sfn.send(new DescribeExecutionCommand({ executionArn }));
    await expect(absent).rejects.toThrow(ExecutionDoesNotExist);
    await expect(absent).rejects.toMatchObject({
      message: `Execution Does Not Exist: '${executionArn}'`,
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    await expect(sfn.send(new StartExecutionCommand({ stateMachineArn: "" }))).rejects.toMatchObject({
      name: "ValidationException",
    });
  });

  test("signs so that the verifier believes it", async () => {
    const secret = { accessKeyId: "BATON", secretAccessKey: "s3cret" };
    await server.close();
    const authentication = createVerifier({
      keyOf: async (id) => (id === secret.accessKeyId ? { ...secret, role: "admin" } : undefined),
      region: "us-east-1",
    });
    // The SDK signs with the time of day, so the world's clock stands there.
    const engine = {
      ...world.engine,
      world: { ...world.engine.world, clock: { ...world.engine.world.clock, now: Date.now } },
    };
    server = await serve(createApi(engine, { authentication }), { port: 0, bodyLimitBytes });
    const create = new CreateStateMachineCommand({ name: "m", definition: pass, roleArn: role });
    await expect(client(secret).send(create)).resolves.toHaveProperty("stateMachineArn");
    await expect(client(anybody).send(create)).rejects.toMatchObject({ name: "UnrecognizedClientException" });
    const wrong = client({ ...secret, secretAccessKey: "guess" });
    await expect(wrong.send(create)).rejects.toMatchObject({ name: "InvalidSignatureException" });
  });
});

/** Sends bytes as they are and answers what comes back until the server closes. */
function raw(text: string, { end = true } = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(server.port, "127.0.0.1");
    let answer = "";
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
    socket.write(text);
    if (end) socket.end();
  });
}

function statusOf(answer: string): string {
  return answer.slice(9, 12);
}

const target = "X-Amz-Target: AWSStepFunctions.ListStateMachines\r\n";
const head = (line: string, more = ""): string => `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${more}`;

describe("hostile requests", () => {
  const many = (count: number, line: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => line(index)).join("");

  test.each<[string, string, string]>([
    [
      "a wrong content type",
      `${head("POST /", `${target}Content-Type: image/png\r\nContent-Length: 2\r\n`)}\r\n{}`,
      "200",
    ],
    ["no target", `${head("POST /", "Content-Length: 2\r\n")}\r\n{}`, "400"],
    ["an unknown target", `${head("POST /", "X-Amz-Target: Nonsense\r\nContent-Length: 2\r\n")}\r\n{}`, "400"],
    ["no body", `${head("POST /", target)}\r\n`, "400"],
    ["a body that is no UTF-8", `${head("POST /", `${target}Content-Length: 1\r\n`)}\r\n\xff`, "400"],
    ["a chunked body", `${head("POST /", `${target}Transfer-Encoding: chunked\r\n`)}\r\n2\r\n{}\r\n0\r\n\r\n`, "200"],
    ["broken chunks", `${head("POST /", `${target}Transfer-Encoding: chunked\r\n`)}\r\nzz\r\n{}\r\n0\r\n\r\n`, "400"],
    ["two lengths", `${head("POST /", `${target}Content-Length: 2\r\nContent-Length: 3\r\n`)}\r\n{}x`, "400"],
    [
      "a length and chunks",
      `${head("POST /", `${target}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n`)}\r\n2\r\n{}\r\n0\r\n\r\n`,
      "400",
    ],
    ["a negative length", `${head("POST /", `${target}Content-Length: -1\r\n`)}\r\n`, "400"],
    [
      "1,000 headers",
      `${head("POST /", `${target}Content-Length: 2\r\n${many(1000, (index) => `x-${index}: 1\r\n`)}`)}\r\n{}`,
      "200",
    ],
    [
      "100,000 headers",
      `${head("POST /", `${target}Content-Length: 2\r\n${many(100_000, (index) => `x-${index}: 1\r\n`)}`)}\r\n{}`,
      "431",
    ],
    ["a long path", `${head(`GET /${"x".repeat(100_000)}`)}\r\n`, "431"],
    ["a path to the file system", `${head("GET /state-machines/../../../etc/passwd")}\r\n`, "404"],
    ["a path to another host", `${head("GET //evil.example/state-machines")}\r\n`, "404"],
    ["an absolute address", `${head("GET http://evil.example/health")}\r\n`, "400"],
    ["a path that is no path", `${head("OPTIONS *")}\r\n`, "400"],
    ["an odd method", `${head("TRACE /")}\r\n`, "405"],
    ["an unknown method", `${head("BREW /")}\r\n`, "400"],
    ["a body with GET", `${head("GET /health", "Content-Length: 2\r\n")}\r\n{}`, "200"],
    ["no host", "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n", "400"],
    ["another host", "GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", "403"],
    [
      "a host that begins like ours",
      "GET /health HTTP/1.1\r\nHost: localhost.evil.example\r\nConnection: close\r\n\r\n",
      "403",
    ],
    [
      "a host that hides ours",
      "GET /health HTTP/1.1\r\nHost: evil.example/localhost\r\nConnection: close\r\n\r\n",
      "403",
    ],
    ["another origin", `${head("GET /health", "Origin: https://evil.example\r\n")}\r\n`, "403"],
    ["no origin at all", `${head("GET /health", "Origin: null\r\n")}\r\n`, "403"],
    ["our origin", `${head("GET /health", "Origin: http://localhost:3000\r\n")}\r\n`, "200"],
    [
      "a name for sync operations",
      "GET /health HTTP/1.1\r\nHost: sync-localhost:4599\r\nConnection: close\r\n\r\n",
      "200",
    ],
    [
      "a number for sync operations",
      "GET /health HTTP/1.1\r\nHost: sync-127.0.0.1:4599\r\nConnection: close\r\n\r\n",
      "200",
    ],
    ["no HTTP at all", "\x16\x03\x01\x02\x00\x01\x00", "400"],
    [
      "prototype members",
      `${head("POST /", `${target}Content-Length: 46\r\n`)}\r\n{"__proto__":{"maxResults":1},"constructor":1}`,
      "200",
    ],
    [
      "deep JSON",
      `${head("POST /", `${target}Content-Length: 200007\r\n`)}\r\n{"a":${"[".repeat(100_000)}1${"]".repeat(100_000)}}`,
      "200",
    ],
  ])("%s", async (_, text, status) => {
    expect(statusOf(await raw(text, { end: false }))).toBe(status);
    expect(failures).toEqual([]);
    expect(({} as Record<string, unknown>)["maxResults"]).toBeUndefined();
  });

  test.each([
    ["ends in the middle of its body", true],
    ["never ends its body", false],
  ])("a client that %s is cut off", async (_, end) => {
    await server.close();
    server = await listen({ authentication: "none" }, { requestTimeoutMilliseconds: 500 });
    const answer = await raw(`${head("POST /", `${target}Content-Length: 100\r\n`)}\r\n{"a`, { end });
    expect(["", "400", "408"]).toContain(statusOf(answer));
    expect(failures).toEqual([]);
  });

  test.each([
    ["with its length said", { "content-length": String(100 * 1024 * 1024) }],
    ["in chunks", {}],
  ])("100 MB are answered with 413, %s", async (_, headers) => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const outgoing = httpRequest(server.url, {
        method: "POST",
        headers: { "x-amz-target": "AWSStepFunctions.ListStateMachines", ...headers },
      });
      outgoing.on("response", (incoming) => {
        incoming.resume();
        resolve(incoming.statusCode);
      });
      outgoing.on("error", reject);
      const chunk = Buffer.alloc(1024 * 1024, "x");
      for (let sent = 0; sent < 100; sent++) outgoing.write(chunk);
      outgoing.end();
    });
    expect(status).toBe(413);
    expect(failures).toEqual([]);
  });

  test("an outage is a 500 that names its request, and is reported", async () => {
    await server.close();
    const engine = {
      ...world.engine,
      world: {
        ...world.engine.world,
        machines: { ...world.engine.world.machines, list: async () => Promise.reject(new Error("store is down")) },
      },
    };
    const report = (error: unknown): void => void failures.push(error);
    server = await serve(createApi(engine, { authentication: "none", report }), { port: 0, bodyLimitBytes });
    const response = await fetch(server.url, {
      method: "POST",
      headers: { "x-amz-target": "AWSStepFunctions.ListStateMachines" },
      body: "{}",
    });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("store");
    expect(failures).toEqual([new Error("store is down")]);
  });
});

test("closing lets a running request finish, and then its connection", async () => {
  const letGo: (() => void)[] = [];
  const arrived = new Promise<void>((resolve) => letGo.push(resolve));
  const [arrive] = letGo;
  const slow = await serve(
    async () => {
      await new Promise<void>((resolve) => {
        letGo.push(resolve);
        arrive?.();
      });
      return { status: 200, headers: {}, body: "done" };
    },
    { port: 0, bodyLimitBytes },
  );
  const answer = fetch(slow.url);
  await arrived;
  const closed = slow.close(60_000);
  letGo[1]?.();
  expect(await (await answer).text()).toBe("done");
  await closed;
});
