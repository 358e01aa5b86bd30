/** A list that is longer than what is read of it says so. */
import { expect, test } from "vitest";
import { firstPages } from "../../../console/inbox/first-pages.ts";

test.each([
  [1, 1, true],
  [3, 3, true],
  [4, 3, false],
])("of %i pages, three at most: %i, all: %s", async (there, read, areAll) => {
  const found = await firstPages(3, async (nextToken = "1") => ({
    items: [nextToken],
    ...(Number(nextToken) < there && { nextToken: String(Number(nextToken) + 1) }),
  }));
  expect(found).toEqual({ items: ["1", "2", "3"].slice(0, read), areAll });
});
