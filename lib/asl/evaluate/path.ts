/** JSONPath: to be filled in. */
import type { Value } from "../json.ts";
import { noReferences, type References } from "./references.ts";
import type { EvaluationScope } from "./scope.ts";

export interface Path {
  readonly source: string;
  readonly definite: boolean;
  readonly references: References;
}
export interface PathProblem {
  readonly kind: "problem";
  readonly message: string;
}
export interface ReferencePath {
  readonly source: string;
  readonly steps: readonly (string | number)[];
}

export function compilePath(source: string): Path | PathProblem {
  return { source, definite: true, references: noReferences };
}
export function findPath(_path: Path, scope: EvaluationScope): Value | undefined {
  return scope.input;
}
export function readPath(_path: Path, scope: EvaluationScope): Value {
  return scope.input;
}
export function compileReferencePath(source: string): ReferencePath | PathProblem {
  return { source, steps: [] };
}
export function place(_document: Value, _path: ReferencePath, value: Value): Value {
  return value;
}
export function isProblem<T extends object>(compiled: T | PathProblem): compiled is PathProblem {
  return "kind" in compiled && compiled.kind === "problem";
}
