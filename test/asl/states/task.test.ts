/** Task: every answer an attempt can get, for every family of resources. */
import { describe, expect, test } from "vitest";
import type { Signal } from "../../../lib/asl/transition.ts";
import { machine, Walker } from "./stepping.ts";

const resources = {
  sdk: "arn:aws:states:::aws-sdk:dynamodb:putItem",
  lambda: "arn:aws:lambda:us-east-1:123456789012:function:f",
  activity: "arn:aws:states:us-east-1:123456789012:activity:a",
  token: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
  sync: "arn:aws:states:::states:startExecution.sync:2",
} as const;

function task(resource: keyof typeof resources, more: object = {}) {
  return new Walker(machine({ A: { Type: "Task", Resource: resources[resource], ...more, End: true } }), '{"a":1}');
}

type Row = readonly [keyof typeof resources, readonly (Signal | Signal["kind"])[], readonly string[]];

test.each<Row>([
  ["sdk", ["succeeded"], ["TaskSucceeded<4 TaskStateExited<5 ExecutionSucceeded<6 → SUCCEEDED {}"]],
  ["sdk", ["failed"], ["TaskFailed<4 ExecutionFailed<5 → FAILED E: C"]],
  ["sdk", [{ kind: "failed", failure: {} }], ["TaskFailed<4 ExecutionFailed<5 → FAILED"]],
  ["sdk", ["timed-out"], ["TaskTimedOut<4 ExecutionFailed<5 → FAILED States.Timeout"]],
  ["sdk", [{ kind: "timed-out", by: "heartbeat" }], ["TaskTimedOut<4 ExecutionFailed<5 → FAILED States.Timeout"]],
  ["lambda", ["succeeded"], ["LambdaFunctionSucceeded<4 TaskStateExited<5 ExecutionSucceeded<6 → SUCCEEDED {}"]],
  ["lambda", ["failed"], ["LambdaFunctionFailed<4 ExecutionFailed<5 → FAILED E: C"]],
  ["lambda", ["timed-out"], ["LambdaFunctionTimedOut<4 ExecutionFailed<5 → FAILED States.Timeout"]],
  [
    "activity",
    ["started", "succeeded"],
    [
      "ActivityStarted<3 → working, submitted",
      "ActivitySucceeded<4 TaskStateExited<5 ExecutionSucceeded<6 → SUCCEEDED {}",
    ],
  ],
  [
    "activity",
    ["started", "failed"],
    ["ActivityStarted<3 → working, submitted", "ActivityFailed<4 ExecutionFailed<5 → FAILED E: C"],
  ],
  ["activity", ["timed-out"], ["ActivityTimedOut<3 ExecutionFailed<4 → FAILED States.Timeout"]],
  [
    "token",
    ["submitted", "succeeded"],
    ["TaskSubmitted<4 → working, submitted", "TaskSucceeded<5 TaskStateExited<6 ExecutionSucceeded<7 → SUCCEEDED {}"],
  ],
  [
    "token",
    ["submitted", "failed"],
    ["TaskSubmitted<4 → working, submitted", "TaskFailed<5 ExecutionFailed<6 → FAILED E: C"],
  ],
  ["token", ["failed"], ["TaskSubmitFailed<4 ExecutionFailed<5 → FAILED E: C"]],
  ["token", ["succeeded"], ["TaskSucceeded<4 TaskStateExited<5 ExecutionSucceeded<6 → SUCCEEDED {}"]],
  [
    "sync",
    ["submitted", "timed-out"],
    ["TaskSubmitted<4 → working, submitted", "TaskTimedOut<5 ExecutionFailed<6 → FAILED States.Timeout"],
  ],
  ["sync", ["failed"], ["TaskSubmitFailed<4 ExecutionFailed<5 → FAILED E: C"]],
])("%s: %j", async (resource, signals, expected) => {
  const walker = task(resource);
  await walker.take("arrived");
  const answers: string[] = [];
  for (const signal of signals) answers.push(await walker.take(signal));
  expect(answers).toEqual(expected);
});

