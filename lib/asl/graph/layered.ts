/**
 * One level of a graph in layers from top to bottom: the one place where the layout library is met. It knows
 * boxes and ways between them, nothing of states.
 */
import { graphlib, layout } from "@dagrejs/dagre";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Point, Size {}

export interface Way {
  readonly from: string;
  readonly to: string;
  /** The room its label takes; none: 0 by 0. */
  readonly label: Size;
  /** Ways that should be short and straight weigh more. */
  readonly weight: number;
}

export interface Layered extends Size {
  /** By id; `x` and `y` are the upper left corner. */
  readonly boxes: ReadonlyMap<string, Box>;
  /** In the order of the ways given. */
  readonly ways: readonly { readonly points: readonly Point[]; readonly label: Point }[];
}

const spacing = { nodesep: 36, edgesep: 16, ranksep: 36 };

/** The library recurses along the longest way, and its time grows faster than the level. */
const mostLayered = 800;

export function layered(sizes: ReadonlyMap<string, Size>, ways: readonly Way[]): Layered {
  return sizes.size > mostLayered ? stacked(sizes, ways) : inLayers(sizes, ways);
}

function inLayers(sizes: ReadonlyMap<string, Size>, ways: readonly Way[]): Layered {
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", ...spacing });
  for (const [id, size] of sizes) graph.setNode(id, { ...size });
  for (const [index, { from, to, label, weight }] of ways.entries()) {
    graph.setEdge(from, to, { ...label, labelpos: "c", weight }, String(index));
  }
  layout(graph);
  const boxes = new Map([...sizes].map(([id, size]) => [id, cornered(graph.node(id) as Point, size)] as const));
  const drawn = ways.map(({ from, to }, index) => {
    const { points, x, y } = graph.edge(from, to, String(index)) as { points: Point[]; x?: number; y?: number };
    const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
    return { points, label: { x: x ?? middle.x, y: y ?? middle.y } };
  });
  const { width = 0, height = 0 } = graph.graph() as Partial<Size>;
  // Without a box there is no extent, which the library calls minus infinity.
  return { boxes, ways: drawn, width: Math.max(0, width), height: Math.max(0, height) };
}

function cornered({ x, y }: Point, { width, height }: Size): Box {
  return { x: x - width / 2, y: y - height / 2, width, height };
}

/** One below the other as they were written; a way that does not lead to the next one goes round on the right. */
function stacked(sizes: ReadonlyMap<string, Size>, ways: readonly Way[]): Layered {
  const widest = Math.max(...[...sizes.values()].map(({ width }) => width));
  const boxes = new Map<string, Box>();
  let y = 0;
  for (const [id, size] of sizes) {
    boxes.set(id, { ...size, x: (widest - size.width) / 2, y });
    y += size.height + spacing.ranksep;
  }
  const order = new Map([...boxes.keys()].map((id, index) => [id, index] as const));
  const drawn = ways.map(({ from, to }) => {
    const [source, target] = [boxes.get(from), boxes.get(to)];
    if (source === undefined || target === undefined) throw new Error(`there is no box ${from} or ${to}`);
    const isNext = (order.get(to) ?? 0) - (order.get(from) ?? 0) === 1;
    const points = isNext ? [below(source), above(target)] : around(source, target, widest + spacing.nodesep);
    return { points, label: points[isNext ? 0 : 1] ?? below(source) };
  });
  return { boxes, ways: drawn, width: widest + 2 * spacing.nodesep, height: y - spacing.ranksep };
}

function below({ x, y, width, height }: Box): Point {
  return { x: x + width / 2, y: y + height };
}

function above({ x, y, width }: Box): Point {
  return { x: x + width / 2, y };
}

function around(source: Box, target: Box, x: number): readonly Point[] {
  const from = source.y + source.height / 2;
  const to = target.y + target.height / 2;
  return [
    { x: source.x + source.width, y: from },
    { x, y: from },
    { x, y: to },
    { x: target.x + target.width, y: to },
  ];
}
