/**
 * The condition of a Choice rule as a person would say it: `$.risk >= 80`, `$.kind = "tea" and $.note is
 * absent`. For reading only: what a rule means is `evaluate/choice`.
 */
import { isArray, isObject, type JsonObject, property, type Value, writeJson } from "../json.ts";

/** The comparison at an operator's end, after String, Numeric, Boolean or Timestamp. */
const signs: Readonly<Record<string, string>> = {
  Equals: "=",
  LessThan: "<",
  GreaterThan: ">",
  LessThanEquals: "<=",
  GreaterThanEquals: ">=",
};

/** Operators that ask what a value is, and how it reads when they ask for the contrary. */
const tests: Readonly<Record<string, readonly [is: string, isNot: string]>> = {
  IsPresent: ["is present", "is absent"],
  IsNull: ["is null", "is not null"],
  IsNumeric: ["is a number", "is no number"],
  IsString: ["is a string", "is no string"],
  IsBoolean: ["is true or false", "is neither true nor false"],
  IsTimestamp: ["is a timestamp", "is no timestamp"],
};

const comparison =
  /^(?:String|Numeric|Boolean|Timestamp)(Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals)(Path)?$/;

/** `?` for a rule in which no condition is found. */
export function conditionText(rule: JsonObject): string {
  const condition = property(rule, "Condition");
  return condition === undefined ? test(rule) : expressionText(condition);
}

/** A JSONata expression without its braces. */
function expressionText(condition: Value): string {
  if (typeof condition !== "string") return writeJson(condition);
  return (/^\{%([\s\S]*)%\}$/.exec(condition)?.[1] ?? condition).trim().replaceAll(/\s+/g, " ");
}

function test(rule: JsonObject): string {
  for (const [operator, word] of [
    ["And", " and "],
    ["Or", " or "],
  ] as const) {
    const parts = property(rule, operator);
    if (isArray(parts)) return parts.map((part) => (isObject(part) ? inner(part) : "?")).join(word);
  }
  const negated = property(rule, "Not");
  return isObject(negated) ? contrary(negated) : comparisonText(rule, false);
}

/** A joined test inside another needs parentheses to be read right. */
function inner(rule: JsonObject): string {
  const isJoined = isArray(property(rule, "And")) || isArray(property(rule, "Or"));
  return isJoined ? `(${test(rule)})` : test(rule);
}

function contrary(rule: JsonObject): string {
  const isSimple = Object.keys(tests).some((name) => typeof property(rule, name) === "boolean");
  return isSimple ? comparisonText(rule, true) : `not (${test(rule)})`;
}

function comparisonText(rule: JsonObject, negated: boolean): string {
  const variable = property(rule, "Variable");
  const subject = typeof variable === "string" ? variable : "?";
  for (const [operator, operand] of Object.entries(rule)) {
    const found = predicate(operator, operand, negated);
    if (found !== undefined) return `${subject} ${found}`;
  }
  return "?";
}

function predicate(operator: string, operand: Value, negated: boolean): string | undefined {
  const words = Object.hasOwn(tests, operator) ? tests[operator] : undefined;
  if (words !== undefined) return (operand === true) !== negated ? words[0] : words[1];
  if (operator === "StringMatches") return `matches ${writeJson(operand)}`;
  const [, order, byPath] = comparison.exec(operator) ?? [];
  if (order === undefined) return undefined;
  return `${signs[order]} ${byPath !== undefined && typeof operand === "string" ? operand : writeJson(operand)}`;
}
