/** "Did you mean". */
import { expect, test } from "vitest";
import { nearest } from "../../../lib/asl/validate/nearest.ts";

test.each([
  ["Shp", ["Pack", "Ship"], "Ship"],
  ["pack", ["Pack", "Ship"], "Pack"],
  ["Hsip", ["Pack", "Ship"], "Ship"],
  ["ResultsPath", ["ResultPath", "InputPath", "OutputPath"], "ResultPath"],
  ["Deliver", ["Pack", "Ship"], undefined],
  ["", ["A"], undefined],
  ["x".repeat(100), ["x".repeat(99)], undefined],
])("%s", (written, known, expected) => {
  expect(nearest(written, known)).toBe(expected);
});
