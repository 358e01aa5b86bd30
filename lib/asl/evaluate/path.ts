/**
 * JSONPath as the service evaluates it: Jayway's semantics, our own code. A definite path gives the value
 * itself, an indefinite one (wildcard, slice, filter, `..`) a list, empty when nothing matches. Compiled
 * once, no `eval`. Also reference paths, which say where a result goes (`ResultPath`).
 */
import { isArray, isObject, property, type Value, withProperty, writeJson } from "../json.ts";
import { EvaluationFailure, runtimeFailure } from "./failure.ts";
import { explainMiss } from "./path-miss.ts";
import { type PathSyntax, parsePath, parsePathAt, type Root, type Step } from "./path-syntax.ts";
import { find, findOne, isDefinite } from "./path-walk.ts";
import { noReferences, type References } from "./references.ts";
import type { Scanner, SyntaxProblem } from "./scanner.ts";
import type { EvaluationScope } from "./scope.ts";

export interface Path {
  /** As written. */
  readonly source: string;
  readonly root: Root;
  readonly steps: readonly Step[];
  readonly definite: boolean;
  readonly references: References;
}

type PathProblem = SyntaxProblem;

export interface ReferencePath {
  readonly source: string;
  readonly steps: readonly (string | number)[];
}

export function isProblem<T extends object>(compiled: T | PathProblem): compiled is PathProblem {
  return "kind" in compiled && compiled.kind === "problem";
}

export function compilePath(source: string): Path | PathProblem {
  const syntax = parsePath(source);
  return isProblem(syntax) ? syntax : pathOf(source, syntax);
}

/** A path that stands at the scanner, among other text. */
export function compilePathAt(scanner: Scanner): Path {
  const start = scanner.position;
  const syntax = parsePathAt(scanner);
  return pathOf(scanner.source.slice(start, scanner.position), syntax);
}

/** `undefined`: there is nothing. */
export function findPath(path: Path, scope: EvaluationScope): Value | undefined {
  const document = documentOf(path.root, scope);
  if (document === undefined) return undefined;
  return path.definite ? findOne(document, path.steps) : find(document, path.steps);
}

/** As `findPath`, with the service's leniency: a definite path past the end of an array gives null. */
export function findOrNull(path: Path, scope: EvaluationScope): Value | undefined {
  const value = findPath(path, scope);
  if (value !== undefined || !path.definite) return value;
  const document = documentOf(path.root, scope);
  return document !== undefined && explainMiss(document, path.steps).kind === "past-end" ? null : undefined;
}

/** What InputPath, OutputPath, ItemsPath and the like give. */
export function readPath(path: Path, scope: EvaluationScope): Value {
  if (path.steps.length > 0) refuseNull(path, scope);
  const value = findOrNull(path, scope);
  if (value === undefined) throw runtimeFailure(`Invalid path '${path.source}' : ${missReason(path, scope)}`);
  return value;
}

/** What ItemsPath gives: to the service it is a Reference Path, whose first step that leads nowhere is named. */
export function readReference(path: Path, scope: EvaluationScope): Value {
  const { root, steps, source } = path;
  if (root.kind !== "input" || scope.input === null || findOrNull(path, scope) !== undefined)
    return readPath(path, scope);
  const stuck = steps.findIndex((_, position) => findOne(scope.input, steps.slice(0, position + 1)) === undefined);
  throw conflict(source, stepName(steps[stuck]), scope.input);
}

function stepName(step: Step | undefined): string {
  if (step?.kind === "key") return step.key;
  return step?.kind === "index" ? String(step.index) : "";
}

/**
 * Neither in the specification nor documented; users of the service meet it. A text or a number as a whole is
 * nothing to take a step in. https://qiita.com/tsubasaogawa/items/4fe341bdb6ae7d2fd8ee
 */
function conflict(source: string, step: string, document: Value): EvaluationFailure {
  const what = isArray(document) || isObject(document) ? `step "${step}"` : `ReferencePath ${source}`;
  const cause = `Unable to apply ${what} to input ${writeJson(document)}`;
  return new EvaluationFailure("States.ReferencePathConflict", cause);
}

/** Seen on the service where a state's input is null (a Lambda function that returned nothing). */
export function refuseNull(path: Path, scope: EvaluationScope): void {
  if (path.root.kind === "input" && scope.input === null) {
    throw runtimeFailure("Unable to apply Path transformation to null or empty input.");
  }
}

function missReason(path: Path, scope: EvaluationScope): string {
  const document = documentOf(path.root, scope);
  if (document === undefined) return `No results for path: $['${path.source.slice(1)}']`;
  const miss = explainMiss(document, path.steps);
  return miss.kind === "missing" ? miss.reason : "";
}

function documentOf(root: Root, scope: EvaluationScope): Value | undefined {
  if (root.kind === "input") return scope.input;
  return root.kind === "context" ? scope.context() : scope.variables.get(root.name);
}

function pathOf(source: string, { root, steps }: PathSyntax): Path {
  return { source, root, steps, definite: isDefinite(steps), references: referencesOf(root, steps) };
}

function referencesOf(root: Root, steps: readonly Step[]): References {
  if (root.kind === "input") return noReferences;
  if (root.kind === "variable") return { ...noReferences, variables: [root.name] };
  return {
    variables: [],
    executionInput: mayLookAt(steps, ["Execution", "Input"]),
  };
}

/** Only a plain key that differs rules it out, unless `..` may lead there anyway. */
function mayLookAt(steps: readonly Step[], keys: readonly string[]): boolean {
  if (steps.slice(0, keys.length).some((step) => step.kind === "descend")) return true;
  return keys.every((key, position) => {
    const step = steps[position];
    return step?.kind !== "key" || step.key === key;
  });
}

/** The part of JSONPath that names one place to write to: `$`, keys and indexes. */
export function compileReferencePath(source: string): ReferencePath | PathProblem {
  const syntax = parsePath(source);
  if (isProblem(syntax)) return syntax;
  const steps: (string | number)[] = [];
  for (const step of syntax.steps) {
    if (step.kind === "key") steps.push(step.key);
    else if (step.kind === "index" && step.index >= 0) steps.push(step.index);
    else return notAReference(source);
  }
  return syntax.root.kind === "input" ? { source, steps } : notAReference(source);
}

function notAReference(source: string): PathProblem {
  return { kind: "problem", message: `'${source}' is not a Reference Path: it has to name one place below '$'` };
}

/** A copy of the document with the value in its place; objects that are missing on the way are made. */
export function place(document: Value, path: ReferencePath, value: Value): Value {
  const placed = placeBelow(document, path.steps, 0, value);
  if (!(placed instanceof Stuck)) return placed;
  throw conflict(path.source, placed.step, document);
}

/** The step that cannot be taken. */
class Stuck {
  readonly step: string;

  constructor(step: string | number) {
    this.step = String(step);
  }
}

function placeBelow(
  document: Value,
  steps: readonly (string | number)[],
  position: number,
  value: Value,
): Value | Stuck {
  const step = steps[position];
  if (step === undefined) return value;
  if (typeof step === "number") {
    const item = isArray(document) ? document[step] : undefined;
    if (item === undefined || !isArray(document)) return new Stuck(step);
    const below = placeBelow(item, steps, position + 1, value);
    return below instanceof Stuck ? below : document.with(step, below);
  }
  if (!isObject(document)) return new Stuck(step);
  const below = placeBelow(property(document, step) ?? {}, steps, position + 1, value);
  return below instanceof Stuck ? below : withProperty(document, step, below);
}
