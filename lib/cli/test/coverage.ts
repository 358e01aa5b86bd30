/** What of a machine its tests have reached: states, the ways between them, and the ways of its catchers. */
import { type Edge, type Graph, levelsOf } from "../../asl/graph/graph.ts";
import type { Progress } from "../../asl/graph/progress.ts";

export interface Coverage {
  readonly states: Reached;
  readonly transitions: Reached;
  readonly catchers: Reached;
}

export interface Reached {
  readonly total: number;
  /** `Pack`, `Pack → Ship`. */
  readonly missed: readonly string[];
}

export function coverageOf(graph: Graph, runs: readonly Progress[]): Coverage {
  const visited = new Set(runs.flatMap(({ states }) => [...states.keys()]));
  const taken = new Set(runs.flatMap((run) => run.taken.map(({ from, to, caught }) => wayName(from, to, caught))));
  const levels = levelsOf(graph);
  const names = new Map(
    levels.flatMap(({ nodes }) =>
      nodes.flatMap((node) => (node.kind === "state" ? [[node.id, node.name] as const] : [])),
    ),
  );
  const edges = levels.flatMap((level) => level.edges);
  const ways = (isMeant: (edge: Edge) => boolean): readonly string[] =>
    edges.flatMap((edge) => {
      const [from, to] = [names.get(edge.from), names.get(edge.to)];
      return from === undefined || to === undefined || !isMeant(edge) ? [] : [wayName(from, to, edge.kind === "catch")];
    });
  return {
    states: reached([...names.values()], visited),
    // Two rules that lead the same way, or a rule and the default, are one way: a history does not tell them apart.
    transitions: reached([...new Set(ways(({ kind }) => kind !== "catch"))], taken),
    catchers: reached(
      ways(({ kind }) => kind === "catch"),
      taken,
    ),
  };
}

function wayName(from: string, to: string, caught: boolean): string {
  return `${from} ${caught ? "⇢" : "→"} ${to}`;
}

function reached(all: readonly string[], hit: ReadonlySet<string>): Reached {
  return { total: all.length, missed: all.filter((name) => !hit.has(name)) };
}

/** Of states, ways and catchers together. */
export function percentOf({ states, transitions, catchers }: Coverage): number {
  const all = [states, transitions, catchers];
  const total = all.reduce((sum, { total }) => sum + total, 0);
  const missed = all.reduce((sum, { missed }) => sum + missed.length, 0);
  return total === 0 ? 100 : (100 * (total - missed)) / total;
}
