/** Payload templates: what they become, in which order, and what is refused. */
import { describe, expect, test } from "vitest";
import { hashMapOrder, javaHash } from "../../../lib/asl/evaluate/java.ts";
import { compileQuery, compileTemplate, evaluateTemplate } from "../../../lib/asl/evaluate/template.ts";
import { parseJson, type Value } from "../../../lib/asl/json.ts";
import { atOnce, outcome, outcomeLater, recordings, recordingsMissing, scopeOf } from "./recordings.ts";

const input = parseJson('{"a":1,"list":[1,2],"price":0.0,"o":{"k":"v"}}');

function filled(text: string): string {
  const compiled = compileTemplate(parseJson(text), "JSONPath", "Parameters");
  if (compiled.kind === "problems") return compiled.problems.map((problem) => JSON.stringify(problem)).join();
  return outcome(() =>
    atOnce(evaluateTemplate(compiled.template, scopeOf(input, { variables: new Map([["v", [7]]]) }))),
  );
}

describe("JSONPath", () => {
  test.each([
    ['{"x":1,"y":[null,{"z":"$.a"}]}', '{"x":1,"y":[null,{"z":"$.a"}]}'],
    ['{"y.$":"$","x.$":"$.a"}', '{"x":1,"y":{"a":1,"list":[1,2],"price":0.0,"o":{"k":"v"}}}'],
    ['[{"x.$":"$.list[1]"},{"y":{"z.$":"$v[0]"}}]', '[{"x":2},{"y":{"z":7}}]'],
    ['{"n.$":"$$.Execution.Name"}', '{"n":"run-1"}'],
    ['{"f.$":"States.Format(\'{}\', $.o)"}', '{"f":"{k=v}"}'],
    ['{"p.$":"$.price"}', '{"p":0.0}'],
    ['{"w.$":"$.list[9]"}', '{"w":null}'],
    ['{"none.$":"$.none[*]"}', '{"none":[]}'],
    ['{"__proto__.$":"$.o"}', '{"__proto__":{"k":"v"}}'],
    ['"$.a"', '"$.a"'],
    ["0.0", "0.0"],
    // Computed members follow the fixed ones, ordered as a Java HashMap of 16 buckets (2c.3).
    ['{"b.$":"$.a","fixed":0,"a.$":"$.a"}', '{"fixed":0,"a":1,"b":1}'],
  ])("%s becomes %s", (template, expected) => {
    expect(filled(template)).toBe(expected);
  });

  test("a path that finds nothing fails the state (floci#2521, Step Functions Local)", () => {
    expect(filled('{"missing.$":"$.nope.deep"}')).toBe(
      "States.Runtime: The JSONPath '$.nope.deep' specified for the field 'missing.$' could not be found in the input " +
        '\'{"a":1,"list":[1,2],"price":0.0,"o":{"k":"v"}}\'',
    );
  });

  test("of the context object, it is the context object that is shown", () => {
    expect(filled('{"checkId.$":"$$.Map.Item.Value.checkId"}')).toBe(
      "States.Runtime: The JSONPath '$$.Map.Item.Value.checkId' specified for the field 'checkId.$' could not be found in the " +
        'input \'{"Execution":{"Input":{"a":1,"list":[1,2],"price":0.0,"o":{"k":"v"}},"Name":"run-1"}}\'',
    );
  });

  test.each([
    ['{"a":{"b.$":"x"}}', "/a/b.$", "b.$", "x"],
    ['[{"b.$":5}]', "/0/b.$", "b.$", "5"],
    ['{"a/~":{"b.$":"$["}}', "/a~1~0/b.$", "b.$", "$["],
  ])("%s is refused at %s", (template, path, field, value) => {
    const message = `The value for the field '${field}' must be a valid JSONPath or a valid intrinsic function call`;
    expect(JSON.parse(filled(template))).toEqual({ path, message, value });
  });

  test("what it may look at", () => {
    const compiled = compileTemplate(
      { "a.$": "$x", b: [{ "c.$": "States.Array($y, $$.Map.Item.Index)" }], "d.$": "$x.z" },
      "JSONPath",
      "Assign",
    );
    expect(compiled.kind === "template" && compiled.template.references).toEqual({
      variables: ["x", "y"],
      executionInput: false,
    });
  });

  test("a path or a function by itself", () => {
    for (const [source, expected] of [
      ["$.a", "1"],
      ["States.Format('{}!', $.a)", '"1!"'],
    ] as const) {
      const compiled = compileQuery(source, "ErrorPath");
      expect(
        compiled.kind === "template" && outcome(() => atOnce(evaluateTemplate(compiled.template, scopeOf(input)))),
      ).toBe(expected);
    }
    expect(compileQuery("oops", "ErrorPath").kind).toBe("problems");
  });

  test("constant parts are shared, so nothing is copied for them", () => {
    const compiled = compileTemplate({ big: { constant: [1, 2, 3] }, "a.$": "$.a" }, "JSONPath", "Parameters");
    if (compiled.kind === "problems") throw new Error("unexpected");
    const [first, second] = [1, 2].map(() => atOnce(evaluateTemplate(compiled.template, scopeOf(input))));
    expect(Object(first).big).toBe(Object(second).big);
  });
});

