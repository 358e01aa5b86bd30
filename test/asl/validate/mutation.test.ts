/**
 * Definitions with something wrong anywhere: whatever stands in whatever place, the parser and the inspection
 * answer and never throw, and every error has its sentence.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDefinition, parseDefinitionText } from "../../../lib/asl/parse.ts";
import { inspectDefinition, inspectDefinitionText } from "../../../lib/asl/validate/inspect.ts";
import { inner, type Json, lambda } from "../parsing.ts";

const jsonPath: Json = {
  StartAt: "Pass",
  TimeoutSeconds: 60,
  States: {
    Pass: {
      Type: "Pass",
      Parameters: { "a.$": "$.x", "t.$": "$.t", list: [{ "b.$": "$$.Execution.Name" }] },
      Assign: { "v.$": "$.v" },
      Next: "Task",
    },
    Task: {
      Type: "Task",
      Resource: lambda,
      TimeoutSecondsPath: "$.t",
      Credentials: { "RoleArn.$": "$.role" },
      Retry: [{ ErrorEquals: ["A"], IntervalSeconds: 1, BackoffRate: 1.5, JitterStrategy: "FULL" }],
      Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "Fail" }],
      Next: "Choice",
    },
    Choice: {
      Type: "Choice",
      Choices: [
        {
          And: [{ Variable: "$.a", IsPresent: true }, { Not: { Variable: "$.a", StringEqualsPath: "$v" } }],
          Next: "Map",
        },
      ],
      Default: "Fail",
    },
    Map: {
      Type: "Map",
      ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" }, ...inner },
      ItemReader: {
        Resource: "arn:aws:states:::s3:getObject",
        Parameters: { Bucket: "b" },
        ReaderConfig: { InputType: "JSON" },
      },
      ItemBatcher: { MaxItemsPerBatch: 5 },
      ResultWriter: { Resource: "arn:aws:states:::s3:putObject", Parameters: { Bucket: "b" } },
      Label: "l",
      Next: "Parallel",
    },
    Parallel: {
      Type: "Parallel",
      Branches: [{ StartAt: "W", States: { W: { Type: "Wait", Seconds: 1, End: true } } }],
      End: true,
    },
    Fail: { Type: "Fail", ErrorPath: "$.error.Error", Cause: "c" },
  },
};

const jsonata: Json = {
  QueryLanguage: "JSONata",
  StartAt: "Task",
  States: {
    Task: {
      Type: "Task",
      Resource: lambda,
      Arguments: { a: "{% $states.input.a %}" },
      Output: "{% $states.result %}",
      TimeoutSeconds: "{% 5 %}",
      Catch: [{ ErrorEquals: ["States.ALL"], Output: "{% $states.errorOutput %}", Next: "Choice" }],
      Next: "Choice",
    },
    Choice: {
      Type: "Choice",
      Choices: [{ Condition: "{% $states.input.a = 1 %}", Assign: { x: "{% 1 %}" }, Next: "Map" }],
      Default: "End",
    },
    Map: {
      Type: "Map",
      Items: "{% [1, 2] %}",
      ItemProcessor: inner,
      ItemSelector: { i: "{% $states.context.Map.Item.Index %}" },
      End: true,
    },
    End: { Type: "Succeed", Output: { x: "{% $x %}" } },
  },
};

/** Every place of a value, as keys from the top. */
function places(value: Json, keys: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [keys];
  return [keys, ...Object.entries(value).flatMap(([key, item]) => places(item as Json, [...keys, key]))];
}

function replaced(value: Json, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === key ? replaced(item, rest, by) : item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, name === key ? replaced(item as Json, rest, by) : item]),
  );
}

const strange = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    "$",
    "$.",
    "$..a",
    "$.a[?(@.b)]",
    "{% %}",
    "{% $ %}",
    "States.Format(",
    "__proto__",
    "",
    "\u0000",
    "🧺",
  ),
  fc.constantFrom<unknown>(undefined, -1, 1.5, 1e308, [], {}, [[]], { __proto__: null }),
);

test.each([
  ["JSONPath", jsonPath],
  ["JSONata", jsonata],
])("a %s machine is valid to begin with", (_, definition) => {
  expect(inspectDefinition(definition)).toEqual([]);
});

test.each([
  ["JSONPath", jsonPath],
  ["JSONata", jsonata],
])("anything in any place of a %s machine is answered", (_, definition) => {
  const anywhere = fc.constantFrom(...places(definition));
  fc.assert(
    fc.property(anywhere, strange, (place, value) => {
      const source = replaced(definition, place, value);
      const parsed = parseDefinition(source);
      inspectDefinition(source);
      if (parsed.kind === "problems") {
        expect(parsed.problems.length).toBeGreaterThan(0);
        for (const problem of parsed.problems) expect(problem.message).not.toBe("");
      }
    }),
    { numRuns: 400 },
  );
});

test("a text with a character more, less or other is answered", () => {
  const text = JSON.stringify(jsonPath);
  const edit = fc.record({ at: fc.nat(text.length), cut: fc.nat(2), put: fc.string({ maxLength: 2 }) });
  fc.assert(
    fc.property(edit, ({ at, cut, put }) => {
      const edited = text.slice(0, at) + put + text.slice(at + cut);
      const parsed = parseDefinitionText(edited);
      inspectDefinitionText(edited);
      if (parsed.kind === "problems") expect(parsed.problems.length).toBeGreaterThan(0);
    }),
    { numRuns: 400 },
  );
});
