/** Intrinsic functions: recordings of the service, and a table of each function with its source. */
import { describe, expect, test } from "vitest";
import { compileTemplate, evaluateTemplate } from "../../../lib/asl/evaluate/template.ts";
import type { Value } from "../../../lib/asl/json.ts";
import { atOnce, outcome, recordings, recordingsMissing, scopeOf } from "./recordings.ts";

function result(template: Value, input: Value): string {
  const compiled = compileTemplate(template, "JSONPath", "Parameters");
  if (compiled.kind === "problems") return compiled.problems.map(({ message }) => message).join("; ");
  return outcome(() => atOnce(evaluateTemplate(compiled.template, scopeOf(input))));
}

const recorded = recordings("intrinsic_functions").filter(
  ({ id, definition }) =>
    definition.States["State_0"]?.["Parameters"] !== undefined &&
    // The context object's names are placeholders in this one: a row of the table below stands for it.
    !id.endsWith("test_context_json_path"),
);

describe.skipIf(recordingsMissing)(`as recorded (${recordingsMissing ?? "intrinsic_functions"})`, () => {
  test.each(recorded.map((recording) => [recording.id, recording] as const))("%s", (_, recording) => {
    const parameters = recording.definition.States["State_0"]?.["Parameters"] ?? null;
    expect(JSON.parse(result(parameters, recording.input))).toEqual(recording.expect.output);
  });
});

const input: Value = {
  list: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  repeated: [1, 2, 3, 3, "a", "a", { b: 1 }, { b: 1 }],
  text: "Hello",
  number: 1.5,
  object: { Arg1: 1, Arg2: [], Arg3: { x: null, y: true } },
  other: { Arg1: "new", b: 2 },
  json: '{"number":20}',
  nothing: null,
};

/** What `"r.$"` becomes. */
function call(source: string): string {
  return result({ "r.$": source }, input).replace(/^\{"r":(.*)\}$/s, "$1");
}

describe("what each function gives", () => {
  // DG: the examples of the developer guide's page on intrinsic functions. 2c: features.md, section 2c.
  test.each([
    ["States.Array()", "[]"],
    ["States.Array($.text, 1, 'a', true, null)", '["Hello",1,"a",true,null]'], // DG
    ["States.ArrayPartition($.list, 4)", "[[1,2,3,4],[5,6,7,8],[9]]"], // DG
    ["States.ArrayPartition($.list, 3.6)", "[[1,2,3,4],[5,6,7,8],[9]]"], // DG: rounded
    ["States.ArrayContains($.list, 5)", "true"], // DG
    ["States.ArrayContains($.list, '5')", "false"],
    ["States.ArrayContains($.repeated, $.repeated[6])", "true"],
    ["States.ArrayRange(1, 9, 2)", "[1,3,5,7,9]"], // DG
    ["States.ArrayRange(5, 1, -2)", "[5,3,1]"],
    ["States.ArrayRange(5, 1, 1)", "[]"],
    ["States.ArrayLength(States.ArrayRange(1, 1000, 1))", "1000"], // DG: up to 1000
    ["States.ArrayGetItem($.list, 5)", "6"], // DG
    ["States.ArrayGetItem($.list, 9)", "null"], // 2c.8
    ["States.ArrayLength($.list)", "9"], // DG
    ["States.ArrayUnique($.repeated)", '[1,2,3,"a",{"b":1}]'], // DG; the order is that of the first appearance
    ["States.Base64Encode('Data to encode')", '"RGF0YSB0byBlbmNvZGU="'], // DG
    ["States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", '"Data to encode"'], // DG
    ["States.Base64Encode('ü€')", '"w7zigqw="'],
    ["States.Hash('input data', 'SHA-1')", '"aaff4a450a104cd177d28d18d74485e8cae074b7"'], // DG
    ["States.Hash('Hello', 'MD5')", '"8b1a9953c4611296a827abf8c47804d7"'],
    ["States.Hash(1, 'MD5')", '"c4ca4238a0b923820dcc509a6f75849b"'], // 2c.8: of the text
    ["States.JsonMerge($.object, $.other, false)", '{"Arg3":{"x":null,"y":true},"b":2,"Arg2":[],"Arg1":"new"}'], // DG, 2c.3
    ["States.StringToJson($.json)", '{"number":20}'], // DG
    ["States.StringToJson('')", "null"], // 2c.8
    ["States.StringToJson('1.0')", "1.0"],
    ["States.JsonToString($.object)", '"{\\"Arg1\\":1,\\"Arg2\\":[],\\"Arg3\\":{\\"x\\":null,\\"y\\":true}}"'], // DG
    ["States.MathRandom(1, 999, 42)", "255"], // 2c.2: java.util.Random(42).nextInt(998) is 254
    ["States.MathRandom(0, 10, 42)", "0"],
    ["States.MathRandom(0, 8, 7)", "5"],
    ["States.MathAdd(111, -1)", "110"], // DG
    ["States.MathAdd($.number, 2.7)", "5"], // 2c.4
    ["States.StringSplit('1,2,3,4,5', ',')", '["1","2","3","4","5"]'], // DG
    ["States.StringSplit('This.is+a,test=string', '.+,=')", '["This","is","a","test","string"]'], // DG
    ["States.StringSplit('abc', '')", '["abc"]'],
    ["States.Format('Hello, my name is {}.', $.text)", '"Hello, my name is Hello."'], // DG
    ["States.Format('{}{}', 1, true)", '"1true"'],
    ["States.Format('none')", '"none"'],
    ["States.Format('{} null', $.nothing)", '"null null"'], // 2c.8
    ["States.Format('{}', $.object)", '"{Arg1=1, Arg2=[], Arg3={x=null, y=true}}"'], // recorded for the context object
    ["States.Format('{}', $.list)", '"[1, 2, 3, 4, 5, 6, 7, 8, 9]"'],
    ["States.Format('\\{\\} \\'{}\\' \\\\', 1)", `"{} '1' \\\\"`], // DG: escapes
    ["States.Format($.text)", '"Hello"'],
    ["States.Format('{}-{}', $$.Execution.Name, $.text)", '"run-1-Hello"'],
    ["States.Format('{}', States.JsonToString(States.Array(States.MathAdd(1, 1))))", '"[2]"'],
  ])("%s: %s", (source, expected) => {
    expect(call(source)).toBe(expected);
  });

  test("chance is drawn from the moment, each call anew", () => {
    const uuid = /^"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"$/;
    expect(call("States.UUID()")).toMatch(uuid);
    expect(call("States.UUID()")).toBe(call("States.UUID()")); // each in a moment of its own
    const [first, second] = JSON.parse(call("States.Array(States.UUID(), States.UUID())"));
    expect(first).not.toBe(second);
    expect(Number(call("States.MathRandom(3, 6)"))).toBeGreaterThanOrEqual(3);
    expect(Number(call("States.MathRandom(3, 6)"))).toBeLessThan(6);
  });
});

