/**
 * The rules of a JSONPath Choice: one table of operators, joined by And, Or and Not. A value of another
 * type than the operator asks for is merely false; a Variable that is not there fails the state. Both were
 * recorded on AWS.
 */
import { isArray, isNumber, isObject, type JsonObject, property, toNumber, type Value } from "../json.ts";
import { unreachable } from "../unreachable.ts";
import { runtimeFailure } from "./failure.ts";
import { compilePath, findPath, isProblem, type Path } from "./path.ts";
import { joinReferences, type References } from "./references.ts";
import type { EvaluationScope } from "./scope.ts";
import { compileWildcards } from "./string-matches.ts";
import { compareTimestamps, parseTimestamp } from "./timestamp.ts";

export type Comparison = { readonly references: References } & (
  | { readonly kind: "and" | "or"; readonly parts: readonly Comparison[] }
  | { readonly kind: "not"; readonly part: Comparison }
  | { readonly kind: "present"; readonly variable: Path; readonly expected: boolean }
  | { readonly kind: "test"; readonly variable: Path; readonly test: (value: Value) => boolean }
  | { readonly kind: "compare"; readonly variable: Path; readonly with: Path; readonly holds: Relation }
);

type Relation = (value: Value, operand: Value) => boolean;

interface ComparisonProblem {
  /** Where inside the rule: "/And/0/Variable". */
  readonly path: string;
  readonly message: string;
}

type CompiledComparison =
  | { readonly kind: "compiled"; readonly comparison: Comparison }
  | { readonly kind: "problems"; readonly problems: readonly ComparisonProblem[] };

/** A relation between the Variable's value and an operand, which is written down or found by a path. */
interface Comparator {
  readonly accepts: (operand: Value) => boolean;
  readonly holds: Relation;
}

const isText = (value: Value) => typeof value === "string";
const isFlag = (value: Value) => typeof value === "boolean";
const isTimestamp = (value: Value) => typeof value === "string" && parseTimestamp(value) !== undefined;

/** The sign says how the value stands to the operand: below, equal, above. */
const signs = {
  Equals: (sign: number) => sign === 0,
  LessThan: (sign: number) => sign < 0,
  GreaterThan: (sign: number) => sign > 0,
  LessThanEquals: (sign: number) => sign <= 0,
  GreaterThanEquals: (sign: number) => sign >= 0,
};

function textual(accepts: (sign: number) => boolean): Comparator {
  return {
    accepts: isText,
    holds: (a, b) => typeof a === "string" && typeof b === "string" && accepts(a < b ? -1 : a > b ? 1 : 0),
  };
}

function numeric(accepts: (sign: number) => boolean): Comparator {
  return { accepts: isNumber, holds: (a, b) => isNumber(a) && isNumber(b) && accepts(toNumber(a) - toNumber(b)) };
}

function temporal(accepts: (sign: number) => boolean): Comparator {
  return {
    accepts: isTimestamp,
    holds: (a, b) => {
      const left = typeof a === "string" ? parseTimestamp(a) : undefined;
      const right = typeof b === "string" ? parseTimestamp(b) : undefined;
      return left !== undefined && right !== undefined && accepts(compareTimestamps(left, right));
    },
  };
}

/** Each also exists with `Path` at its end. */
export const comparators = {
  StringEquals: textual(signs.Equals),
  StringLessThan: textual(signs.LessThan),
  StringGreaterThan: textual(signs.GreaterThan),
  StringLessThanEquals: textual(signs.LessThanEquals),
  StringGreaterThanEquals: textual(signs.GreaterThanEquals),
  NumericEquals: numeric(signs.Equals),
  NumericLessThan: numeric(signs.LessThan),
  NumericGreaterThan: numeric(signs.GreaterThan),
  NumericLessThanEquals: numeric(signs.LessThanEquals),
  NumericGreaterThanEquals: numeric(signs.GreaterThanEquals),
  BooleanEquals: { accepts: isFlag, holds: (a, b) => isFlag(a) && a === b },
  TimestampEquals: temporal(signs.Equals),
  TimestampLessThan: temporal(signs.LessThan),
  TimestampGreaterThan: temporal(signs.GreaterThan),
  TimestampLessThanEquals: temporal(signs.LessThanEquals),
  TimestampGreaterThanEquals: temporal(signs.GreaterThanEquals),
} satisfies Record<string, Comparator>;

/** `IsX: true` asks whether, `IsX: false` whether not. `IsPresent` is apart: only there may the Variable be missing. */
const typeTests = {
  IsNull: (value) => value === null,
  IsNumeric: isNumber,
  IsString: isText,
  IsBoolean: isFlag,
  IsTimestamp: isTimestamp,
} satisfies Record<string, (value: Value) => boolean>;

/** Every name that says what a rule tests. */
export const operatorNames: readonly string[] = [
  ...Object.keys(comparators).flatMap((name) => [name, `${name}Path`]),
  "StringMatches",
  ...Object.keys(typeTests),
  "IsPresent",
];

