/** Planted bugs that a few seeds show: the simulation finds each of them. The whole table is in planted.soak.test.ts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bugs, find } from "./planted.ts";

/** One of each sort: the log, the queue, the join, the fence, the clock. */
const quick: ReadonlySet<string> = new Set([
  "no condition on the append",
  "a message is deleted before the append",
  "a loser never sends again",
  "a join by counter",
  "a stop misses the branches",
  "a wait ends early where clocks differ",
  "join items without the epoch",
]);

test.each(bugs.map((planted) => [planted.bug, planted] as const))(
  "there is a place for it: %s",
  (_, { file, from }) => {
    const text = readFileSync(join(import.meta.dirname, "../..", file), "utf8");
    expect(text.split(from).length - 1).toBe(1);
  },
);

describe.concurrent("planted bugs", () => {
  test.each(bugs.filter(({ bug }) => quick.has(bug)).map((planted) => [planted.bug, planted] as const))(
    "%s is found within 200 seeds",
    async (_, planted) => {
      expect(await find(planted, 200, planted)).toContain("violations: 1");
    },
    120_000,
  );
});
