/** Pass, Choice, Wait, Succeed, Fail: one arrival each. */
import { describe, expect, test } from "vitest";
import { simulate } from "../../../lib/asl/simulate.ts";
import { machine, Walker } from "./stepping.ts";

const end = { Z: { Type: "Succeed" } };

test.each([
  ["Pass", { Type: "Pass", Next: "Z" }, '{"a": 1}', "PassStateEntered<0 PassStateExited<2 → Z", '{"a": 1}'],
  [
    "Pass with Result",
    { Type: "Pass", Result: [1], Next: "Z" },
    "{}",
    "PassStateEntered<0 PassStateExited<2 → Z",
    "[1]",
  ],
  [
    "Pass with Result and ResultPath",
    { Type: "Pass", Result: 1, ResultPath: "$.b", Next: "Z" },
    '{"a":0}',
    "PassStateEntered<0 PassStateExited<2 → Z",
    '{"a":0,"b":1}',
  ],
  [
    "Pass with Parameters",
    { Type: "Pass", InputPath: "$.a", Parameters: { "x.$": "$.b" }, Next: "Z" },
    '{"a":{"b":2}}',
    "PassStateEntered<0 PassStateExited<2 → Z",
    '{"x":2}',
  ],
  [
    "InputPath null",
    { Type: "Pass", InputPath: null, Next: "Z" },
    "5",
    "PassStateEntered<0 PassStateExited<2 → Z",
    "{}",
  ],
  [
    "OutputPath null",
    { Type: "Pass", OutputPath: null, Next: "Z" },
    "5",
    "PassStateEntered<0 PassStateExited<2 → Z",
    "{}",
  ],
  [
    "ResultPath null",
    { Type: "Pass", Result: 1, ResultPath: null, Next: "Z" },
    "5",
    "PassStateEntered<0 PassStateExited<2 → Z",
    "5",
  ],
  [
    "JSONata Pass",
    { Type: "Pass", QueryLanguage: "JSONata", Output: "{% $states.input.a + 1 %}", Next: "Z" },
    '{"a":1}',
    "PassStateEntered<0 PassStateExited<2 → Z",
    "2",
  ],
  [
    "Choice that holds",
    { Type: "Choice", Choices: [{ Variable: "$.a", NumericEquals: 1, Next: "Z" }] },
    '{"a":1}',
    "ChoiceStateEntered<0 ChoiceStateExited<2 → Z",
    '{"a":1}',
  ],
  [
    "Choice by Default",
    { Type: "Choice", Choices: [{ Variable: "$.a", NumericEquals: 1, Next: "A" }], Default: "Z" },
    '{"a":2}',
    "ChoiceStateEntered<0 ChoiceStateExited<2 → Z",
    '{"a":2}',
  ],
  [
    "JSONata Choice with Output",
    {
      Type: "Choice",
      QueryLanguage: "JSONata",
      Choices: [{ Condition: "{% $states.input.a = 1 %}", Output: { x: 1 }, Next: "Z" }],
    },
    '{"a":1}',
    "ChoiceStateEntered<0 ChoiceStateExited<2 → Z",
    '{"x":1}',
  ],
  ["Wait", { Type: "Wait", Seconds: 5, Next: "Z" }, "1", "WaitStateEntered<0 WaitStateExited<2@+5s → Z at +5s", "1"],
  ["Wait of nothing", { Type: "Wait", Seconds: 0, Next: "Z" }, "1", "WaitStateEntered<0 WaitStateExited<2 → Z", "1"],
  [
    "Wait for a time",
    { Type: "Wait", Timestamp: "2025-01-01T12:01:00.5Z", Next: "Z" },
    "1",
    "WaitStateEntered<0 WaitStateExited<2@+60.5s → Z at +60.5s",
    "1",
  ],
  [
    "Wait for a time in small letters",
    { Type: "Wait", TimestampPath: "$", Next: "Z" },
    '"2025-01-01t12:01:00z"',
    "WaitStateEntered<0 WaitStateExited<2@+60s → Z at +60s",
    '"2025-01-01t12:01:00z"',
  ],
  [
    "Wait for a time without seconds",
    { Type: "Wait", TimestampPath: "$", Next: "Z" },
    '"2025-01-01T13:01+01:00"',
    "WaitStateEntered<0 WaitStateExited<2@+60s → Z at +60s",
    '"2025-01-01T13:01+01:00"',
  ],
  [
    "Wait for a time to the nanosecond",
    { Type: "Wait", TimestampPath: "$", Next: "Z" },
    '"2025-01-01T12:01:00.000000009Z"',
    "WaitStateEntered<0 WaitStateExited<2@+60s → Z at +60s",
    '"2025-01-01T12:01:00.000000009Z"',
  ],
  [
    "Wait for a time long past",
    { Type: "Wait", TimestampPath: "$", Next: "Z" },
    '"2001-01-01T00:00:00+02:00"',
    "WaitStateEntered<0 WaitStateExited<2 → Z",
    '"2001-01-01T00:00:00+02:00"',
  ],
])("%s", async (_, state, input, expected, output) => {
  const walker = new Walker(machine({ A: state, ...end }), input);
  expect(await walker.take("arrived")).toBe(expected);
  expect(walker.position.input).toBe(output);
});