/** The rule's Next, Comment, Assign and Output are not looked at. */
export function compileComparison(rule: JsonObject): CompiledComparison {
  const compiler = new Compiler();
  const comparison = compiler.rule(rule, "");
  if (comparison !== undefined && compiler.problems.length === 0) return { kind: "compiled", comparison };
  return { kind: "problems", problems: compiler.problems };
}

export function holds(comparison: Comparison, scope: EvaluationScope): boolean {
  switch (comparison.kind) {
    case "and":
      return comparison.parts.every((part) => holds(part, scope));
    case "or":
      return comparison.parts.some((part) => holds(part, scope));
    case "not":
      return !holds(comparison.part, scope);
    case "present":
      return (findPath(comparison.variable, scope) !== undefined) === comparison.expected;
    case "test":
      return comparison.test(read(comparison.variable, scope));
    case "compare":
      return comparison.holds(read(comparison.variable, scope), read(comparison.with, scope));
    default:
      return unreachable(comparison);
  }
}

function read(path: Path, scope: EvaluationScope): Value {
  const value = findPath(path, scope);
  if (value !== undefined) return value;
  throw runtimeFailure(`Invalid path '${path.source}': The choice state's condition path references an invalid value.`);
}

class Compiler {
  readonly problems: ComparisonProblem[] = [];

  rule(rule: Value, path: string): Comparison | undefined {
    if (!isObject(rule)) return this.#problem(path, "a Choice Rule has to be an object");
    const operators = Object.keys(rule).filter((key) => isJoin(key) || operatorNames.includes(key));
    const [operator] = operators;
    if (operator === undefined || operators.length > 1) {
      return this.#problem(path, "a Choice Rule has to have exactly one comparison operator");
    }
    const operand = property(rule, operator) ?? null;
    if (isJoin(operator)) return this.#joined(operator, operand, `${path}/${operator}`);
    const variable = this.#path(property(rule, "Variable"), `${path}/Variable`);
    return variable && this.#comparison(operator, operand, variable, `${path}/${operator}`);
  }

  #joined(operator: Join, operand: Value, path: string): Comparison | undefined {
    if (operator === "Not") {
      const part = this.rule(operand, path);
      return part && { kind: "not", part, references: part.references };
    }
    if (!isArray(operand) || operand.length === 0) return this.#problem(path, "has to be a list of Choice Rules");
    const parts = operand.flatMap((part, index) => this.rule(part, `${path}/${index}`) ?? []);
    const references = joinReferences(parts.map((part) => part.references));
    return { kind: operator === "And" ? "and" : "or", parts, references };
  }

  #comparison(operator: string, operand: Value, variable: Path, path: string): Comparison | undefined {
    const { references } = variable;
    if (isKeyOf(comparators, operator)) {
      const { accepts, holds: relation } = comparators[operator];
      if (!accepts(operand)) return this.#problem(path, `the value is not one that ${operator} can compare with`);
      return { kind: "test", variable, references, test: (value) => relation(value, operand) };
    }
    const base = operator.replace(/Path$/, "");
    if (isKeyOf(comparators, base)) return this.#comparisonWithPath(comparators[base], operand, variable, path);
    return this.#test(operator, operand, variable, path);
  }

  #comparisonWithPath(
    { holds: relation }: Comparator,
    operand: Value,
    variable: Path,
    path: string,
  ): Comparison | undefined {
    const other = this.#path(operand, path);
    if (other === undefined) return undefined;
    const references = joinReferences([variable.references, other.references]);
    return { kind: "compare", variable, with: other, references, holds: relation };
  }

  #test(operator: string, operand: Value, variable: Path, path: string): Comparison | undefined {
    const { references } = variable;
    if (operator === "StringMatches") {
      if (typeof operand !== "string") return this.#problem(path, "has to be a string");
      const matches = compileWildcards(operand);
      return { kind: "test", variable, references, test: (value) => typeof value === "string" && matches(value) };
    }
    if (typeof operand !== "boolean") return this.#problem(path, "has to be true or false");
    if (!isKeyOf(typeTests, operator)) return { kind: "present", variable, references, expected: operand };
    const test: (value: Value) => boolean = typeTests[operator];
    return { kind: "test", variable, references, test: (value) => test(value) === operand };
  }

  #path(source: Value | undefined, path: string): Path | undefined {
    const compiled = typeof source === "string" ? compilePath(source) : undefined;
    if (compiled !== undefined && !isProblem(compiled)) return compiled;
    return this.#problem(path, "Value is not a valid JSONPath");
  }

  #problem(path: string, message: string): undefined {
    this.problems.push({ path, message });
    return undefined;
  }
}

type Join = "And" | "Or" | "Not";

function isJoin(key: string): key is Join {
  return key === "And" || key === "Or" || key === "Not";
}

function isKeyOf<T extends object>(table: T, key: string): key is keyof T & string {
  return Object.hasOwn(table, key);
}
