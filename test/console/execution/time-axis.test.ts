/** Time on a line: long waits are folded, however long they are, and what happens around them keeps its room. */
import { expect, test } from "vitest";
import { timeAxis } from "../../../console/execution/time-axis.ts";

const day = 86_400_000;

test.each<[what: string, moments: readonly number[], folds: readonly number[]]>([
  ["nothing", [], []],
  ["one moment", [5], []],
  ["short stretches", [0, 100, 250, 400], []],
  ["a wait that is not long against the rest", [0, 4_000, 8_000, 14_000], []],
  ["a wait of a month between seconds", [0, 1_000, 2_000, 30 * day, 30 * day + 1_000], [30 * day - 2_000]],
  ["two of them", [0, 1_000, day, day + 1_000, 9 * day], [day - 1_000, 8 * day - 1_000]],
  ["nothing but a wait", [0, day], [day]],
])("%s", (_what, moments, folds) => {
  const axis = timeAxis(moments);
  expect(axis.folds.map(({ milliseconds }) => milliseconds)).toEqual(folds);
  const places = [...moments].sort((a, b) => a - b).map(axis.place);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  for (const place of places) expect(place).toBeGreaterThanOrEqual(0);
  if (moments.length > 1) expect([places[0], Math.round((places.at(-1) ?? 0) * 1e6) / 1e6]).toEqual([0, 1]);
});

test("a folded month leaves the seconds around it most of the line", () => {
  const { place, folds } = timeAxis([0, 1_000, 30 * day, 30 * day + 1_000]);
  expect(folds[0]?.width).toBeLessThan(0.1);
  expect(place(1_000)).toBeGreaterThan(0.4);
  expect(place(500)).toBeCloseTo(place(1_000) / 2);
  expect([place(-5), place(99 * day)]).toEqual([0, 1]);
});
