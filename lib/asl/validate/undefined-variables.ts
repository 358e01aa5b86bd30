/** Variables that are read and that nothing in reach ever gives a value. */
import type { Definition } from "../definition.ts";
import { isObject, property, type Value } from "../json.ts";
import type { Problem } from "../problem.ts";
import { nearest } from "./nearest.ts";
import { entriesOf, type Written, type WrittenScope } from "./walk.ts";

export function possiblyUndefined(definition: Definition, states: readonly Written[]): readonly Problem[] {
  const assigned = new Map<WrittenScope, Set<string>>();
  for (const written of states) {
    const known = assigned.get(written.scope) ?? new Set();
    for (const name of assignedBy(written)) known.add(name);
    assigned.set(written.scope, known);
  }
  return states.flatMap((written) => {
    const names = definition.variableReferences.get(written.name) ?? [];
    const inReach = reachable(written.scope, assigned);
    return names.filter((name) => !inReach.has(name)).map((name) => undefinedVariable(name, written, inReach));
  });
}

function undefinedVariable(name: string, written: Written, known: ReadonlySet<string>): Problem {
  const near = nearest(name, known);
  return {
    code: "POSSIBLY_UNDEFINED_VARIABLE",
    severity: "WARNING",
    path: written.path,
    message: `Variable '${name}' is possibly not defined.`,
    hint: near === undefined ? "no state in reach assigns it" : `did you mean '$${near}'?`,
  };
}

function assignedBy({ state, path }: Written): readonly string[] {
  const inner = ["Catch", "Choices"].flatMap((field) => entriesOf(property(state, field), `${path}/${field}`));
  return [state, ...inner.map(([entry]) => entry)].flatMap((entry) => namesIn(property(entry, "Assign")));
}

function namesIn(assign: Value | undefined): readonly string[] {
  return isObject(assign) ? Object.keys(assign).map((key) => key.replace(/\.\$$/, "")) : [];
}

function reachable(scope: WrittenScope, assigned: ReadonlyMap<WrittenScope, ReadonlySet<string>>): Set<string> {
  const names = new Set(assigned.get(scope));
  for (let inner = scope; inner.of !== undefined && !isDistributed(inner); inner = inner.of.scope) {
    for (const name of assigned.get(inner.of.scope) ?? []) names.add(name);
  }
  return names;
}

function isDistributed(scope: WrittenScope): boolean {
  const config = property(scope.object, "ProcessorConfig");
  return isObject(config) && property(config, "Mode") === "DISTRIBUTED";
}
