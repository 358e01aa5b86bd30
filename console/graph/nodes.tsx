/** The states themselves: shape by kind, colour and sign by what came of them, a Map as a stack of cards with n of m. */
import type { GraphNode, StateNode } from "../../lib/asl/graph/graph.ts";
import { type Drawing, metrics, type PlacedLevel, type PlacedNode, subtitle } from "../../lib/asl/graph/layout.ts";
import { textWidth } from "../../lib/asl/graph/text.ts";
import { count } from "../../lib/cli/explain/words.ts";
import type { Progress } from "../execution/scope.ts";
import { stateLooks } from "../parts/status.tsx";

interface BoxesProps {
  readonly drawing: Drawing;
  readonly progress: ReadonlyMap<string, Progress>;
  readonly chosen: string | undefined;
  readonly linkTo: ((state: string) => string) | undefined;
  readonly marked: ReadonlySet<string> | undefined;
}

export function Boxes({ drawing: { nodes, levels }, progress, chosen, linkTo, marked }: BoxesProps) {
  return (
    <g>
      {nodes.map((placed) => {
        const { node } = placed;
        if (node.kind === "start" || node.kind === "end") return <Dot key={node.id} placed={placed} kind={node.kind} />;
        const seen = <State placed={placed} found={progress.get(node.name)} marked={marked?.has(node.name) ?? false} />;
        const inner = levelsIn(node, levels);
        return (
          <g key={node.id} class={node.name === chosen ? "chosen" : undefined}>
            {linkTo ? (
              <a href={linkTo(node.name)} aria-current={node.name === chosen ? "true" : undefined}>
                {seen}
              </a>
            ) : (
              seen
            )}
            {inner.map((level) => (
              <rect key={level.level.path} class="level" {...box(level)} rx="8" />
            ))}
          </g>
        );
      })}
    </g>
  );
}

/** The rooms of its branches: drawn over the state, beneath the states in them, which come later. */
function levelsIn(node: GraphNode, levels: readonly PlacedLevel[]): readonly PlacedLevel[] {
  if (node.kind !== "state" || node.levels.length === 0) return [];
  return levels.filter(({ level }) => node.levels.includes(level));
}

function Dot({ placed, kind }: { readonly placed: PlacedNode; readonly kind: "start" | "end" }) {
  const [x, y] = [placed.x + placed.width / 2, placed.y + placed.height / 2];
  return (
    <g class="dot">
      <title>{kind}</title>
      <circle cx={x} cy={y} r={metrics.dot / 2 - (kind === "start" ? 3 : 1)} />
      {kind === "end" && <circle class="inside" cx={x} cy={y} r={metrics.dot / 2 - 5} />}
    </g>
  );
}

type Named = Exclude<GraphNode, { readonly kind: "start" | "end" }>;

interface StateProps {
  readonly placed: PlacedNode;
  readonly found: Progress | undefined;
  readonly marked: boolean;
}

function State({ placed, found, marked }: StateProps) {
  const { x, y, width } = placed;
  const node = placed.node as Named; // the others have been drawn as dots
  const status = found?.status ?? "none";
  const { tone, sign } = stateLooks[status];
  const missing = node.kind === "missing" || marked;
  return (
    <g class={`node ${status === "none" ? "" : `reached ${tone}`}${missing ? " missing" : ""}`}>
      <title>{hintOf(node, found)}</title>
      {node.kind === "state" && node.type === "Map" && (
        <>
          <rect class="card" {...box({ ...placed, x: x + 8, y: y + 8 })} rx="8" />
          <rect class="card" {...box({ ...placed, x: x + 4, y: y + 4 })} rx="8" />
        </>
      )}
      <Outline node={node} placed={placed} />
      <text class="name" x={x + width / 2} y={y + 20}>
        {fitted(node.name, metrics.title, width - 24)}
      </text>
      <text class="caption" x={x + width / 2} y={y + 36}>
        {fitted(captionOf(node, found), metrics.caption, width)}
      </text>
      {status !== "none" && (
        <g class={`mark ${tone}`}>
          <circle cx={x + width - 3} cy={y + 3} r="9" />
          <text x={x + width - 3} y={y + 7}>
            {sign}
          </text>
        </g>
      )}
    </g>
  );
}

/** Beneath the name: what it does, or how far it is. */
function captionOf(node: Named, found: Progress | undefined): string {
  if (node.kind === "missing") return "no such state";
  if (!found) return subtitle(node);
  const { items, failures, visits } = found;
  const told = [
    ...(items && items.all > 0 ? [`${count(items.done)} of ${count(items.all)} items`] : []),
    ...(items && items.failed > 0 ? [`${count(items.failed)} failed`] : []),
    ...(failures > 0 && !items ? [`${count(failures)} failed ${failures === 1 ? "attempt" : "attempts"}`] : []),
    ...(visits > 1 ? [`${count(visits)} ×`] : []),
  ];
  return told.length > 0 ? told.join(" · ") : subtitle(node);
}

function hintOf(node: Named, found: Progress | undefined): string {
  if (node.kind === "missing") return `${node.name}: there is no such state`;
  const done = found && `${stateLooks[found.status].word}; visits: ${found.visits}, failed attempts: ${found.failures}`;
  return [`${node.name}: ${subtitle(node)}`, node.comment, ...node.retries.map(retryText), done]
    .filter(Boolean)
    .join("\n");
}

function retryText({ errors, maxAttempts }: StateNode["retries"][number]): string {
  return `tried again up to ${maxAttempts} times after ${errors.join(", ")}`;
}

/** A Choice has pointed sides. */
function Outline({ node, placed }: { readonly node: Named; readonly placed: PlacedNode }) {
  if (node.kind !== "state" || node.type !== "Choice") return <rect class="box" {...box(placed)} rx="8" />;
  const { x, y, width, height } = placed;
  const tip = 14;
  const corners = [
    [x + tip, y],
    [x + width - tip, y],
    [x + width, y + height / 2],
    [x + width - tip, y + height],
    [x + tip, y + height],
    [x, y + height / 2],
  ];
  return <polygon class="box" points={corners.map((corner) => corner.join(" ")).join(", ")} />;
}

function box({ x, y, width, height }: Pick<PlacedNode, "x" | "y" | "width" | "height">): Record<string, number> {
  return { x, y, width, height };
}

function fitted(content: string, fontSize: number, width: number): string {
  let shown = content;
  while (shown.length > 1 && textWidth(shown, fontSize) > width - metrics.padding) shown = `${shown.slice(0, -2)}…`;
  return shown;
}
