/**
 * A graph in characters: states one below the other, what is inside a state inside its frame, and beside
 * them rails for the ways that lead elsewhere. It aims at a width and says everything within it.
 */

import { Canvas, type Painter, type Style } from "./canvas.ts";
import type { Edge, Graph, GraphNode, Level, NodeId, StateNode } from "./graph.ts";
import { subtitle } from "./layout.ts";
import { marks } from "./marks.ts";
import { inOrder } from "./order.ts";
import type { Progress, StateStatus } from "./progress.ts";
import { extent, type Rail, railsFor } from "./rails.ts";
import { clipped, columnsOf } from "./text.ts";

export interface TerminalOptions {
  /** How wide the terminal is. */
  readonly columns: number;
  /** Without it, no colours. */
  readonly paint?: Painter;
  /** An execution's, to mark the states it has reached. */
  readonly progress?: Progress;
}

export function toTerminal(graph: Graph, { columns, paint = (_, text) => text, progress }: TerminalOptions): string {
  return drawLevel(graph.root, columns, progress).lines(paint).join("\n");
}

interface Block {
  readonly node: GraphNode;
  readonly canvas: Canvas;
  /** The way straight down to the block beneath. */
  readonly down: Edge | undefined;
  /** The others. */
  readonly out: readonly Edge[];
}

interface StandingBlock extends Block {
  readonly y: number;
}

function drawLevel(level: Level, columns: number, progress: Progress | undefined): Canvas {
  const order = inOrder(level);
  const blocks = order.map((node, index) => blockOf(node, order[index + 1], level, columns, progress));
  const standing: StandingBlock[] = [];
  let y = 0;
  for (const block of blocks) {
    standing.push({ ...block, y });
    y += block.canvas.height + 1;
  }
  const canvas = new Canvas();
  for (const block of standing) canvas.paste(0, block.y, block.canvas);
  for (const { down, y: top, canvas: drawn } of standing) {
    if (down !== undefined)
      canvas.put(2, top + drawn.height, `▼ ${clipped(labelOf(down), columns - 6)}`.trimEnd(), styleOf(down));
  }
  drawRails(canvas, standing, columns);
  return canvas;
}

function blockOf(
  node: GraphNode,
  beneath: GraphNode | undefined,
  level: Level,
  columns: number,
  progress: Progress | undefined,
): Block {
  const leaving = level.edges.filter(({ from }) => from === node.id);
  const down = leaving.find(({ to, kind }) => to === beneath?.id && kind !== "catch");
  const out = leaving.filter((edge) => edge !== down);
  return { node, canvas: drawNode(node, out.length, columns, progress), down, out };
}

/** At least as high as it has ways out, each of which takes a row. */
function drawNode(node: GraphNode, ways: number, columns: number, progress: Progress | undefined): Canvas {
  const canvas = new Canvas();
  if (node.kind === "start" || node.kind === "end") {
    canvas.put(1, 0, node.kind === "start" ? "● Start" : "◉ End", "name");
    return canvas;
  }
  if (node.kind === "missing") {
    canvas.put(0, 0, clipped(`✗ ${node.name}: there is no such state`, columns), "failed");
    return canvas;
  }
  const status = progress?.states.get(node.name)?.status;
  const inside = drawInside(node, columns, progress);
  const caption = clipped(subtitle(node), Math.max(shortestText, columns - reserved));
  const width = Math.max(columnsOf(caption), columnsOf(titleOf(node, columns)) + 4, inside.width) + 4;
  const height = Math.max(1 + inside.height, ways) + 2;
  frame(canvas, node, { width, height, status, title: titleOf(node, columns) });
  canvas.put(2, 1, caption, "faint");
  canvas.paste(2, 2, inside);
  return canvas;
}

/** What stays free beside a box for ways and their labels. */
const reserved = 30;
const shortestText = 20;

function titleOf({ name }: StateNode, columns: number): string {
  return clipped(name, Math.max(shortestText, columns - reserved));
}

/** Branches side by side where they fit, else one below the other. */
function drawInside(state: StateNode, columns: number, progress: Progress | undefined): Canvas {
  const room = Math.max(shortestText, columns - 4);
  const each = Math.max(shortestText, Math.floor(room / Math.max(1, state.levels.length)) - gap.length);
  const narrow = state.levels.map((level) => drawLevel(level, each, progress));
  const isBeside = narrow.reduce((sum, { width }) => sum + width + gap.length, 0) <= room;
  return isBeside ? beside(narrow) : beneath(state.levels.map((level) => drawLevel(level, room, progress)));
}

const gap = "  ";

function beside(parts: readonly Canvas[]): Canvas {
  const canvas = new Canvas();
  let x = 0;
  for (const part of parts) {
    canvas.paste(x, 0, part);
    x += part.width + gap.length;
  }
  return canvas;
}

function beneath(parts: readonly Canvas[]): Canvas {
  const canvas = new Canvas();
  for (const part of parts) canvas.paste(0, canvas.height, part);
  return canvas;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly status: StateStatus | undefined;
  readonly title: string;
}

