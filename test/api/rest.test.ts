/** The REST face: what a request becomes and what the answer looks like. */
import { beforeEach, describe, expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import { restOperations } from "../../lib/api/rest-operations.ts";
import { routes } from "../../lib/api/routes.ts";
import { type MemoryWorld, memoryWorld, start } from "./memory-world.ts";
import { type Answered, arnOf, callback, executionOf, pass, rest, wait } from "./requests.ts";

let world: MemoryWorld;
let send: (line: string, body?: unknown) => Promise<Answered>;

beforeEach(async () => {
  world = memoryWorld();
  const handler = createHandler(world.engine, { authentication: "none" });
  send = async (line, body) => await rest(handler, line, body);
  await send("POST /state-machines", { name: "waits", definition: wait });
});

const date = new Date(start).toISOString();

test("state machines: create, list, describe, delete", async () => {
  const created = await send("POST /state-machines", { name: "passes", definition: JSON.parse(pass) });
  expect(created).toMatchObject({ status: 201, body: { stateMachineArn: arnOf("passes"), creationDate: date } });
  const listed = await send("GET /state-machines?maxResults=1");
  expect(listed.body.stateMachines).toEqual([
    { stateMachineArn: arnOf("passes"), name: "passes", type: "STANDARD", creationDate: date, tags: [] },
  ]);
  const next = await send(`GET /state-machines?maxResults=1&nextToken=${listed.body.nextToken}`);
  expect(next.body.stateMachines[0].name).toBe("waits");
  const described = await send("GET /state-machines/passes");
  expect(described.body).toMatchObject({
    definition: JSON.parse(pass),
    roleArn: "arn:aws:iam::000000000000:role/baton",
  });
  expect(await send("DELETE /state-machines/passes")).toMatchObject({ status: 204, body: undefined });
  expect((await send("GET /state-machines/passes")).status).toBe(404);
});

test("a machine's next revision, its versions and its aliases", async () => {
  const updated = await send("POST /state-machines/waits", { definition: JSON.parse(pass), publish: true });
  const stateMachineVersionArn = arnOf("waits:1");
  expect(updated).toMatchObject({ status: 200, body: { updateDate: date, stateMachineVersionArn } });
  expect((await send("GET /state-machines/waits")).body.definition).toEqual(JSON.parse(pass));
  const again = await send("POST /state-machines/waits/versions", { description: "the same" });
  expect(again).toMatchObject({ status: 201, body: { stateMachineVersionArn, creationDate: date } });
  const versions = await send("GET /state-machines/waits/versions?maxResults=1");
  expect(versions.body).toEqual({ stateMachineVersions: [{ stateMachineVersionArn, creationDate: date }] });
  expect((await send("GET /state-machines/waits/aliases")).body).toEqual({ stateMachineAliases: [] });
  expect((await send("POST /state-machines/waits", {})).body).toMatchObject({ title: "MissingRequiredParameter" });
});

describe("executions", () => {
  test("start, describe, list, history, stop", async () => {
    const begun = await send("POST /state-machines/waits/executions", '{"name":"one","input":{"n":0.0}}');
    expect(begun).toMatchObject({ status: 201, body: { executionArn: executionOf("waits:one"), startDate: date } });
    expect(begun.headers.get("location")).toBe("/state-machines/waits/executions/one");
    await world.run(1000);
    const described = await send("GET /state-machines/waits/executions/one");
    expect(described.body).toMatchObject({ status: "RUNNING", input: { n: 0 }, startDate: date });
    expect((await send("GET /state-machines/waits/executions?status=RUNNING")).body.executions).toHaveLength(1);
    const history = await send("GET /state-machines/waits/executions/one/history?reverseOrder=true&maxResults=1");
    expect(history.body.events).toMatchObject([{ type: "WaitStateEntered", timestamp: date }]);
    const stopped = await send("DELETE /state-machines/waits/executions/one?error=E&cause=no%20more");
    expect(stopped).toMatchObject({ status: 200, body: { stopDate: new Date(start + 1000).toISOString() } });
    const end = await send("GET /state-machines/waits/executions/one");
    expect(end.body).toMatchObject({ status: "ABORTED", error: "E", cause: "no more" });
  });

  test("numbers keep their text", async () => {
    const handler = createHandler(world.engine, { authentication: "none" });
    await send("POST /state-machines/waits/executions", '{"name":"exact","input":{"n":0.0,"big":9007199254740993}}');
    const response = await handler(new Request("http://localhost/state-machines/waits/executions/exact"));
    expect(await response.text()).toContain('"input":{"n":0.0,"big":9007199254740993}');
  });

  test("waits for the end: 200 with the output, 202 while it runs", async () => {
    await send("POST /state-machines", { name: "passes", definition: pass });
    const answers = await Promise.all([
      untilDone(send("POST /state-machines/passes/executions?wait=5", { input: { a: 1 } }), 200),
      untilDone(send("POST /state-machines/waits/executions?wait=5"), 200),
    ]);
    expect(answers).toMatchObject([
      { status: 200, body: { status: "SUCCEEDED", output: { a: 1 } } },
      { status: 202, body: { status: "RUNNING", input: {} } },
    ]);
  });

  /** Lets time pass until the answer is there. */
  async function untilDone(answer: Promise<Answered>, stepMilliseconds: number): Promise<Answered> {
    let done = false;
    const watched = answer.finally(() => {
      done = true;
    });
    while (!done) {
      await world.run(stepMilliseconds);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return await watched;
  }
});

test("an execution that runs says what it waits for, here and not on the wire", async () => {
  await send("POST /state-machines/waits/executions", { name: "one" });
  await world.run();
  const { body } = await send("GET /state-machines/waits/executions/one");
  const until = new Date(start + 60_000).toISOString();
  const since = new Date(start).toISOString();
  expect(body.waitingFor).toEqual([{ branch: "", state: "W", reason: `waits until ${until} in W`, since, until }]);
  await world.run(60_000);
  expect((await send("GET /state-machines/waits/executions/one")).body.waitingFor).toBeUndefined();
});

test("tasks: heartbeat, success, failure by token", async () => {
  world.taskResult = { kind: "submitted", output: "{}" };
  await send("POST /state-machines", { name: "asks", definition: callback });
  for (const name of ["yes", "no"]) await send("POST /state-machines/asks/executions", { name });
  await world.run();
  const [yes, no] = world.calls.map((text) => JSON.parse(text).Payload.token);
  expect((await send(`POST /tasks/${yes}/heartbeat`)).status).toBe(204);
  expect((await send(`POST /tasks/${yes}/success`, { output: { fine: true } })).status).toBe(204);
  expect((await send(`POST /tasks/${no}/failure`, { error: "No", cause: "c" })).status).toBe(204);
  await world.run();
  const { body } = await send("GET /state-machines/asks/executions/yes");
  expect(body).toMatchObject({ status: "SUCCEEDED", output: { fine: true } });
  expect((await send("GET /state-machines/asks/executions/no")).body).toMatchObject({ status: "FAILED", error: "No" });
  expect(await send(`POST /tasks/${yes}/heartbeat`)).toMatchObject({ status: 410, body: { title: "TaskTimedOut" } });
});

test.each<[string, unknown, number, string, RegExp]>([
  ["GET /nothing", undefined, 404, "UnknownOperationException", /There is nothing at \/nothing/],
  ["GET /", undefined, 404, "UnknownOperationException", /There is nothing/],
  ["GET /state-machines/", undefined, 404, "UnknownOperationException", /There is nothing/],
  [
    "PUT /state-machines",
    {},
    405,
    "UnknownOperationException",
    /PUT is not possible at \/state-machines; possible: GET, POST/,
  ],
  ["GET /state-machines/absent", undefined, 404, "StateMachineDoesNotExist", /^State Machine Does Not Exist: 'arn:/],
  ["GET /state-machines/a%2Fb", undefined, 400, "InvalidName", /^Invalid Name: 'a\/b'$/],
  ["GET /state-machines/%E0%A4", undefined, 400, "SerializationException", /is not percent-encoded UTF-8/],
  ["GET /state-machines/a%00b", undefined, 400, "InvalidName", /Invalid Name/],
  ["GET /state-machines/..%2F..%2Fetc", undefined, 400, "InvalidName", /Invalid Name/],
  ["GET /state-machines?maxResults=many", undefined, 400, "ValidationException", /Member must be an integer/],
  ["GET /state-machines?maxResults=1001", undefined, 400, "ValidationException", /less than or equal to 1000/],
  ["GET /state-machines?nextToken=x", undefined, 400, "InvalidToken", /Invalid token/],
  ["POST /state-machines", { name: "a" }, 400, "ValidationException", /Value null at 'definition'/],
  [
    "POST /state-machines",
    { name: "a", definition: 7 },
    400,
    "InvalidDefinition",
    /Definition must be a valid JSON object/,
  ],
  ["POST /state-machines", { name: "a", definition: {} }, 400, "InvalidDefinition", /These fields are required/],
  ["POST /state-machines", { name: "waits", definition: pass }, 409, "StateMachineAlreadyExists", /Already Exists/],
  ["POST /state-machines", "{", 400, "SerializationException", /./],
  ["POST /state-machines", "[]", 400, "SerializationException", /not a JSON object/],
  ["POST /state-machines", '{"name":0.0,"definition":1e400}', 400, "SerializationException", /./],
  ["POST /state-machines/absent/executions", {}, 404, "StateMachineDoesNotExist", /./],
  ["POST /state-machines/waits/executions?wait=30", {}, 400, "ValidationException", /Member must be between 0 and 29/],
  ["GET /state-machines/waits/executions/absent", undefined, 404, "ExecutionDoesNotExist", /./],
  ["GET /state-machines/waits/executions?status=DONE", undefined, 400, "ValidationException", /enum value set/],
  [
    "GET /state-machines/waits/executions/a/history?reverseOrder=1",
    undefined,
    400,
    "ValidationException",
    /true or false/,
  ],
  [
    `DELETE /state-machines/waits/executions/a?cause=${"x".repeat(4097)}`,
    undefined,
    400,
    "ValidationException",
    /at 'cause' .* 4096 in a URL/,
  ],
  ["POST /tasks/forged/success", { output: 1 }, 400, "InvalidToken", /Invalid Token/],
  ["POST /tasks/forged/success", {}, 400, "ValidationException", /Value null at 'output'/],
])("%s %j: %i %s", async (line, body, status, name, detail) => {
  const answer = await send(line, body);
  expect(answer.status).toBe(status);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.body).toMatchObject({
    type: `urn:aws:states:${name}`,
    title: name,
    status,
    detail: expect.stringMatching(detail),
  });
});

test("a method that is not possible is answered with those that are", async () => {
  expect((await send("PUT /state-machines", {})).headers.get("allow")).toBe("GET, POST");
});

test("only JSON is read", async () => {
  const handler = createHandler(world.engine, { authentication: "none" });
  const request = new Request("http://localhost/state-machines", { method: "POST", body: "{}" });
  expect((await handler(request)).status).toBe(415);
});

test("every route has an operation of the table, and a path of its own for each method", () => {
  expect(routes.filter(({ operation }) => !(operation in restOperations))).toEqual([]);
  expect(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size).toBe(routes.length);
});
