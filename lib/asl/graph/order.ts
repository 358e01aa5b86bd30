/**
 * The nodes of a level one below the other: each after those that lead to it, as far as loops allow, and what
 * usually follows directly beneath.
 */
import type { Edge, EdgeKind, GraphNode, Level, NodeId } from "./graph.ts";

/** Who is visited last stands first: the usual way goes straight down. */
const visits: readonly EdgeKind[] = ["catch", "choice", "default", "next", "end", "start"];

export function inOrder({ nodes, edges }: Level): readonly GraphNode[] {
  const from = new Map<NodeId, Edge[]>();
  for (const edge of edges) from.set(edge.from, [...(from.get(edge.from) ?? []), edge]);
  const left: NodeId[] = [];
  const met = new Set<NodeId>();
  // Those that nothing leads to come last, so their ways are gone first.
  for (const { id } of nodes.toReversed().filter((node) => !isTarget(node.id, edges))) depthFirst(id, from, met, left);
  // A loop that nothing leads into.
  for (const { id } of nodes) if (!met.has(id)) depthFirst(id, from, met, left);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return left.toReversed().flatMap((id) => byId.get(id) ?? []);
}

function isTarget(id: NodeId, edges: readonly Edge[]): boolean {
  return edges.some(({ from, to }) => to === id && from !== id);
}

/** Without recursion: a chain may be longer than the call stack. */
function depthFirst(start: NodeId, from: ReadonlyMap<NodeId, readonly Edge[]>, met: Set<NodeId>, left: NodeId[]): void {
  if (met.has(start)) return;
  met.add(start);
  const way: { readonly id: NodeId; readonly next: NodeId[] }[] = [{ id: start, next: targetsOf(start, from) }];
  for (let here = way.at(-1); here !== undefined; here = way.at(-1)) {
    const target = here.next.shift();
    if (target === undefined) {
      left.push(here.id);
      way.pop();
    } else if (!met.has(target)) {
      met.add(target);
      way.push({ id: target, next: targetsOf(target, from) });
    }
  }
}

function targetsOf(id: NodeId, from: ReadonlyMap<NodeId, readonly Edge[]>): NodeId[] {
  // Of several choices the first stands nearest.
  const edges = (from.get(id) ?? []).toReversed();
  return edges.toSorted((a, b) => visits.indexOf(a.kind) - visits.indexOf(b.kind)).map(({ to }) => to);
}
