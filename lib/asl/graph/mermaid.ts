/** A graph as a Mermaid flowchart, which many places that show Markdown draw. What is inside a state is a subgraph. */
import { type Edge, type Graph, type GraphNode, type Level, levelsOf, type NodeId } from "./graph.ts";
import { subtitle } from "./layout.ts";
import type { Progress, StateStatus } from "./progress.ts";

export interface MermaidOptions {
  /** An execution's, to colour the states it has reached. */
  readonly progress?: Progress;
}

export function toMermaid(graph: Graph, { progress }: MermaidOptions = {}): string {
  // Names may hold anything, so the chart knows nodes by number.
  const ids = new Map(
    levelsOf(graph)
      .flatMap(({ nodes }) => nodes)
      .map(({ id }, index) => [id, `n${index}`] as const),
  );
  const lines = ["flowchart TD", ...drawLevel(graph.root, ids, "  ")];
  return `${[...lines, ...(progress === undefined ? [] : colours(graph, ids, progress))].join("\n")}\n`;
}

type Ids = ReadonlyMap<NodeId, string>;

function drawLevel({ nodes, edges }: Level, ids: Ids, indent: string): readonly string[] {
  return [
    ...nodes.flatMap((node) => drawNode(node, ids, indent)),
    ...edges.map((edge) => indent + drawEdge(edge, ids)),
  ];
}

function drawNode(node: GraphNode, ids: Ids, indent: string): readonly string[] {
  const id = ids.get(node.id);
  if (node.kind === "start") return [`${indent}${id}((" "))`];
  if (node.kind === "end") return [`${indent}${id}(((" ")))`];
  if (node.kind === "missing") return [`${indent}${id}["${escaped(`${node.name}: there is no such state`)}"]`];
  const text = `"${escaped(node.name)}<br>${escaped(subtitle(node))}"`;
  if (node.levels.length === 0) return [`${indent}${id}${node.type === "Choice" ? `{{${text}}}` : `(${text})`}`];
  const inside = node.levels.flatMap((level, index) =>
    node.levels.length === 1
      ? drawLevel(level, ids, `${indent}  `)
      : [`${indent}  subgraph ${id}b${index}[" "]`, ...drawLevel(level, ids, `${indent}    `), `${indent}  end`],
  );
  return [`${indent}subgraph ${id}[${text}]`, ...inside, `${indent}end`];
}

function drawEdge({ kind, from, to, labels }: Edge, ids: Ids): string {
  const label = kind === "default" ? "otherwise" : labels.map(escaped).join("<br>");
  const line = kind === "catch" ? "-.->" : "-->";
  return `${ids.get(from)} ${line}${label === "" ? "" : `|"${label}"|`} ${ids.get(to)}`;
}

const classes: Readonly<Record<StateStatus, string>> = {
  running: "fill:#e4efff,stroke:#1f6feb,color:#1b2330",
  succeeded: "fill:#e3f6e8,stroke:#1a7f37,color:#1b2330",
  caught: "fill:#fff1dc,stroke:#b4540a,color:#1b2330",
  failed: "fill:#ffe7e5,stroke:#c9211e,color:#1b2330",
  aborted: "fill:#eceef1,stroke:#656d76,color:#1b2330",
};

function colours(graph: Graph, ids: Ids, { states }: Progress): readonly string[] {
  const reached = levelsOf(graph).flatMap(({ nodes }) =>
    nodes.flatMap((node) => {
      const status = node.kind === "state" ? states.get(node.name)?.status : undefined;
      return status === undefined ? [] : [`  class ${ids.get(node.id)} ${status}`];
    }),
  );
  return [...Object.entries(classes).map(([name, style]) => `  classDef ${name} ${style}`), ...reached];
}

function escaped(text: string): string {
  return text
    .replaceAll(/\p{C}+/gu, " ")
    .replaceAll("#", "#35;")
    .replaceAll("&", "#38;")
    .replaceAll("<", "#60;")
    .replaceAll(">", "#62;")
    .replaceAll('"', "#34;")
    .replaceAll("`", "#96;");
}
