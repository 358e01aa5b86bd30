/** Warnings of the service and hints of our own. */
import { describe, expect, test } from "vitest";
import { inspectDefinition, inspectDefinitionText } from "../../../lib/asl/validate/inspect.ts";
import { inner, type Json, type JsonObject, machineOf, pass, task, withTarget } from "../parsing.ts";

function suspected(definition: unknown): readonly string[] {
  return inspectDefinition(definition).map(({ severity, code, path }) => `${severity} ${code} at ${path}`);
}

test("errors come first, and do not hide what else is suspicious", () => {
  const States = { S: { ...pass, Result: "$.a", Nxt: 1 } };
  expect(suspected({ StartAt: "S", States })).toEqual([
    "ERROR SCHEMA_VALIDATION_FAILED at /States/S",
    "WARNING PASS_RESULT_IS_STATIC at /States/S/Result",
  ]);
});

test.each([["{"], ["[]"], ["7"], [""]])("what is no definition has errors only: %s", (text) => {
  expect(inspectDefinitionText(text).map((problem) => problem.severity)).toEqual(["ERROR"]);
});

describe("text that looks like a path", () => {
  test.each<[JsonObject, readonly string[]]>([
    [
      { Parameters: { a: "$.x", "b.$": "$.x", c: { d: "States.UUID()" } } },
      ["NO_DOLLAR at /Parameters", "NO_DOLLAR at /Parameters/c"],
    ],
    [{ Parameters: { list: ["x", { a: "$$.State.Name" }] } }, ["NO_DOLLAR at /Parameters/list[1]"]],
    [{ Parameters: { a: "$5", b: "$", c: "US$", d: "States rights" } }, ["NO_DOLLAR at /Parameters"]],
    [{ Assign: { x: "$.a" } }, ["NO_DOLLAR at /Assign"]],
    [{ Result: { a: ["$.x"] } }, ["PASS_RESULT_IS_STATIC at /Result"]],
    [{ Result: { price: "$5" } }, []],
  ])("Pass with %j", (more, expected) => {
    expect(suspected(machineOf({ ...pass, ...more }))).toEqual(
      expected.map((one) => `WARNING ${one.replace(" at ", " at /States/S")}`),
    );
  });

  test("Fail and Choice", () => {
    const Choices = [
      { Variable: "$.a", StringEquals: "$.b", Next: "T" },
      { And: [{ Variable: "$.a", NumericEquals: 1 }, { Not: { Variable: "$.a", StringEquals: "$.c" } }], Next: "T" },
      { Variable: "$.a", StringMatches: "$.*", Next: "T" },
    ];
    const States = { S: { Type: "Choice", Choices }, T: { Type: "Fail", Error: "$.error", Cause: "plain" } };
    expect(suspected({ StartAt: "S", States })).toEqual([
      "WARNING NO_PATH at /States/S/Choices[0]/StringEquals",
      "WARNING NO_PATH at /States/S/Choices[1]/And[1]/Not/StringEquals",
      "WARNING NO_PATH at /States/T/Error",
    ]);
  });

  test("under JSONata a dollar is only a dollar", () => {
    expect(suspected(machineOf({ ...pass, Output: { a: "$.x" } }, { QueryLanguage: "JSONata" }))).toEqual([]);
  });
});

test("states that only lead to each other are no error, but told", () => {
  const to = (Next: string) => ({ Type: "Pass", Next });
  const loop = { B: to("C"), C: to("B") };
  expect(suspected({ StartAt: "A", States: { A: pass, ...loop } })).toEqual([
    "HINT STATE_NEVER_REACHED at /States/B",
    "HINT STATE_NEVER_REACHED at /States/C",
  ]);
  const wrongStart = ["ERROR MISSING_TRANSITION_TARGET at /StartAt", "ERROR MISSING_TRANSITION_TARGET at /States/A"];
  expect(suspected({ StartAt: "Nope", States: { A: pass, ...loop } })).toEqual(wrongStart);
});

describe("variables that nothing assigns", () => {
  test.each<[string, Json, readonly string[]]>([
    ["assigned", { S: { Type: "Pass", Assign: { x: 1 }, Next: "T" }, T: { ...pass, InputPath: "$x" } }, []],
    ["not assigned", { S: { ...pass, InputPath: "$x" } }, ["/States/S"]],
    [
      "assigned outside",
      {
        S: { Type: "Pass", Assign: { x: 1 }, Next: "M" },
        M: { Type: "Map", ItemProcessor: { StartAt: "I", States: { I: { ...pass, InputPath: "$x" } } }, End: true },
      },
      [],
    ],
    [
      "assigned outside a distributed Map",
      {
        S: { Type: "Pass", Assign: { x: 1 }, Next: "M" },
        M: {
          Type: "Map",
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
            StartAt: "I",
            States: { I: { ...pass, InputPath: "$x" } },
          },
          End: true,
        },
      },
      ["/States/M/ItemProcessor/States/I"],
    ],
    [
      "assigned by a catcher",
      {
        S: { ...task, Catch: [{ ErrorEquals: ["A"], Assign: { "x.$": "$.Error" }, Next: "T" }] },
        T: { ...pass, InputPath: "$x" },
      },
      [],
    ],
  ])("%s", (_, States, expected) => {
    expect(suspected({ StartAt: "S", States })).toEqual(
      expected.map((path) => `WARNING POSSIBLY_UNDEFINED_VARIABLE at ${path}`),
    );
  });

  test("the one that was meant is named", () => {
    const States = { S: { Type: "Pass", Assign: { orderId: 1 }, Next: "T" }, T: { ...pass, InputPath: "$orderID" } };
    const [found] = inspectDefinition({ StartAt: "S", States });
    expect(found?.message).toBe("Variable 'orderID' is possibly not defined.");
    expect(found?.hint).toBe("did you mean '$orderId'?");
  });
});

