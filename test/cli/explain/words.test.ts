/** A moment by the clock of whoever reads it. */
import { expect, test } from "vitest";
import { moment } from "../../../lib/cli/explain/words.ts";

test("midnight is the beginning of its day", () => {
  const midnight = new Date(2026, 0, 2, 0, 5, 12).getTime();
  expect(moment(midnight, midnight)).toMatch(/^00.05.12$/);
});
