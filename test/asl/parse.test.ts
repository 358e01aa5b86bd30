/** What a definition becomes: defaults filled in, names changed, everything compiled. And what cannot harm the parser. */
import { describe, expect, test } from "vitest";
import type { Definition, State } from "../../lib/asl/definition.ts";
import { parseDefinition, parseDefinitionText, parseState } from "../../lib/asl/parse.ts";
import { describeProblem } from "../../lib/asl/problem.ts";
import {
  inner,
  type Json,
  type JsonObject,
  lambda,
  machineOf,
  pass,
  problemsIn,
  task,
  told,
  withTarget,
} from "./parsing.ts";

function definition(source: unknown): Definition {
  const parsed = typeof source === "string" ? parseDefinitionText(source) : parseDefinition(source);
  if (parsed.kind === "problems") throw new Error(parsed.problems.map(describeProblem).join("\n"));
  return parsed.definition;
}

function stateOf(state: JsonObject, more: JsonObject = {}): State | undefined {
  return definition(withReached(state, more)).states.get("S");
}

/** T is reached, whether or not S leads to it. */
function withReached(state: JsonObject, more: JsonObject): JsonObject {
  const Catch = [
    { ErrorEquals: ["A"], Next: "S" },
    { ErrorEquals: ["B"], Next: "T" },
  ];
  return { StartAt: "Go", States: { Go: { ...task, Catch }, S: state, T: { Type: "Succeed" } }, ...more };
}

