/** Tables of what commands list, however long the list is. */
import { expect, test } from "vitest";
import { table } from "../../lib/cli/paint.ts";

test("columns are as wide as their widest cell, over as many rows as a history may have", () => {
  const rows = Array.from({ length: 200_000 }, (_, index) => [String(index), "event"]);
  const lines = table([["ID", "TYPE"], ...rows]).split("\n");
  expect([lines[0], lines[1], lines.at(-1), lines.length]).toEqual([
    "ID      TYPE",
    "0       event",
    "199999  event",
    200_001,
  ]);
});
