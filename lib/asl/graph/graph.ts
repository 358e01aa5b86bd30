/**
 * A definition as a graph: what there is to draw, level by level, without saying where. It is read from the
 * definition as it was written, so that one with problems is drawn as far as it goes. Where things stand is
 * `layout`, what they look like is `svg`, `terminal` and `mermaid`; whether a machine may run is `parse`.
 */
import { isArray, isObject, type JsonObject, property, type Value } from "../json.ts";
import { captionOf } from "./caption.ts";
import { conditionText } from "./condition.ts";

export interface Graph {
  readonly root: Level;
}

/** The machine itself, a branch of a Parallel state, or a Map's processor: its states and the ways between them. */
export interface Level {
  /** Its place in the definition: `""`, `/States/Checks/Branches[0]`. */
  readonly path: string;
  /** Where it begins; absent where StartAt is not written. */
  readonly first?: NodeId;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly Edge[];
}

/** Within a graph unique: a state's place in the definition (`/States/Pack/ItemProcessor/States/PackItem`). */
export type NodeId = string;

export type GraphNode =
  /** Only the machine has them: a level inside a state begins at its first node. */
  | { readonly kind: "start"; readonly id: NodeId }
  | { readonly kind: "end"; readonly id: NodeId }
  | StateNode
  /** The target of a Next that names no state of its level. */
  | { readonly kind: "missing"; readonly id: NodeId; readonly name: string };

export interface StateNode {
  readonly kind: "state";
  readonly id: NodeId;
  readonly name: string;
  /** As it is written; `""` where none is. */
  readonly type: string;
  /** What it does, in a few words: `lambda charge-card`, `3 d`, `each of $.items, 5 at a time`. */
  readonly caption: string;
  readonly comment?: string;
  readonly retries: readonly RetryMark[];
  /** Branches, or the processor; none for a state without inner states. */
  readonly levels: readonly Level[];
}

export interface RetryMark {
  readonly errors: readonly string[];
  readonly maxAttempts: number;
}

export type EdgeKind = "start" | "next" | "choice" | "default" | "catch" | "end";

/** One for each pair of nodes and kind; whatever leads the same way is told in its labels. */
export interface Edge {
  readonly kind: EdgeKind;
  readonly from: NodeId;
  readonly to: NodeId;
  /** The conditions of a Choice, the errors of a Catch; one for each rule or catcher. */
  readonly labels: readonly string[];
}

export const startId: NodeId = "#start";
export const endId: NodeId = "#end";

/** Undefined for what is no object: there is nothing to draw. */
export function graphOf(definition: Value): Graph | undefined {
  return isObject(definition) ? { root: levelOf(definition, "") } : undefined;
}

/** Every level, outer ones before inner ones. */
export function levelsOf({ root }: Graph): readonly Level[] {
  const found = [root];
  // What is found joins the end of the list that is gone through.
  for (const { nodes } of found) found.push(...nodes.flatMap((node) => (node.kind === "state" ? node.levels : [])));
  return found;
}

/** Every state by its name, nested ones too. */
export function statesOf(graph: Graph): ReadonlyMap<string, StateNode> {
  const states = levelsOf(graph).flatMap(({ nodes }) => nodes.filter((node) => node.kind === "state"));
  return new Map(states.map((state) => [state.name, state]));
}

function levelOf(object: JsonObject, path: string): Level {
  const states = property(object, "States");
  const written = Object.entries(isObject(states) ? states : {}).flatMap(([name, state]) =>
    isObject(state) ? [{ name, state }] : [],
  );
  const nodes: GraphNode[] = written.map(({ name, state }) => stateNode(name, state, stateId(path, name)));
  const known = new Set(nodes.map(({ id }) => id));
  const starts = startOf(object, path);
  const first = starts[0] === undefined ? {} : { first: starts[0].to };
  const ways = [...starts, ...written.flatMap(({ name, state }) => waysOf(name, state, path))];
  for (const { to } of ways) {
    if (to === endId || known.has(to)) continue;
    known.add(to);
    nodes.push({ kind: "missing", id: to, name: to.slice(stateId(path, "").length) });
  }
  if (path !== "") {
    return { path, ...first, nodes, edges: merged(ways.filter(({ kind }) => kind !== "start" && kind !== "end")) };
  }
  const end: readonly GraphNode[] = ways.some(({ to }) => to === endId) ? [{ kind: "end", id: endId }] : [];
  return { path, ...first, nodes: [{ kind: "start", id: startId }, ...nodes, ...end], edges: merged(ways) };
}

