/** The rules of a Choice state. */
import { expect, test } from "vitest";
import { type Json, told, withTarget } from "../parsing.ts";

const one = { Variable: "$.a", IsPresent: true };
const kinds = "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]";
const notReference = "Value is not a Reference Path";
const rule = "/States/S/Choices[0]";

function toldOf(rule: Json, more = {}): readonly string[] {
  const sentences = told(withTarget({ Type: "Choice", Choices: [rule], Default: "T", ...more }));
  return sentences.filter((sentence) => !sentence.includes("not reachable"));
}

test.each<[Json, readonly string[]]>([
  [{ ...one, Next: "T" }, []],
  [{ ...one, Next: "T", Comment: "c", Assign: { x: 1 } }, []],
  [{ And: [one, { Not: one }, { Or: [one] }], Next: "T" }, []],
  [{ Variable: "$x", StringEqualsPath: "$y.z", Next: "T" }, []],
  [{ Variable: "$$.Execution.Name", StringMatches: "a*", Next: "T" }, []],
  [{ Variable: "$.a", NumericEquals: 1.5, Next: "T" }, []],
  [{ Variable: "$.a", TimestampLessThan: "2030-01-01T00:00:00Z", Next: "T" }, []],
  [one, [`These fields are required: [Next] at ${rule}`]],
  [{ Next: "T" }, [`${kinds} at ${rule}`]],
  [{ ...one, Not: one, Next: "T" }, [`${kinds} at ${rule}`]],
  [{ IsPresent: true, Next: "T" }, [`${kinds} at ${rule}`]],
  [{ And: [], Next: "T" }, [`Value cannot be empty at ${rule}/And`]],
  [{ And: [{ ...one, Next: "T" }], Next: "T" }, [`Field 'Next' is not supported at ${rule}/And[0]`]],
  [{ Not: { ...one, Next: "T" }, Next: "T" }, [`Field 'Next' is not supported at ${rule}/Not`]],
  [{ Not: one, Or: [one], Next: "T" }, [`${kinds} at ${rule}`]],
  [
    { ...one, IsNull: true, Next: "T" },
    [`There should only be one of the following fields: [IsNull, IsPresent] at ${rule}`],
  ],
  [{ ...one, NumericEqual: 1, Next: "T" }, [`Field 'NumericEqual' is not supported at ${rule}`]],
  [{ Variable: "$.a", StringEquals: 1, Next: "T" }, [`Expected value of type [STRING] at ${rule}/StringEquals`]],
  [{ Variable: "$.a", NumericEquals: "1", Next: "T" }, [`Expected value of type Number at ${rule}/NumericEquals`]],
  [
    { Variable: "$.a", BooleanEquals: "true", Next: "T" },
    [`Expected value of type [BOOLEAN] at ${rule}/BooleanEquals`],
  ],
  [
    { Variable: "$.a", TimestampEquals: "2030-01-01", Next: "T" },
    [`String does not match RFC3339 timestamp at ${rule}/TimestampEquals`],
  ],
  [
    { Variable: "a", IsPresent: true, Next: "T" },
    [`${notReference}: Reference path didn't start with '$' at ${rule}/Variable`],
  ],
  [
    { Or: [one, { Variable: "$.a", StringEqualsPath: "b" }], Next: "T" },
    [`${notReference}: Reference path didn't start with '$' at ${rule}/Or[1]/StringEqualsPath`],
  ],
  [
    { Condition: "{% true %}", Next: "T" },
    [
      `The QueryLanguage is set to 'JSONPath', but field 'Condition' is only supported for the 'JSONata' QueryLanguage at ${rule}`,
    ],
  ],
  ["$.a", [`Expected value of type [OBJECT] at ${rule}`]],
])("%j", (rule, expected) => {
  expect(toldOf(rule)).toEqual(expected);
});

test("a rule without an operator is told which there are", () => {
  expect(toldOf({ Variable: "$.a", Next: "T" })).toEqual([
    expect.stringMatching(
      /^This object should have only one of the following fields: \[StringEquals, .*, IsTimestamp\] at /,
    ),
  ]);
});

test.each<[Json, readonly string[]]>([
  [[], ["Value cannot be empty at /States/S/Choices"]],
  [{}, ["Expected value of type [ARRAY] at /States/S/Choices"]],
])("Choices %j", (Choices, expected) => {
  expect(toldOf(one, { Choices })).toEqual(expected);
});

test("a Choice without Choices", () => {
  expect(told(withTarget({ Type: "Choice", Default: "T" }))).toEqual([
    "These fields are required: [Choices] at /States/S",
  ]);
});

test.each<[Json, readonly string[]]>([
  [{ Condition: "{% $states.input.a = 1 %}", Next: "T" }, []],
  [{ Condition: true, Next: "T" }, []],
  [{ Condition: "{% true %}", Next: "T", Output: { a: 1 }, Assign: { x: 1 } }, []],
  [
    { Condition: "$states.input.a", Next: "T" },
    [`JSONata string must start with {% and end with %} at ${rule}/Condition`],
  ],
  [{ Condition: 7, Next: "T" }, [`Expected value of type [STRING] at ${rule}/Condition`]],
  [
    { Variable: "$.a", Condition: "{% true %}", Next: "T" },
    [
      `The QueryLanguage is set to 'JSONata', but field 'Variable' is only supported for the 'JSONPath' QueryLanguage at ${rule}`,
      `${kinds} at ${rule}`,
    ],
  ],
])("under JSONata: %j", (rule, expected) => {
  expect(toldOf(rule, { QueryLanguage: "JSONata" })).toEqual(expected);
});
