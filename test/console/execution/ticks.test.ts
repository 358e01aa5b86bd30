/** The marks of the time axis: round, as close as their words allow, also behind a fold of a month. */
import { describe, expect, test } from "vitest";
import { sinceStart, ticksOf, wordsWidth } from "../../../console/execution/ticks.ts";
import { timeAxis } from "../../../console/execution/time-axis.ts";

const [second, hour, day] = [1_000, 3_600_000, 86_400_000];
/** Executions start at no round time. */
const start = 1_764_259_402_137;

function labels(moments: readonly number[], pixels: number): readonly (string | undefined)[] {
  const axis = timeAxis(moments.map((since) => start + since));
  return ticksOf(axis, start, pixels).map(({ label }) => label);
}

test.each<[what: string, moments: readonly number[], pixels: number, expected: readonly (string | undefined)[]]>([
  ["nothing", [], 600, []],
  ["one moment", [0], 600, ["0"]],
  ["less than a second", [0, 40, 430], 600, ["0", ...[50, 100, 150, 200, 250, 300, 350, 400].map((at) => `${at} ms`)]],
  ["some seconds", [0, 3_000, 7_900], 600, ["0", "1 s", "2 s", "3 s", "4 s", "5 s", "6 s", "7 s"]],
  ["the same on a phone", [0, 3_000, 7_900], 180, ["0", "2 s", "4 s", "6 s"]],
  ["minutes", Array.from({ length: 106 }, (_, index) => 4 * second * index), 300, ["0", "2 min", "4 min", "6 min"]],
  ["no line at all", [0, 3_000, 7_900], 1, [undefined]],
  [
    "a month folded",
    [0, second, 30 * day, 30 * day + second],
    700,
    ["0", "200 ms", "400 ms", "600 ms", "800 ms", "1 s", "30 d", "30 d 0.5 s", "30 d 1 s"],
  ],
  ["nothing but a wait", [0, day], 600, ["0", "1 d"]],
])("%s", (_what, moments, pixels, expected) => {
  expect(labels(moments, pixels)).toEqual(expected);
});

describe.each([120, 300, 700, 1_400])("on a line of %i pixels", (pixels) => {
  test.each<[what: string, moments: readonly number[]]>([
    ["an odd second behind a fold", [0, 900, 29 * day + 3 * hour + 12_345, 29 * day + 3 * hour + 13_579]],
    ["many folds", Array.from({ length: 8 }, (_, index) => [index * day, index * day + 700 * index]).flat()],
    ["years", [0, 400 * day, 700 * day, 900 * day]],
    ["an item of a Map that began late", [4 * hour + 17, 4 * hour + 1_700]],
  ])("%s: words neither meet nor leave it, and marks stand where their time is", (_what, moments) => {
    const axis = timeAxis(moments.map((since) => start + since));
    const ticks = ticksOf(axis, start, pixels);
    const pieces = ticks.flatMap(({ label, labelAt }) => {
      const half = wordsWidth(label ?? "") / 2;
      return label === undefined ? [] : [[labelAt * pixels - half, labelAt * pixels + half] as const];
    });
    expect(pieces.length).toBeGreaterThan(0);
    for (const [index, [from, to]] of pieces.entries()) {
      expect(from).toBeGreaterThanOrEqual(-0.001);
      expect(to).toBeLessThanOrEqual(pixels + 0.001);
      expect(pieces[index + 1]?.[0] ?? pixels + 1).toBeGreaterThan(to);
    }
    for (const { at, moment } of ticks) expect(at).toBe(axis.place(moment));
    expect(ticks.length).toBeLessThanOrEqual(pixels / 10);
  });
});

test.each([
  [0, "0"],
  [250, "250 ms"],
  [1_500, "1.5 s"],
  [150 * second, "2 min 30 s"],
  [hour, "1 h"],
  [29 * day + 5 * second, "29 d 5 s"],
])("%i ms after the start: %s", (milliseconds, words) => {
  expect(sinceStart(milliseconds)).toBe(words);
});
