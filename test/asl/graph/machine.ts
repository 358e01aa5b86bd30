/** Graphs for tests: of an example, or of what is written down; and their edges in a form that fits a row. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Graph, type GraphNode, graphOf, levelsOf } from "../../../lib/asl/graph/graph.ts";
import { parseJson } from "../../../lib/asl/json.ts";

export const examples = ["data-pipeline", "order-processing", "user-onboarding"] as const;

export function graphFrom(definition: object): Graph {
  const graph = graphOf(parseJson(JSON.stringify(definition)));
  if (graph === undefined) throw new Error("this is no object");
  return graph;
}

export function exampleGraph(name: string): Graph {
  return graphFrom(JSON.parse(readFileSync(inExample(name, "definition.asl.json"), "utf8")));
}

export function inExample(...path: readonly string[]): string {
  return join(import.meta.dirname, "../../../asl-examples", ...path);
}

/** `A -catch-> B: CardDeclined | States.ALL`, by the names of the states. */
export function edgesIn(graph: Graph): readonly string[] {
  return levelsOf(graph).flatMap(({ nodes, edges }) => {
    const names = new Map(nodes.map((node) => [node.id, nameOf(node)]));
    return edges.map(({ kind, from, to, labels }) => {
      const said = labels.length === 0 ? "" : `: ${labels.join(" | ")}`;
      return `${names.get(from)} -${kind}-> ${names.get(to)}${said}`;
    });
  });
}

function nameOf(node: GraphNode): string {
  return node.kind === "start" || node.kind === "end" ? node.id : node.kind === "missing" ? `?${node.name}` : node.name;
}
