/**
 * A drawing as an SVG document that stands alone: no script, no font of its own, its colours in a style sheet
 * inside. By itself it follows the reader's light or dark setting.
 */

import type { Edge, Graph, GraphNode } from "./graph.ts";
import type { Box, Point } from "./layered.ts";
import { type Drawing, layout, metrics, type PlacedEdge, type PlacedNode, subtitle } from "./layout.ts";
import { marks } from "./marks.ts";
import type { Progress, StateProgress, StateStatus } from "./progress.ts";
import { textWidth } from "./text.ts";

export interface SvgOptions {
  /** `auto`, the default: as the reader's system is set. */
  readonly theme?: Theme | "auto";
  /** Read out instead of the picture. */
  readonly title?: string;
  /** An execution's, to colour the states it has reached. */
  readonly progress?: Progress;
}

export type Theme = "light" | "dark";

export function toSvg(graph: Graph, { theme = "auto", title = "State machine", progress }: SvgOptions = {}): string {
  const drawing = layout(graph);
  const [width, height] = [Math.ceil(drawing.width), Math.ceil(drawing.height)];
  const taken = takenIn(drawing, progress);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${styleSheet(theme)}</style>`,
    `<defs>${["", "-taken", "-catch"].map(arrowHead).join("")}</defs>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    ...boxesOf(drawing, progress),
    ...drawing.edges.map((edge) => edgeLine(edge, taken.has(edge.edge))),
    ...drawing.edges.flatMap(edgeLabel),
    "</svg>\n",
  ].join("\n");
}

/** Levels lie between the state around them and the states in them. */
function boxesOf({ nodes, levels }: Drawing, progress: Progress | undefined): readonly string[] {
  const deepest = Math.max(0, ...nodes.map(({ depth }) => depth));
  return Array.from({ length: deepest + 1 }, (_, depth) => {
    const these = nodes.filter((node) => node.depth === depth);
    const inside = levels.filter(({ level }) => these.some(({ node }) => level.path.startsWith(`${node.id}/`)));
    return [...these.map((node) => nodeBox(node, progress)), ...inside.map((level) => rectangle("level", level))];
  }).flat();
}

function nodeBox(placed: PlacedNode, progress: Progress | undefined): string {
  const { node, x, y, width } = placed;
  if (node.kind === "start" || node.kind === "end") return dot(node.kind, x + width / 2, y + placed.height / 2);
  const found = node.kind === "state" ? progress?.states.get(node.name) : undefined;
  const beneath = node.kind === "state" ? subtitle(node) : "missing";
  return [
    `<g class="${classesOf(node, found)}"><title>${escaped(hintOf(node, found))}</title>`,
    ...(node.kind === "state" && node.type === "Map" ? [rectangle("card", { ...placed, x: x + 5, y: y + 5 })] : []),
    outline(node, placed),
    text("name", x + width / 2, y + 20, fitted(node.name, metrics.title, width)),
    text("caption", x + width / 2, y + 36, fitted(beneath, metrics.caption, width)),
    ...(found === undefined ? [] : [badge(x + width, y, found.status)]),
    "</g>",
  ].join("");
}

type NamedNode = Exclude<GraphNode, { readonly kind: "start" | "end" }>;

function classesOf(node: NamedNode, found: StateProgress | undefined): string {
  // A type may be anything until the definition is right.
  const type = node.kind === "state" ? node.type.toLowerCase().replaceAll(/[^a-z]/g, "") : "missing";
  return ["node", type, found?.status].filter(Boolean).join(" ");
}

function hintOf(node: NamedNode, found: StateProgress | undefined): string {
  if (node.kind === "missing") return `${node.name}: there is no such state`;
  const retries = node.retries.map(
    ({ errors, maxAttempts }) => `tried again up to ${maxAttempts} times after ${errors.join(", ")}`,
  );
  const done =
    found === undefined ? "" : `${found.status}; entered: ${found.visits}, failed attempts: ${found.failures}`;
  return [`${node.name}: ${subtitle(node)}`, node.comment, ...retries, done].filter(Boolean).join("\n");
}