describe("the claim", () => {
  test.each([
    ["sdk", "TaskStateEntered<0 TaskScheduled<2 TaskStarted<3 → working"],
    ["lambda", "TaskStateEntered<0 LambdaFunctionScheduled<2 LambdaFunctionStarted<3 → working"],
    ["activity", "TaskStateEntered<0 ActivityScheduled<2 → working"],
    ["token", "TaskStateEntered<0 TaskScheduled<2 TaskStarted<3 → working"],
  ] as const)("of %s", async (resource, expected) => {
    expect(await task(resource).take("arrived")).toBe(expected);
  });

  test("carries everything the call needs", async () => {
    const walker = task("token", {
      Parameters: { "t.$": "$$.Task.Token", "a.$": "$.a" },
      TimeoutSeconds: 60,
      HeartbeatSecondsPath: "$.a",
      Credentials: { RoleArn: "arn:aws:iam::123456789012:role/other" },
    });
    await walker.take("arrived");
    expect(walker.position.doing).toMatchObject({
      kind: "working",
      claim: 1,
      submitted: false,
      call: {
        resource: resources.token,
        pattern: "token",
        attempt: 0,
        timeoutSeconds: 60,
        heartbeatSeconds: 1,
        roleArn: "arn:aws:iam::123456789012:role/other",
      },
    });
    expect(walker.last.events[1]?.details).toEqual({
      resourceType: "sqs",
      resource: "sendMessage.waitForTaskToken",
      region: "us-east-1",
      parameters: '{"a":1,"t":"token"}',
      timeoutInSeconds: 60,
      heartbeatInSeconds: 1,
      taskCredentials: { roleArn: "arn:aws:iam::123456789012:role/other" },
    });
  });

  test.each([
    ['"two"', 'The TimeoutSecondsPath field refers to value "two" which is not a valid integer: $.t'],
    ["1.5", 'The TimeoutSecondsPath field refers to value "1.5" which is not a valid integer: $.t'],
  ])("TimeoutSecondsPath to %s fails", async (value, cause) => {
    const state = { Type: "Task", Resource: resources.sdk, TimeoutSecondsPath: "$.t", End: true };
    expect(await new Walker(machine({ A: state }), `{"t":${value}}`).take("arrived")).toContain(cause);
  });

  test.each([
    ["'x'", "returned an unexpected result type. Expected 'number', but was 'string' for value: \"x\""],
    ["1.6", "The TimeoutSeconds field cannot be parsed as an integer: 1.6"],
    ["-1", "TimeoutSeconds must be between 0 and 99999999 but was: -1"],
  ])("TimeoutSeconds {%% %s %%} fails", async (expression, cause) => {
    const state = {
      Type: "Task",
      QueryLanguage: "JSONata",
      Resource: resources.sdk,
      TimeoutSeconds: `{% ${expression} %}`,
      End: true,
    };
    const answer = await new Walker(machine({ A: state })).take("arrived");
    expect(answer).toContain("EvaluationFailed<0 ExecutionFailed<3 → FAILED States.QueryEvaluationError");
    expect(answer).toContain(cause);
  });
});

describe("an attempt that was lost", () => {
  const lost = "The worker that made this attempt stopped before it could record the result";

  test("fails, and Retry may judge it", async () => {
    const walker = task("sdk", { TimeoutSeconds: 60, Retry: [{ ErrorEquals: ["States.TaskFailed"] }] });
    await walker.take("arrived");
    expect(await walker.take("lost", 30)).toBe("TaskFailed<4 → retrying at +31s");
    expect(walker.last.events[0]?.details?.["cause"]).toContain(lost);
  });

  test("has timed out if its time is over", async () => {
    const walker = task("sdk", { TimeoutSeconds: 60 });
    await walker.take("arrived");
    expect(await walker.take("lost", 60)).toBe("TaskTimedOut<4 ExecutionFailed<5 → FAILED States.Timeout");
  });
});

test("an attempt that outlasts its worker has timed out, and only States.Timeout or States.ALL catches that", async () => {
  const Retry = [{ ErrorEquals: ["States.TaskFailed"] }, { ErrorEquals: ["States.Timeout"], IntervalSeconds: 5 }];
  const walker = task("sdk", { TimeoutSeconds: 60, Retry });
  await walker.take("arrived");
  expect(await walker.take({ kind: "timed-out", by: "worker" }, 30)).toBe("TaskTimedOut<4 → retrying at +35s");
  expect(walker.last.events[0]?.details).toMatchObject({
    error: "States.Timeout",
    cause: expect.stringMatching(/^No answer came within the longest time that a worker waits for one/),
  });
});

test("Assign sees the result as it came, before ResultSelector", async () => {
  const more = { ResultSelector: { "x.$": "$.a" }, Assign: { "v.$": "$.b" }, Next: "B" };
  const states = { A: { Type: "Task", Resource: resources.sdk, ...more }, B: { Type: "Pass", End: true } };
  const walker = new Walker(machine(states));
  await walker.take("arrived");
  await walker.take({ kind: "succeeded", output: '{"a":1,"b":2}' });
  expect([walker.position.input, walker.position.variables]).toEqual(['{"x":1}', '{"v":2}']);
});

test("a result over the limit is a failed attempt", async () => {
  const definition = machine({ A: { Type: "Task", Resource: resources.sdk, End: true } });
  const walker = new Walker(definition, "{}", { payloadLimitBytes: 10 });
  await walker.take("arrived");
  expect(await walker.take({ kind: "succeeded", output: '"123456789"' })).toBe(
    "TaskFailed<4 ExecutionFailed<5 → FAILED States.DataLimitExceeded: The state/task 'aws-sdk:dynamodb' returned a result with a size exceeding the maximum number of bytes service limit.",
  );
});

