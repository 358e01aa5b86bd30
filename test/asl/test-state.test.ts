/**
 * TestState beyond the recorded calls of the corpus. "AWS" marks rows whose expectation was recorded on the
 * service elsewhere (snapshots in the repository of LocalStack); the others follow from the API's reference.
 */
import { describe, expect, test } from "vitest";
import { draw } from "../../lib/asl/simulate/chance.ts";
import { type Called, type TestStateRequest, testState } from "../../lib/asl/test-state.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A request with everything parsed, for short rows. */
type Row = Omit<TestStateRequest, "definition" | "input" | "variables" | "context" | "mock"> & {
  readonly definition: Json;
  readonly input?: Json;
  readonly variables?: Json;
  readonly context?: Json;
  readonly mock?: Json;
};

const called: Called = { signal: { kind: "succeeded", output: '"called"' } };

async function answer(row: Row, call: () => Promise<Called> = async () => called): Promise<unknown> {
  const { definition, input, variables, context, mock, ...rest } = row;
  const { result, ...otherwise } = (mock ?? {}) as { readonly result?: Json };
  const request: TestStateRequest = {
    ...rest,
    definition: JSON.stringify(definition),
    ...(input === undefined ? {} : { input: JSON.stringify(input) }),
    ...(variables === undefined ? {} : { variables: JSON.stringify(variables) }),
    ...(context === undefined ? {} : { context: JSON.stringify(context) }),
    ...(mock === undefined
      ? {}
      : { mock: { ...otherwise, ...(result === undefined ? {} : { result: JSON.stringify(result) }) } }),
  };
  const found = await testState(request, {
    now: Date.UTC(2026, 0, 1),
    account: "000000000000",
    region: "us-east-1",
    payloadLimitBytes: 262_144,
    machineName: "machine",
    executionName: "execution",
    chance: (label) => draw("test", "", 0, label),
    call,
  });
  return found.kind === "refused" ? `${found.code}: ${found.message}` : parsed(found.response);
}