function dot(kind: "start" | "end", x: number, y: number): string {
  const radius = metrics.dot / 2;
  const circle = (name: string, r: number) => `<circle class="${name}" cx="${round(x)}" cy="${round(y)}" r="${r}"/>`;
  const shown =
    kind === "start" ? circle("dot", radius - 3) : circle("dot", radius - 1) + circle("dot-inside", radius - 5);
  return `<g class="${kind}"><title>${kind}</title>${shown}</g>`;
}

/** A Choice has pointed sides. */
function outline(node: GraphNode, box: PlacedNode): string {
  if (node.kind !== "state" || node.type !== "Choice") return rectangle("box", box);
  const { x, y, width, height } = box;
  const tip = 14;
  const points = [
    { x: x + tip, y },
    { x: x + width - tip, y },
    { x: x + width, y: y + height / 2 },
    { x: x + width - tip, y: y + height },
    { x: x + tip, y: y + height },
    { x, y: y + height / 2 },
  ];
  return `<polygon class="box" points="${points.map(at).join(" ")}"/>`;
}

function rectangle(name: string, { x, y, width, height }: Box): string {
  return `<rect class="${name}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="8"/>`;
}

function badge(x: number, y: number, status: StateStatus): string {
  return `<circle class="badge" cx="${round(x - 4)}" cy="${round(y + 4)}" r="9"/>${text("mark", x - 4, y + 8, marks[status])}`;
}

function edgeLine({ edge, points }: PlacedEdge, isTaken: boolean): string {
  const head = edge.kind === "catch" ? "-catch" : isTaken ? "-taken" : "";
  return `<path class="edge ${edge.kind}${isTaken ? " taken" : ""}" d="${smooth(points)}" marker-end="url(#arrow${head})"/>`;
}

/** Through the middle of each two bends, so that no corner shows. */
function smooth(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return "";
  const bends = rest.slice(0, -1).map((bend, index) => {
    const next = rest[index + 1] ?? last;
    const to = index === rest.length - 2 ? last : { x: (bend.x + next.x) / 2, y: (bend.y + next.y) / 2 };
    return `Q${at(bend)} ${at(to)}`;
  });
  return [`M${at(first)}`, ...bends, ...(bends.length === 0 ? [`L${at(last)}`] : [])].join("");
}

function edgeLabel({ edge, label }: PlacedEdge): readonly string[] {
  if (label === undefined) return [];
  const { lines, x, y } = label;
  const width = Math.max(...lines.map((line) => textWidth(line, metrics.label))) + 6;
  const height = lines.length * metrics.leading;
  const top = y - height / 2;
  const behind = rectangle("behind", { x: x - width / 2, y: top, width, height });
  const written = lines.map((line, index) => text("label", x, top + 11 + index * metrics.leading, line));
  const whole = `<title>${escaped(edge.labels.join("\n") || "otherwise")}</title>`;
  return [`<g class="${edge.kind}">${whole}${behind}${written.join("")}</g>`];
}

function takenIn({ nodes, edges }: Drawing, progress: Progress | undefined): ReadonlySet<Edge> {
  if (progress === undefined) return new Set();
  const names = new Map(nodes.flatMap(({ node }) => (node.kind === "state" ? [[node.id, node.name] as const] : [])));
  const key = (from: string | undefined, to: string | undefined, caught: boolean) => JSON.stringify([from, to, caught]);
  const gone = new Set(progress.taken.map(({ from, to, caught }) => key(from, to, caught)));
  const isGone = ({ from, to, kind }: Edge) => gone.has(key(names.get(from), names.get(to), kind === "catch"));
  return new Set(edges.map(({ edge }) => edge).filter(isGone));
}

function text(name: string, x: number, y: number, content: string): string {
  return `<text class="${name}" x="${round(x)}" y="${round(y)}">${escaped(content)}</text>`;
}

function fitted(content: string, fontSize: number, width: number): string {
  let shown = content;
  while (shown.length > 1 && textWidth(shown, fontSize) > width - metrics.padding) shown = `${shown.slice(0, -2)}…`;
  return shown;
}

