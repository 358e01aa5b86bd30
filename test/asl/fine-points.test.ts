/**
 * The fine points of the service that implementers get wrong, each with a machine that shows it; the numbers
 * are those of the project's list of them. All were recorded on the service or stand in its documentation.
 */
import { describe, expect, test } from "vitest";
import { parseDefinition } from "../../lib/asl/parse.ts";
import { type SimulateOptions, simulate } from "../../lib/asl/simulate.ts";
import { machine } from "./states/stepping.ts";

type Tasks = NonNullable<SimulateOptions["tasks"]>;

const sqs = { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage" };
const end = { Type: "Pass", End: true };
const ja = { QueryLanguage: "JSONata" };
const one = (state: object) => ({ A: { End: true, ...state } });
const choice = (rule: object) => ({
  A: { Type: "Choice", Choices: [{ ...rule, Next: "Y" }], Default: "D" },
  Y: { Type: "Pass", Result: "yes", End: true },
  D: { Type: "Pass", Result: "default", End: true },
});
const failing: Tasks = () => ({ error: "Mine", cause: "why" });
const mapOver = (processor: object, more: object = {}) => ({
  M: { Type: "Map", ItemProcessor: { StartAt: "I", States: { I: { End: true, ...processor } } }, End: true, ...more },
});
const distributed = { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } };

/** Name, machine, input, what comes out, and what tasks answer. */
type Row = readonly [string, object, string, string, Tasks?];

const named = (rows: readonly Row[]) => rows.map((row) => [row[0], row] as const);

/** Output, or `error: cause`. */
async function outcome(states: object, input = "{}", options: SimulateOptions = {}): Promise<string> {
  const { output, failure } = await simulate(machine(states), input, options);
  return output ?? `${failure?.error}: ${failure?.cause}`;
}

const prefix = (name: string, event = 2) =>
  `An error occurred while executing the state '${name}' (entered at the event id #${event}). `;