/** Texts that are JSON are compared as what they say. */
function parsed(value: object): unknown {
  return JSON.parse(JSON.stringify(value), (_, one: unknown) => {
    if (typeof one !== "string" || !/^[[{"\d-]|^(true|false|null)$/.test(one)) return one;
    try {
      return JSON.parse(one);
    } catch {
      return one;
    }
  });
}

const lambda = { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", End: true } as const;
const jsonata = { QueryLanguage: "JSONata" } as const;
const failing = { errorOutput: { error: "MockException", cause: "why" } } as const;
const inner = { StartAt: "Inner", States: { Inner: { Type: "Pass", End: true } } } as const;
const map = { Type: "Map", ItemProcessor: inner, End: true } as const;
const distributed = {
  ...map,
  ...jsonata,
  ItemProcessor: { ...inner, ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } },
  Items: "{% $states.input.Values %}",
} as const;
const three = { Values: ["first", "second", "third"] } as const;

describe("what a state comes to", () => {
  test.each<readonly [string, Row, unknown]>([
    [
      "a retrier that goes on (AWS)",
      {
        definition: {
          ...lambda,
          ...jsonata,
          Arguments: { FunctionName: "f" },
          Retry: [{ ErrorEquals: ["MockException"], IntervalSeconds: 1, MaxAttempts: 5, BackoffRate: 2 }],
        },
        stateConfiguration: { retrierRetryCount: 4 },
        mock: failing,
        inspectionLevel: "DEBUG",
      },
      {
        status: "RETRIABLE",
        error: "MockException",
        cause: "why",
        inspectionData: {
          input: {},
          afterArguments: { FunctionName: "f" },
          errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 16 },
        },
      },
    ],
    [
      "a retrier without attempts left (AWS)",
      {
        definition: { ...lambda, ...jsonata, Retry: [{ ErrorEquals: ["MockException"], MaxAttempts: 5 }] },
        stateConfiguration: { retrierRetryCount: 5 },
        mock: failing,
        inspectionLevel: "TRACE",
      },
      {
        status: "FAILED",
        error: "MockException",
        cause: "why",
        inspectionData: { input: {}, errorDetails: { retryIndex: 0 } },
      },
    ],
    [
      "a catcher, with the error in its place",
      {
        definition: {
          ...lambda,
          Catch: [
            { ErrorEquals: ["Other"], Next: "A" },
            { ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "B" },
          ],
        },
        input: { a: 1 },
        mock: failing,
        inspectionLevel: "DEBUG",
      },
      {
        status: "CAUGHT_ERROR",
        error: "MockException",
        cause: "why",
        output: { a: 1, error: { Error: "MockException", Cause: "why" } },
        nextState: "B",
        inspectionData: {
          input: { a: 1 },
          afterInputPath: { a: 1 },
          afterParameters: { a: 1 },
          errorDetails: { catchIndex: 1 },
        },
      },
    ],
    [
      "a Wait, at once",
      { definition: { Type: "Wait", Seconds: 86_400, End: true }, input: { a: 1 } },
      { status: "SUCCEEDED", output: { a: 1 } },
    ],
    [
      "an expression that fails, without a place in a history",
      { definition: { Type: "Pass", InputPath: "$.b", End: true }, input: { a: 1 } },
      { status: "FAILED", error: "States.Runtime", cause: "Invalid path '$.b' : No results for path: $['b']" },
    ],
    [
      "variables, given and assigned",
      {
        definition: { ...jsonata, Type: "Pass", Assign: { b: "{% $a + 1 %}" }, End: true },
        variables: { a: 1 },
        inspectionLevel: "DEBUG",
      },
      { status: "SUCCEEDED", output: {}, inspectionData: { input: {}, variables: { a: 1, b: 2 } } },
    ],
    [
      "a Task that is called",
      {
        definition: { ...lambda, Next: "Then", End: undefined } as unknown as Json,
        roleArn: "arn:aws:iam::000000000000:role/r",
      },
      { status: "SUCCEEDED", output: "called", nextState: "Then" },
    ],
    [
      "branches",
      {
        definition: { Type: "Parallel", Branches: [inner], ResultPath: "$.all", End: true },
        input: { a: 1 },
        mock: { result: [7] },
        inspectionLevel: "DEBUG",
      },
      {
        status: "SUCCEEDED",
        output: { a: 1, all: [7] },
        inspectionData: {
          input: { a: 1 },
          afterInputPath: { a: 1 },
          afterParameters: { a: 1 },
          afterResultSelector: [7],
          afterResultPath: { a: 1, all: [7] },
        },
      },
    ],
    [
      "branches that fail",
      {
        definition: {
          Type: "Parallel",
          Branches: [inner],
          Catch: [{ ErrorEquals: ["States.ALL"], Next: "B" }],
          End: true,
        },
        mock: failing,
        stateConfiguration: { errorCausedByState: "Inner" },
      },
      {
        status: "CAUGHT_ERROR",
        error: "MockException",
        cause: "why",
        output: { Error: "MockException", Cause: "why" },
        nextState: "B",
      },
    ],
  ])("%s", async (_, row, expected) => {
    expect(await answer(row)).toEqual(expected);
  });
});

describe("a Map", () => {
  test.each<readonly [string, Row, unknown]>([
    [
      "in JSONPath (AWS)",
      {
        definition: { ...map, MaxConcurrency: 1, ItemsPath: "$.Values" },
        input: three,
        mock: { result: ["A", "B", "C"] },
        inspectionLevel: "TRACE",
      },
      {
        status: "SUCCEEDED",
        output: ["A", "B", "C"],
        inspectionData: {
          input: three,
          afterInputPath: three,
          afterItemsPath: three.Values,
          afterResultSelector: ["A", "B", "C"],
          afterResultPath: ["A", "B", "C"],
          maxConcurrency: 1,
        },
      },
    ],
    [
      "without an array (AWS)",
      { definition: map, input: three, mock: { result: [] }, inspectionLevel: "TRACE" },
      {
        status: "FAILED",
        error: "States.Runtime",
        cause: 'Reference path "$" must point to array.',
        inspectionData: { input: three, afterInputPath: three },
      },
    ],
    [
      "that tolerates its failures (AWS)",
      {
        definition: { ...distributed, ToleratedFailureCount: 2 },
        input: three,
        stateConfiguration: { mapIterationFailureCount: 2 },
        mock: { result: [0, 0, 1] },
      },
      { status: "SUCCEEDED", output: [0, 0, 1] },
    ],
    [
      "without a threshold (AWS)",
      {
        definition: distributed,
        input: three,
        stateConfiguration: { mapIterationFailureCount: 3 },
        mock: { result: [] },
      },
      { status: "SUCCEEDED", output: [] },
    ],
    [
      "beyond its threshold, caught (AWS)",
      {
        definition: {
          ...distributed,
          ToleratedFailureCount: 1,
          Catch: [
            { ErrorEquals: ["Other"], Next: "A" },
            { ErrorEquals: ["States.ExceedToleratedFailureThreshold"], Next: "B" },
          ],
        },
        input: three,
        stateConfiguration: { mapIterationFailureCount: 2 },
        mock: { result: [0, 0, 1] },
        inspectionLevel: "DEBUG",
      },
      {
        status: "CAUGHT_ERROR",
        error: "States.ExceedToleratedFailureThreshold",
        cause: "The specified tolerated failure threshold was exceeded",
        output: {
          Error: "States.ExceedToleratedFailureThreshold",
          Cause: "The specified tolerated failure threshold was exceeded",
        },
        nextState: "B",
        inspectionData: { input: three, maxConcurrency: 0, toleratedFailureCount: 1, errorDetails: { catchIndex: 1 } },
      },
    ],
    [
      "beyond its percentage",
      {
        definition: { ...distributed, ToleratedFailurePercentage: 33 },
        input: three,
        stateConfiguration: { mapIterationFailureCount: 1 },
        mock: { result: [0, 1] },
      },
      {
        status: "FAILED",
        error: "States.ExceedToleratedFailureThreshold",
        cause: "The specified tolerated failure threshold was exceeded",
      },
    ],
    [
      "whose error is mocked, whatever failed (AWS)",
      {
        definition: { ...distributed, ToleratedFailureCount: 1 },
        input: three,
        stateConfiguration: { mapIterationFailureCount: 2, errorCausedByState: "Inner" },
        mock: failing,
      },
      { status: "FAILED", error: "MockException", cause: "why" },
    ],
    [
      "with selected and batched items",
      {
        definition: {
          ...distributed,
          ItemSelector: { i: "{% $states.context.Map.Item.Index %}", v: "{% $states.context.Map.Item.Value %}" },
          ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { b: 1 } },
        },
        input: three,
        context: { Execution: { Name: "given" } },
        mock: { result: [1, 2] },
        inspectionLevel: "DEBUG",
      },
      {
        status: "SUCCEEDED",
        output: [1, 2],
        inspectionData: {
          input: three,
          maxConcurrency: 0,
          afterItemSelector: three.Values.map((v, i) => ({ i, v })),
          afterItemBatcher: [
            {
              BatchInput: { b: 1 },
              Items: [
                { i: 0, v: "first" },
                { i: 1, v: "second" },
              ],
            },
            { BatchInput: { b: 1 }, Items: [{ i: 2, v: "third" }] },
          ],
        },
      },
    ],
    [
      "that reads its items",
      {
        definition: {
          ...distributed,
          Items: undefined,
          ItemReader: {
            Resource: "arn:aws:states:::s3:getObject",
            ReaderConfig: { InputType: "JSON", ItemsPointer: "/data" },
            Arguments: { Bucket: "b", Key: "k" },
          },
          ItemSelector: "{% $states.context.Map.Item.Value * 2 %}",
        } as unknown as Json,
        stateConfiguration: { mapItemReaderData: '{"data":[1,2,3]}' },
        mock: { result: [1, 4, 9] },
        inspectionLevel: "DEBUG",
      },
      {
        status: "SUCCEEDED",
        output: [1, 4, 9],
        inspectionData: { input: {}, maxConcurrency: 0, afterItemsPointer: [1, 2, 3], afterItemSelector: [2, 4, 6] },
      },
    ],
    [
      "that writes its results",
      {
        definition: {
          ...distributed,
          ResultWriter: { Resource: "arn:aws:states:::s3:putObject", Arguments: { Bucket: "b" } },
        },
        input: three,
        mock: { result: { ResultWriterDetails: { Bucket: "b" } } },
      },
      { status: "SUCCEEDED", output: { ResultWriterDetails: { Bucket: "b" } } },
    ],
  ])("%s", async (_, row, expected) => {
    expect(await answer(row)).toEqual(expected);
  });
});

describe("the context object", () => {
  const seeing = { ...lambda, ResultSelector: { "seen.$": "$$" } };
  test.each<readonly [string, Row, unknown]>([
    [
      "given",
      { definition: seeing, context: { State: {} }, mock: { result: {} } },
      { status: "SUCCEEDED", output: { seen: { State: {} } } },
    ],
    [
      "given and empty (AWS)",
      { definition: seeing, context: {}, mock: { result: {} } },
      { status: "SUCCEEDED", output: { seen: {} } },
    ],
    [
      "of a state inside a Map, whose input is the first item",
      {
        definition: {
          StartAt: "M",
          States: {
            M: {
              Type: "Map",
              ItemProcessor: {
                StartAt: "I",
                States: { I: { Type: "Pass", Parameters: { "item.$": "$$.Map.Item" }, End: true } },
              },
              End: true,
            },
          },
        },
        stateName: "I",
        input: "x",
      },
      { status: "SUCCEEDED", output: { item: { Index: 0, Value: "x" } } },
    ],
  ])("%s", async (_, row, expected) => {
    expect(await answer(row)).toEqual(expected);
  });
});

describe("what is refused", () => {
  const start = { ...lambda, Resource: "arn:aws:states:::states:startExecution" };
  const machine = { StartAt: "A", States: { A: { Type: "Pass", End: true } } };
  const context = (given: Json): Row => ({
    definition: start,
    context: given,
    mock: { result: {}, fieldValidationMode: "NONE" },
  });
  const result = (resource: string, given: Json): Row => ({
    definition: { ...lambda, Resource: `arn:aws:states:::${resource}` },
    mock: { result: given },
  });
  test.each<readonly [Row, string]>([
    // AWS
    [
      { definition: { Type: "Pass", End: true }, mock: { result: {} } },
      "ValidationException: State type 'Pass' is not supported when a mock is specified",
    ],
    [
      { definition: { Type: "Fail" }, mock: failing },
      "ValidationException: State type 'Fail' is not supported when a mock is specified",
    ],
    [
      { definition: map },
      "InvalidDefinition: TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]",
    ],
    [
      { definition: lambda, mock: { ...failing, result: {} } },
      "ValidationException: A test mock should have only one of the following fields: [result, errorOutput].",
    ],
    [
      { definition: lambda, mock: { result: {} }, revealSecrets: true },
      "ValidationException: TestState does not support RevealSecrets when a mock is specified.",
    ],
    [{ definition: machine, stateName: "B" }, "ValidationException: State not found in definition"],
    [
      {
        definition: {
          ...distributed,
          ResultWriter: { Resource: "arn:aws:states:::s3:putObject", Arguments: { Bucket: "b" } },
        },
        mock: { result: [] },
      },
      "ValidationException: Mocked result must be a JSON object.",
    ],
    [
      context({ Execution: { Id: 1 } }),
      "ValidationException: Invalid Context object provided: Execution.Id must be a string",
    ],
    [
      context({ Map: {} }),
      "ValidationException: Invalid Context object provided: 'Map' field is not supported when mocking a Context object",
    ],
    [
      context({ Execution: { pokemon: "squirtle" } }),
      "ValidationException: Invalid Context object provided: Field 'pokemon' is not allowed",
    ],
    [context({ Pokedex: {} }), "ValidationException: Invalid Context object provided: Field 'Pokedex' is not allowed"],
    [
      context({ Task: { Token: "t" } }),
      "ValidationException: Invalid Context object provided: Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern",
    ],
    [
      result("states:startExecution", {}),
      "ValidationException: Mock result schema validation error: Required field 'ExecutionArn' is missing",
    ],
    [
      result("states:startExecution", { executionArn: "a", startDate: "b" }),
      "ValidationException: Mock result schema validation error: Required field 'ExecutionArn' is missing",
    ],
    [
      result("states:startExecution", { ExecutionArn: "a", StartDate: 1 }),
      "ValidationException: Mock result schema validation error: Field 'StartDate' must be a string",
    ],
    [
      result("dynamodb:putItem", { ConsumedCapacity: { CapacityUnits: "1" } }),
      "ValidationException: Mock result schema validation error: Field 'CapacityUnits' must be a number",
    ],
    [
      result("aws-sdk:s3:getObject", { ContentLength: "1" }),
      "ValidationException: Mock result schema validation error: Field 'ContentLength' must be a number",
    ],
    [
      result("aws-sdk:s3:getObject", { StorageClass: "x" }),
      "ValidationException: Mock result schema validation error: Field 'StorageClass' is not an expected value",
    ],
    [
      result("aws-sdk:kms:encrypt", { CiphertextBlob: 1 }),
      "ValidationException: Mock result schema validation error: Field 'CiphertextBlob' must be a string",
    ],
    [
      result("aws-sdk:kms:encrypt", { CiphertextBlob: "" }),
      "ValidationException: Mock result schema validation error: Field 'CiphertextBlob' is smaller than the minimum length",
    ],
    [
      result("aws-sdk:lambda:getFunction", { Configuration: { MemorySize: 1 } }),
      "ValidationException: Mock result schema validation error: Field 'MemorySize' is less than the minimum value",
    ],
    [
      result("aws-sdk:lambda:getFunction", { Configuration: { MemorySize: 1_000_000 } }),
      "ValidationException: Mock result schema validation error: Field 'MemorySize' exceeds the maximum value",
    ],
    // As the reference and the service's guide say: `.sync` is answered by the API that is polled, Payload is a text there.
    [
      result("states:startExecution.sync:2", { ExecutionArn: "a", StartDate: "b" }),
      "ValidationException: Mock result schema validation error: Required field 'StateMachineArn' is missing",
    ],
    [
      result("lambda:invoke", { Payload: {} }),
      "ValidationException: Mock result schema validation error: Field 'Payload' must be a string",
    ],
    [{ definition: lambda }, "ValidationException: RoleArn must be specified when testing a Task state"],
    [
      { definition: { ...lambda, Resource: "arn:aws:states:::states:startExecution.sync" } },
      "ValidationException: TestState API does not support '.sync' or '.waitForTaskToken' integration patterns.",
    ],
    [
      { definition: lambda, context: {} },
      "ValidationException: TestState does not support Context when a mock is not specified.",
    ],
    [
      { definition: lambda, stateConfiguration: { errorCausedByState: "A" }, mock: failing },
      "ValidationException: ErrorCausedByState must name a state inside the tested Map or Parallel state, which 'A' is not.",
    ],
  ])("%#: %j", async (row, expected) => {
    expect(await answer(row)).toBe(expected);
  });

  test("a definition that is no JSON, and an input that is none", async () => {
    const world = {
      now: 0,
      account: "1",
      region: "r",
      payloadLimitBytes: 1,
      machineName: "m",
      executionName: "e",
      chance: () => 0,
      call: async () => called,
    };
    const pass = '{"Type":"Pass","End":true}';
    expect(await testState({ definition: "{" }, world)).toMatchObject({ kind: "refused", code: "InvalidDefinition" });
    expect(await testState({ definition: pass, input: "{" }, world)).toMatchObject({ code: "InvalidExecutionInput" });
    expect(await testState({ definition: pass, variables: "[]" }, world)).toMatchObject({
      code: "ValidationException",
    });
  });
});

test("TRACE shows what an HTTP call sent and got", async () => {
  const exchange = { request: { method: "GET" }, response: { statusCode: "200" } };
  const row = { definition: lambda, roleArn: "arn:aws:iam::000000000000:role/r" };
  const call = async () => ({ ...called, exchange });
  const shown = async (inspectionLevel: "DEBUG" | "TRACE") => await answer({ ...row, inspectionLevel }, call);
  expect(await shown("TRACE")).toMatchObject({
    inspectionData: { request: { method: "GET" }, response: { statusCode: 200 } },
  });
  expect(await shown("DEBUG")).not.toHaveProperty("inspectionData.request");
});
