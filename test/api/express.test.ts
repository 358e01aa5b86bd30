/** Express machines through the API: both ways to start them, and what is refused to those who ask for more. */
import { beforeEach, describe, expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import { handle } from "../../lib/engine/advance.ts";
import { encodeCommand } from "../../lib/engine/codec.ts";
import type { ExecutionId } from "../../lib/engine/ports.ts";
import { type MemoryWorld, memoryWorld, start } from "./memory-world.ts";
import { type Answered, arnOf, callback, pass, refusal, rest, role, wire } from "./requests.ts";

const failing = JSON.stringify({ StartAt: "F", States: { F: { Type: "Fail", Error: "E", Cause: "it is so" } } });
const working = JSON.stringify({
  StartAt: "T",
  States: {
    T: { Type: "Task", Resource: "arn:aws:lambda:us-east-1:000000000000:function:work", End: true },
  },
});

let world: MemoryWorld;
let handler: ReturnType<typeof createHandler>;
let send: (operation: string, input: unknown, headers?: Record<string, string>) => Promise<Answered>;

beforeEach(async () => {
  world = memoryWorld();
  handler = createHandler(world.engine, { authentication: "none" });
  send = (operation, input, headers) => wire(handler, operation, input, headers);
  for (const [name, definition, type] of [
    ["quick", pass, "EXPRESS"],
    ["broken", failing, "EXPRESS"],
    ["works", working, "EXPRESS"],
    ["standard", pass, "STANDARD"],
  ])
    await send("CreateStateMachine", { name, definition, type, roleArn: role });
});

const uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const express = (name: string): RegExp => new RegExp(`^arn:aws:states:us-east-1:000000000000:express:${name}:${uuid}$`);
const seconds = start / 1000;

describe("StartSyncExecution", () => {
  test("answers the end", async () => {
    const { status, body } = await send("StartSyncExecution", {
      stateMachineArn: arnOf("quick"),
      name: "one",
      input: '{"n":0.0}',
      traceHeader: "Root=1-2-3",
    });
    expect([status, body]).toEqual([
      200,
      {
        executionArn: expect.stringMatching(express("quick:one")),
        stateMachineArn: arnOf("quick"),
        name: "one",
        startDate: seconds,
        stopDate: seconds,
        status: "SUCCEEDED",
        input: '{"n":0.0}',
        inputDetails: { included: true },
        output: '{"n":0.0}',
        outputDetails: { included: true },
        traceHeader: "Root=1-2-3",
        billingDetails: { billedDurationInMilliseconds: 100, billedMemoryUsedInMB: 64 },
      },
    ]);
  });

  test("a failed execution is an answer, too; without data, if nothing else is asked for", async () => {
    const { status, body } = await send("StartSyncExecution", {
      stateMachineArn: arnOf("broken"),
      includedData: "METADATA_ONLY",
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: "FAILED", error: "E", cause: "it is so", inputDetails: { included: false } });
    expect(body).not.toHaveProperty("input");
    expect(body.executionArn).toMatch(express(`broken:${body.name}`));
  });

  test("two of one name are two", async () => {
    const asked = { stateMachineArn: arnOf("quick"), name: "same" };
    const arns = [await send("StartSyncExecution", asked), await send("StartSyncExecution", asked)];
    expect(new Set(arns.map(({ body }) => body.executionArn)).size).toBe(2);
  });

  test("of a version", async () => {
    await send("PublishStateMachineVersion", { stateMachineArn: arnOf("quick") });
    await send("UpdateStateMachine", { stateMachineArn: arnOf("quick"), definition: failing });
    const answers = [":1", ""].map((version) =>
      send("StartSyncExecution", { stateMachineArn: arnOf("quick") + version }),
    );
    expect((await Promise.all(answers)).map(({ body }) => body.status)).toEqual(["SUCCEEDED", "FAILED"]);
  });
});

describe("StartExecution", () => {
  test("is acknowledged, and run from its message; the SDK's retry is the same execution", async () => {
    const asked = { stateMachineArn: arnOf("works"), input: '{"n":1}' };
    const again = { "amz-sdk-invocation-id": "0123456789abcdef-0123" };
    const first = await send("StartExecution", asked, again);
    expect(first.body).toEqual({ executionArn: expect.stringMatching(/:express:works:/), startDate: seconds });
    expect((await send("StartExecution", asked, again)).body).toEqual(first.body);
    expect((await send("StartExecution", asked)).body.executionArn).not.toBe(first.body.executionArn);
    expect(world.calls).toEqual([]);
    await world.run();
    expect(world.calls).toEqual(['{"n":1}', '{"n":1}', '{"n":1}']);
  });

  test("its name may be taken again, with another input, too", async () => {
    for (const input of ["1", "2"])
      expect((await send("StartExecution", { stateMachineArn: arnOf("works"), name: "same", input })).status).toBe(200);
    await world.run();
    expect(world.calls).toEqual(["1", "2"]);
  });

  test("a message that comes again begins anew", async () => {
    const machine = await world.engine.world.machines.find({ account: "000000000000", region: "us-east-1" }, "works");
    const body = encodeCommand({
      kind: "express",
      execution: "000000000000/us-east-1/works/again" as ExecutionId,
      branch: "",
      run: "run",
      definition: machine?.definitionHash ?? "",
      roleArn: role,
      startedAt: start,
      input: "7",
    });
    for (const receives of [1, 2]) {
      expect(await handle(world.engine, { body, receives, receipt: body })).toEqual({ kind: "done" });
    }
    expect(world.calls).toEqual(["7", "7"]);
  });
});

describe("logs", () => {
  const loggingConfiguration = (level: string, includeExecutionData = true) => ({
    level,
    includeExecutionData,
    destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: "arn:aws:logs:us-east-1:000000000000:log-group:mine:*" } }],
  });
  const types = (): string[] => world.logged.map((line) => JSON.parse(line.slice(line.indexOf("{"))).type);

  test.each(["StartSyncExecution", "StartExecution"])("%s: the whole history, once it has ended", async (operation) => {
    const stateMachineArn = arnOf("broken");
    await send("UpdateStateMachine", { stateMachineArn, loggingConfiguration: loggingConfiguration("ALL") });
    const { body } = await send(operation, { stateMachineArn });
    await world.run();
    expect(types()).toEqual(["ExecutionStarted", "FailStateEntered", "ExecutionFailed"]);
    expect(world.logged[0]).toMatch(/^broken \{"id":"1","type":"ExecutionStarted",/);
    expect(world.logged[0]).toContain(`"execution_arn":"${body.executionArn}"`);
  });

  test("a version logs as its machine did when it was published", async () => {
    const stateMachineArn = arnOf("standard");
    await send("UpdateStateMachine", { stateMachineArn, loggingConfiguration: loggingConfiguration("ALL") });
    await send("PublishStateMachineVersion", { stateMachineArn });
    await send("UpdateStateMachine", { stateMachineArn, loggingConfiguration: loggingConfiguration("OFF") });
    await send("StartExecution", { stateMachineArn });
    await world.run();
    expect(types()).toEqual([]);
    await send("StartExecution", { stateMachineArn: `${stateMachineArn}:1` });
    await world.run();
    expect(types()).toEqual(["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]);
  });
});

const anExpress = "arn:aws:states:us-east-1:000000000000:express:quick:one:0e5a";
const notHere = "InvalidArn: Invalid Arn: 'Resource type not valid in this context: express'";
const unsuited = "StateMachineTypeNotSupported: This operation is not supported by this type of state machine";

test.each([
  ["StartSyncExecution", { stateMachineArn: arnOf("standard") }, unsuited],
  ["ListExecutions", { stateMachineArn: arnOf("quick") }, unsuited],
  ["DescribeExecution", { executionArn: anExpress }, notHere],
  ["GetExecutionHistory", { executionArn: anExpress }, notHere],
  ["StopExecution", { executionArn: anExpress }, notHere],
  ["DescribeStateMachineForExecution", { executionArn: anExpress }, notHere],
  [
    "CreateStateMachine",
    { name: "quick", definition: pass, roleArn: role },
    `StateMachineAlreadyExists: State Machine Already Exists: '${arnOf("quick")}'`,
  ],
  [
    "CreateStateMachine",
    { name: "token", definition: callback, roleArn: role, type: "EXPRESS" },
    "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Express state machine does not support '.waitForTaskToken' service integration  at /States/T/Resource'",
  ],
  [
    "StartSyncExecution",
    { stateMachineArn: arnOf("quick"), input: "{" },
    expect.stringMatching(/^InvalidExecutionInput: /),
  ],
])("%s %j: %s", async (operation, input, text) => {
  expect(refusal(await send(operation, input))).toEqual(text);
});

describe("REST", () => {
  test("runs one and answers its end, numbers as they stand", async () => {
    const request = new Request("http://localhost/state-machines/quick/sync-executions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"name":"one","input":{"n":0.0}}',
    });
    const response = await handler(request);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('"output":{"n":0.0}');
  });

  test("starts one without a place to look it up", async () => {
    const started = await rest(handler, "POST /state-machines/quick/executions", { input: 1 });
    expect(started).toMatchObject({ status: 201, body: { executionArn: expect.stringMatching(/:express:quick:/) } });
    expect(started.headers.get("location")).toBeNull();
    expect((await rest(handler, "POST /state-machines/quick/executions?wait=1", {})).status).toBe(202);
  });

  test("a standard machine has no synchronous executions", async () => {
    const refused = await rest(handler, "POST /state-machines/standard/sync-executions", {});
    expect(refused).toMatchObject({ status: 400, body: { title: "StateMachineTypeNotSupported" } });
  });
});
