/** Tables of what commands list, however long the list is. */
import { expect, test } from "vitest";
import { shortPayload, table } from "../../lib/cli/paint.ts";

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

test("letters that are two columns wide shift nothing, and a text is cut where its columns end", () => {
  const rows = [
    ["注文処理", "RUNNING", "x"],
    ["pizza🍕", "RUNNING", "x"],
    ["été", "RUNNING", "x"],
  ];
  expect(table([["NAME", "STATUS", "NOW"], ...rows]).split("\n")).toEqual([
    "NAME      STATUS   NOW",
    "注文処理  RUNNING  x",
    "pizza🍕   RUNNING  x",
    "été       RUNNING  x",
  ]);
  expect(shortPayload("注文処理", 8)).toBe("注文処理");
  expect(shortPayload("注文処理注文", 8)).toBe("注文処…");
  expect(shortPayload("🍕🍕🍕🍕", 6)).toBe("🍕🍕…");
  expect(shortPayload("x".repeat(1_000_000), 8)).toBe("xxxxxxx…");
});