describe("each type of state", () => {
  const common = { name: "S", queryLanguage: "JSONPath" };
  const literal = (value: Json) => ({ kind: "literal", value });

  test.each<[JsonObject, object]>([
    [pass, { ...common, type: "Pass", following: { kind: "end" } }],
    [
      { Type: "Pass", Comment: "c", Result: { a: [1, null] }, ResultPath: null, InputPath: null, Next: "T" },
      {
        ...common,
        type: "Pass",
        comment: "c",
        result: '{"a":[1,null]}',
        resultPath: null,
        inputPath: null,
        following: { kind: "next", state: "T" },
      },
    ],
    [
      { ...task, TimeoutSeconds: 7, Credentials: { RoleArn: "r" } },
      {
        ...common,
        type: "Task",
        resource: lambda,
        timeoutSeconds: literal(7),
        roleArn: literal("r"),
        retry: [],
        catch: [],
        following: { kind: "end" },
      },
    ],
    [
      { Type: "Wait", Seconds: 3, End: true },
      { ...common, type: "Wait", until: { kind: "seconds", seconds: literal(3) }, following: { kind: "end" } },
    ],
    [
      { Type: "Wait", Timestamp: "2030-01-01T00:00:00Z", End: true },
      {
        ...common,
        type: "Wait",
        until: { kind: "timestamp", timestamp: literal("2030-01-01T00:00:00Z") },
        following: { kind: "end" },
      },
    ],
    [{ Type: "Succeed" }, { ...common, type: "Succeed" }],
    [{ Type: "Fail" }, { ...common, type: "Fail" }],
    [
      { Type: "Fail", Error: "E", Cause: "C" },
      { ...common, type: "Fail", error: literal("E"), cause: literal("C") },
    ],
    [
      { Type: "Parallel", Branches: [inner], End: true },
      {
        ...common,
        type: "Parallel",
        branches: [{ startAt: "Inner", states: ["Inner"] }],
        retry: [],
        catch: [],
        following: { kind: "end" },
      },
    ],
    [
      { Type: "Map", Iterator: inner, End: true },
      {
        ...common,
        type: "Map",
        processor: { startAt: "Inner", states: ["Inner"] },
        maxConcurrency: literal(0),
        retry: [],
        catch: [],
        following: { kind: "end" },
      },
    ],
    [
      {
        Type: "Map",
        ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" }, ...inner },
        Label: "l",
        ToleratedFailurePercentage: 5,
        ItemReader: { Resource: "arn:aws:states:::s3:getObject", ReaderConfig: { InputType: "JSONL", MaxItems: 3 } },
        ItemBatcher: { MaxItemsPerBatch: 2 },
        ResultWriter: { WriterConfig: { Transformation: "FLATTEN", OutputType: "JSONL" } },
        End: true,
      },
      {
        ...common,
        type: "Map",
        processor: { startAt: "Inner", states: ["Inner"] },
        maxConcurrency: literal(0),
        toleratedFailurePercentage: literal(5),
        retry: [],
        catch: [],
        following: { kind: "end" },
        distributed: {
          executionType: "EXPRESS",
          label: "l",
          itemReader: {
            resource: "arn:aws:states:::s3:getObject",
            config: { inputType: "JSONL", maxItems: literal(3) },
          },
          itemBatcher: { maxItemsPerBatch: literal(2) },
          resultWriter: { config: { transformation: "FLATTEN", outputType: "JSONL" } },
        },
      },
    ],
  ])("%j", (state, expected) => {
    expect(stateOf(state)).toEqual(expected);
  });

  test("a Choice keeps its rules in order", () => {
    const rule = (name: string, Next: string) => ({ Variable: `$.${name}`, IsPresent: true, Next });
    const found = stateOf({ Type: "Choice", Choices: [rule("a", "T"), rule("b", "S")], Default: "T" });
    expect(found).toMatchObject({ type: "Choice", default: "T", choices: [{ next: "T" }, { next: "S" }] });
  });

  test("what is computed says how", () => {
    const found = stateOf({
      ...task,
      TimeoutSecondsPath: "$.t",
      HeartbeatSecondsPath: "$h",
      Credentials: { "RoleArn.$": "$.role" },
    });
    expect(found).toMatchObject({
      timeoutSeconds: { kind: "path" },
      heartbeatSeconds: { kind: "path" },
      roleArn: { kind: "template" },
    });
  });

  test("under JSONata", () => {
    const jsonata = { QueryLanguage: "JSONata" };
    const found = stateOf(
      { ...task, Arguments: { a: 1 }, TimeoutSeconds: "{% 5 %}", Assign: { x: 1 }, Output: 1 },
      jsonata,
    );
    expect(found).toMatchObject({ queryLanguage: "JSONata", timeoutSeconds: { kind: "expression" } });
    expect(found).toHaveProperty("parameters");
    expect(found).toHaveProperty("output");
    expect(found?.type === "Task" && [...(found.assign?.keys() ?? [])]).toEqual(["x"]);
  });
});

test("a retrier's defaults", () => {
  const found = stateOf({ ...task, Retry: [{ ErrorEquals: ["A"] }, { ErrorEquals: ["States.ALL"], MaxAttempts: 0 }] });
  const usual = { intervalSeconds: 1, maxAttempts: 3, backoffRate: 2, jitterStrategy: "NONE" };
  expect(found).toMatchObject({
    retry: [
      { ...usual, errorEquals: ["A"] },
      { ...usual, errorEquals: ["States.ALL"], maxAttempts: 0 },
    ],
  });
});

test("a catcher", () => {
  const Catch = [{ ErrorEquals: ["A"], Next: "T", ResultPath: "$.error", Assign: { "x.$": "$.Error" } }];
  const found = stateOf({ ...task, Catch });
  expect(found).toMatchObject({ catch: [{ errorEquals: ["A"], next: "T", resultPath: { source: "$.error" } }] });
});

test("the machine", () => {
  const found = definition(machineOf(pass, { TimeoutSeconds: 60, Comment: "c", Version: "1.0" }));
  expect(found).toMatchObject({
    startAt: "S",
    timeoutSeconds: 60,
    asksForExecutionInput: false,
  });
  expect([...found.states.keys()]).toEqual(["S"]);
});