describe("what a machine comes to", () => {
  const rows: readonly Row[] = [
    [
      "1 nothing matches, no Default",
      { A: { Type: "Choice", Choices: [{ Variable: "$.a", IsNull: true, Next: "Y" }] }, Y: end },
      '{"a":1}',
      `States.Runtime: ${prefix("A")}Failed to transition out of the state. The state does not point to a next state.`,
    ],
    [
      "2 a missing Variable, in spite of a Default",
      choice({ Variable: "$.value", NumericEquals: 1 }),
      "{}",
      `States.Runtime: ${prefix("A")}Invalid path '$.value': The choice state's condition path references an invalid value.`,
    ],
    ["2 another type is merely false", choice({ Variable: "$.a", NumericEquals: 1 }), '{"a":"1"}', '"default"'],
    ["2 and Not makes it true", choice({ Not: { Variable: "$.a", NumericEquals: 1 } }), '{"a":"1"}', '"yes"'],
    ["3 null is present", choice({ Variable: "$.a", IsPresent: true }), '{"a":null}', '"yes"'],
    [
      "4 States.ALL does not catch States.Runtime",
      {
        A: { ...sqs, Parameters: { "x.$": "$.no" }, Catch: [{ ErrorEquals: ["States.ALL"], Next: "B" }], End: true },
        B: end,
      },
      "{}",
      `States.Runtime: ${prefix("A")}The JSONPath '$.no' specified for the field 'x.$' could not be found in the input '{}'`,
    ],
    [
      "4 States.TaskFailed is a wildcard",
      {
        A: { ...sqs, Catch: [{ ErrorEquals: ["States.TaskFailed"], Next: "B" }], End: true },
        B: { ...end, Result: "caught" },
      },
      "{}",
      '"caught"',
      failing,
    ],
    [
      "4 but not for States.Timeout",
      { A: { ...sqs, Catch: [{ ErrorEquals: ["States.TaskFailed"], Next: "B" }], End: true }, B: end },
      "{}",
      "States.Timeout: undefined",
      () => ({ timeout: true }),
    ],
    [
      "5 RetryCount grows",
      {
        A: {
          ...sqs,
          Retry: [{ ErrorEquals: ["Mine"], MaxAttempts: 2 }],
          ResultSelector: { "n.$": "$$.State.RetryCount" },
          End: true,
        },
      },
      "{}",
      '{"n":2}',
      ({ scheduling }) => (scheduling < 2 ? { error: "Mine" } : { result: 1 }),
    ],
    [
      "6 MaxAttempts 0, comments",
      {
        A: {
          ...sqs,
          Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 0, Comment: "c" }],
          Catch: [{ ErrorEquals: ["States.ALL"], Comment: "c", Next: "B" }],
          End: true,
        },
        B: { ...end, Result: 1 },
      },
      "{}",
      "1",
      failing,
    ],
    [
      "8 OutputPath passes by an error output",
      {
        A: {
          ...sqs,
          OutputPath: "$.no",
          ResultSelector: { "x.$": "$.no" },
          Catch: [{ ErrorEquals: ["Mine"], Next: "B" }],
          End: true,
        },
        B: end,
      },
      "{}",
      '{"Error":"Mine","Cause":"why"}',
      failing,
    ],
    [
      "9 a branch that fails fails the Parallel",
      {
        A: {
          Type: "Parallel",
          Branches: [
            { StartAt: "X", States: { X: end } },
            { StartAt: "F", States: { F: { Type: "Fail", Error: "E", Cause: "c" } } },
          ],
          End: true,
        },
      },
      "{}",
      "E: c",
    ],
    [
      "9 Parameters of a Parallel",
      { A: { Type: "Parallel", Parameters: { p: 1 }, Branches: [{ StartAt: "X", States: { X: end } }], End: true } },
      "{}",
      '[{"p":1}]',
    ],
    [
      "9 old Parameters of a Map, per item, once",
      {
        M: {
          Type: "Map",
          Parameters: { "v.$": "$$.Map.Item.Value" },
          Iterator: { StartAt: "I", States: { I: end } },
          End: true,
        },
      },
      "[7]",
      '[{"v":7}]',
    ],
    ["10 a path that ends in an index", one({ ...end, InputPath: "$.a[0]" }), '{"a":[5]}', "5"],
    ["10 an indefinite path", one({ ...end, InputPath: "$.a[*]" }), '{"a":[5]}', "[5]"],
    ["10 that finds nothing", one({ ...end, InputPath: "$.no[*]" }), '{"a":[5]}', "[]"],
    ["10 past the end", one({ ...end, InputPath: "$.a[3]" }), '{"a":[5]}', "null"],
    [
      "10 a filter with !=",
      one({ ...end, InputPath: "$.a[?(@.s != 'x')]" }),
      '{"a":[{"s":"x"},{"s":"y"}]}',
      '[{"s":"y"}]',
    ],
    [
      "11 a missing path, elsewhere",
      one({ ...end, InputPath: "$.no" }),
      "{}",
      `States.Runtime: ${prefix("A")}Invalid path '$.no' : No results for path: $['no']`,
    ],
    [
      "11 and in Wait",
      { W: { Type: "Wait", SecondsPath: "$.no", End: true } },
      "{}",
      `States.Runtime: ${prefix("W")}The SecondsPath parameter does not reference an input value: $.no`,
    ],
    [
      "12 the prefix once, at the innermost state",
      mapOver({ ...end, InputPath: "$.no" }, { MaxConcurrency: 1 }),
      "[{}]",
      `States.Runtime: ${prefix("I", 5)}Invalid path '$.no' : No results for path: $['no']`,
    ],
    [
      "16 undefined, by field",
      { A: { ...end, ...ja, Output: { v: "{% $states.input.no %}" } } },
      "{}",
      `States.QueryEvaluationError: ${prefix("A")}The JSONata expression '$states.input.no' specified for the field 'Output/v' returned nothing (undefined).`,
    ],
    [
      "17 the code of a failed expression",
      { A: { ...end, ...ja, Output: "{% $states.input() %}" } },
      "{}",
      `States.QueryEvaluationError: ${prefix("A")}The JSONata expression '$states.input()' specified for the field 'Output' threw an error during evaluation. T1006: Attempted to invoke a non-function`,
    ],
    ["20 Java's random", { A: { ...end, ...ja, Output: "{% $random(42) %}" } }, "{}", "0.7275636800328681"],
    ["20 the end of $range", { A: { ...end, ...ja, Output: "{% $range(1, 5, 2) %}" } }, "{}", "[1,3,5]"],
    [
      "22 Output does not see this state's Assign",
      {
        A: { ...end, ...ja, Assign: { x: 1 }, Next: "B", End: undefined },
        B: { ...end, ...ja, Assign: { x: 2 }, Output: "{% $x %}" },
      },
      "{}",
      "1",
    ],
    [
      "24 JsonMerge is shallow",
      one({ ...end, Parameters: { "x.$": "States.JsonMerge($.a, $.b, false)" } }),
      '{"a":{"n":{"p":1}},"b":{"n":{"q":2}}}',
      '{"x":{"n":{"q":2}}}',
    ],
    [
      "25 a fraction of a second",
      { W: { Type: "Wait", SecondsPath: "$.s", End: true } },
      '{"s":1.5}',
      `States.Runtime: ${prefix("W")}The SecondsPath parameter cannot be parsed as a long value: $.s == 1.5`,
    ],
    [
      "25 a negative second",
      { W: { Type: "Wait", SecondsPath: "$.s", End: true } },
      '{"s":-1}',
      `States.Runtime: ${prefix("W")}The SecondsPath parameter references a negative value: $.s == -1`,
    ],
    [
      "26 too large, without a prefix",
      one({ ...end, Parameters: { "x.$": "States.Format('{}{}', $.t, $.t)" } }),
      JSON.stringify({ t: "x".repeat(140_000) }),
      "States.DataLimitExceeded: The state/task 'A' returned a result with a size exceeding the maximum number of bytes service limit.",
    ],
    [
      "28 Items of a wrong type",
      mapOver({ ...end, ...ja }, { ...ja, Items: "{% 1 %}" }),
      "{}",
      `States.QueryEvaluationError: ${prefix("M")}The JSONata expression '1' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was 'number' for value: 1`,
    ],
    [
      "2b.11 an input that is no array",
      mapOver({ ...end, ...ja }, ja),
      "1",
      `States.QueryEvaluationError: ${prefix("M")}Map state input must be an array but was: 1`,
    ],
    ["32 no zero fractions", one({ ...end, InputPath: "$$.Execution.StartTime" }), "{}", '"2025-01-01T00:00:00Z"'],
    ["2b.9 a Fail without words", { F: { Type: "Fail" } }, "{}", "undefined: undefined"],
    [
      "2b.12 a negative MaxItems",
      {
        M: {
          Type: "Map",
          ItemReader: {
            Resource: "arn:aws:states:::s3:getObject",
            ReaderConfig: { InputType: "JSON", MaxItemsPath: "$.n" },
            Parameters: { Bucket: "b", Key: "k" },
          },
          ItemProcessor: { ...distributed, StartAt: "I", States: { I: end } },
          End: true,
        },
      },
      '{"n":-1}',
      "States.ItemReaderFailed: field MaxItems must be positive",
    ],
    ["2b.14 the text of numbers", one({ ...end, InputPath: "$.n" }), '{"n":0.0}', "0.0"],
    [
      "2c.2 MathRandom is Java's",
      one({ ...end, Parameters: { "x.$": "States.MathRandom(1, 100, 42)" } }),
      "{}",
      '{"x":63}',
    ],
    [
      "2c.3 computed members come last",
      one({ ...end, Parameters: { "b.$": "$.v", "a.$": "$.v", z: 1 } }),
      '{"v":0}',
      '{"z":1,"a":0,"b":0}',
    ],
    ["2c.4 MathAdd rounds", one({ ...end, Parameters: { "x.$": "States.MathAdd(1.6, 2.7)" } }), "{}", '{"x":5}'],
    [
      "2c.7 no Source in an inline Map",
      mapOver(end, { ...ja, ItemSelector: "{% $exists($states.context.Map.Item.Source) %}" }),
      "[1]",
      "[false]",
    ],
    [
      "the item is the Map's: no state inside sees it",
      mapOver({ ...end, ...ja, Output: "{% $exists($states.context.Map) %}" }, ja),
      "[1]",
      "[false]",
    ],
  ];

  test.each(named(rows))("%s", async (_, [, states, input, expected, tasks = () => ({ result: {} })]) => {
    const given = JSON.parse(JSON.stringify(states)); // without members that are undefined
    expect(await outcome(given, input, { tasks })).toBe(expected);
  });
});

