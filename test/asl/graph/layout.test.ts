/** Where things stand: nothing covers anything, what is inside is inside, and hostile names stay text. */
import { describe, expect, test } from "vitest";
import type { Graph } from "../../../lib/asl/graph/graph.ts";
import { type Drawing, layout, type PlacedNode } from "../../../lib/asl/graph/layout.ts";
import { toSvg } from "../../../lib/asl/graph/svg.ts";
import { exampleGraph, examples, graphFrom } from "./machine.ts";

type Box = Pick<PlacedNode, "x" | "y" | "width" | "height">;

const contains = (outer: Box, inner: Box): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

function covering(drawing: Drawing): readonly string[] {
  return drawing.nodes.flatMap((a, index) =>
    drawing.nodes
      .slice(index + 1)
      .filter((b) => overlap(a, b) && !b.node.id.startsWith(`${a.node.id}/`))
      .map((b) => `${a.node.id} and ${b.node.id}`),
  );
}

const nested = graphFrom({
  StartAt: "Outer",
  States: {
    Outer: {
      Type: "Parallel",
      Branches: [
        { StartAt: "A", States: { A: { Type: "Pass", End: true } } },
        {
          StartAt: "Each",
          States: {
            Each: {
              Type: "Map",
              ItemProcessor: {
                StartAt: "B",
                States: { B: { Type: "Pass", Next: "C" }, C: { Type: "Pass", Next: "B" } },
              },
              End: true,
            },
          },
        },
      ],
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "Outer" }],
      End: true,
    },
  },
});

const chain = (length: number): Graph =>
  graphFrom({
    StartAt: "S0",
    States: Object.fromEntries(
      Array.from({ length }, (_, index) => [`S${index}`, { Type: "Pass", Next: `S${(index + 1) % length}` }]),
    ),
  });

describe("layout", () => {
  test.each<readonly [string, Graph]>([
    ...examples.map((name) => [name, exampleGraph(name)] as const),
    ["nested, with loops", nested],
    ["a long chain that begins anew", chain(60)],
    // More than the library takes in.
    ["a chain of thousands", chain(1_200)],
    ["nothing at all", graphFrom({})],
  ])("%s: nothing is covered or outside", (_name, graph) => {
    const drawing = layout(graph);
    expect(covering(drawing)).toEqual([]);
    expect(drawing.nodes.filter((node) => !contains({ x: 0, y: 0, ...drawing }, node))).toEqual([]);
    expect(drawing.edges.filter(({ points }) => points.length < 2)).toEqual([]);
    expect(drawing.edges.flatMap(({ points }) => points).filter(({ x, y }) => !Number.isFinite(x + y))).toEqual([]);
  });

  test("what is inside a state is drawn inside it", () => {
    const drawing = layout(nested);
    const box = (id: string): Box =>
      drawing.nodes.find(({ node }) => node.id === id) ?? { x: 0, y: 0, width: 0, height: 0 };
    for (const { node } of drawing.nodes.filter(({ depth }) => depth > 0)) {
      const outer = node.id.slice(0, node.id.lastIndexOf("/States/")).replace(/\/(Branches\[\d+\]|ItemProcessor)$/, "");
      expect(contains(box(outer), box(node.id)), `${node.id} in ${outer}`).toBe(true);
    }
    expect(drawing.nodes.map(({ depth }) => depth)).toEqual([0, 0, 0, 1, 1, 2, 2]);
  });
});

test.each(["<script>alert(1)</script>", '"onload="alert(1)', "]]>", "a\u0000b\u001b[31m", "&amp;<"])(
  "a state called %j is text in the picture",
  (name) => {
    const svg = toSvg(graphFrom({ StartAt: name, States: { [name]: { Type: name, Comment: name, End: true } } }), {
      title: name,
    });
    expect(svg).not.toMatch(/<script|"onload="/);
    expect([...svg].filter((letter) => letter !== "\n" && letter < " ")).toEqual([]);
    expect(svg.match(/<title>/g)?.length).toBe(4);
  },
);

test("what is in a state stands in the middle of it, however long its own words are", () => {
  const { nodes } = layout(
    graphFrom({
      StartAt: "EachOfThem",
      States: {
        EachOfThem: {
          Type: "Map",
          ItemsPath: "$.a.path.that.takes.its.room",
          ItemProcessor: { StartAt: "B", States: { B: { Type: "Pass", End: true } } },
          End: true,
        },
      },
    }),
  );
  const middles = nodes
    .filter(({ node }) => "name" in node && ["EachOfThem", "B"].includes(node.name))
    .map(({ x, width }) => x + width / 2);
  expect(Math.abs((middles[0] ?? 0) - (middles[1] ?? Number.NaN))).toBeLessThanOrEqual(1);
});
