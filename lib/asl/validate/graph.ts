/**
 * Where states lead: targets that do not exist, states that nothing leads to, a machine that cannot end.
 * Judged on the definition as written, so that a state with a mistake of another kind still counts.
 */
import { isArray, isObject, type JsonObject, property, type Value } from "../json.ts";
import { type Container, type Machine, meant, reportAt } from "../parse/place.ts";

export interface Edge {
  readonly from: string;
  readonly target: string;
  /** `/States/Pack/Catch[0]/Next` */
  readonly path: string;
  /** Who leads there: the state, one of its rules or catchers. */
  readonly by: JsonObject;
}

/** `targets` "unknown": of the machine only one state is here, and where it leads cannot be judged. */
export function judgeGraph(machine: Machine, targets: "known" | "unknown"): void {
  for (const container of machine.containers) {
    if (targets === "known" || container.parent !== undefined) judgeContainer(container, machine);
  }
}

function judgeContainer(container: Container, machine: Machine): void {
  const states = property(container.object, "States");
  const startAt = property(container.object, "StartAt");
  if (!isObject(states)) return;
  const edges = edgesIn(container);
  const start = typeof startAt === "string" ? [{ from: "", target: startAt, path: `${container.path}/StartAt` }] : [];
  const names = Object.keys(states);
  for (const edge of [...start, ...edges]) {
    if (!Object.hasOwn(states, edge.target)) reportMissing(edge, names, machine);
  }
  // An end in a branch is one too (measured). Without one the service does not look for unreachable states.
  if (container.parent === undefined && !machine.containers.some(hasTerminal)) {
    reportAt(machine, undefined, "Workflow has no terminal state", {
      code: "MISSING_END_STATE",
      hint: "give a state End: true, or add a Succeed or Fail state",
    });
  } else if (typeof startAt === "string") reportUnreachable(startAt, states, edges, container.path, machine);
}

export function edgesIn({ object, path }: { readonly object: JsonObject; readonly path: string }): readonly Edge[] {
  const states = property(object, "States");
  return (isObject(states) ? Object.entries(states) : []).flatMap(([name, state]) =>
    isObject(state) ? edgesOf(name, state, `${path}/States/${name}`) : [],
  );
}

function edgesOf(from: string, state: JsonObject, path: string): Edge[] {
  const edges: Edge[] = [];
  const add = (target: Value | undefined, at: string, by: JsonObject) => {
    if (typeof target === "string") edges.push({ from, target, path: at, by });
  };
  add(property(state, "Next"), `${path}/Next`, state);
  for (const field of ["Choices", "Catch"]) {
    const entries = property(state, field);
    if (!isArray(entries)) continue;
    entries.forEach((entry, index) => {
      if (isObject(entry)) add(property(entry, "Next"), `${path}/${field}[${index}]/Next`, entry);
    });
  }
  add(property(state, "Default"), `${path}/Default`, state);
  return edges;
}

function hasTerminal({ object }: Container): boolean {
  const states = property(object, "States");
  return isObject(states) && Object.values(states).some(isTerminal);
}

function isTerminal(state: Value): boolean {
  if (!isObject(state)) return false;
  const type = property(state, "Type");
  return type === "Succeed" || type === "Fail" || (type !== undefined && property(state, "End") === true);
}

function reportMissing(edge: Omit<Edge, "by">, names: readonly string[], machine: Machine): void {
  const field = edge.path.slice(edge.path.lastIndexOf("/") + 1);
  const subject =
    edge.from === "" ? `${field} is '${edge.target}'` : `state '${edge.from}' has ${field} '${edge.target}'`;
  const elsewhere = machine.names.get(edge.target);
  const near = meant(machine, edge.target, names);
  const why =
    elsewhere === undefined
      ? "which is not a state of this machine"
      : `which is at ${elsewhere} and cannot be reached from here`;
  reportAt(machine, edge.path, `Missing 'Next' target: ${edge.target}`, {
    code: "MISSING_TRANSITION_TARGET",
    value: edge.target,
    hint: `${subject}, ${why}${near === undefined ? "" : `; did you mean '${near}'?`}`,
  });
}

/** The service asks whether any state leads there, not whether the start does: states that only lead to each other pass. */
function reportUnreachable(
  startAt: string,
  states: JsonObject,
  edges: readonly Edge[],
  path: string,
  machine: Machine,
): void {
  const led = new Set([startAt, ...edges.map(({ target }) => target)]);
  for (const name of Object.keys(states)) {
    if (led.has(name)) continue;
    reportAt(machine, `${path}/States/${name}`, `State "${name}" is not reachable.`, {
      code: "MISSING_TRANSITION_TARGET",
      hint: "no state leads here",
    });
  }
}