describe("JSONata", () => {
  const later = (template: Value) => {
    const compiled = compileTemplate(template, "JSONata", "Output");
    if (compiled.kind === "problems") return compiled.problems.map((problem) => JSON.stringify(problem)).join();
    return outcomeLater(() => evaluateTemplate(compiled.template, scopeOf(input)));
  };
  test.each<[Value, string]>([
    [
      { x: "{% $states.input.a + 1 %}", "y.$": "$.a", z: ["{% $states.input.list[1] %}", " {% 1 %}"] },
      '{"x":2,"y.$":"$.a","z":[2," {% 1 %}"]}',
    ],
    ["{% $states.input.o %}", '{"k":"v"}'],
    [{ n: "{% null %}" }, '{"n":null}'],
    [{ b: "{% 1 %}", a: "{% 2 %}" }, '{"b":1,"a":2}'],
    [{ a: { b: ["{% 1 %}", "{% $nothing %}"] } }, undefinedAt("$nothing", "Output/a/b[1]")],
  ])("%j: %s", async (template, expected) => {
    expect(await later(template)).toBe(expected);
  });

  test("without expressions it is evaluated at once", () => {
    const compiled = compileTemplate({ a: ["$.a"] }, "JSONata", "Output");
    expect(compiled.kind === "template" && evaluateTemplate(compiled.template, scopeOf(null))).toEqual({ a: ["$.a"] });
  });

  test("every expression that cannot be compiled is told", async () => {
    expect(JSON.parse(`[${await later({ a: "{% 1 + %}", b: ["{% name %}"] })}]`)).toEqual([
      { path: "/a", message: "Unexpected end of expression", value: "{% 1 + %}", code: "INVALID_JSONATA_EXPRESSION" },
      {
        path: "/b/0",
        message: "Reference to 'name' at the top level is not supported.",
        value: "{% name %}",
        code: "UNSUPPORTED_JSONATA_EXPRESSION",
      },
    ]);
  });

  function undefinedAt(source: string, field: string): string {
    return `States.QueryEvaluationError: The JSONata expression '${source}' specified for the field '${field}' returned nothing (undefined).`;
  }
});

describe("the order of a Java HashMap", () => {
  test("hashes are Java's", () => {
    expect([javaHash(""), javaHash("a"), javaHash("hello"), javaHash("polygenelubricants")]).toEqual([
      0, 97, 99162322, -2147483648,
    ]);
  });

  test("entries come by bucket, in a table that grows", () => {
    const order = (keys: readonly string[]) => hashMapOrder(keys.map((key) => [key, 0])).map(([key]) => key);
    expect(order(["q", "b", "a"])).toEqual(["q", "a", "b"]); // q and a share bucket 1 of 16
    const thirteen = Array.from({ length: 13 }, (_, index) => String.fromCharCode(97 + 16 - index));
    expect(order(thirteen)).toEqual([...thirteen].sort());
  });

  test.skipIf(recordingsMissing)(`as recorded (${recordingsMissing ?? "test_json_merge_escaped_argument"})`, () => {
    const recording = recordings("intrinsic_functions").find(({ id }) =>
      id.endsWith("test_json_merge_escaped_argument"),
    );
    const keys = Object.keys(Object(recording?.expect.output));
    expect(hashMapOrder([...keys].reverse().map((key) => [key, 0])).map(([key]) => key)).toEqual(keys);
  });
});