test.each([["States.ALL"], ["States.TaskFailed"], ["States.DataLimitExceeded"]])(
  "a result over the limit is caught by %s, arguments over it only by their own name",
  async (error) => {
    const states = {
      A: { Type: "Task", Resource: resources.sdk, Catch: [{ ErrorEquals: [error], Next: "B" }], End: true },
      B: { Type: "Pass", End: true },
    };
    const tooLarge = `"${"x".repeat(300)}"`;
    const walker = new Walker(machine(states), "{}", { payloadLimitBytes: 300 });
    await walker.take("arrived");
    expect(await walker.take({ kind: "succeeded", output: tooLarge })).toContain("→ B");
    const large = new Walker(machine(states), tooLarge, { payloadLimitBytes: 300 });
    expect(await large.take("arrived")).toContain(error === "States.DataLimitExceeded" ? "→ B" : "FAILED");
  },
);

describe("Retry and Catch", () => {
  const retry = [
    { ErrorEquals: ["E"], MaxAttempts: 1 },
    { ErrorEquals: ["States.ALL"], MaxAttempts: 1, IntervalSeconds: 5 },
  ];
  const caught = { Type: "Pass", End: true };

  function walkerOf(more: object) {
    const states = { A: { Type: "Task", Resource: resources.sdk, ...more, Next: "B" }, B: caught, C: caught };
    return new Walker(machine(states), '{"a":1}');
  }

  test("each retrier counts for itself, then the state fails", async () => {
    const walker = walkerOf({ Retry: retry, Catch: [{ ErrorEquals: ["F"], Next: "C" }] });
    await walker.take("arrived");
    expect(await walker.take("failed")).toBe("TaskFailed<4 → retrying at +1s");
    expect(await walker.take("arrived", 1)).toBe("TaskScheduled<5 TaskStarted<6 → working");
    expect(await walker.take({ kind: "failed", failure: { error: "F" } })).toBe("TaskFailed<7 → retrying at +6s");
    expect(walker.position.entered).toMatchObject({ retries: [1, 1], retryCount: 2, event: 2 });
    expect(await walker.take("arrived", 5)).toBe("TaskScheduled<8 TaskStarted<9 → working");
    expect(await walker.take("failed")).toBe("TaskFailed<10 ExecutionFailed<11 → FAILED E: C");
  });

  test.each([
    [{}, '{"Error":"E","Cause":"C"}'],
    [{ ResultPath: "$.error" }, '{"a":1,"error":{"Error":"E","Cause":"C"}}'],
    [{ ResultPath: null }, '{"a":1}'],
  ])("a catcher with %j", async (catcher, output) => {
    const walker = walkerOf({
      OutputPath: "$.nowhere",
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "C", ...catcher }],
    });
    await walker.take("arrived");
    expect(await walker.take("failed")).toBe("TaskFailed<4 TaskStateExited<5 → C");
    expect(walker.position.input).toBe(output);
    expect(walker.position.entered).toBeUndefined();
  });

  test.each([
    ["States.HeartbeatTimeout", "heartbeat", true],
    ["States.HeartbeatTimeout", "timeout", false],
    ["States.Timeout", "heartbeat", true],
    ["States.TaskFailed", "timeout", false],
    ["States.ALL", "timeout", true],
  ] as const)("%s and a missed %s", async (name, by, caught) => {
    const walker = walkerOf({ Catch: [{ ErrorEquals: [name], Next: "C" }] });
    await walker.take("arrived");
    expect((await walker.take({ kind: "timed-out", by })).endsWith("→ C")).toBe(caught);
  });

  test("nobody catches States.Runtime of a result", async () => {
    const walker = walkerOf({
      ResultSelector: { "x.$": "$.nowhere" },
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "C" }],
    });
    await walker.take("arrived");
    expect(await walker.take("succeeded")).toContain("TaskSucceeded<4 ExecutionFailed<5 → FAILED States.Runtime");
  });

  test("a JSONata catcher sees the error and the input", async () => {
    const walker = new Walker(
      machine({
        A: {
          Type: "Task",
          QueryLanguage: "JSONata",
          Resource: resources.sdk,
          Catch: [
            {
              ErrorEquals: ["States.ALL"],
              Output: "{% $states.errorOutput.Error & $states.input.a %}",
              Assign: { cause: "{% $states.errorOutput.Cause %}" },
              Next: "B",
            },
          ],
          Next: "B",
        },
        B: caught,
      }),
      '{"a":"!"}',
    );
    await walker.take("arrived");
    await walker.take("failed");
    expect([walker.position.input, walker.position.variables]).toEqual(['"E!"', '{"cause":"C"}']);
  });

  test("a catcher that fails is caught by nobody", async () => {
    const walker = walkerOf({ Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.a.b", Next: "C" }] });
    await walker.take("arrived");
    expect(await walker.take("failed")).toContain(
      "TaskFailed<4 ExecutionFailed<5 → FAILED States.ReferencePathConflict",
    );
  });
});