test.each([
  [
    "Succeed",
    { Type: "Succeed", OutputPath: "$.a" },
    '{"a":1}',
    "SucceedStateEntered<0 SucceedStateExited<2 ExecutionSucceeded<3 → SUCCEEDED 1",
  ],
  ["Fail", { Type: "Fail", Error: "E", Cause: "C" }, "{}", "FailStateEntered<0 ExecutionFailed<2 → FAILED E: C"],
  ["Fail without words", { Type: "Fail" }, "{}", "FailStateEntered<0 ExecutionFailed<2 → FAILED"],
  [
    "Fail by paths",
    { Type: "Fail", ErrorPath: "$.e", CausePath: "States.Format('{}!', $.c)" },
    '{"e":"E","c":"C"}',
    "FailStateEntered<0 ExecutionFailed<2 → FAILED E: C!",
  ],
  [
    "Pass at the end",
    { Type: "Pass", End: true },
    "1",
    "PassStateEntered<0 PassStateExited<2 ExecutionSucceeded<3 → SUCCEEDED 1",
  ],
  [
    "Wait of nothing at the end",
    { Type: "Wait", Seconds: 0, End: true },
    "1",
    "WaitStateEntered<0 WaitStateExited<2 ExecutionSucceeded<3 → SUCCEEDED 1",
  ],
])("%s ends", async (_, state, input, expected) => {
  expect(await new Walker(machine({ A: state }), input).take("arrived")).toBe(expected);
});

const prefix = "An error occurred while executing the state 'A' (entered at the event id #2). ";

test.each([
  [
    "a missing InputPath",
    { Type: "Pass", InputPath: "$.a", End: true },
    "{}",
    "",
    "States.Runtime",
    "Invalid path '$.a' : No results for path: $['a']",
  ],
  [
    "no rule and no Default",
    { Type: "Choice", Choices: [{ Variable: "$.a", NumericEquals: 1, Next: "Z" }] },
    '{"a":2}',
    "",
    "States.Runtime",
    "Failed to transition out of the state. The state does not point to a next state.",
  ],
  [
    "SecondsPath to nothing",
    wait("SecondsPath", "$.a"),
    "{}",
    "",
    "States.Runtime",
    "The SecondsPath parameter does not reference an input value: $.a",
  ],
  [
    "SecondsPath to a fraction",
    wait("SecondsPath", "$.a"),
    '{"a":1.5}',
    "",
    "States.Runtime",
    "The SecondsPath parameter cannot be parsed as a long value: $.a == 1.5",
  ],
  [
    "SecondsPath below zero",
    wait("SecondsPath", "$.a"),
    '{"a":-1}',
    "",
    "States.Runtime",
    "The SecondsPath parameter references a negative value: $.a == -1",
  ],
  [
    "SecondsPath to milliseconds since 1970, taken for seconds",
    wait("SecondsPath", "$.a"),
    '{"a":1768478400000}',
    "",
    "States.Runtime",
    "The SecondsPath parameter references a value beyond 99999999: $.a == 1768478400000",
  ],
  [
    "TimestampPath to nothing",
    wait("TimestampPath", "$.a"),
    "{}",
    "",
    "States.Runtime",
    "The TimestampPath parameter does not reference an input value: $.a",
  ],
  [
    "TimestampPath to a day",
    wait("TimestampPath", "$.a"),
    '{"a":"2025-01-01"}',
    "",
    "States.Runtime",
    "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.a == 2025-01-01",
  ],
  [
    "TimestampPath to a time with a blank",
    wait("TimestampPath", "$.a"),
    '{"a":"2025-01-01 12:01:00Z"}',
    "",
    "States.Runtime",
    "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.a == 2025-01-01 12:01:00Z",
  ],
  [
    "TimestampPath to a time without a zone",
    wait("TimestampPath", "$.a"),
    '{"a":"2025-01-01T12:01:00"}',
    "",
    "States.Runtime",
    "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.a == 2025-01-01T12:01:00",
  ],
  [
    "TimestampPath to a day that does not exist",
    wait("TimestampPath", "$.a"),
    '{"a":"2026-02-30T00:00Z"}',
    "",
    "States.Runtime",
    "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: $.a == 2026-02-30T00:00Z",
  ],
  [
    "an Output of nothing",
    { Type: "Pass", QueryLanguage: "JSONata", Output: "{% $states.input.a %}", End: true },
    "{}",
    "EvaluationFailed<0 ",
    "States.QueryEvaluationError",
    "The JSONata expression '$states.input.a' specified for the field 'Output' returned nothing (undefined).",
  ],
])("fails: %s", async (_, state, input, evaluation, error, cause) => {
  const walker = new Walker(machine({ A: state, Z: { Type: "Succeed" } }, reachable(state)), input);
  const type = state.Type;
  const previous = evaluation === "" ? 2 : 3;
  expect(await walker.take("arrived")).toBe(
    `${type}StateEntered<0 ${evaluation}ExecutionFailed<${previous} → FAILED ${error}: ${prefix}${cause}`,
  );
});