test("states of branches and processors stand beside all others", () => {
  const nested = { StartAt: "P", States: { P: { Type: "Parallel", Branches: [inner], End: true } } };
  const found = definition(machineOf({ Type: "Map", ItemProcessor: nested, End: true }));
  expect([...found.states.keys()]).toEqual(["S", "P", "Inner"]);
});

test("numbers keep their text", () => {
  const text = '{"StartAt":"S","States":{"S":{"Type":"Pass","Result":{"a":0.0,"b":1e400},"End":true}}}';
  expect(definition(text).states.get("S")).toMatchObject({ result: '{"a":0.0,"b":1e400}' });
});

test.each([
  ["$.a", false],
  ["$$.Execution.Input.a", true],
  ["$$.Execution.Name", false],
  ["$$", true],
])("who asks for the input of the execution: %s", (path, asks) => {
  const found = definition(machineOf({ ...pass, Parameters: { "x.$": path } }));
  expect(found.asksForExecutionInput).toBe(asks);
});

test("the variables each state refers to", () => {
  const States = {
    S: { Type: "Pass", InputPath: "$in", Parameters: { "a.$": "States.Format('{} $no', $x, $y.z)" }, Next: "T" },
    T: { Type: "Wait", SecondsPath: "$wait", End: true },
  };
  expect([...definition({ StartAt: "S", States }).variableReferences]).toEqual([
    ["S", ["in", "x", "y"]],
    ["T", ["wait"]],
  ]);
});

test("ten mistakes are ten problems, each with its place", () => {
  const States = {
    A: { Type: "Pass", ResultPath: "a", Nxt: "B", Next: "B" },
    B: { Type: "Wait", Seconds: -1, Next: "Nope" },
    C: { Type: "Task", Resource: "x", TimeoutSeconds: 0, End: true, Retry: [{ ErrorEquals: [] }] },
    D: { Type: "Choice", Choices: [] },
    E: { Type: "Unknown" },
  };
  const places = problemsIn(parseDefinition({ StartAt: "A", States, Version: "3" })).map((problem) => problem.path);
  expect(places).toEqual([
    "/Version",
    "/States/A/ResultPath",
    "/States/A",
    "/States/B/Seconds",
    "/States/C/Resource",
    "/States/C/TimeoutSeconds",
    "/States/C/Retry[0]/ErrorEquals",
    "/States/D/Choices",
    "/States/E/Type",
    "/States/B/Next",
    "/States/C",
    "/States/D",
    "/States/E",
  ]);
});

test.each([[null], ["{}"], [[]], [7], [undefined]])("%j is no definition", (source) => {
  expect(told(source)).toEqual(["Definition must be a valid JSON object at undefined"]);
});

test.each(["", " \n", "null", "[]", '"x"', "7"])("the text %j is no definition", (text) => {
  const parsed = parseDefinitionText(text);
  expect(problemsIn(parsed).map((problem) => problem.message)).toEqual(["Definition must be a valid JSON object"]);
});

describe("hostile input", () => {
  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("a state named %s is a state", (name) => {
    const text = `{"StartAt":"${name}","States":{"${name}":{"Type":"Pass","End":true}}}`;
    const found = definition(text);
    expect([...found.states.keys()]).toEqual([name]);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  test.each(["__proto__", "constructor"])("a field named %s is not supported", (name) => {
    const text = `{"StartAt":"S","States":{"S":{"Type":"Pass","End":true,"${name}":{"Next":"x"}}}}`;
    expect(problemsIn(parseDefinitionText(text)).map((problem) => problem.message)).toEqual([
      `Field '${name}' is not supported`,
    ]);
  });

  test("a target that every object has is still missing", () => {
    expect(told({ StartAt: "S", States: { S: { Type: "Pass", Next: "toString" }, T: pass } })[0]).toBe(
      "MISSING_TRANSITION_TARGET: Missing 'Next' target: toString at /States/S/Next",
    );
  });

  test("a circle and a bottomless object are refused", () => {
    const circle: Record<string, unknown> = { StartAt: "S" };
    circle["States"] = { S: { Type: "Pass", Result: circle, End: true } };
    expect(problemsIn(parseDefinition(circle))[0]?.code).toBe("TOO_DEEPLY_NESTED");
  });

  test("states nested beyond reason are refused", () => {
    let container: JsonObject = { StartAt: "S0", States: { S0: pass } };
    for (let level = 1; level <= 60; level++) {
      const name = `S${level}`;
      container = { StartAt: name, States: { [name]: { Type: "Map", ItemProcessor: container, End: true } } };
    }
    expect(told(container)).toContainEqual(
      expect.stringMatching(/^TOO_DEEPLY_NESTED: States are nested more than 50 levels/),
    );
  });

  test("a mistake in every place is told a thousand times at most", () => {
    const States = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`S${index}`, { Type: "?" }]));
    expect(problemsIn(parseDefinition({ StartAt: "S0", States }))).toHaveLength(1000);
  });
});

