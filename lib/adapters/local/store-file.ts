/**
 * A look at the store's file before LMDB opens it: of a file that is none of its own it makes the end of the process,
 * without a word. Not a check of what is in it.
 */
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { join } from "node:path";

/** LMDB's first page says within so many bytes whose it is, behind its own head, whose length depends on the machine. */
const headBytes = 64;
const magics = [Buffer.from("dec0efbe", "hex"), Buffer.from("beefc0de", "hex")];

/** Throws if there is a file with something in it that LMDB did not write. `path`: the database's. */
export function judgeStoreFile(path: string): void {
  const file = join(path, "data.mdb");
  if (!existsSync(file)) return;
  const head = Buffer.alloc(headBytes);
  const descriptor = openSync(file, "r");
  try {
    const length = readSync(descriptor, head, 0, head.length, 0);
    if (length === 0 || magics.some((magic) => head.includes(magic))) return;
  } finally {
    closeSync(descriptor);
  }
  throw new Error(
    `'${file}' is damaged: it does not begin as one that Baton wrote. Put a whole copy of the folder in its place, or choose another folder`,
  );
}
