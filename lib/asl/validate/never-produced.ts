/**
 * Paths to what cannot be there: the shape of the data is followed from state to state, and a path into a
 * shape that has no such member is told. Only JSONPath, and only where it is certain: what a task answers or
 * an execution is started with may be anything.
 */
import { property, type Value } from "../json.ts";
import { type Problem, shown } from "../problem.ts";
import { flowOf } from "./flow.ts";
import { nearest } from "./nearest.ts";
import { readsOf } from "./reads.ts";
import { anything, cut, either, lookUp, type Miss, plainSteps, type Shape, sameShape } from "./shape.ts";
import { scopesOf, type Written, type WrittenScope } from "./walk.ts";

/** A state is looked at again while its input still grows; after this often it is taken for anything. */
const visitLimit = 12;

export function neverProduced(definition: Value): readonly Problem[] {
  const scopes = scopesOf(definition);
  const inputs = new Map<string, Shape>();
  const hints: Problem[] = [];
  for (const scope of scopes) {
    follow(scope, begin(scope, inputs), inputs);
    for (const written of scope.written) hints.push(...missesIn(written, inputs.get(written.path)));
  }
  return hints;
}

/** What the first state of a scope is given. Outer scopes come first, so their inputs are known. */
function begin(scope: WrittenScope, inputs: ReadonlyMap<string, Shape>): Shape {
  if (scope.of === undefined) return anything;
  const given = inputs.get(scope.of.path);
  return given === undefined ? anything : flowOf(scope.of, given).inner;
}

function follow(scope: WrittenScope, first: Shape, inputs: Map<string, Shape>): void {
  const byName = new Map(scope.written.map((written) => [written.name, written]));
  const visits = new Map<string, number>();
  const start = property(scope.object, "StartAt");
  const open: (readonly [string, Shape])[] = typeof start === "string" ? [[start, first]] : [];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [name, arriving] = next;
    const written = byName.get(name);
    if (written === undefined) continue;
    const before = inputs.get(written.path);
    const input = before === undefined ? cut(arriving) : either(before, cut(arriving));
    if (before !== undefined && sameShape(before, input)) continue;
    const count = (visits.get(name) ?? 0) + 1;
    visits.set(name, count);
    if (count > visitLimit + 1) continue;
    const known = count > visitLimit ? anything : input;
    inputs.set(written.path, known);
    open.push(...flowOf(written, known).leaving);
  }
}

function missesIn(written: Written, input: Shape | undefined): readonly Problem[] {
  // A state that nothing leads to is told elsewhere.
  if (input === undefined || written.language !== "JSONPath") return [];
  return readsOf(written, input).flatMap(({ source, path, document }) => {
    const steps = plainSteps(source);
    if (steps === undefined) return [];
    const found = lookUp(document, steps);
    return found.kind === "missing" ? [hint(source, path, found)] : [];
  });
}

function hint(source: string, path: string, miss: Miss): Problem {
  const near = nearest(miss.step, miss.known);
  const known = miss.known.length === 0 ? "there is nothing of that kind" : `there is only ${miss.known.join(", ")}`;
  return {
    code: "FIELD_NEVER_PRODUCED",
    severity: "HINT",
    path,
    message: `'${source}' leads to '${miss.step}', which no earlier state can have produced`,
    value: shown(source),
    hint: near === undefined ? known : `${known}; did you mean '${near}'?`,
  };
}
