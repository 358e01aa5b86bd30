/** A moment by the clock of whoever reads it, and how long something took. */
import { expect, test } from "vitest";
import { duration, moment } from "../../../lib/cli/explain/words.ts";

test("midnight is the beginning of its day", () => {
  const midnight = new Date(2026, 0, 2, 0, 5, 12).getTime();
  expect(moment(midnight, midnight)).toMatch(/^00.05.12$/);
});

test.each([
  [0.4, "0 ms"],
  [999.4, "999 ms"],
  [999.6, "1.0 s"],
  [9_949, "9.9 s"],
  [9_960, "10 s"],
  [59_499, "59 s"],
  [59_600, "1 min"],
  [60_000, "1 min"],
  [61_000, "1 min 1 s"],
  [3_599_999, "59 min 59 s"],
  [172_799_999, "1 d 23 h"],
])("%d ms: %s", (milliseconds, words) => expect(duration(milliseconds)).toBe(words));
