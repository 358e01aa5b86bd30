/**
 * JSONata expressions, `{% … %}`: compiled once with the definition, evaluated with `$states` and the
 * workflow variables. Every failure is States.QueryEvaluationError, in the service's words; how the
 * package is kept in bounds is `jsonata.ts`.
 */
import { ExactNumber, isArray, setMember, type Value, writeJson } from "../json.ts";
import { drawFrom } from "./chance.ts";
import { type EvaluationFailure, queryFailure } from "./failure.ts";
import { type Compiled, compileJsonata, evaluateJsonata, faultOf } from "./jsonata.ts";
import { LongIntegers } from "./jsonata-longs.ts";
import {
  type ExpressionReferences,
  referencesOf,
  unknownOperator,
  unsupportedReference,
} from "./jsonata-references.ts";
import { fromJsonata, toJsonata, UnsupportedResult } from "./jsonata-values.ts";
import type { EvaluationScope } from "./scope.ts";

export interface Expression {
  /** Without `{%` and `%}`. */
  readonly source: string;
  /** The field it stands in, as AWS writes it: `Output/x`, `Choices[1]/Condition`, `TimeoutSeconds`. */
  readonly field: string;
  readonly references: ExpressionReferences;
  readonly compiled: Compiled;
}

interface ExpressionProblem {
  readonly kind: "problem";
  /** AWS's diagnostic code. */
  readonly code: "INVALID_JSONATA_EXPRESSION" | "UNSUPPORTED_JSONATA_EXPRESSION";
  readonly message: string;
}

/** Whether the text is `{% … %}`, without anything around it. */
export function isExpression(text: string): boolean {
  return text.length >= 4 && text.startsWith("{%") && text.endsWith("%}");
}

/** `text` may come with `{%` and `%}` or without. */
export function compileExpression(text: string, field: string): Expression | ExpressionProblem {
  const source = (isExpression(text) ? text.slice(2, -2) : text).trim();
  let compiled: Compiled;
  try {
    compiled = compileJsonata(source);
  } catch (error) {
    const message = faultOf(error).message ?? "The expression cannot be parsed";
    return { kind: "problem", code: "INVALID_JSONATA_EXPRESSION", message };
  }
  const tree = compiled.expression.ast();
  const unknown = unknownOperator(tree);
  if (unknown !== undefined) return { kind: "problem", code: "INVALID_JSONATA_EXPRESSION", message: unknown };
  const unsupported = unsupportedReference(tree);
  if (unsupported !== undefined) {
    return { kind: "problem", code: "UNSUPPORTED_JSONATA_EXPRESSION", message: unsupported };
  }
  return { source, field, compiled, references: referencesOf(tree) };
}

export async function evaluateExpression(expression: Expression, scope: EvaluationScope): Promise<Value> {
  const longs = new LongIntegers();
  const result = await resultOf(expression, scope, longs);
  if (result === undefined) throw failed(expression, "returned nothing (undefined).");
  try {
    return fromJsonata(result, longs);
  } catch (error) {
    if (error instanceof UnsupportedResult) throw failed(expression, "returned an unsupported result type.");
    throw thrown(expression, error);
  }
}

type ResultType = "array" | "boolean" | "number" | "object" | "string" | "null";

/** The value if it is of the expected type. */
export function expectType(expression: Expression, value: Value, expected: ResultType): Value {
  const actual = typeOf(value);
  if (actual === expected) return value;
  throw failed(
    expression,
    `returned an unexpected result type. Expected '${expected}', but was '${actual}' for value: ${writeJson(value)}`,
  );
}

async function resultOf(expression: Expression, scope: EvaluationScope, longs: LongIntegers): Promise<unknown> {
  try {
    return await evaluateJsonata(expression.compiled, bindingsOf(expression, scope, longs), {
      now: scope.now,
      draw: drawFrom(scope.chance),
      longs,
    });
  } catch (error) {
    throw thrown(expression, error);
  }
}

function bindingsOf(expression: Expression, scope: EvaluationScope, longs: LongIntegers): Record<string, unknown> {
  const bindings: Record<string, unknown> = {};
  for (const name of expression.references.variables) {
    const value = scope.variables.get(name);
    if (value !== undefined) setMember(bindings, name, toJsonata(value, longs));
  }
  bindings["states"] = statesOf(expression, scope, longs);
  return bindings;
}

/** `$states` with the parts that the expression may look at. */
function statesOf(
  { references: { states } }: Expression,
  scope: EvaluationScope,
  longs: LongIntegers,
): Record<string, unknown> {
  const sees = (part: string) => states === undefined || states.has(part);
  return {
    ...(sees("input") && { input: toJsonata(scope.input, longs) }),
    ...(sees("context") && { context: toJsonata(scope.context(), longs) }),
    ...(sees("result") && scope.result !== undefined && { result: toJsonata(scope.result, longs) }),
    ...(sees("errorOutput") && scope.errorOutput !== undefined && { errorOutput: toJsonata(scope.errorOutput, longs) }),
  };
}

/** The package's codes for its guard rails, in the service's words (measured). */
const limits: ReadonlyMap<string, string> = new Map([
  ["D1011", "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive"],
  ["D1012", "Expression evaluation timeout: Check for infinite loop"],
  ["D2014", "Expression evaluation memory limit exceeded: Check for excessive memory usage"],
  ["D2015", "Expression evaluation memory limit exceeded: Check for excessive memory usage"],
]);

function thrown(expression: Expression, error: unknown): EvaluationFailure {
  const { code, message = "" } = faultOf(error);
  if (code === undefined) return failed(expression, "threw an internal error during evaluation.");
  const limit = limits.get(code);
  return failed(
    expression,
    `threw an error during evaluation${limit === undefined ? `. ${code}: ${message}` : `: ${limit}`}`,
  );
}

function failed({ source, field }: Expression, what: string): EvaluationFailure {
  return queryFailure(`The JSONata expression '${source}' specified for the field '${field}' ${what}`, field);
}

function typeOf(value: Value): ResultType {
  if (value === null) return "null";
  if (isArray(value)) return "array";
  if (value instanceof ExactNumber) return "number";
  const type = typeof value;
  return type === "boolean" || type === "number" || type === "string" ? type : "object";
}
