/**
 * Where everything stands, in pixels, from the upper left corner. Each level is laid out alone and becomes a
 * box in the state around it; branches stand side by side in their order. How it looks is the renderer's.
 */
import type { Edge, Graph, GraphNode, Level, StateNode } from "./graph.ts";
import { type Box, layered, type Point, type Size, type Way } from "./layered.ts";
import { clipped, textWidth, wrapped } from "./text.ts";

export interface Drawing extends Size {
  /** What contains others comes before it: painted in this order, nothing is covered. */
  readonly nodes: readonly PlacedNode[];
  readonly levels: readonly PlacedLevel[];
  readonly edges: readonly PlacedEdge[];
}

export interface PlacedNode extends Box {
  readonly node: GraphNode;
  /** 0 for the states of the machine itself. */
  readonly depth: number;
}

/** The room of a branch or processor inside its state. */
export interface PlacedLevel extends Box {
  readonly level: Level;
}

export interface PlacedEdge {
  readonly edge: Edge;
  /** Two at least. */
  readonly points: readonly Point[];
  /** The label's lines, cut to what fits, and its middle; absent where there is nothing to say. */
  readonly label?: Point & { readonly lines: readonly string[] };
}

/** Sizes that renderers share, in pixels. */
export const metrics = {
  title: 14,
  caption: 12,
  label: 11,
  /** From one line of a label to the next. */
  leading: 14,
  padding: 12,
  node: 46,
  dot: 22,
  narrowest: 120,
  widest: 300,
  margin: 16,
} as const;

const longestLabel = 30;
const mostLabelLines = 4;

export function layout(graph: Graph): Drawing {
  const { width, height, ...drawn } = shifted(drawLevel(graph.root, 0), metrics.margin, metrics.margin);
  return { ...drawn, width: width + 2 * metrics.margin, height: height + 2 * metrics.margin };
}

function drawLevel(level: Level, depth: number): Drawing {
  const inner = new Map(
    level.nodes.map((node) => [node.id, node.kind === "state" ? drawInside(node, depth + 1) : nothing] as const),
  );
  const sizes = new Map(level.nodes.map((node) => [node.id, sizeOf(node, inner.get(node.id) ?? nothing)] as const));
  const labels = level.edges.map(labelLines);
  const placed = layered(
    sizes,
    level.edges.map((edge, index) => wayOf(edge, labels[index] ?? [])),
  );
  const nodes = level.nodes.flatMap((node) => {
    const box = placed.boxes.get(node.id);
    return box === undefined ? [] : [{ ...box, node, depth }];
  });
  const edges = level.edges.flatMap((edge, index) => {
    const way = placed.ways[index];
    return way === undefined ? [] : [placedEdge(edge, way, labels[index] ?? [])];
  });
  const within = nodes.map(({ node, x, y, width }) => {
    const inside = inner.get(node.id) ?? nothing;
    return shifted(inside, x + Math.floor((width - inside.width) / 2), y); // its own words may be wider than what is in it
  });
  return {
    width: placed.width,
    height: placed.height,
    nodes: [...nodes, ...within.flatMap((drawing) => drawing.nodes)],
    levels: within.flatMap((drawing) => drawing.levels),
    edges: [...edges, ...within.flatMap((drawing) => drawing.edges)],
  };
}

const nothing: Drawing = { width: 0, height: 0, nodes: [], levels: [], edges: [] };

/** The levels of a state beside one another under its heading. */
function drawInside(state: StateNode, depth: number): Drawing {
  const { padding, node: heading } = metrics;
  const parts: Drawing[] = [];
  let x: number = padding;
  for (const level of state.levels) {
    const drawing = drawLevel(level, depth);
    const box = { x, y: heading, width: drawing.width + 2 * padding, height: drawing.height + 2 * padding };
    const { nodes, levels, edges } = shifted(drawing, x + padding, heading + padding);
    parts.push({ nodes, levels: [{ ...box, level }, ...levels], edges, width: box.width, height: box.height });
    x += box.width + padding;
  }
  if (parts.length === 0) return nothing;
  return {
    width: x,
    height: heading + Math.max(...parts.map(({ height }) => height)) + padding,
    nodes: parts.flatMap(({ nodes }) => nodes),
    levels: parts.flatMap(({ levels }) => levels),
    edges: parts.flatMap(({ edges }) => edges),
  };
}

function sizeOf(node: GraphNode, inside: Drawing): Size {
  if (node.kind === "start" || node.kind === "end") return { width: metrics.dot, height: metrics.dot };
  const { padding, title, caption, narrowest, widest } = metrics;
  const beneath = node.kind === "state" ? textWidth(subtitle(node), caption) : 0;
  const tips = node.kind === "state" && node.type === "Choice" ? 2 * padding : 0;
  const width = Math.max(textWidth(node.name, title), beneath) + 3 * padding + tips;
  const own = Math.min(widest, Math.max(narrowest, Math.ceil(width)));
  return { width: Math.max(own, inside.width), height: Math.max(metrics.node, inside.height) };
}

/** The line beneath a state's name: `Task · lambda charge-card · ↻ 4`. */
export function subtitle({ type, caption, retries }: StateNode): string {
  const attempts = Math.max(0, ...retries.map(({ maxAttempts }) => maxAttempts));
  return [type || "no type", caption, attempts > 0 ? `↻ ${attempts}` : ""].filter(Boolean).join(" · ");
}

function labelLines({ kind, labels }: Edge): readonly string[] {
  if (kind === "default") return ["otherwise"];
  const lines = labels.flatMap((label) => wrapped(label, longestLabel));
  if (lines.length <= mostLabelLines) return lines;
  return [...lines.slice(0, mostLabelLines - 1), clipped(`${lines[mostLabelLines - 1]} …`, longestLabel)];
}

const weights: Readonly<Record<Edge["kind"], number>> = {
  start: 4,
  next: 4,
  end: 2,
  default: 2,
  choice: 2,
  catch: 1,
};

function wayOf({ from, to, kind }: Edge, lines: readonly string[]): Way {
  const width = Math.max(0, ...lines.map((line) => textWidth(line, metrics.label)));
  const label = { width: width === 0 ? 0 : width + 8, height: lines.length * metrics.leading };
  return { from, to, label, weight: weights[kind] };
}

function placedEdge(
  edge: Edge,
  { points, label }: { readonly points: readonly Point[]; readonly label: Point },
  lines: readonly string[],
): PlacedEdge {
  return { edge, points, ...(lines.length === 0 ? {} : { label: { ...label, lines } }) };
}

function shifted(drawing: Drawing, dx: number, dy: number): Drawing {
  const move = <T extends Point>(thing: T): T => ({ ...thing, x: thing.x + dx, y: thing.y + dy });
  return {
    ...drawing,
    nodes: drawing.nodes.map(move),
    levels: drawing.levels.map(move),
    edges: drawing.edges.map(({ edge, points, label }) => ({
      edge,
      points: points.map(move),
      ...(label === undefined ? {} : { label: move(label) }),
    })),
  };
}
