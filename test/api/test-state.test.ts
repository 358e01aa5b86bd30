/** TestState, the checks of a definition and the listed variables, over the wire: as bytes, and with the AWS SDK. */
import { SFNClient, TestStateCommand } from "@aws-sdk/client-sfn";
import { beforeEach, describe, expect, test } from "vitest";
import { createApi, createHandler } from "../../lib/api/handler.ts";
import type { CallResult, World } from "../../lib/engine/ports.ts";
import { serve } from "../../lib/local/server.ts";
import { type MemoryWorld, memoryWorld } from "./memory-world.ts";
import { type Answered, arnOf, callback, pass, refusal, role, wire } from "./requests.ts";

let world: MemoryWorld;
let send: (operation: string, input: unknown) => Promise<Answered>;

function handlerWith(call?: World["tasks"]["call"]) {
  const engine =
    call === undefined ? world.engine : { ...world.engine, world: { ...world.engine.world, tasks: { call } } };
  return createHandler(engine, { authentication: "none" });
}

beforeEach(() => {
  world = memoryWorld();
  send = async (operation, input) => await wire(handlerWith(), operation, input);
});

const choice = JSON.stringify({
  Type: "Choice",
  Choices: [{ Variable: "$.a", NumericEquals: 1, Next: "One" }],
  Default: "Other",
});
const task = JSON.stringify({ Type: "Task", Resource: "arn:aws:states:::lambda:invoke", TimeoutSeconds: 5, End: true });

describe("TestState", () => {
  test("answers with texts", async () => {
    const { status, body } = await send("TestState", {
      definition: choice,
      input: '{"a":1}',
      inspectionLevel: "DEBUG",
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      status: "SUCCEEDED",
      output: '{"a":1}',
      nextState: "One",
      inspectionData: { input: '{"a":1}', afterInputPath: '{"a":1}' },
    });
  });

  test.each<readonly [CallResult, object]>([
    [
      { kind: "succeeded", output: "7" },
      { status: "SUCCEEDED", output: "7" },
    ],
    [
      { kind: "failed", error: "Lambda.Unknown", cause: "none" },
      { status: "FAILED", error: "Lambda.Unknown", cause: "none" },
    ],
  ])("calls a Task without a mock: %j", async (result, expected) => {
    const { body } = await wire(
      handlerWith(async () => result),
      "TestState",
      { definition: task, roleArn: role },
    );
    expect(body).toEqual(expected);
  });

  test("gives a call that never ends its time, and ends it", async () => {
    let aborted = false;
    const handler = handlerWith(
      async ({ signal }) =>
        await new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            aborted = true;
            reject(signal.reason);
          });
          queueMicrotask(() => void world.run(5_000));
        }),
    );
    const { body } = await wire(handler, "TestState", { definition: task, roleArn: role });
    expect(body).toEqual({ status: "FAILED", error: "States.Timeout" });
    expect(aborted).toBe(true);
  });

  test.each([
    [{ definition: task }, "ValidationException: RoleArn must be specified when testing a Task state"],
    [{ definition: choice, input: "{" }, "InvalidExecutionInput: "],
    [{ definition: "{}" }, "InvalidDefinition: Invalid State Machine Definition: '"],
    [
      { definition: choice, inspectionLevel: "ALL" },
      "ValidationException: 1 validation error detected: Value 'ALL' at 'inspectionLevel'",
    ],
    [
      { definition: choice, stateConfiguration: { retrierRetryCount: -1 } },
      "ValidationException: 1 validation error detected: Value '-1' at 'stateConfiguration.retrierRetryCount'",
    ],
  ])("refuses %j", async (input, words) => {
    expect(refusal(await send("TestState", input))).toContain(words);
  });

  test("is what the SDK's command calls, under the name that it puts before the host", async () => {
    const server = await serve(createApi(world.engine, { authentication: "none" }), {
      port: 0,
      bodyLimitBytes: 1024 * 1024,
    });
    const { port } = new URL(server.url);
    const endpoint = `http://localhost:${port}`;
    const sfn = new SFNClient({
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    });
    sfn.middlewareStack.add(
      (next) => async (args) => {
        const request = args.request as { hostname: string };
        expect(request.hostname).toBe("sync-localhost");
        request.hostname = "localhost"; // not every machine resolves the name; the header keeps it
        return await next(args);
      },
      { step: "finalizeRequest", priority: "low" },
    );
    const mock = { errorOutput: { error: "E", cause: "why" } };
    const tested = await sfn.send(new TestStateCommand({ definition: task, mock }));
    expect(tested).toMatchObject({ status: "FAILED", error: "E", cause: "why" });
    await server.close();
  });
});

describe("definitions", () => {
  test("of an EXPRESS machine may not wait for a token", async () => {
    const standard = await send("ValidateStateMachineDefinition", { definition: callback });
    const express = await send("ValidateStateMachineDefinition", { definition: callback, type: "EXPRESS" });
    expect([standard.body.result, express.body.result]).toEqual(["OK", "FAIL"]);
  });

  test("show their warnings to whoever asks", async () => {
    const definition = JSON.stringify({
      StartAt: "A",
      States: { A: { Type: "Pass", Result: { "a.$": "$.b" }, End: true } },
    });
    const warned = await send("ValidateStateMachineDefinition", { definition, severity: "WARNING" });
    expect(warned.body).toMatchObject({ result: "OK", diagnostics: [{ severity: "WARNING" }] });
    const errors = await send("ValidateStateMachineDefinition", { definition });
    expect(errors.body).toEqual({ result: "OK", diagnostics: [], truncated: false });
  });

  test("list the variables that their states refer to", async () => {
    const definition = JSON.stringify({
      StartAt: "A",
      States: {
        A: { Type: "Pass", Assign: { b: 1, a: 2 }, Next: "B" },
        B: { Type: "Pass", Parameters: { "b.$": "$b", "a.$": "$a" }, End: true },
      },
    });
    await send("CreateStateMachine", { name: "m", definition, roleArn: role });
    await send("CreateStateMachine", { name: "n", definition: pass, roleArn: role });
    const described = await send("DescribeStateMachine", { stateMachineArn: arnOf("m") });
    expect(described.body.variableReferences).toEqual({ B: ["a", "b"] });
    const without = await send("DescribeStateMachine", { stateMachineArn: arnOf("n") });
    expect(without.body).not.toHaveProperty("variableReferences");
  });
});
