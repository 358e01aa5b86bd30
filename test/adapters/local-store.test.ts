/** The store against a plain map: whatever is written, in whatever generation it is, reads are the same. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { open } from "lmdb";
import { expect, test } from "vitest";
import { openStore, type Store } from "../../lib/adapters/local/store.ts";
import { prng } from "../../lib/adapters/simulated/prng.ts";
import { freshFolder } from "./local-subject.ts";

const steps = 4_000;

test.each([1, 2, 3])("reads agree with a plain map, seed %i", async (seed) => {
  const folder = await freshFolder();
  let store = openStore(join(folder, "store"));
  const plain = new Map<string, string>();
  const chance = prng(seed);
  const anyKey = () => `${"abc"[chance.below(3)]}\t${chance.below(60)}`;
  let onceWritten = 0;

  for (let step = 0; step < steps; step += 1) {
    const key = anyKey();
    const kind = chance.below(100);
    if (kind < 40) {
      const value = `${step} ${"x".repeat(chance.below(100))}`;
      store.put(key, value);
      plain.set(key, value);
    } else if (kind < 60) {
      store.remove(key);
      plain.delete(key);
    } else if (kind < 70) {
      onceWritten += 1;
      store.put(`once\t${onceWritten}`, "");
      if (chance.chance(0.3)) await turn();
      if (chance.chance(0.5)) await store.durable();
      store.withdraw(`once\t${onceWritten}`);
    } else if (kind < 90) {
      expectSame(store, plain, anyKey(), anyKey(), 1 + chance.below(20), chance.chance(0.5));
      expect(store.get(key)).toBe(plain.get(key));
    } else if (kind < 98) await turn();
    else if (kind < 99) await store.durable();
    else {
      await store.close();
      store = openStore(join(folder, "store"));
    }
  }
  expectSame(store, plain, "a", "z", 1_000, false);
  await store.close();
  await rm(folder, { recursive: true });
});

test("what is withdrawn while it is on its way to the file is not there afterwards", async () => {
  const folder = await freshFolder();
  const store = openStore(join(folder, "store"));
  store.put("once\t1", "");
  // So much is written in the next turn.
  for (let row = 0; row < 30; row += 1) store.put(`row\t${row}`, "x".repeat(100_000));
  await turn();
  store.withdraw("once\t1");
  expect(store.get("once\t1")).toBeUndefined();
  await store.close();
  const again = openStore(join(folder, "store"));
  expect(again.get("once\t1")).toBeUndefined();
  expect(again.count("row\t", "row\u007f")).toBe(30);
  await again.close();
  await rm(folder, { recursive: true });
});

test("keys are as LMDB itself would write them, the longest, too: a file of an earlier version is read as it stands", async () => {
  const folder = await freshFolder();
  const path = join(folder, "store");
  const keys = Array.from({ length: 40 }, (_, index) => `k\t${index}\t${"k".repeat(index * 50)}`.slice(0, 1_978));
  keys.sort();
  const before = open<string, string>({ path, encoding: "string" });
  for (const key of keys) void before.put(key, key);
  await before.flushed;
  await before.close();
  const store = openStore(path);
  expect(store.range({ from: "k", to: "l" }).map(([key]) => key)).toEqual(keys);
  expect(keys.map((key) => store.get(key))).toEqual(keys);
  for (const key of keys) store.put(key.replace("k", "l"), key);
  await store.close();
  const after = open<string, string>({ path, encoding: "string" });
  expect([...after.getKeys({ start: "l", end: "m" })]).toEqual(keys.map((key) => key.replace("k", "l")));
  await after.close();
  await rm(folder, { recursive: true });
});

test("a key that LMDB could not hold is refused at once", async () => {
  const folder = await freshFolder();
  const store = openStore(join(folder, "store"));
  expect(() => store.put("k".repeat(2_000), "")).toThrow(/key of 2000 bytes, at most 1978/);
  await store.close();
  expect(() => store.get("a")).toThrow("the store is closed");
  await rm(folder, { recursive: true });
});

test("who writes without ever leaving the turn waits for room all the same: no write holds the thread for long", async () => {
  const folder = await freshFolder();
  const store = openStore(join(folder, "store"));
  const value = "x".repeat(1_000);
  const written = 20_000; // 20 MB, five times of what may wait
  let next = 0;
  const writer = async () => {
    for (let row = next++; row < written; row = next++) {
      await store.room();
      store.put(`a\t${row}`, value);
    }
  };
  await Promise.all(Array.from({ length: 100 }, writer));
  await store.close();
  const again = openStore(join(folder, "store"));
  expect(again.count("a", "b")).toBe(written);
  expect(Number(again.get("0"))).toBeGreaterThanOrEqual(5); // the generation, one for each transaction
  await again.close();
  await rm(folder, { recursive: true });
});

function expectSame(
  store: Store,
  plain: ReadonlyMap<string, string>,
  one: string,
  other: string,
  limit: number,
  reverse: boolean,
): void {
  const [from = "", to = ""] = [one, other].sort();
  const rows = [...plain].filter(([key]) => key >= from && key < to).sort(([a], [b]) => (a < b ? -1 : 1));
  expect(store.count(from, to)).toBe(rows.length);
  if (reverse) rows.reverse();
  expect(store.range({ from, to, limit, reverse })).toEqual(rows.slice(0, limit));
}

/** Long enough for a write to begin, or to be done: chance decides where the next operation meets it. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