test.each<[Json, string | undefined]>([
  [[["A"], ["B"], ["States.ALL"]], undefined],
  [
    [
      ["A", "B"],
      ["B", "A"],
    ],
    "Catch[0] answers B before it; Catch[0] answers A before it",
  ],
  [[["A"], ["A", "B"]], undefined],
  [[["States.Runtime"]], undefined],
  [[["States.IntrinsicFailure"]], "the service reports it as States.Runtime"],
  [[["States.IntrinsicFailure", "A"]], undefined],
  [[["States.TaskFailed"], ["Own.Error"]], "Catch[0] answers Own.Error before it, with States.TaskFailed"],
  [[["States.TaskFailed"], ["States.Timeout"]], undefined],
  [[["States.TaskFailed"], ["States.ALL"]], undefined],
])("catchers for %j", (lists, expected) => {
  const Catch = (lists as readonly Json[]).map((ErrorEquals) => ({ ErrorEquals, Next: "T" }));
  const found = inspectDefinition(withTarget({ ...task, Catch }));
  expect(found.map((problem) => `${problem.code} ${problem.hint}`)).toEqual(
    expected === undefined ? [] : [`CATCH_NEVER_MATCHES ${expected}`],
  );
});

test("a second retrier for the same error never gets it", () => {
  const Retry = [
    { ErrorEquals: ["A"], MaxAttempts: 0 },
    { ErrorEquals: ["A"], MaxAttempts: 5 },
  ];
  expect(suspected(machineOf({ ...task, Retry }))).toEqual(["HINT RETRY_NEVER_MATCHES at /States/S/Retry[1]"]);
});

