/** `baton cost`: counts from histories and from definitions, and the arithmetic is that of docs/costs.md. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { graphOf } from "../../lib/asl/graph/graph.ts";
import { parseJson } from "../../lib/asl/json.ts";
import { type Counts, countsOf, nothing, pricedOf, waysThrough } from "../../lib/cli/cost/count.ts";
import { costLine, dollars, estimateOf } from "../../lib/cli/cost/estimate.ts";
import { startLocal } from "../../lib/local/baton.ts";
import { baton, folderOf } from "./baton.ts";

const examples = join(import.meta.dirname, "../../asl-examples");
const definition = join(examples, "order-processing", "definition.asl.json");

function counted(some: Partial<Counts>): Counts {
  return { ...nothing, ...some };
}

test("ten states with two tasks: the quantities of docs/costs.md, and its price for a million transitions", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/costs.md"), "utf8");
  const said = (pattern: RegExp): number => Number(pattern.exec(page)?.[1]);
  const counts = counted({ states: 10, attempts: 2 });
  expect(pricedOf(counts)).toMatchObject({
    writeUnits: said(/DynamoDB writes \| (\d+) units/),
    readUnits: said(/DynamoDB reads \| (\d+) units/),
    messages: said(/SQS receives .* \| (\d+) messages/),
  });
  const million = 100_000;
  const { loadedUsd, aloneUsd, stepFunctionsUsd } = estimateOf(counts);
  expect(loadedUsd * million).toBeCloseTo(said(/1,000 B \| 10 \| \*\*([\d.]+)\*\*/), 1);
  expect(aloneUsd * million).toBeCloseTo(said(/1,000 B \| 1 \| ([\d.]+)/), 1);
  expect(stepFunctionsUsd * million).toBeCloseTo(25);
});

test.each([
  // example           case               counts
  ["order-processing", "good-order", { states: 11, attempts: 7, retries: 0, forks: 2, branches: 4, awaited: 0 }],
  ["order-processing", "flaky-carrier", { retries: 2 }],
  ["user-onboarding", "not-me", { awaited: 1 }],
])("the history of %s, %s", (example, name, expected) => {
  const history = JSON.parse(readFileSync(join(examples, example, "cases", name, "history.json"), "utf8"));
  expect(countsOf(history)).toMatchObject(expected);
});

describe("a definition that has not run", () => {
  const ways = (states: object, items = 10) => {
    const graph = graphOf(parseJson(JSON.stringify({ StartAt: Object.keys(states)[0], States: states })));
    if (graph === undefined) throw new Error("no graph");
    return waysThrough(graph, items);
  };
  const end = { Type: "Pass", End: true };
  const choice = { Type: "Choice", Choices: [{ Next: "B" }], Default: "C" };

  test.each([
    // what                    states                                                                   shortest, longest
    ["a chain", { A: { Type: "Pass", Next: "B" }, B: { Type: "Task", End: true } }, 2, 2],
    ["a choice", { A: choice, B: { Type: "Pass", Next: "C" }, C: end }, 2, 3],
    [
      "a loop turns not at all",
      { A: { Type: "Pass", Next: "B" }, B: { ...choice, Choices: [{ Next: "A" }] }, C: end },
      3,
      3,
    ],
    ["a Map", { A: { Type: "Map", ItemProcessor: { StartAt: "B", States: { B: end } }, End: true } }, 11, 11],
    ["errors are apart", { A: { Type: "Task", Catch: [{ ErrorEquals: ["E"], Next: "B" }], End: true }, B: end }, 1, 1],
    ["a way to nowhere", { A: { Type: "Pass", Next: "Z" } }, 1, 1],
  ])("%s", (_what, states, shortest, longest) => {
    const found = ways(states);
    expect([found.shortest.states, found.longest.states]).toEqual([shortest, longest]);
  });
});

test.each([
  [0.00023, "$0.00023"],
  [0.0000041, "$0.0000041"],
  [0.5, "$0.50"],
  [12.345, "$12.35"],
  [0, "$0"],
])("%d is %s", (usd, text) => {
  expect(dollars(usd)).toBe(text);
});

const folder = folderOf({ "a.asl.json": { StartAt: "A", States: { A: { Type: "Pass", End: true } } } });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("baton cost", () => {
  test("a file: its ways, with what Step Functions asks for the same", async () => {
    const { out } = await baton("cost", definition, "--executions", "1000");
    expect(out).toMatch(/the shortest way, 1,000 times +6,000 .* \$0\.15 +1\/\d/);
    expect(out).toMatch(/the longest way, 1,000 times +19,000 .*\$0\.47/);
  });

  test("--json, and one way only", async () => {
    const { out } = await baton("cost", join(folder, "a.asl.json"), "--json");
    expect(JSON.parse(out)).toMatchObject([{ name: "every way", transitions: 1, stepFunctionsUsd: 0.000025 }]);
  });

  test("--json of many executions", async () => {
    const { out } = await baton("cost", join(folder, "a.asl.json"), "--executions", "1000", "--json");
    expect(JSON.parse(out)).toMatchObject([
      { name: "every way", executions: 1_000, transitions: 1_000, stepFunctionsUsd: 0.025 },
    ]);
  });

  test("an EXPRESS machine is priced as if it were STANDARD, and that is said", async () => {
    const data = mkdtempSync(join(tmpdir(), "baton-cost-"));
    const server = await startLocal({ folder: data, port: 0 });
    try {
      const file = join(folder, "a.asl.json");
      await baton("deploy", file, "--name", "fast", "--type", "EXPRESS", "--url", server.url);
      const { out } = await baton("cost", "fast", "--url", server.url);
      expect(out).toMatch(/^every way, as STANDARD +1 /m);
      expect(out).toContain("fast is EXPRESS, whose executions cost by their number and their time");
    } finally {
      await server.close();
      rmSync(data, { recursive: true, force: true });
    }
  });

  test("the line at the end of what was followed", () => {
    expect(costLine(estimateOf(counted({ states: 10, attempts: 2 })))).toBe(
      "10 transitions · on AWS $0.000043 here, $0.00025 on Step Functions",
    );
  });
});
