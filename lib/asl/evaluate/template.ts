/** Payload templates: to be filled in. */
import type { QueryLanguage } from "../definition.ts";
import type { Value } from "../json.ts";
import { noReferences, type References } from "./references.ts";
import type { EvaluationScope } from "./scope.ts";

export interface Template {
  readonly language: QueryLanguage;
  readonly references: References;
}
export interface TemplateProblem {
  /** Where inside the template: "/a/0/b.$"; "" is the template itself. */
  readonly path: string;
  readonly message: string;
  readonly value: string;
}
export type CompiledTemplate =
  | { readonly kind: "template"; readonly template: Template }
  | { readonly kind: "problems"; readonly problems: readonly TemplateProblem[] };

export function compileTemplate(_value: Value, language: QueryLanguage, _field: string): CompiledTemplate {
  return { kind: "template", template: { language, references: noReferences } };
}
/** A path or an intrinsic function standing by itself (`ErrorPath`, `CausePath`). */
export function compileQuery(_source: string, _field: string): CompiledTemplate {
  return { kind: "template", template: { language: "JSONPath", references: noReferences } };
}
export function evaluateTemplate(_template: Template, scope: EvaluationScope): Value | Promise<Value> {
  return scope.input;
}