const frames = {
  simple: { corners: ["┌", "┐", "└", "┘"], across: "─", down: "│" },
  double: { corners: ["╔", "╗", "╚", "╝"], across: "═", down: "║" },
} as const;

function frame(canvas: Canvas, node: StateNode, { width, height, status, title }: Frame): void {
  const { corners, across, down } = node.levels.length > 0 ? frames.double : frames.simple;
  const style: Style = status ?? "plain";
  canvas.put(0, 0, corners[0] + across.repeat(width - 2) + corners[1], style);
  for (let row = 1; row < height - 1; row++) {
    canvas.put(0, row, down, style);
    canvas.put(width - 1, row, down, style);
  }
  canvas.put(0, height - 1, corners[2] + across.repeat(width - 2) + corners[3], style);
  canvas.put(1, 0, ` ${title} `, "name");
  if (status !== undefined) canvas.put(width - 4, 0, ` ${marks[status]} `, style);
}

function drawRails(canvas: Canvas, blocks: readonly StandingBlock[], columns: number): void {
  const exits = blocks.flatMap(({ node, canvas: drawn, y, out }) =>
    out.map((edge, index) => ({ edge, row: y + exitRow(node, index), x: drawn.width })),
  );
  const arrivals = new Map(blocks.map(({ node, y, canvas: drawn }) => [node.id, { y, width: drawn.width }] as const));
  const rails = railsFor(wantedRails(exits, arrivals));
  const boxes = Math.max(0, ...blocks.map((block) => block.canvas.width));
  const railColumns = Math.max(0, ...rails.map(({ column }) => column + 1));
  const room = Math.max(shortestLabel, columns - boxes - 2 * railColumns - 6);
  const byTarget = new Map(rails.map((rail) => [rail.target, rail]));
  const labels = exits.map(({ edge }) =>
    wayText(edge, byTarget.has(edge.to) ? undefined : nameOf(blocks, edge.to), room),
  );
  const gutter = Math.max(
    0,
    ...exits.map(({ x }, index) => x + columnsOf(labels[index] ?? "") + 1),
    ...[...arrivals.values()].map(({ width }) => width + 2),
  );
  for (const rail of rails) drawRail(canvas, rail, gutter + 2 * rail.column);
  for (const [index, { edge, row, x }] of exits.entries()) {
    const rail = byTarget.get(edge.to);
    canvas.put(x, row, labels[index] ?? "", styleOf(edge));
    const from = x + columnsOf(labels[index] ?? "");
    if (rail !== undefined)
      canvas.putBehind(from, row, lineOf(edge).repeat(gutter + 2 * rail.column - from), styleOf(edge));
  }
  for (const { target, arrival, column } of rails) {
    const x = arrivals.get(target)?.width ?? 0;
    canvas.put(x, arrival, "◀");
    canvas.putBehind(x + 1, arrival, "─".repeat(gutter + 2 * column - x - 1), "plain");
  }
}

const shortestLabel = 12;

interface Exit {
  readonly edge: Edge;
  readonly row: number;
  readonly x: number;
}

/** The first row of a box is where ways arrive; a dot has only one. */
function exitRow(node: GraphNode, index: number): number {
  return node.kind === "state" ? index + 1 : 0;
}

function wantedRails(
  exits: readonly Exit[],
  arrivals: ReadonlyMap<NodeId, { readonly y: number }>,
): readonly Omit<Rail, "column">[] {
  const joins = new Map<NodeId, number[]>();
  for (const { edge, row } of exits) joins.set(edge.to, [...(joins.get(edge.to) ?? []), row]);
  return [...joins].map(([target, rows]) => ({ target, joins: rows, arrival: arrivals.get(target)?.y ?? 0 }));
}

function drawRail(canvas: Canvas, rail: Rail, x: number): void {
  const [top, bottom] = extent(rail);
  for (let row = top; row <= bottom; row++) {
    const meets = row === rail.arrival || rail.joins.includes(row);
    const corner = row === top ? "┐" : row === bottom ? "┘" : meets ? "┤" : "│";
    canvas.put(x, row, corner);
  }
}

/** `─ otherwise `, `╌ CardDeclined `, and where no rail leads, `─ otherwise ─▶ Load`. */
function wayText(edge: Edge, named: string | undefined, room: number): string {
  const line = lineOf(edge);
  const label = labelOf(edge);
  const said = label === "" ? line : `${line} ${clipped(label, room)} `;
  return named === undefined ? said : `${said}${line}▶ ${named}`;
}

function lineOf({ kind }: Edge): string {
  return kind === "catch" ? "╌" : "─";
}

function styleOf({ kind }: Edge): Style {
  return kind === "catch" ? "catch" : "plain";
}

function labelOf({ kind, labels }: Edge): string {
  return kind === "default" ? "otherwise" : labels.join(" | ");
}

function nameOf(blocks: readonly StandingBlock[], id: NodeId): string {
  const node = blocks.find((block) => block.node.id === id)?.node;
  return node === undefined || node.kind === "start" || node.kind === "end" ? "End" : node.name;
}