describe("a definition of a megabyte", () => {
  const count = 2600;
  const name = (index: number) => `State number ${index}`;
  const states = Array.from({ length: count }, (_, index): [string, Json] => [
    name(index),
    {
      Type: "Task",
      Resource: lambda,
      Parameters: {
        "order.$": "$.order.id",
        "text.$": "States.Format('{} of {}', $.a, $$.Execution.Name)",
        fixed: [1, 2],
      },
      ResultSelector: { "status.$": "$.Payload.status" },
      ResultPath: `$.results.r${index}`,
      Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 2, MaxAttempts: 5, BackoffRate: 1.5 }],
      ...(index === count - 1 ? { End: true } : { Next: name(index + 1) }),
    },
  ]);

  /** The processor time of the best of a few: what the parser takes, not what else the machine is doing. */
  function milliseconds(read: () => void): number {
    const times = Array.from({ length: 3 }, () => {
      const before = process.cpuUsage();
      read();
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    });
    return Math.min(...times);
  }

  test("is read within a second", () => {
    const text = JSON.stringify({ StartAt: name(0), States: Object.fromEntries(states) });
    expect(text.length).toBeGreaterThan(1_000_000);
    expect(definition(text).states.size).toBe(count);
    expect(milliseconds(() => definition(text))).toBeLessThan(1000);
  });

  test("full of wrong targets, too", () => {
    const wrong = states.map(([key, state]): [string, Json] => [key, { ...(state as JsonObject), Next: `${key}?` }]);
    const source = { StartAt: name(0), States: Object.fromEntries(wrong) };
    expect(problemsIn(parseDefinition(source))).toHaveLength(1000);
    expect(milliseconds(() => parseDefinition(source))).toBeLessThan(1000);
  });
});

describe("a state by itself", () => {
  test("may lead anywhere", () => {
    const parsed = parseState({ Type: "Pass", Next: "Elsewhere" });
    expect(parsed).toMatchObject({ kind: "definition", definition: { startAt: "StateName" } });
  });

  test.each<[Json, readonly string[]]>([
    [{ Type: "Parallel", Branches: [], End: true }, ["Value cannot be empty at /States/StateName/Branches"]],
    [{ Type: "Pass" }, ["This object should have only one of the following fields: [Next, End] at /States/StateName"]],
    [
      { Type: "Map", ItemProcessor: { StartAt: "I", States: { I: { Type: "Pass", Next: "J" } } }, Next: "K" },
      ["Missing 'Next' target: J at /States/StateName/ItemProcessor/States/I/Next"],
    ],
    [[], ["Definition must be a valid JSON object at undefined"]],
  ])("%j", (state, expected) => {
    expect(problemsIn(parseState(state)).map(({ message, path }) => `${message} at ${path}`)).toEqual(expected);
  });
});

test("a definition that was written by hand and one that was read are the same", () => {
  const source = withTarget({ Type: "Pass", Next: "T", Parameters: { "a.$": "$.b" } });
  expect(parseDefinitionText(JSON.stringify(source))).toEqual(parseDefinition(source));
});