function wait(field: string, path: string) {
  return { Type: "Wait", [field]: path, Next: "Z" };
}

/** Where the state leads nowhere, only the state itself is in the machine. */
function reachable(state: object): object {
  return "End" in state ? { States: { A: state } } : {};
}

test("a Wait at the end sleeps and is woken", async () => {
  const walker = new Walker(machine({ A: { Type: "Wait", Seconds: 5, End: true } }), "7");
  expect(await walker.take("arrived")).toBe("WaitStateEntered<0 → sleeping until +5s");
  expect(await walker.take("arrived", 5)).toBe("WaitStateExited<2 ExecutionSucceeded<3 → SUCCEEDED 7");
});

test("a Wait whose leaving fails, fails when it is over", async () => {
  const walker = new Walker(machine({ A: { Type: "Wait", Seconds: 5, OutputPath: "$.a", Next: "Z" }, ...end }));
  expect(await walker.take("arrived")).toBe("WaitStateEntered<0 → sleeping until +5s");
  expect(await walker.take("arrived", 5)).toContain("ExecutionFailed<2 → FAILED States.Runtime");
});

test("variables are assigned from the values before, and travel", async () => {
  const walker = new Walker(
    machine({
      A: { Type: "Pass", Assign: { x: 1, "y.$": "$.a" }, Next: "B" },
      B: { Type: "Pass", Assign: { "x.$": "$y", "y.$": "$x" }, Next: "Z" },
      ...end,
    }),
    '{"a":2}',
  );
  await walker.take("arrived");
  expect(walker.position.variables).toBe('{"x":1,"y":2}');
  await walker.take("arrived");
  expect(walker.position.variables).toBe('{"x":2,"y":1}');
});

test.each([
  ['{"a":1}', '"rule"', '{"v":1}'],
  ['{"a":2}', '{"a":2}', undefined],
  ['{"a":3}', '"default"', '{"v":0}'],
])(
  "a Choice over %s: a rule goes by its own Output and Assign, Default by the state's",
  async (input, output, variables) => {
    const choices = [
      { Condition: "{% $states.input.a = 1 %}", Output: "rule", Assign: { v: 1 }, Next: "Z" },
      { Condition: "{% $states.input.a = 2 %}", Next: "Z" },
    ];
    const choice = {
      Type: "Choice",
      QueryLanguage: "JSONata",
      Choices: choices,
      Default: "Z",
      Output: "default",
      Assign: { v: 0 },
    };
    const walker = new Walker(machine({ A: choice, ...end }), input);
    await walker.take("arrived");
    expect([walker.position.input, walker.position.variables]).toEqual([output, variables]);
  },
);

test("number text goes through unlooked-at", async () => {
  const walker = new Walker(machine({ A: { Type: "Pass", End: true } }), '{"a": 1.0}');
  expect(await walker.take("arrived")).toContain('SUCCEEDED {"a": 1.0}');
});

test("an output over the limit fails the state without a prefix", async () => {
  const walker = new Walker(machine({ A: { Type: "Pass", End: true } }), '"ééééé"', { payloadLimitBytes: 11 });
  expect(await walker.take("arrived")).toBe(
    "PassStateEntered<0 ExecutionFailed<2 → FAILED States.DataLimitExceeded: The state/task 'A' returned a result with a size exceeding the maximum number of bytes service limit.",
  );
});

describe("the size of variables", () => {
  const large = "x".repeat(200_000);
  const assigning = (Assign: object) => ({ Type: "Pass", Assign });
  const end = { Type: "Pass", End: true };

  test.each([
    ["one that is too large", { A: { ...assigning({ v: "x".repeat(262_143) }), End: true } }, "The state/task 'A'"],
    [
      "two that are too large together",
      { A: { ...assigning({ v: large, w: large }), End: true } },
      "assigned in the state 'A'",
    ],
    [
      "two that are not",
      { A: { ...assigning({ v: large }), Next: "B" }, B: { ...assigning({ w: large }), Next: "C" }, C: end },
      undefined,
    ],
    [
      "more than ten megabytes in all",
      Object.fromEntries(
        Array.from({ length: 54 }, (_, index) => [
          `S${index}`,
          { ...assigning({ [`v${index}`]: large }), ...(index === 53 ? { End: true } : { Next: `S${index + 1}` }) },
        ]),
      ),
      "The variables of the execution exceed",
    ],
  ])("%s", async (_, states, cause) => {
    const result = await simulate(machine(states), "{}");
    expect(result.status).toBe(cause === undefined ? "SUCCEEDED" : "FAILED");
    if (cause === undefined) return;
    expect(result.failure).toEqual({ error: "States.DataLimitExceeded", cause: expect.stringContaining(cause) });
  });

  test("is that of the installation where quotas are off", async () => {
    const states = { A: { ...assigning({ v: large, w: large }), End: true } };
    const result = await simulate(machine(states), "{}", { execution: { payloadLimitBytes: 16 * 2 ** 20 } });
    expect(result.status).toBe("SUCCEEDED");
  });
});
