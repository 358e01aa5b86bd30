/** Which ways of a graph an execution has gone: from the visit that left a state to the one that came after it. */
import type { Edge } from "../../lib/asl/graph/graph.ts";
import type { Drawing } from "../../lib/asl/graph/layout.ts";
import type { Visit } from "../../lib/asl/history/visits.ts";

export function takenEdges({ nodes, edges }: Drawing, visits: readonly Visit[]): ReadonlySet<Edge> {
  const names = new Map(nodes.flatMap(({ node }) => (node.kind === "state" ? [[node.id, node.name] as const] : [])));
  const gone = new Set<string>();
  for (const { state, inside, after } of visits) {
    if (after) gone.add(key(after.state, state, after.status === "caught"));
    else if (!inside) gone.add(key(undefined, state, false));
  }
  const end = visits.findLast(({ inside }) => !inside);
  if (end?.status === "succeeded") gone.add(key(end.state, undefined, false));
  const isGone = ({ from, to, kind }: Edge): boolean => gone.has(key(names.get(from), names.get(to), kind === "catch"));
  return new Set(edges.map(({ edge }) => edge).filter(isGone));
}

function key(from: string | undefined, to: string | undefined, caught: boolean): string {
  return JSON.stringify([from ?? null, to ?? null, caught]);
}
