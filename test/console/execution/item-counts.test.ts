/** What the items of a Map have come to, in numbers that add up. */
import { expect, test } from "vitest";
import { itemsTold } from "../../../console/execution/item-counts.ts";
import type { ItemStatus } from "../../../lib/asl/history/visits.ts";

test.each<readonly [readonly ItemStatus[], string]>([
  [["succeeded", "running"], "1 of 4 done, 1 running, 0 failed"],
  [["succeeded", "failed", "aborted", "aborted"], "1 of 4 done, 0 running, 1 failed, 2 stopped"],
])("%j", (statuses, expected) => {
  expect(itemsTold(new Map(statuses.entries()), 4)).toBe(expected);
});
