/**
 * Power cuts: the folder as a disk would hold it at some moment is opened again. What was said to be durable
 * is there, and what is there is what was written up to some moment, never a later change without an earlier one.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openJournal } from "../../lib/adapters/local/journal.ts";
import { openStore, type Store } from "../../lib/adapters/local/store.ts";
import { prng } from "../../lib/adapters/simulated/prng.ts";
import { freshFolder } from "./local-subject.ts";

/** The log of the test: row n is written n-th, so what survives must be the rows 0 … k. */
const row = (number: number): string => `s\tlog\t${String(number).padStart(6, "0")}`;

test.each([1, 2, 3, 4])("a power cut leaves all that was durable, and a whole beginning, seed %i", async (seed) => {
  const folder = await freshFolder();
  const chance = prng(seed);
  const store = openStore(join(folder, "store"));
  let written = 0;
  let durable = 0;
  for (let cut = 0; cut < 12; cut += 1) {
    for (let burst = chance.below(40); burst > 0; burst -= 1) {
      store.put(row(written), `${written} ${"x".repeat(chance.below(20_000))}`);
      written += 1;
      if (chance.chance(0.1)) await turn();
      if (!chance.chance(0.3)) continue;
      await store.durable();
      durable = written;
    }
    await expectBeginning(copyOf(folder, cut), durable, written);
  }
  await store.close();
  await rm(folder, { recursive: true });
});

test("what is on its way to the file goes to the journal, too, before anything later does", async () => {
  const folder = await freshFolder();
  const store = openStore(join(folder, "store"));
  let written = 0;
  const put = (length: number): void => store.put(row(written), `${written++} ${"x".repeat(length)}`);
  // The first promise waits for the file's first sync; what was written before it may be in the file by then.
  put(10);
  await store.durable();
  for (let cut = 0; cut < 5; cut += 1) {
    // More than is worth a transaction: it begins with the next turn.
    for (let count = 0; count < 200; count += 1) put(11_000);
    await turn();
    const copy = copyOfFile(folder, cut);
    put(10);
    await store.durable();
    copyOfJournal(folder, copy);
    await expectBeginning(copy, written, written);
  }
  await store.close();
  await rm(folder, { recursive: true });
});

test("messages that came and went are not there again", async () => {
  const folder = await freshFolder();
  const store = openStore(join(folder, "store"));
  store.put("q\tf\t1", "first");
  await store.durable();
  store.withdraw("q\tf\t1");
  store.put("q\tf\t2", "second");
  store.withdraw("q\tf\t2");
  store.put("q\tf\t3", "third");
  await store.durable();
  const copy = openStore(join(copyOf(folder, 0), "store"));
  expect(copy.range({ from: "q", to: "r" })).toEqual([["q\tf\t3", "third"]]);
  await copy.close();
  await store.close();
  await rm(folder, { recursive: true });
});

test("a record that was cut off, and all after it, count for nothing", async () => {
  const folder = await freshFolder();
  const path = join(folder, "journal");
  const journal = openJournal(path);
  for (const value of ["one", "two ☃", "three"])
    expect(journal.write([{ generation: 1, rows: one(value) }], 0)).toBe(true);
  journal.close();
  const whole = readFileSync(`${path}-0`);
  const ends = [3, 2, 1].map((count) => [count, valuesIn(path).slice(0, count)] as const);
  expect(valuesIn(path)).toEqual(["one", "two ☃", "three"]);
  const used = whole.lastIndexOf("three") + "three".length;
  for (let kept = used; kept >= 0; kept -= 1) {
    const torn = Buffer.from(whole);
    torn.fill(0, kept);
    writeFileSync(`${path}-0`, torn);
    const left = valuesIn(path);
    expect(ends.map(([, values]) => values).concat([[]])).toContainEqual(left);
    if (kept < used) expect(left.length).toBeLessThan(3);
  }
  await rm(folder, { recursive: true });
});

test("a full journal is written over only when the store has what is in it", async () => {
  const folder = await freshFolder();
  const journal = openJournal(join(folder, "journal"));
  const large = { generation: 1, rows: one("x".repeat(6_000_000)) };
  expect(journal.write([large], 0)).toBe(true);
  expect(journal.write([{ ...large, generation: 2 }], 0)).toBe(true);
  expect(journal.write([{ ...large, generation: 3 }], 0)).toBe(false);
  expect(journal.write([{ ...large, generation: 3 }], 1)).toBe(true);
  expect(journal.write([{ generation: 4, rows: one("x".repeat(9_000_000)) }], 3)).toBe(false);
  journal.close();
  // What stood in the first file is gone; the store had generation 1.
  expect(
    openJournal(join(folder, "journal"))
      .recover(1)
      .map(({ generation }) => generation),
  ).toEqual([2, 3]);
  await rm(folder, { recursive: true });
});

function one(value: string): Map<string, string> {
  return new Map([["k", value]]);
}

function valuesIn(path: string): readonly (string | null | undefined)[] {
  return openJournal(path)
    .recover(0)
    .map(({ rows }) => rows[0]?.[1]);
}

/** In one turn, so that nothing is told to the store meanwhile: what a disk holds that has lost nothing since. */
function copyOf(folder: string, number: number): string {
  const copy = copyOfFile(folder, number);
  copyOfJournal(folder, copy);
  return copy;
}

function copyOfFile(folder: string, number: number): string {
  const copy = join(folder, `copy-${number}`);
  mkdirSync(join(copy, "store"), { recursive: true });
  copyFileSync(join(folder, "store", "data.mdb"), join(copy, "store", "data.mdb"));
  return copy;
}

function copyOfJournal(folder: string, copy: string): void {
  for (const name of ["store.journal-0", "store.journal-1"]) {
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copy, name));
  }
}

async function expectBeginning(folder: string, durable: number, written: number): Promise<void> {
  const store = openStore(join(folder, "store"));
  const rows = rowsOf(store);
  expect(rows.length).toBeGreaterThanOrEqual(durable);
  expect(rows.length).toBeLessThanOrEqual(written);
  expect(rows).toEqual(rows.map((_, number) => number));
  await store.close();
  // Opened once more, nothing has changed.
  const again = openStore(join(folder, "store"));
  expect(rowsOf(again)).toEqual(rows);
  await again.close();
}

function rowsOf(store: Store): readonly number[] {
  return store.range({ from: "s\tlog\t", to: "s\tlog\t\u007f" }).map(([, value]) => Number.parseInt(value, 10));
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