describe("paths to what no earlier state can have produced", () => {
  const result = (value: Json, more: JsonObject = {}): JsonObject => ({
    Type: "Pass",
    Result: value,
    ...more,
    Next: "T",
  });
  const reading = (path: string): JsonObject => ({ ...pass, InputPath: path });

  test.each<[string, JsonObject, string | undefined]>([
    ["what a Pass has put there", { S: result({ a: { b: 1 } }), T: reading("$.a.b") }, undefined],
    ["what a Pass has not put there", { S: result({ a: { b: 1 } }), T: reading("$.a.c") }, "/States/T/InputPath"],
    ["into a text", { S: result({ a: "x" }), T: reading("$.a.b") }, "/States/T/InputPath"],
    ["an item of a list", { S: result({ a: [{ b: 1 }] }), T: reading("$.a[0].b") }, undefined],
    ["a member of a list's items", { S: result({ a: [{ b: 1 }] }), T: reading("$.a[0].c") }, "/States/T/InputPath"],
    ["anything of the execution's input", { S: { Type: "Wait", Seconds: 1, Next: "T" }, T: reading("$.x") }, undefined],
    ["beside a result that was placed", { S: result(1, { ResultPath: "$.r" }), T: reading("$.x") }, undefined],
    [
      "into a result that was placed",
      { S: result({ a: 1 }, { ResultPath: "$.r" }), T: reading("$.r.b") },
      "/States/T/InputPath",
    ],
    ["anything of a task", { S: { ...task, End: false, Next: "T" }, T: reading("$.x") }, undefined],
    [
      "of a task's selected result",
      { S: { ...task, End: false, ResultSelector: { "a.$": "$.x" }, Next: "T" }, T: reading("$.b") },
      "/States/T/InputPath",
    ],
    ["after null", { S: { ...result({ a: 1 }), OutputPath: null }, T: reading("$.a") }, "/States/T/InputPath"],
    [
      "the error's own members",
      { S: { ...task, Catch: [{ ErrorEquals: ["A"], Next: "T" }] }, T: reading("$.Cause") },
      undefined,
    ],
    [
      "other members of an error",
      { S: { ...task, Catch: [{ ErrorEquals: ["A"], Next: "T" }] }, T: reading("$.error") },
      "/States/T/InputPath",
    ],
    ["what a filter or wildcard finds is not followed", { S: result({ a: [1] }), T: reading("$.b[*]") }, undefined],
    ["variables and context are not followed", { S: result({ a: 1 }), T: reading("$$.Execution.Id") }, undefined],
  ])("%s", (_, States, path) => {
    const found = inspectDefinition({ StartAt: "S", States }).filter((problem) => problem.severity === "HINT");
    expect(found.map((problem) => problem.path)).toEqual(path === undefined ? [] : [path]);
  });

  test("says what there is, and what was probably meant", () => {
    const [found] = inspectDefinition({
      StartAt: "S",
      States: { S: result({ order: 1, total: 2 }), T: reading("$.ordr.id") },
    });
    expect(found?.message).toBe("'$.ordr.id' leads to 'ordr', which no earlier state can have produced");
    expect(found?.hint).toBe("there is only order, total; did you mean 'order'?");
  });

  test("two ways to a state give it what either may have", () => {
    const States = {
      S: { Type: "Choice", Choices: [{ Variable: "$.x", IsPresent: true, Next: "A" }], Default: "B" },
      A: { Type: "Pass", Result: { a: 1 }, Next: "T" },
      B: { Type: "Pass", Result: { b: 1 }, Next: "T" },
      T: { ...pass, Parameters: { "a.$": "$.a", "b.$": "$.b", "c.$": "$.c" } },
    };
    expect(suspected({ StartAt: "S", States })).toEqual(["HINT FIELD_NEVER_PRODUCED at /States/T/Parameters/c.$"]);
  });

  test("a Choice may ask for what is absent, and then compare it", () => {
    const Choices = [
      { Not: { Variable: "$.b", IsPresent: true }, Next: "U" },
      { Variable: "$.b", NumericEquals: 1, Next: "U" },
      { Variable: "$.c", NumericEquals: 1, Next: "U" },
    ];
    const States = { S: result({ a: 1 }), T: { Type: "Choice", Choices }, U: { Type: "Succeed" } };
    expect(suspected({ StartAt: "S", States })).toEqual(["HINT FIELD_NEVER_PRODUCED at /States/T/Choices[2]/Variable"]);
  });

  test("a loop that wraps its data comes to an end", () => {
    const States = {
      S: { Type: "Pass", Result: { a: 1 }, Next: "T" },
      T: { Type: "Pass", Parameters: { "inner.$": "$" }, Next: "C" },
      C: { Type: "Choice", Choices: [{ Variable: "$.inner.a", IsPresent: true, Next: "T" }], Default: "E" },
      E: { Type: "Succeed" },
    };
    expect(suspected({ StartAt: "S", States })).toEqual([]);
  });

  test("branches begin with the state's input, iterations with the selected item", () => {
    const within = (path: string): Json => ({ StartAt: "I", States: { I: reading(path) } });
    const parallel = { S: result({ a: 1 }), T: { Type: "Parallel", Branches: [within("$.b")], End: true } };
    const map = {
      S: { Type: "Map", ItemSelector: { "v.$": "$$.Map.Item.Value" }, ItemProcessor: within("$.w"), End: true },
    };
    const plain = { S: { Type: "Map", ItemProcessor: within("$.w"), End: true } };
    expect(suspected({ StartAt: "S", States: parallel })).toEqual([
      "HINT FIELD_NEVER_PRODUCED at /States/T/Branches[0]/States/I/InputPath",
    ]);
    expect(suspected({ StartAt: "S", States: map })).toEqual([
      "HINT FIELD_NEVER_PRODUCED at /States/S/ItemProcessor/States/I/InputPath",
    ]);
    expect(suspected({ StartAt: "S", States: plain })).toEqual([]);
  });
});

test("nothing is suspicious about a plain machine", () => {
  const States = { S: { Type: "Parallel", Branches: [inner], ResultPath: "$.r", Next: "T" }, T: { Type: "Succeed" } };
  expect(suspected({ StartAt: "S", States })).toEqual([]);
});

test("a chain of two thousand states that each add a result is looked through in seconds", () => {
  const name = (index: number) => `S${index}`;
  const chain = Array.from({ length: 2000 }, (_, index): [string, Json] => [
    name(index),
    {
      Type: "Pass",
      Result: index,
      ResultPath: `$.results.r${index}`,
      ...(index === 1999 ? { End: true } : { Next: name(index + 1) }),
    },
  ]);
  const before = process.cpuUsage();
  expect(suspected({ StartAt: name(0), States: Object.fromEntries(chain) })).toEqual([]);
  expect(process.cpuUsage(before).user / 1e6).toBeLessThan(5);
});

test("a state or field that is written twice loses the first", () => {
  const choices = '[{"Variable":"$.a","IsNull":true,"Variable":"$.b","Next":"A"}]';
  const text = `{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":${choices}},"B":{"Type":"Fail"},"A":{"Type":"Succeed"}}}`;
  const hints = inspectDefinitionText(text).filter((problem) => problem.severity === "HINT");
  expect(hints.map(({ message, path }) => `${message} at ${path}`)).toEqual([
    "'Variable' is written more than once at /States/A/Choices[0]",
    "'A' is written more than once at /States",
  ]);
});