function arrowHead(kind: string): string {
  return `<marker id="arrow${kind}" viewBox="0 0 10 10" refX="9" refY="5" markerUnits="userSpaceOnUse" markerWidth="10" markerHeight="10" orient="auto-start-reverse"><path class="head${kind}" d="M0 0L10 5L0 10z"/></marker>`;
}

function at({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Control characters are not allowed in XML, not even written as references. */
const unwritable = /[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu;

function escaped(content: string): string {
  return content
    .replaceAll(unwritable, "�")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

interface Palette {
  readonly page: string;
  readonly box: string;
  readonly level: string;
  readonly line: string;
  readonly ink: string;
  readonly faint: string;
  readonly catch: string;
  readonly status: Readonly<Record<StateStatus, readonly [fill: string, line: string]>>;
}

const palettes: Readonly<Record<Theme, Palette>> = {
  light: {
    page: "#ffffff",
    box: "#f7f8fa",
    level: "#ffffff",
    line: "#8a93a3",
    ink: "#1b2330",
    faint: "#5a6475",
    catch: "#b4540a",
    status: {
      running: ["#e4efff", "#1f6feb"],
      succeeded: ["#e3f6e8", "#1a7f37"],
      caught: ["#fff1dc", "#b4540a"],
      failed: ["#ffe7e5", "#c9211e"],
      aborted: ["#eceef1", "#656d76"],
    },
  },
  dark: {
    page: "#0f141b",
    box: "#1a212b",
    level: "#131922",
    line: "#6d7889",
    ink: "#e6eaf0",
    faint: "#a3adbb",
    catch: "#f0a35e",
    status: {
      running: ["#122b4d", "#58a6ff"],
      succeeded: ["#12331d", "#4cc26a"],
      caught: ["#3d2a10", "#f0a35e"],
      failed: ["#451a1a", "#ff7b72"],
      aborted: ["#2a3038", "#9aa4b2"],
    },
  },
};

const shapes = `text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;text-anchor:middle}.name{font-size:${metrics.title}px;font-weight:600}.caption{font-size:${metrics.caption}px}.label{font-size:${metrics.label}px}.mark{font-size:11px;font-weight:700}.edge{fill:none;stroke-width:1.4}.edge.catch{stroke-dasharray:5 4}.edge.taken{stroke-width:2.4}.box,.card{stroke-width:1.3}.level{stroke-dasharray:3 4}.missing .box{stroke-dasharray:4 3}`;

function styleSheet(theme: Theme | "auto"): string {
  if (theme !== "auto") return shapes + colours(palettes[theme]);
  return `${shapes}${colours(palettes.light)}@media (prefers-color-scheme:dark){${colours(palettes.dark)}}`;
}

function colours({ page, box, level, line, ink, faint, catch: caught, status }: Palette): string {
  const byStatus = Object.entries(status).map(
    ([name, [fill, stroke]]) =>
      `.${name}>.box,.${name}>.card{fill:${fill};stroke:${stroke}}.${name}>.badge{fill:${stroke}}`,
  );
  return [
    `.page{fill:${page}}.box,.card{fill:${box};stroke:${line}}.level{fill:${level};stroke:${line}}`,
    `.name,.dot{fill:${ink}}.caption,.label{fill:${faint}}.mark{fill:${page}}`,
    `.edge{stroke:${line}}.head{fill:${line}}.edge.catch{stroke:${caught}}.head-catch,.catch>.label{fill:${caught}}`,
    `.behind{fill:${page};opacity:.85}.end .dot{fill:none;stroke:${ink}}.dot-inside{fill:${ink}}`,
    `.fail>.box{stroke:${status.failed[1]}}.succeed>.box{stroke:${status.succeeded[1]}}.missing>.box{stroke:${status.failed[1]}}`,
    ...byStatus,
    `.edge.taken{stroke:${status.succeeded[1]}}.head-taken{fill:${status.succeeded[1]}}`,
    `.edge.catch.taken{stroke:${status.caught[1]}}`,
  ].join("");
}
