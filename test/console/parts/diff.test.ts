/** What changed between two payloads, line by line, and how alike they are; payloads laid out without being read into values. */
import { describe, expect, test } from "vitest";
import { diffLines, folded, likeness } from "../../../console/parts/diff.ts";
import { pretty, short } from "../../../console/parts/pretty.ts";

const signs = { same: " ", gone: "-", new: "+" };

function diff(before: string, after: string): string {
  return (diffLines(pretty(before), pretty(after)) ?? []).map(({ kind, text }) => signs[kind] + text.trim()).join("|");
}

describe("changes", () => {
  test.each([
    ['{"a":1}', '{"a":1}', ' {| "a": 1| }'],
    ['{"a":1}', '{"a":1,"b":2}', ' {| "a": 1,|+"b": 2| }'],
    ['{"a":1,"b":2}', '{"b":2}', ' {|-"a": 1,| "b": 2| }'],
    ['{"a":1}', '{"a":2}', ' {|-"a": 1|+"a": 2| }'],
    // What moves a step in stays what it was.
    ['{"a":1}', '{"p":{"a":1}}', ' {|+"p": {| "a": 1|+}| }'],
    ["text", "other", "-text|+other"],
  ])("%s to %s", (before, after, expected) => {
    expect(diff(before, after)).toBe(expected);
  });

  test("too many lines to compare, unless they begin and end alike", () => {
    const lines = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, line) => `line ${from + line}`).join("\n");
    expect(diffLines(lines(0, 5_000), lines(10_000, 15_000))).toBeUndefined();
    expect(diffLines(lines(0, 5_000), lines(0, 5_001))?.at(-1)).toEqual({ kind: "new", text: "line 5000" });
  });

  test("long stretches of what stayed are folded", () => {
    const same = Array.from({ length: 20 }, (_, line) => ({ kind: "same" as const, text: String(line) }));
    const shown = folded([...same, { kind: "new", text: "x" }, ...same], 2);
    expect(shown.map((line) => line?.text ?? "…")).toEqual(["…", "18", "19", "x", "0", "1", "…"]);
  });
});

test.each([
  ['{"a":1,"b":2}', '{"a":1,"b":2}', 1],
  ['{"a":1,"b":2}', '{"a":1,"b":3}', 0.5],
  ['{"a":1}', '{"b":2}', 0],
  ["{}", "{}", 1],
  ["{}", "[]", 0],
])("%s and %s are alike to %f", (before, after, expected) => {
  expect(likeness(pretty(before), pretty(after))).toBe(expected);
});

test("numbers keep their text, keys their order, and what is no JSON stays as it is", () => {
  expect(pretty('{"b":0.0,"a":[9007199254740993,{}],"c":"x, {y}"}')).toBe(
    '{\n  "b": 0.0,\n  "a": [\n    9007199254740993,\n    {}\n  ],\n  "c": "x, {y}"\n}',
  );
  expect(pretty("not {json")).toBe("not {json");
  expect(short("a  b\n c".repeat(3), 10)).toBe("a b ca b …");
});
