/** JSONPath Choice: to be filled in. */
import type { JsonObject } from "../json.ts";
import type { References } from "./references.ts";
import type { EvaluationScope } from "./scope.ts";

export interface Comparison {
  readonly kind: "comparison" | "and" | "or" | "not";
  readonly references: References;
}
export interface ComparisonProblem {
  /** Where inside the rule: "/And/0/Variable". */
  readonly path: string;
  readonly message: string;
}
export type CompiledComparison =
  | { readonly kind: "compiled"; readonly comparison: Comparison }
  | { readonly kind: "problems"; readonly problems: readonly ComparisonProblem[] };

export function compileComparison(_rule: JsonObject): CompiledComparison {
  return { kind: "problems", problems: [] };
}
export function holds(_comparison: Comparison, _scope: EvaluationScope): boolean {
  return false;
}