function stateId(path: string, name: string): NodeId {
  return `${path}/States/${name}`;
}

function stateNode(name: string, state: JsonObject, id: NodeId): StateNode {
  const comment = textOf(state, "Comment");
  return {
    kind: "state",
    id,
    name,
    type: textOf(state, "Type") ?? "",
    caption: captionOf(state),
    ...(comment === undefined ? {} : { comment }),
    retries: objectsIn(state, "Retry").map(retryMark),
    levels: innerLevels(state, id),
  };
}

/** The service's own number where none is written. */
const usualAttempts = 3;

function retryMark(retrier: JsonObject): RetryMark {
  const most = property(retrier, "MaxAttempts");
  return { errors: errorsOf(retrier), maxAttempts: typeof most === "number" ? most : usualAttempts };
}

function innerLevels(state: JsonObject, path: string): readonly Level[] {
  const branches = objectsIn(state, "Branches").map((branch, index) => levelOf(branch, `${path}/Branches[${index}]`));
  const processors = ["ItemProcessor", "Iterator"].flatMap((field) => {
    const processor = property(state, field);
    return isObject(processor) ? [levelOf(processor, `${path}/${field}`)] : [];
  });
  return [...branches, ...processors];
}

interface Way {
  readonly kind: EdgeKind;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly label?: string;
}

function startOf(object: JsonObject, path: string): readonly Way[] {
  const first = textOf(object, "StartAt");
  return first === undefined ? [] : [{ kind: "start", from: startId, to: stateId(path, first) }];
}

function waysOf(name: string, state: JsonObject, path: string): readonly Way[] {
  const from = stateId(path, name);
  const to = (object: JsonObject, field: string, way: Pick<Way, "kind" | "label">): readonly Way[] => {
    const target = textOf(object, field);
    return target === undefined ? [] : [{ ...way, from, to: stateId(path, target) }];
  };
  const ends = property(state, "End") === true || textOf(state, "Type") === "Succeed";
  return [
    ...to(state, "Next", { kind: "next" }),
    ...objectsIn(state, "Choices").flatMap((rule) => to(rule, "Next", { kind: "choice", label: conditionText(rule) })),
    ...to(state, "Default", { kind: "default" }),
    ...objectsIn(state, "Catch").flatMap((catcher) =>
      to(catcher, "Next", { kind: "catch", label: errorsOf(catcher).join(", ") }),
    ),
    ...(ends ? [{ kind: "end", from, to: endId } as const] : []),
  ];
}

function merged(ways: readonly Way[]): readonly Edge[] {
  const edges = new Map<string, Edge>();
  for (const { kind, from, to, label } of ways) {
    const key = JSON.stringify([kind, from, to]);
    const labels = [...(edges.get(key)?.labels ?? []), ...(label === undefined ? [] : [label])];
    edges.set(key, { kind, from, to, labels });
  }
  return [...edges.values()];
}

function errorsOf(object: JsonObject): readonly string[] {
  const errors = property(object, "ErrorEquals");
  return isArray(errors) ? errors.filter((error) => typeof error === "string") : [];
}

function objectsIn(object: JsonObject, field: string): readonly JsonObject[] {
  const list = property(object, field);
  return isArray(list) ? list.filter((item) => isObject(item)) : [];
}

function textOf(object: JsonObject, field: string): string | undefined {
  const text = property(object, field);
  return typeof text === "string" ? text : undefined;
}
