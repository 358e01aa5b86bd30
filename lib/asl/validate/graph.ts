/**
 * Where states lead: targets that do not exist, states that nothing leads to, a machine that cannot end.
 * Judged on the definition as written, so that a state with a mistake of another kind still counts.
 */
import { isArray, isObject, type JsonObject, property, type Value } from "../json.ts";
import { type Container, type Machine, meant, reportAt } from "../parse/place.ts";

interface Edge {
  readonly from: string;
  readonly target: string;
  /** `/States/Pack/Catch[0]/Next` */
  readonly path: string;
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
  const edges = Object.entries(states).flatMap(([name, state]) =>
    isObject(state) ? edgesOf(name, state, `${container.path}/States/${name}`) : [],
  );
  const start = typeof startAt === "string" ? [{ from: "", target: startAt, path: `${container.path}/StartAt` }] : [];
  const names = Object.keys(states);
  for (const edge of [...start, ...edges]) {
    if (!Object.hasOwn(states, edge.target)) reportMissing(edge, names, machine);
  }
  // The service looks for an end in the machine itself only, and without one it does not look for unreachable states.
  if (container.parent === undefined && !Object.values(states).some(isTerminal)) {
    reportAt(machine, undefined, "Workflow has no terminal state", {
      code: "MISSING_END_STATE",
      hint: "give a state End: true, or add a Succeed or Fail state",
    });
  } else if (typeof startAt === "string") reportUnreachable(startAt, states, edges, container.path, machine);
}

function edgesOf(from: string, state: JsonObject, path: string): Edge[] {
  const edges: Edge[] = [];
  const add = (target: Value | undefined, at: string) => {
    if (typeof target === "string") edges.push({ from, target, path: at });
  };
  add(property(state, "Next"), `${path}/Next`);
  for (const field of ["Choices", "Catch"]) {
    const entries = property(state, field);
    if (!isArray(entries)) continue;
    entries.forEach((entry, index) => {
      if (isObject(entry)) add(property(entry, "Next"), `${path}/${field}[${index}]/Next`);
    });
  }
  add(property(state, "Default"), `${path}/Default`);
  return edges;
}

function isTerminal(state: Value): boolean {
  if (!isObject(state)) return false;
  const type = property(state, "Type");
  return type === "Succeed" || type === "Fail" || (type !== undefined && property(state, "End") === true);
}

function reportMissing(edge: Edge, names: readonly string[], machine: Machine): void {
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

function reportUnreachable(
  startAt: string,
  states: JsonObject,
  edges: readonly Edge[],
  path: string,
  machine: Machine,
): void {
  const targets = new Map<string, string[]>();
  for (const { from, target } of edges) {
    const known = targets.get(from);
    if (known === undefined) targets.set(from, [target]);
    else known.push(target);
  }
  const reached = new Set<string>();
  const open = [startAt];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name) || !Object.hasOwn(states, name)) continue;
    reached.add(name);
    open.push(...(targets.get(name) ?? []));
  }
  for (const name of Object.keys(states)) {
    if (reached.has(name)) continue;
    reportAt(machine, `${path}/States/${name}`, `State "${name}" is not reachable.`, {
      code: "MISSING_TRANSITION_TARGET",
      hint: "no state that is reached leads here",
    });
  }
}
