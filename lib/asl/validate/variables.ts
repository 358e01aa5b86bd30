/**
 * Workflow variables over the whole machine: a branch cannot give a value to a variable that an outer scope may have
 * assigned by then. "By then" as on the service (measured): by a transition on some way to the state with the branch,
 * loops included; what is assigned only later, or as that state ends, is free.
 */
import { isObject, property } from "../json.ts";
import { type Assigned, type Container, type Machine, reportAt } from "../parse/place.ts";
import { type Edge, edgesIn } from "./graph.ts";

export function judgeVariables(machine: Machine): void {
  const before = new Map<Container, ReadonlySet<string>>();
  for (const assigned of machine.assigned) {
    if (!shadows(assigned, before)) continue;
    reportAt(machine, assigned.path, `The variable name '${assigned.name}' was already defined in a parent scope.`, {
      code: "DUPLICATE_VARIABLE_NAME",
      hint: "choose another name: a branch can read outer variables, not change them",
    });
  }
}

/** `before`: what may have a value where a container begins, in the scope around it. */
function shadows({ name, container }: Assigned, before: Map<Container, ReadonlySet<string>>): boolean {
  let inner = container;
  for (let outer = inner.parent; outer !== undefined; outer = inner.parent) {
    const known = before.get(inner) ?? assignedBefore(inner, outer);
    before.set(inner, known);
    if (known.has(name)) return true;
    inner = outer;
  }
  return false;
}

function assignedBefore(inner: Container, outer: Container): ReadonlySet<string> {
  const edges = edgesIn(outer).filter(({ by }) => property(by, "Assign") !== undefined);
  if (edges.length === 0) return new Set();
  const leading = statesLeadingTo(ownerOf(inner, outer), edgesIn(outer));
  return new Set(edges.flatMap(({ target, by }) => (leading.has(target) ? namesAssigned(by) : [])));
}

/** `/States/Pack/Branches[0]` belongs to `Pack`. */
function ownerOf(inner: Container, outer: Container): string {
  return inner.path.slice(`${outer.path}/States/`.length).replace(/\/(?:ItemProcessor|Iterator|Branches\[\d+\])$/, "");
}

/** Itself among them. */
function statesLeadingTo(state: string, edges: readonly Edge[]): ReadonlySet<string> {
  const sources = new Map<string, string[]>();
  for (const { from, target } of edges) {
    const known = sources.get(target);
    if (known === undefined) sources.set(target, [from]);
    else known.push(from);
  }
  const found = new Set([state]);
  // One that is found joins the end and has its turn.
  for (const name of found) for (const source of sources.get(name) ?? []) found.add(source);
  return found;
}

function namesAssigned(by: Edge["by"]): readonly string[] {
  const assign = property(by, "Assign");
  return isObject(assign) ? Object.keys(assign).map((key) => key.replace(/\.\$$/, "")) : [];
}
