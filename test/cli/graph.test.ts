/** `baton graph`: files, machines and executions; in every form; and the pictures in docs/graphs are what it draws today. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { baton, folderOf } from "./baton.ts";

const root = join(import.meta.dirname, "../..");
const examples = readdirSync(join(root, "asl-examples"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const shop = {
  StartAt: "Sell",
  States: {
    Sell: {
      Type: "Parallel",
      Branches: [
        { StartAt: "Pay", States: { Pay: { Type: "Pass", Result: { paid: false }, End: true } } },
        { StartAt: "Pack", States: { Pack: { Type: "Pass", End: true } } },
      ],
      Next: "Paid",
    },
    Paid: {
      Type: "Choice",
      Choices: [{ Variable: "$[0].paid", BooleanEquals: true, Next: "Ship" }],
      Default: "Refuse",
    },
    Ship: { Type: "Succeed" },
    Refuse: { Type: "Fail", Error: "NotPaid" },
  },
};

const folder = folderOf({
  "shop.asl.json": shop,
  "shop.yaml": "StartAt: A\nStates:\n  A: {Type: Pass, Next: B}\n",
  "broken.asl.json": '{"StartAt": ',
  "list.asl.json": [],
  "hostile.asl.json": { StartAt: "\u001b[2J", States: { "\u001b[2J": { Type: "Pass", End: true } } },
});
const file = (name: string): string => join(folder, name);
let server: LocalBaton;
let execution: string;

beforeAll(async () => {
  server = await startLocal({ port: 0, folder: join(folder, "data") });
  const ran = JSON.parse((await baton("run", file("shop.asl.json"), "--url", server.url, "--json")).out);
  execution = ran.name;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("docs/graphs", () => {
  test.each(
    examples.flatMap((name) => [
      [`${name}.svg`, name, "--svg"],
      [`${name}.txt`, name, "--width=100"],
    ]),
  )("%s is what baton graph draws; if it is not: npm run graphs", async (picture, name = "", option = "") => {
    const { out } = await baton("graph", join(root, "asl-examples", name, "definition.asl.json"), option);
    expect(out).toBe(readFileSync(join(root, "docs", "graphs", picture ?? ""), "utf8"));
  });
});

test("a terminal drawing: frames inside frames, the usual way straight down, the others on rails", async () => {
  const { out } = await baton("graph", file("shop.asl.json"), "--width", "80");
  expect(`\n${out}`).toBe(`
 ● Start
  ▼
╔ Sell ═════════════════════╗
║ Parallel                  ║
║ ┌ Pay ────┐  ┌ Pack ────┐ ║
║ │ Pass    │  │ Pass     │ ║
║ └─────────┘  └──────────┘ ║
╚═══════════════════════════╝
  ▼
┌ Paid ────┐
│ Choice   │─ $[0].paid = true ─┐
└──────────┘                    │
  ▼ otherwise                   │
┌ Refuse ────────┐              │
│ Fail · NotPaid │              │
└────────────────┘              │
                                │
┌ Ship ────┐◀───────────────────┘
│ Succeed  │
└──────────┘
  ▼
 ◉ End
`);
});

test.each([
  // what is asked                             code  what comes
  [["graph", file("shop.yaml")], 0, /┌ A ─+┐[\s\S]*✗ B: there is no such state/],
  [["graph", file("shop.asl.json"), "--mermaid"], 0, /^flowchart TD\n[\s\S]*-->\|"\$\[0\]\.paid = true"\|/],
  [["graph", file("shop.asl.json"), "--svg", "--theme", "dark"], 0, /^<svg [\s\S]*<\/svg>\n$/],
  [["graph", file("broken.asl.json")], 1, /broken\.asl\.json:1:13/],
  [["graph", file("list.asl.json")], 1, /is no object, so there is nothing to draw/],
  [["graph", file("missing.asl.json")], 1, /there is no file/],
  [["graph", file("shop.asl.json"), "--output", "/dev/null/shop.txt"], 1, /^ENOTDIR: .*'\/dev\/null\/shop.txt'\n$/],
  [["graph", file("shop.asl.json"), "--output", "/dev/full"], 1, /^E\w+: .*'\/dev\/full'\n$/],
  [["graph", file("shop.asl.json"), "--width", "10"], 1, /a width is a whole number from 40/],
  [["graph", file("shop.asl.json"), "--svg", "--mermaid"], 1, /cannot be used with/],
  [
    ["graph", "nothing-of-this-name"],
    1,
    /there is no file 'nothing-of-this-name', and in Region us-east-1 no state machine and no execution of that name/,
  ],
] as const)("%j: exit code %i", async (parameters, expected, said) => {
  const { code, out, err } = await baton(...parameters, "--url", server.url);
  expect(out + err).toMatch(said);
  expect(code).toBe(expected);
});

test("a machine that is called as a folder here is the machine", async () => {
  await baton("deploy", file("shop.asl.json"), "--name", "docs", "--url", server.url);
  const { code, out, err } = await baton("graph", "docs", "--url", server.url);
  expect([code, out, err]).toEqual([0, expect.stringContaining("╔ Sell ═"), ""]);
});

test("nothing in a name reaches the terminal as a command to it", async () => {
  expect((await baton("graph", file("hostile.asl.json"))).out).not.toContain("\u001b");
});

test("an execution shows what became of its states, by a part of its name", async () => {
  const { out } = await baton("graph", execution.slice(0, 8), "--url", server.url);
  expect(out).toMatch(/╔ Sell ═+ ✓ ╗/);
  expect(out).toMatch(/┌ Refuse ─+ ✗ ┐/);
  expect(out).toMatch(/┌ Ship ─+┐/);
  const { states, taken } = JSON.parse((await baton("graph", `shop/${execution}`, "--url", server.url, "--json")).out);
  expect(states).toMatchObject({ Pay: { status: "succeeded", visits: 1 }, Refuse: { status: "failed" } });
  expect(taken).toContainEqual({ from: "Paid", to: "Refuse", caught: false });
});

test("a machine on the server is drawn as it is there", async () => {
  const { out } = await baton("graph", "shop", "--url", server.url);
  expect(out).toBe((await baton("graph", file("shop.asl.json"))).out);
});
