/** `baton watch`: what changed is told, on a terminal in its place and elsewhere as lines; and shells complete what there is. */
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../lib/cli/client.ts";
import { changes, look, type Running } from "../../lib/cli/commands/watch.ts";
import { openScreen } from "../../lib/cli/screen.ts";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { baton, folderOf } from "./baton.ts";

const folder = folderOf({
  "long.asl.json": { StartAt: "W", States: { W: { Type: "Wait", Seconds: 86400, End: true } } },
  "short.asl.json": { StartAt: "P", States: { P: { Type: "Pass", End: true } } },
});
let server: LocalBaton;

beforeAll(async () => {
  server = await startLocal({ port: 0, folder: join(folder, "data") });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

test("once: what runs and what it waits for; and one execution with its graph", async () => {
  const at = ["--url", server.url] as const;
  expect((await baton("watch", "--once", ...at)).out).toBe("nothing is running\n");
  const definition = { StartAt: "W", States: { W: { Type: "Wait", Seconds: 86400, End: true } } };
  await fetch(`${server.url}/state-machines`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "long", definition }),
  });
  await baton("start", "long", "--name", "L1", ...at);
  const listed = async (): Promise<string> => (await baton("watch", "--once", ...at)).out;
  await expect.poll(listed).toMatch(/^MACHINE +EXECUTION +FOR +NOW\nlong +L1 +\d+ ms|\d s +waits until/);
  expect(await listed()).toMatch(/long +L1 .* waits until \S+ in W/);
  expect((await baton("watch", "L1", "--once", ...at)).out).toMatch(/execution:long:L1\n[\s\S]*┌ W ─+ … ┐/);
});

test("an execution that ends is followed to its end, with what it cost", async () => {
  const ran = JSON.parse((await baton("run", join(folder, "short.asl.json"), "--url", server.url, "--json")).out);
  const { code, out } = await baton("watch", `short/${ran.name}`, "--url", server.url);
  expect(out).toMatch(/✔ P[\s\S]*✔ SUCCEEDED[\s\S]*1 transition · on AWS \$\S+ here, \$0\.000025 on Step Functions/);
  expect(code).toBe(0);
});

test("one that newer ones push off a short list has not ended", async () => {
  const client = connect(server.url);
  const options = { machine: "long", limit: 1 };
  const start = (name: string) => baton("start", "long", "--name", name, "--url", server.url);
  await start("older");
  const before = await look(client, [], options);
  expect(before.map(({ name }) => name)).toEqual(["older"]);
  await start("newer");
  const both = await look(client, before, options);
  expect(changes(before, both).map(({ what, name }) => `${what} ${name}`)).toContain("began newer");
  expect(changes(before, both)).not.toContainEqual(expect.objectContaining({ what: "ended" }));
  await baton("stop", "long/older", "--url", server.url);
  const one = await look(client, both, options);
  expect(changes(both, one)).toContainEqual(expect.objectContaining({ what: "ended", name: "older" }));
});

describe("changes", () => {
  const one = (name: string, now: string): Running => ({ machine: "m", name, since: "", now });

  test.each([
    // before                  now                     told
    [[], [one("a", "x")], ["began a"]],
    [[one("a", "x")], [one("a", "x")], []],
    [[one("a", "x")], [one("a", "y")], ["goes on a"]],
    [[one("a", "x")], [one("b", "x")], ["began b", "ended a"]],
  ])("%j, then %j", (before, now, told) => {
    expect(changes(before, now).map(({ what, name }) => `${what} ${name}`)).toEqual(told);
  });
});

test("a terminal is drawn on in its place, and not beyond its height; anything else is left alone", () => {
  let written = "";
  const write = (text: string): void => {
    written += text;
  };
  const screen = openScreen({ isTTY: true, rows: 4, write });
  screen?.show("1\n2\n3\n4\n5");
  screen?.show("only");
  expect(written).toBe("\u001b[J1\n2\n3\n\u001b[3A\r\u001b[Jonly\n");
  expect(openScreen({ write })).toBeUndefined();
});

test.each([
  // line                            cut to 8 columns
  ["12345678", "12345678"],
  ["123456789", "1234567…"],
  ["\u001b[32m✔ 123456789\u001b[39m", "\u001b[32m✔ 12345…\u001b[0m"],
  ["注文注文注文", "注文注…"],
])("no line wraps, or the next drawing would begin too low: %j", (line, cut) => {
  let written = "";
  openScreen({ isTTY: true, columns: 8, write: (text) => (written += text) })?.show(line);
  expect(written).toBe(`\u001b[J${cut}\n`);
});

describe("baton completion", () => {
  test.each([
    // typed                       offered
    [["baton", "gr"], ["graph"]],
    [
      ["baton", "graph", "--s"],
      ["--substitute", "--substitute-from", "--svg"],
    ],
    [["baton", "inbox", "app"], ["approve"]],
    [["baton", "completion", "z"], ["zsh"]],
    [["baton", "redrive", "--status", "A"], ["ABORTED"]],
    [["baton", "list", "--en"], ["--endpoint"]],
  ])("bash completes %j", async (typed, offered) => {
    const { out } = await baton("completion", "bash");
    const words = typed.map((word) => `'${word}'`).join(" ");
    const script = `${out}\nCOMP_WORDS=(${words}); COMP_CWORD=${typed.length - 1}; _baton; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const said = execFileSync("bash", ["-c", script], { cwd: folder, encoding: "utf8" });
    expect(said.trim().split("\n").sort()).toEqual(offered);
  });

  test.each(["zsh", "fish"])("%s knows every command, in quotes that nothing breaks", async (shell) => {
    const { out } = await baton("completion", shell);
    for (const name of ["dev", "graph", "inbox", "cost", "test"]) expect(out).toContain(name);
    for (const line of out.split("\n")) expect(line.split("'").length % 2, line).toBe(1);
  });
});