describe("what is refused when a machine is created", () => {
  const problems = (states: object, more: object = {}) => {
    const parsed = parseDefinition({ StartAt: Object.keys(states)[0], States: states, ...more });
    return parsed.kind === "problems" ? parsed.problems.map(({ code, message }) => `${code}: ${message}`) : [];
  };

  test.each([
    [
      "18 a bare reference",
      { A: { ...end, ...ja, Output: "{% phone %}" } },
      {},
      "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported.",
    ],
    ["21 JSONPath under JSONata", { A: { ...end, QueryLanguage: "JSONPath" } }, ja, "QueryLanguage"],
    [
      "21 a processor with a language",
      { M: { Type: "Map", ItemProcessor: { ...ja, StartAt: "I", States: { I: end } }, End: true } },
      {},
      "QueryLanguage",
    ],
    ["21 the Map's language is not its states'", mapOver({ ...end, Output: 1 }, ja), {}, "Output"],
    [
      "23 nothing ends",
      { A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", Next: "A" } },
      {},
      "MISSING_END_STATE: Workflow has no terminal state",
    ],
    ["23 not reachable", { A: end, C: end }, {}, 'State "C" is not reachable.'],
    [
      "2c.6 an outer variable shadowed",
      { A: { Type: "Pass", Assign: { x: 1 }, Next: "M" }, ...mapOver({ ...end, Assign: { x: 2 } }) },
      {},
      "DUPLICATE_VARIABLE_NAME: The variable name 'x' was already defined in a parent scope.",
    ],
    [
      "2c.6 $states.result out of place",
      { A: { Type: "Succeed", ...ja, Output: "{% $states.result %}" } },
      {},
      "$states.result",
    ],
  ])("%s", (_, states, more, expected) => {
    expect(problems(states, more).join("\n")).toContain(expected);
  });

  test.each([
    [
      "7 any names in ErrorEquals",
      { A: { ...sqs, Retry: [{ ErrorEquals: ["States.Runtime", "States.DataLimitExceeded"] }], End: true } },
    ],
    ["6 Credentials", { A: { ...sqs, Credentials: { RoleArn: "arn:aws:iam::123456789012:role/r" }, End: true } }],
    ["6 MaxConcurrencyPath", mapOver(end, { MaxConcurrencyPath: "$.n" })],
    [
      "23 a Map's catcher makes reachable",
      { ...mapOver(end, { Catch: [{ ErrorEquals: ["States.ALL"], Next: "B" }] }), B: end },
    ],
  ])("but not %s", (_, states) => {
    expect(problems(states)).toEqual([]);
  });
});