describe("what fails, with States.Runtime (2c.1)", () => {
  test.each([
    ["States.ArrayLength('a')", "ArrayLength"],
    ["States.ArrayLength()", "ArrayLength"],
    ["States.ArrayPartition($.list, 0)", "ArrayPartition"],
    ["States.ArrayRange(1, 1001, 1)", "ArrayRange"],
    ["States.ArrayRange(1, 1000000000, 1)", "ArrayRange"],
    ["States.ArrayRange(1, 9, 0)", "ArrayRange"],
    ["States.ArrayGetItem($.list, -1)", "ArrayGetItem"],
    ["States.Base64Decode('!!!')", "Base64Decode"],
    ["States.Hash('a', 'md5')", "Hash"],
    ["States.JsonMerge($.object, $.other, true)", "JsonMerge"], // features 2.24
    ["States.StringToJson('{')", "StringToJson"],
    ["States.MathRandom(5, 5)", "MathRandom"],
    ["States.MathAdd('1', 2)", "MathAdd"],
    ["States.StringSplit('a')", "StringSplit"],
    ["States.Format('{}')", "Format"],
    ["States.Format('{', 1)", "Format"],
    ["States.Format(1)", "Format"],
    ["States.UUID(1)", "UUID"],
  ])("%s", (source, name) => {
    expect(call(source)).toBe(
      `States.Runtime: There was an error while evaluating the intrinsic function: ${source}. Invalid arguments in States.${name}`,
    );
  });

  test("of nested functions the outermost is quoted and the failing one named", () => {
    expect(call("States.Format('{}', States.ArrayLength(1))")).toBe(
      "States.Runtime: There was an error while evaluating the intrinsic function: " +
        "States.Format('{}', States.ArrayLength(1)). Invalid arguments in States.ArrayLength",
    );
  });

  // Measured on the service, as floci's AslExecutorIntrinsicMissingArgumentTest says; `$$` is shortened by Step Functions Local, too.
  test.each([
    ["States.Format('{}', $.x)", "$.x"],
    ["States.Format('{} {}', $.items, $.a.b)", "$.a.b"],
    ["States.Format($.nope, 1)", "$.nope"],
    ["States.Format('{}', States.ArrayLength($.x))", "$.x"],
    ["States.Format('{}', $.items[5])", "$.items[5]"],
    ["States.Format('{}', $.items[5].x)", "$.items[5].x"],
    ["States.Format('{}', $$.Nope.Deep)", "$.Nope.Deep"],
  ])("a path that finds nothing: %s", (source, field) => {
    expect(result({ "r.$": source }, { items: [1] })).toBe(
      `States.Runtime: The function '${source}' had the following error: ` +
        `The JsonPath argument for the field '${field}' could not be found in the input '{"items":[1]}'`,
    );
  });

  test.each([
    ["States.Format('{}', $.nothing)", '"null"'],
    ["States.ArrayLength($.repeated[*].nope)", "0"],
  ])("null and an empty list are something: %s", (source, expected) => {
    expect(call(source)).toBe(expected);
  });

  test.each([["Base64Encode"], ["Base64Decode"]])("%s takes 10,000 characters", (name) => {
    const of = (text: string) => result({ "r.$": `States.${name}($.text)` }, { text });
    expect(of("a".repeat(10_000))).toMatch(/^\{"r"/);
    expect(of("a".repeat(10_004))).toContain("Invalid arguments");
  });
});

describe("what is no call", () => {
  const refused = "The value for the field 'r.$' must be a valid JSONPath or a valid intrinsic function call";
  test.each([
    ["States.Unknown($.a)"],
    ["States.Format('a'"],
    ["States.Format('a' 1)"],
    ["States.Format(a)"],
    ['States.Format("a")'],
    ["States.MathAdd(01, 1)"],
    ["Format('a')"],
    ["States.Array($.a[)"],
    [`${"States.Array(".repeat(11)}1${")".repeat(11)}`],
    ["States.constructor()"],
    // Recorded: validation/scenarios, test_illegal_escapes.
    ["States.Format('He said, \\\"Hello, {}!\\\"', 'x')"],
    ["States.Format('a\\n')"],
    ["States.Format('a\\')"],
  ])("%s", (source) => {
    expect(call(source)).toBe(refused);
  });

  test("ten levels of nesting are", () => {
    expect(call(`${"States.Array(".repeat(10)}1${")".repeat(10)}`)).toBe("[[[[[[[[[[1]]]]]]]]]]");
  });
});
