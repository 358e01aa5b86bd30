/** JSONata: to be filled in. */
import type { Value } from "../json.ts";
import { noReferences, type References } from "./references.ts";
import type { EvaluationScope } from "./scope.ts";

export interface Expression {
  /** Without `{%` and `%}`. */
  readonly source: string;
  /** The field it stands in, as AWS writes it: `Output/x`, `Choices[1]/Condition`, `TimeoutSeconds`. */
  readonly field: string;
  readonly references: References;
}
export interface ExpressionProblem {
  readonly kind: "problem";
  /** AWS's diagnostic code. */
  readonly code: "INVALID_JSONATA_EXPRESSION" | "UNSUPPORTED_JSONATA_EXPRESSION";
  readonly message: string;
}
/** Whether the text is `{% … %}`, without anything around it. */
export function isExpression(text: string): boolean {
  return text.startsWith("{%") && text.endsWith("%}");
}
export function compileExpression(text: string, field: string): Expression | ExpressionProblem {
  return { source: text, field, references: noReferences };
}
export async function evaluateExpression(_expression: Expression, scope: EvaluationScope): Promise<Value> {
  return scope.input;
}
export type ResultType = "array" | "boolean" | "number" | "object" | "string" | "null";
/** The value if it is of one of these types; else a QueryEvaluationError in AWS's words. */
export function expectType<T extends ResultType>(_expression: Expression, value: Value, _expected: T): Value {
  return value;
}
