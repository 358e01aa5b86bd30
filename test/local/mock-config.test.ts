/**
 * Executions started with `<arn>#TestCase`: tasks answered from a mock configuration of Step Functions Local, and
 * the recorded executions that came with such configurations.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type ApiFailure, type Client, connect, type Reply } from "../../lib/cli/client.ts";
import type { CallResult } from "../../lib/engine/ports.ts";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { defaultFolder, hasCorpus, readExecutions } from "../conformance/corpus.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-mocks-"));
const file = join(folder, "MockConfigFile.json");
const roleArn = "arn:aws:iam::000000000000:role/test";
const called: string[] = [];
const unmocked: CallResult = { kind: "succeeded", output: '"really called"' };
let server: LocalBaton;
let client: Client;

beforeAll(async () => {
  configure({ StateMachines: {}, MockedResponses: {} });
  server = await startLocal({
    folder: join(folder, "data"),
    port: 0,
    mockConfig: file,
    tasks: {
      call: async ({ resource }) => {
        called.push(resource);
        return unmocked;
      },
    },
  });
  client = connect(server.url, undefined);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function configure(config: object): void {
  writeFileSync(file, JSON.stringify(config));
}

async function deploy(name: string, definition: object, type = "STANDARD"): Promise<string> {
  const input = { name, definition: JSON.stringify(definition), roleArn, type };
  return (await client.call("CreateStateMachine", input)).stateMachineArn;
}

async function run(stateMachineArn: string, input: unknown = {}): Promise<Reply> {
  const { executionArn } = await client.call("StartExecution", { stateMachineArn, input: JSON.stringify(input) });
  return await vi.waitFor(
    async () => {
      const described = await client.call("DescribeExecution", { executionArn });
      expect(described.status).not.toBe("RUNNING");
      return described;
    },
    { timeout: 20_000, interval: 10 },
  );
}

const lambda = {
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Parameters: { FunctionName: "f" },
  OutputPath: "$.Payload",
};
const Retry = [{ ErrorEquals: ["Lambda.TooManyRequestsException"], IntervalSeconds: 1, MaxAttempts: 1 }];
const order = {
  StartAt: "Charge",
  States: {
    Charge: { ...lambda, Retry, Catch: [{ ErrorEquals: ["Declined"], Next: "Refused" }], Next: "Ship" },
    Ship: { Type: "Task", Resource: "arn:aws:lambda:us-east-1:000000000000:function:ship", End: true },
    Refused: { Type: "Pass", Result: "refused", End: true },
  },
};
const tooMany = { Throw: { Error: "Lambda.TooManyRequestsException", Cause: "slow down" } };
const charged = { Return: { StatusCode: 200, Payload: { charged: true } } };
const orders = {
  StateMachines: {
    order: {
      TestCases: {
        Happy: { Charge: "Charged", Ship: "Shipped" },
        Retried: { Charge: "ChargedAtLast", Ship: "Shipped" },
        Declined: { Charge: "Declined" },
        Hybrid: { Charge: "Charged" },
        Exhausted: { Charge: "NeverAgain" },
        Broken: { Charge: "NotThere" },
      },
    },
  },
  MockedResponses: {
    Charged: { "0": charged },
    ChargedAtLast: { "0": tooMany, "1": charged },
    Declined: { "0": { Throw: { Error: "Declined", Cause: "no money" } } },
    NeverAgain: { "0": tooMany },
    Shipped: { "0-5": { Return: { StatusCode: 200, Payload: "shipped" } } },
  },
};

describe("test cases", () => {
  let arn: string;
  beforeAll(async () => {
    configure(orders);
    arn = await deploy("order", order);
  });

  test.each([
    ["Happy", "SUCCEEDED", '"shipped"', []],
    ["Retried", "SUCCEEDED", '"shipped"', []],
    ["Declined", "SUCCEEDED", '"refused"', []],
    ["Hybrid", "SUCCEEDED", '"really called"', ["arn:aws:lambda:us-east-1:000000000000:function:ship"]],
  ])("%s: %s with %s", async (testCase, status, output, calls) => {
    called.length = 0;
    expect(await run(`${arn}#${testCase}`)).toMatchObject({ status, output, stateMachineArn: arn });
    expect(called).toEqual(calls);
  });

  test("an attempt that has no response fails, and nobody catches that", async () => {
    expect(await run(`${arn}#Exhausted`)).toMatchObject({
      status: "FAILED",
      error: "States.Runtime",
      cause: expect.stringContaining("No mocked response for attempt 1 of state 'Charge'."),
    });
  });

  test.each([
    ["arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Charged", ["TaskSubmitted", "TaskSucceeded"]],
    ["arn:aws:states:::states:startExecution.sync:2", "Charged", ["TaskSubmitted", "TaskSucceeded"]],
    ["arn:aws:states:::glue:startJobRun.sync", "Declined", ["TaskSubmitted", "TaskFailed"]],
    ["arn:aws:states:::sqs:sendMessage", "Charged", ["TaskSucceeded"]],
  ])("%s is accepted first where its result comes later", async (Resource, response, expected) => {
    const name = Resource.replace(/\W/g, "-");
    const definition = { StartAt: "T", States: { T: { Type: "Task", Resource, Parameters: {}, End: true } } };
    const StateMachines = { [name]: { TestCases: { Case: { T: response } } } };
    configure({ StateMachines, MockedResponses: orders.MockedResponses });
    const { executionArn } = await run(`${await deploy(name, definition)}#Case`);
    const { events } = await client.call("GetExecutionHistory", { executionArn });
    const types = events.map(({ type }: { type: string }) => type);
    configure(orders);
    expect(types.slice(1, -1)).toEqual(
      ["TaskStateEntered", "TaskScheduled", "TaskStarted", ...expected, "TaskStateExited"].slice(0, types.length - 2),
    );
  });

  describe("calls of all iterations count together, as in Step Functions Local", () => {
    const each = (config: object) => ({
      StartAt: "Each",
      States: {
        Each: {
          Type: "Map",
          ItemProcessor: {
            ProcessorConfig: config,
            StartAt: "Work",
            States: { Work: { ...lambda, Retry, End: true } },
          },
          End: true,
        },
      },
    });
    const answer = (Payload: unknown) => ({ Return: { StatusCode: 200, Payload } });
    const items = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    const distributed = (ExecutionType: string) => ({ Mode: "DISTRIBUTED", ExecutionType });

    test.each([
      ["inline", { Mode: "INLINE" }, "Numbered", items, { output: JSON.stringify(items) }],
      ["again", { Mode: "INLINE" }, "SecondFails", [1, 2], { error: "Lambda.TooManyRequestsException" }],
      ["standard", distributed("STANDARD"), "Twice", [1, 2], { output: '["same","same"]' }],
      ["express", distributed("EXPRESS"), "Twice", [1, 2], { output: '["same","same"]' }],
      [
        "short",
        { Mode: "INLINE" },
        "Twice",
        [1, 2, 3],
        {
          cause: expect.stringContaining(
            `No mocked response for attempt 2 of state 'Work'. Calls of all iterations count together: "0-2" is for three`,
          ),
        },
      ],
    ])("%s", async (name, config, response, input, expected) => {
      configure({
        StateMachines: { [name]: { TestCases: { Case: { Work: response } } } },
        MockedResponses: {
          Numbered: Object.fromEntries(items.map((item) => [String(item), answer(item)])),
          SecondFails: { "0": answer("fine"), "1-2": tooMany },
          Twice: { "0-1": answer("same") },
        },
      });
      const described = await run(`${await deploy(name, each(config))}#Case`, input);
      configure(orders);
      expect(described).toMatchObject(expected);
    });
  });

  test("without a test case nothing is mocked", async () => {
    called.length = 0;
    await run(arn);
    expect(called).toEqual(["arn:aws:states:::lambda:invoke"]);
  });

  test("a changed file counts at once", async () => {
    const Shipped = { "0": { Return: "by pigeon" } };
    configure({ ...orders, MockedResponses: { ...orders.MockedResponses, Shipped } });
    expect(await run(`${arn}#Happy`)).toMatchObject({ output: '"by pigeon"' });
    configure(orders);
  });

  test.each([
    [
      "order#Absent",
      "ValidationException: the mock configuration has no test case 'Absent' for 'order'; it has: Happy, ",
    ],
    ["order#Broken", "ValidationException: the mock configuration has no response 'NotThere'"],
    ["order#", "ValidationException: the mock configuration has no test case '' for 'order'"],
    ["nobody#Happy", "StateMachineDoesNotExist: "],
  ])("%s is refused", async (name, sentence) => {
    const stateMachineArn = arn.replace(/order$/, name);
    const refused = await client
      .call("StartExecution", { stateMachineArn })
      .catch((error: ApiFailure) => error.message);
    expect(refused).toContain(sentence);
  });

  test("Express machines have none, as in Step Functions Local", async () => {
    const express = await deploy("quick", { StartAt: "A", States: { A: { Type: "Pass", End: true } } }, "EXPRESS");
    for (const operation of ["StartSyncExecution", "StartExecution"])
      await expect(client.call(operation, { stateMachineArn: `${express}#Happy` })).rejects.toThrow(
        "UnsupportedOperation: ",
      );
  });

  test("a file that is none is said so at the start", async () => {
    const other = join(folder, "other.json");
    writeFileSync(other, "[]");
    const start = startLocal({ folder: join(folder, "other"), port: 0, mockConfig: other });
    await expect(start).rejects.toThrow(`${other} is not a mock configuration`);
  });
});

const absent = !hasCorpus(defaultFolder);
describe.skipIf(absent)(`recorded with mocks${absent ? " (skipped: set BATON_CONFORMANCE to the corpus)" : ""}`, () => {
  const cases = absent ? [] : readExecutions(defaultFolder).filter(({ area }) => area === "local_mocking");

  test.each(cases.map((one) => [one.id, one] as const))(
    "%s",
    async (id, { definition, input, tasks, expect: expected }) => {
      const machine = id.replace(/^.*\//, "");
      const attempts = Object.entries(tasks).map(([state, [first]]) => [state, { "0": { Return: first?.result } }]);
      // The recording of the distributed Map has no tasks: its children's are not part of it.
      const responses =
        attempts.length > 0 ? attempts : [["ProcessValue", { "0": { Return: { body: "string body" } } }]];
      const states = Object.fromEntries(responses.map(([state]) => [state, state]));
      configure({
        StateMachines: { [machine]: { TestCases: { recorded: states } } },
        MockedResponses: Object.fromEntries(responses),
      });
      const arn = await deploy(machine, definition);
      called.length = 0;
      const described = await run(`${arn}#recorded`, input);
      expect(called).toEqual([]);
      expect({ status: described.status, output: JSON.parse(described.output) }).toEqual({
        status: expected.status,
        output: expected.output,
      });
      const history = await client.call("GetExecutionHistory", { executionArn: described.executionArn });
      const types = (events: readonly { type: string }[] = []) => events.map(({ type }) => type);
      expect(types(history.events)).toEqual(types(expected.history));
    },
  );
});
