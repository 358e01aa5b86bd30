/**
 * The rules of a Choice state. What a comparison means when it is evaluated is `evaluate/choice.ts`; here
 * it is checked field by field, so that each mistake has its place and the service's words.
 */
import type { ChoiceRule } from "../definition.ts";
import { type Comparison, compileComparison } from "../evaluate/choice.ts";
import { compileExpression, type Expression } from "../evaluate/expression.ts";
import { parseTimestamp } from "../evaluate/timestamp.ts";
import { type JsonObject, property, type Value } from "../json.ts";
import { assign, expression, singlePath, template } from "./compiled.ts";
import { asObject, elsewhere, type Field, field, type Reader, readFields } from "./fields.ts";
import { type Place, report } from "./place.ts";
import { list, number, text, truth } from "./values.ts";

export function judgeTimestamp(found: string, place: Place): boolean {
  if (parseTimestamp(found) !== undefined) return true;
  report(place, "String does not match RFC3339 timestamp", { value: found, hint: "write it as 2030-01-01T00:00:00Z" });
  return false;
}

function timestamp(value: Value, place: Place): string | undefined {
  const found = text(value, place);
  return found === undefined || !judgeTimestamp(found, place) ? undefined : found;
}

const orders = ["Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"] as const;
const anyNumber = number({ least: Number.NEGATIVE_INFINITY, fractions: true });

/** Every comparison operator and how its operand is read. Nothing is kept: the compiler reads the rule again. */
const operators: Readonly<Record<string, Field<"operand", unknown>>> = {
  ...ordered("String", text),
  ...ordered("Numeric", anyNumber),
  ...ordered("Timestamp", timestamp),
  BooleanEquals: operand(truth),
  BooleanEqualsPath: operand(singlePath),
  StringMatches: operand(text),
  IsNull: operand(truth),
  IsPresent: operand(truth),
  IsNumeric: operand(truth),
  IsString: operand(truth),
  IsBoolean: operand(truth),
  IsTimestamp: operand(truth),
};

function ordered(type: string, read: Reader<unknown>): Record<string, Field<"operand", unknown>> {
  const literal = orders.map((order) => [`${type}${order}`, operand(read)] as const);
  const byPath = orders.map((order) => [`${type}${order}Path`, operand(singlePath)] as const);
  return Object.fromEntries([...literal, ...byPath]);
}

function operand(read: Reader<unknown>): Field<"operand", unknown> {
  return field("operand", read, "JSONPath");
}

const operatorNames = Object.keys(operators);
const kinds = ["And", "Or", "Not", "Variable", "Condition"] as const;

/** Inside And, Or and Not: a test and nothing else. */
const testFields: Readonly<Record<string, Field<string, unknown>>> = {
  ...operators,
  And: field("tests", list(test, { empty: "refused" }), "JSONPath"),
  Or: field("tests", list(test, { empty: "refused" }), "JSONPath"),
  Not: field("tests", test, "JSONPath"),
  Variable: field("variable", singlePath, "JSONPath"),
  Comment: elsewhere,
};

const ownFields = {
  Next: field("next", text),
  Condition: field("condition", condition, "JSONata"),
  Output: field("output", template, "JSONata"),
  Assign: field("assign", assign),
};

/** A rule is a test that goes somewhere. */
const ruleFields: typeof ownFields = { ...testFields, ...ownFields };

/** Reads a test field by field; what it compares is compiled with its whole rule. */
function test(value: Value, place: Place): true | undefined {
  const object = asObject(value, place);
  if (object === undefined) return undefined;
  readFields({ fields: testFields }, object, place);
  judgeKind(object, place);
  return true;
}

function rule(value: Value, place: Place): ChoiceRule | undefined {
  const object = asObject(value, place);
  if (object === undefined) return undefined;
  const before = place.machine.problems.length;
  const read = readFields({ fields: ruleFields, required: ["Next"] }, object, place);
  judgeKind(object, place);
  if (place.machine.problems.length > before) return undefined;
  const decided = read.condition ?? comparison(object, place);
  if (decided === undefined || read.next === undefined) return undefined;
  return {
    condition: decided,
    next: read.next,
    ...(read.output === undefined ? {} : { output: read.output }),
    ...(read.assign === undefined ? {} : { assign: read.assign }),
  };
}

export const rules: Reader<readonly ChoiceRule[]> = list(rule, { empty: "refused" });

function judgeKind(object: JsonObject, place: Place): void {
  const found = kinds.filter((kind) => property(object, kind) !== undefined);
  if (found.length !== 1) {
    report(place, `The object must have only one of the following fields, [${kinds.join(", ")}]`, {
      hint: found.length === 0 ? undefined : `keep one of ${found.join(", ")}`,
    });
  } else if (found[0] === "Variable") judgeOperator(object, place);
}

function judgeOperator(object: JsonObject, place: Place): void {
  const found = operatorNames.filter((name) => property(object, name) !== undefined);
  if (found.length === 1) return;
  const message =
    found.length === 0
      ? `This object should have only one of the following fields: [${operatorNames.join(", ")}]`
      : `There should only be one of the following fields: [${found.join(", ")}]`;
  report(place, message);
}

function comparison(object: JsonObject, place: Place): Comparison | undefined {
  const compiled = compileComparison(object);
  if (compiled.kind === "compiled") {
    place.references.push(compiled.comparison.references);
    return compiled.comparison;
  }
  for (const problem of compiled.problems) {
    report({ ...place, path: place.path + serviceStyle(problem.path) }, problem.message);
  }
  return undefined;
}

/** `/And/0/Variable` as the service writes it: `/And[0]/Variable`. */
function serviceStyle(pointer: string): string {
  return pointer.replaceAll(/\/(\d+)(?=\/|$)/g, "[$1]");
}

/** A JSONata expression; `true` and `false` are expressions without braces. */
function condition(value: Value, place: Place): Expression | undefined {
  if (typeof value !== "boolean") return expression(value, place);
  const compiled = compileExpression(String(value), place.field);
  return "kind" in compiled ? undefined : compiled;
}
