/** The ways between states: gone ones stronger, catches dashed, conditions written on them. */
import type { Edge } from "../../lib/asl/graph/graph.ts";
import type { Point } from "../../lib/asl/graph/layered.ts";
import { type Drawing, metrics, type PlacedEdge } from "../../lib/asl/graph/layout.ts";
import { textWidth } from "../../lib/asl/graph/text.ts";

export function Ways({ drawing, taken }: { readonly drawing: Drawing; readonly taken: ReadonlySet<Edge> }) {
  return (
    <g>
      {drawing.edges.map(({ edge, points }) => {
        const head = edge.kind === "catch" ? "catch" : taken.has(edge) ? "taken" : "plain";
        return (
          <path
            class={`way ${edge.kind}${taken.has(edge) ? " taken" : ""}`}
            d={smooth(points)}
            marker-end={`url(#arrow-${head})`}
          />
        );
      })}
      {drawing.edges.map((edge) => (
        <Label placed={edge} />
      ))}
    </g>
  );
}

function Label({ placed: { edge, label } }: { readonly placed: PlacedEdge }) {
  if (!label) return null;
  const { lines, x, y } = label;
  const width = Math.max(...lines.map((line) => textWidth(line, metrics.label))) + 6;
  const height = lines.length * metrics.leading;
  const top = y - height / 2;
  return (
    <g class={`way-label ${edge.kind}`}>
      <title>{edge.labels.join("\n") || "otherwise"}</title>
      <rect x={x - width / 2} y={top} width={width} height={height} rx="3" />
      {lines.map((line, index) => (
        <text x={x} y={top + 11 + index * metrics.leading}>
          {line}
        </text>
      ))}
    </g>
  );
}

/** Through the middle of each two bends, so that no corner shows. */
function smooth(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (!first || !last) return "";
  const bends = rest.slice(0, -1).map((bend, index) => {
    const next = rest[index + 1] ?? last;
    const to = next === last ? last : { x: (bend.x + next.x) / 2, y: (bend.y + next.y) / 2 };
    return `Q${at(bend)} ${at(to)}`;
  });
  return [`M${at(first)}`, ...bends, ...(bends.length === 0 ? [`L${at(last)}`] : [])].join("");
}

function at({ x, y }: Point): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
