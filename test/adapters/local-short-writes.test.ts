/** A disk with little room left takes a part of what is written and says so: nothing else tells. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { openJournal } from "../../lib/adapters/local/journal.ts";
import { freshFolder } from "./local-subject.ts";

vi.mock("node:fs", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs")>();
  const writeSync = (file: number, bytes: Buffer, from: number, length: number, position: number): number =>
    real.writeSync(file, bytes, from, Math.min(length, 4_000), position);
  return { ...real, writeSync };
});

test("what the journal said to be durable is found again where each write took a part only", async () => {
  const folder = await freshFolder();
  const rows = new Map([["s\tlong", "x".repeat(10_000)]]);
  const journal = openJournal(join(folder, "journal"));
  expect(journal.write([{ generation: 1, rows }], 0)).toBe(true);
  await journal.sync();
  journal.close();
  const found = openJournal(join(folder, "journal")).recover(0);
  expect(found).toEqual([{ generation: 1, rows: [...rows] }]);
  await rm(folder, { recursive: true });
});
