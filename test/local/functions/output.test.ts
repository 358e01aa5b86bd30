/** What functions print, and the pipes that it comes through. */
import { describe, expect, onTestFinished, test } from "vitest";
import { encodeFrame, frameReader, type RuntimeFrame } from "../../../lib/local/functions/frames.ts";
import { lineCutter } from "../../../lib/local/functions/lines.ts";
import { folderOf, told } from "./folder-of.ts";

function open(...parameters: Parameters<typeof folderOf>) {
  const functions = folderOf(...parameters);
  onTestFinished(() => functions.dispose());
  return functions;
}

test("a line of output comes before the result, with the function's name", async () => {
  const source = `
    console.log("loading");
    export const handler = async () => {
      console.log("one\\ntwo");
      console.error("three");
      process.stdout.write("no end");
      return 1;
    };`;
  const functions = open({ "f.mjs": source });
  await functions.call("f");
  const expected = ["f stdout: loading", "f stdout: one", "f stdout: two", "f stderr: three", "f stdout: no end"];
  expect(functions.lines).toEqual(expected);
});

test("output is not lost when the function hangs right after it", async () => {
  const hanging = "export const handler = () => { console.log('before'); for (;;); };";
  const functions = open({ "f.mjs": hanging }, { timeoutSeconds: 0.2 });
  await functions.call("f");
  expect(functions.lines).toEqual(["f stdout: before"]);
});

test("what a function's own child prints is a line too", async () => {
  const source = `
    import { spawnSync } from "node:child_process";
    export const handler = async () => spawnSync("echo", ["hello"], { stdio: "inherit" }).status;`;
  const functions = open({ "f.mjs": source });
  expect(told(await functions.call("f"))).toBe("0");
  await expect.poll(() => functions.lines).toEqual(["f stdout: hello"]);
});

test("megabytes without a line end come in pieces", async () => {
  const functions = open({ "f.mjs": "export const handler = async () => { process.stdout.write('x'.repeat(1e6)); };" });
  expect(told(await functions.call("f"))).toBe("null");
  expect(functions.lines).toHaveLength(Math.ceil(1e6 / 65_536));
});

test("a function that writes into its runtime's pipe fails, and nobody else", async () => {
  const source = `
    import { writeSync } from "node:fs";
    export const handler = async ({ garbage }) => { if (garbage) writeSync(4, garbage); return "well"; };`;
  const functions = open({ "f.mjs": source });
  const misuse = "Runtime.ExitError: The function wrote into its runtime's pipe";
  for (const garbage of ["x".repeat(100), "\u0001\u0000\u0000\u0000\u0000\u0000\u0000\u0000!"]) {
    expect(told(await functions.call("f", { garbage }))).toBe(misuse);
  }
  expect(told(await functions.call("f"))).toBe('"well"');
});

describe("frames", () => {
  const frames: readonly (readonly [RuntimeFrame, string])[] = [
    [{ kind: "ready" }, ""],
    [{ kind: "line", stream: "stdout" }, "Größe 🎈"],
    [{ kind: "succeeded" }, "x".repeat(1000)],
    [{ kind: "failed", dying: true }, "{}"],
  ];
  const bytes = Buffer.concat(frames.map(([head, body]) => encodeFrame(head, body)));

  test.each([1, 2, 3, 7, 8, 9, 64, 500, 10_000])("come through in chunks of %i bytes", (size) => {
    const read: [RuntimeFrame, string][] = [];
    const reader = frameReader<RuntimeFrame>((head, body) => read.push([head, body]));
    for (let at = 0; at < bytes.length; at += size) reader(bytes.subarray(at, at + size));
    expect(read).toEqual(frames);
  });
});

test.each([
  [["a\nb\n"], ["a", "b"]],
  [
    ["a", "b\nc"],
    ["ab", "c"],
  ],
  [["\n\n"], ["", ""]],
  [[""], []],
  [["x".repeat(65_537)], ["x".repeat(65_536), "x"]],
  [
    ["x".repeat(65_537), "\n"],
    ["x".repeat(65_536), "x"],
  ],
])("lines of %j", (texts, expected) => {
  const lines: string[] = [];
  const cutter = lineCutter((line) => lines.push(line));
  for (const text of texts) cutter.write(text);
  cutter.flush();
  expect(lines).toEqual(expected);
});
