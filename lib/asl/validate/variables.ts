/** Workflow variables over the whole machine: a branch cannot give a value to a variable of an outer scope. */
import type { Assigned, Container, Machine } from "../parse/place.ts";
import { reportAt } from "../parse/place.ts";

export function judgeVariables(machine: Machine): void {
  const scopes = new Map<Container, Set<string>>();
  for (const { name, container } of machine.assigned) {
    const known = scopes.get(container);
    if (known === undefined) scopes.set(container, new Set([name]));
    else known.add(name);
  }
  for (const assigned of machine.assigned) {
    if (!shadows(assigned, scopes)) continue;
    reportAt(machine, assigned.path, `The variable name '${assigned.name}' was already defined in a parent scope.`, {
      code: "DUPLICATE_VARIABLE_NAME",
      hint: "choose another name: a branch can read outer variables, not change them",
    });
  }
}

function shadows({ name, container }: Assigned, scopes: ReadonlyMap<Container, ReadonlySet<string>>): boolean {
  let inner = container;
  for (let outer = inner.parent; outer !== undefined && !inner.distributed; outer = inner.parent) {
    if (scopes.get(outer)?.has(name) === true) return true;
    inner = outer;
  }
  return false;
}
