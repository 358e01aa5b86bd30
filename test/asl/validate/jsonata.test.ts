/** JSONata in a definition: syntax, references that do not exist, and where each is told. */
import { describe, expect, test } from "vitest";
import { parseDefinition } from "../../../lib/asl/parse.ts";
import { inner, type Json, type JsonObject, machineOf, pass, task, told, withTarget } from "../parsing.ts";

const jsonata = { QueryLanguage: "JSONata" };
const invalid = (message: string, at = "/States/S/Output") => `INVALID_JSONATA_EXPRESSION: ${message} at ${at}`;
const unsupported = (message: string, at = "/States/S/Output") => `UNSUPPORTED_JSONATA_EXPRESSION: ${message} at ${at}`;

// Expressions and sentences as the service was seen to tell them.
test.each([
  ["a[1,2)", invalid('Expected "]", got ","')],
  ['"unterminated', invalid("String literal must be terminated by a matching quote")],
  ["1 +", invalid("Unexpected end of expression")],
  ['{"a":}', invalid('The symbol "}" cannot be used as a unary operator')],
  ["$x :=", invalid("Unexpected end of expression")],
  ['$match("a", /abc', invalid("No terminating / in regular expression")],
  ["", invalid("Unexpected end of expression")],
  ["phone", unsupported("Reference to 'phone' at the top level is not supported.")],
  ["$$", unsupported("Reference to '$$' is not supported.")],
  ["$states.errorOutput", unsupported("Field '$states.errorOutput' does not exist.")],
  ["$states.result", unsupported("Field '$states.result' does not exist.")],
  ["$map($states.input.a, function($x){ b })", unsupported("Reference to 'b' at the top level is not supported.")],
  ["$states.input.items[value > 3]", undefined],
  ["$states.context.State.Name & $x", undefined],
  ["'$states.result'", undefined],
])("Output {%% %s %%}", (expression, expected) => {
  expect(told(machineOf({ ...pass, Output: `{% ${expression} %}` }, jsonata))).toEqual(
    expected === undefined ? [] : [expected],
  );
});

test("an expression inside a template is told at its own place", () => {
  const Output = { v: "{% phone %}", list: [1, { deep: "{% 1 + %}" }], plain: "phone" };
  expect(told(machineOf({ ...pass, Output }, jsonata))).toEqual([
    unsupported("Reference to 'phone' at the top level is not supported.", "/States/S/Output/v"),
    invalid("Unexpected end of expression", "/States/S/Output/list[1]/deep"),
  ]);
});

test("what begins like an expression has to end like one", () => {
  expect(told(machineOf({ ...pass, Output: { a: ["{% 1"], b: "%}", c: " {% 1" } }, jsonata))).toEqual([
    "JSONata string must start with {% and end with %} at /States/S/Output/a[0]",
  ]);
});

describe("$states.result and $states.errorOutput", () => {
  const result = "{% $states.result %}";
  const error = "{% $states.errorOutput.Error %}";
  const caught = (more: JsonObject): JsonObject => ({
    ...task,
    Catch: [{ ErrorEquals: ["States.ALL"], Next: "T", ...more }],
  });

  test.each<[string, JsonObject, readonly string[]]>([
    ["a task's Output and Assign", { ...task, Output: result, Assign: { x: result } }, []],
    ["a Map's Output", { Type: "Map", ItemProcessor: inner, Output: { a: result }, End: true }, []],
    ["a Parallel's Assign", { Type: "Parallel", Branches: [inner], Assign: { a: [result] }, End: true }, []],
    ["a task's Arguments", { ...task, Arguments: { a: result } }, ["/States/S/Arguments/a result"]],
    ["a Pass", { ...pass, Assign: { a: result } }, ["/States/S/Assign/a result"]],
    ["a catcher's Output and Assign", caught({ Output: error, Assign: { x: error } }), []],
    ["a catcher's result", caught({ Output: result }), ["/States/S/Catch[0]/Output result"]],
    ["a task's errorOutput", { ...task, Output: error }, ["/States/S/Output errorOutput"]],
    [
      "a Choice's Condition",
      { Type: "Choice", Choices: [{ Condition: result, Next: "T" }], Default: "T" },
      ["/States/S/Choices[0]/Condition result"],
    ],
    ["a number", { ...task, TimeoutSeconds: "{% $states.result.t %}" }, ["/States/S/TimeoutSeconds result"]],
  ])("%s", (_, state, expected) => {
    const sentences = told(withTarget(state, jsonata)).filter((sentence) => !sentence.startsWith("MISSING"));
    expect(sentences).toEqual(
      expected.map((one) => {
        const [path, part] = one.split(" ");
        return unsupported(`Field '$states.${part}' does not exist.`, path);
      }),
    );
  });
});

test("a JSONata state may stand in a JSONPath machine", () => {
  expect(told(machineOf({ ...pass, ...jsonata, Output: "{% $states.input.a %}" }))).toEqual([]);
});

test.each<[Json, readonly string[]]>([
  ["{% $states.input.error %}", []],
  ["{% 1 + %}", [invalid("Unexpected end of expression", "/States/S/Error")]],
  ["plain", []],
])("Fail with Error %j", (written, expected) => {
  expect(told(machineOf({ Type: "Fail", Error: written }, jsonata))).toEqual(expected);
});

test("the variables and the parts of the context that an expression looks at are known", () => {
  const Output = "{% ($y := $x; $sum([$y, $z.a]) & $states.context.Execution.Input.b) %}";
  const parsed = parseDefinition(machineOf({ ...pass, Output }, jsonata));
  expect(parsed.kind === "definition" && parsed.definition.asksForExecutionInput).toBe(true);
  expect(parsed.kind === "definition" && [...parsed.definition.variableReferences]).toEqual([["S", ["x", "z"]]]);
});
