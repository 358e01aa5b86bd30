/** A bad day is drawn from its seed: the same seed, the same day. */
import { expect, test } from "vitest";
import { chaosOf } from "./chaos.ts";

test("the same seed draws the same, another seed another day", () => {
  expect(draws(7)).toEqual(draws(7));
  expect(draws(7)).not.toEqual(draws(8));
});

test("a batch takes its messages away, each once", () => {
  const chaos = chaosOf({ seed: 1 });
  const items = Array.from({ length: 25 }, (_, index) => index);
  const taken: number[] = [];
  while (items.length > 0) taken.push(...chaos.batch(items, 10));
  expect(taken).not.toEqual([...taken].sort((a, b) => a - b));
  expect(new Set(taken).size).toBe(25);
});

test.each([
  [0, [], 0],
  [0.1, [], 100],
  [1, [], 1000],
  [1, ["Advance"], 1000],
  [1, ["Tasks"], 0],
])("a share of %d of %j kills about %i calls of 1000", (killShare, kills, expected) => {
  const chaos = chaosOf({ seed: 3, killShare, ...(kills.length > 0 && { kills }) });
  const fates = Array.from({ length: 1000 }, () => chaos.fateOf("BatonAdvance"));
  const killed = fates.filter((fate) => fate !== "lives").length;
  expect(Math.abs(killed - expected)).toBeLessThan(30);
});

function draws(seed: number): unknown {
  const chaos = chaosOf({ seed, killShare: 0.25, holdMilliseconds: 100 });
  return Array.from({ length: 20 }, () => [chaos.hold(), chaos.batch([1, 2, 3, 4, 5], 10), chaos.fateOf("")]);
}
