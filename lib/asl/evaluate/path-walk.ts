/**
 * Walks the steps of a path through a document. `undefined` means that nothing is there; why not is told
 * by `path-miss.ts`, which walks again, as only a failing state asks.
 */
import { ExactNumber, entriesOf, isArray, isObject, property, setMember, type Value } from "../json.ts";
import { unreachable } from "../unreachable.ts";
import { runtimeFailure } from "./failure.ts";
import { passes } from "./path-filter.ts";
import type { Step } from "./path-syntax.ts";

/** What one read may look at: `$..*..*` on a large document would grow without end. */
const nodeLimit = 1_000_000;

/** Whether the steps can lead to one place only. Several keys in one bracket give one object. */
export function isDefinite(steps: readonly Step[]): boolean {
  return steps.every((step) => step.kind === "key" || step.kind === "keys" || step.kind === "index");
}

export function find(document: Value, steps: readonly Step[]): Value | undefined {
  return isDefinite(steps) ? findOne(document, steps) : findAll(document, steps);
}

export function findOne(document: Value, steps: readonly Step[]): Value | undefined {
  let value: Value | undefined = document;
  for (const step of steps) {
    value = step.kind === "key" ? member(value, step.key) : child(value, step, step === steps.at(-1));
    if (value === undefined) return undefined;
  }
  return value;
}

/** Own members of objects only. */
function member(value: Value, key: string): Value | undefined {
  return isObject(value) ? property(value, key) : undefined;
}

function child(value: Value, step: Step, isLast: boolean): Value | undefined {
  switch (step.kind) {
    case "index":
      return isArray(value) ? value[effectiveIndex(value, step.index)] : undefined;
    case "keys":
      return isLast ? pick(value, step.keys) : undefined; // "Multi properties can only be used as path leafs"
    default:
      return undefined;
  }
}

function pick(value: Value, keys: readonly string[]): Value | undefined {
  if (!isObject(value)) return undefined;
  const picked: Record<string, Value> = {};
  for (const key of keys) {
    const found = property(value, key);
    if (found !== undefined) setMember(picked, key, found);
  }
  return picked;
}

function effectiveIndex(array: readonly Value[], index: number): number {
  return index < 0 ? array.length + index : index;
}

/**
 * Everything an indefinite path leads to. A missing member on the way is an empty list, recorded on AWS;
 * an array step where the one value it could apply to is no array is a miss (localstack#12318).
 */
function findAll(document: Value, steps: readonly Step[]): Value | undefined {
  const walk: Walk = { document, visited: 0, definite: true };
  let nodes: readonly Value[] = [document];
  for (const step of steps) {
    if (walk.definite && needsArray(step) && nodes.some((node) => node !== null && !isArray(node))) return undefined;
    nodes = nodes.flatMap((node) => selected(node, step, walk));
    walk.visited += nodes.length;
    if (walk.visited > nodeLimit) throw runtimeFailure(`The path leads to more than ${nodeLimit} nodes.`);
    walk.definite &&= isDefinite([step]);
  }
  return nodes;
}

interface Walk {
  readonly document: Value;
  visited: number;
  /** So far only one place was possible. */
  definite: boolean;
}

function needsArray(step: Step): boolean {
  return step.kind === "index" || step.kind === "indexes" || step.kind === "slice";
}

function selected(node: Value, step: Step, walk: Walk): readonly Value[] {
  switch (step.kind) {
    case "key": {
      const found = member(node, step.key);
      return found === undefined ? [] : [found];
    }
    case "keys": {
      const picked = pick(node, step.keys);
      return picked === undefined ? [] : [picked];
    }
    case "index":
      return elements(node, [step.index]);
    case "indexes":
      return elements(node, step.indexes);
    case "slice":
      return isArray(node) ? sliced(node, step.from, step.to) : [];
    case "wildcard":
      return children(node);
    case "filter":
      return (isObject(node) ? [node] : isArray(node) ? node : []).filter((candidate) =>
        passes(step.filter, candidate, walk.document, find),
      );
    case "descend":
      return containers(node, walk);
    default:
      return unreachable(step);
  }
}

/** Past the end is null, as in the JSON tree that the service reads from. */
function elements(node: Value, indexes: readonly number[]): readonly Value[] {
  return isArray(node) ? indexes.map((index) => node[effectiveIndex(node, index)] ?? null) : [];
}

/** Jayway's rules: with two bounds, negative ones count from the end only element by element. */
function sliced(array: readonly Value[], from: number | undefined, to: number | undefined): readonly Value[] {
  if (to === undefined) return array.slice(from);
  if (from === undefined) return array.slice(0, Math.max(0, effectiveIndex(array, to)));
  const picked: Value[] = [];
  const end = Math.min(array.length, to);
  for (let index = Math.max(from, -array.length); index < end; index++) {
    picked.push(array[effectiveIndex(array, index)] ?? null);
  }
  return picked;
}

function children(node: Value): readonly Value[] {
  if (isArray(node)) return node;
  return isObject(node) ? entriesOf(node).map(([, member]) => member) : [];
}

/** The node and all containers below it, parents first. */
function containers(node: Value, walk: Walk): readonly Value[] {
  const found: Value[] = [];
  const waiting: Value[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === null || typeof next !== "object" || next instanceof ExactNumber) continue;
    found.push(next);
    walk.visited += 1;
    if (walk.visited > nodeLimit) throw runtimeFailure(`The path leads to more than ${nodeLimit} nodes.`);
    const below = children(next);
    for (let index = below.length - 1; index >= 0; index--) waiting.push(below[index] ?? null);
  }
  return found;
}
