/**
 * The one file that knows LMDB: ordered rows of text by text key. A write is visible in the process at once
 * and reaches the file in generations: everything written between two turns of the event loop is one LMDB
 * transaction, so the file always holds a prefix of what happened, never half of it. Because one process
 * owns the folder, conditions are decided here in memory; LMDB only stores.
 */
import { open, type RootDatabase } from "lmdb";

export type Row = readonly [key: string, value: string];

interface Range {
  /** Inclusive. */
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
  readonly limit?: number;
  readonly reverse?: boolean;
}

export interface Store {
  get(key: string): string | undefined;
  put(key: string, value: string): void;
  remove(key: string): void;
  /** `remove` for a key that is written once in its life: what has not reached the file yet never will. */
  withdraw(key: string): void;
  range(range: Range): readonly Row[];
  /** How many keys the range has; walks them without their values. */
  count(from: string, to: string): number;
  /** Undefined while there is room for more writes; else resolves when there is. */
  room(): Promise<void> | undefined;
  /** Resolves once everything written so far survives a power cut. */
  durable(): Promise<void>;
  close(): Promise<void>;
}

/** Unwritten text kept in memory before writers have to wait for the disk. */
const MOST_UNWRITTEN = 16 * 1024 * 1024;

/** LMDB's limit for a key at a page size of 4096. Keys are ASCII, so characters are bytes. */
const LONGEST_KEY = 1978;

/** null: the row is removed. Grouped by the key's first character, so that a range looks at its own table only. */
type Changes = Map<string, Map<string, string | null>>;

/** What one transaction writes. */
interface Generation {
  readonly changes: Changes;
  size: number;
  committed: Promise<void>;
  flushed: Promise<unknown> | undefined;
}

export function openStore(path: string): Store {
  // separateFlushed: a write's promise resolves at commit, and carries the flush to disk as a promise beside it.
  const database: RootDatabase<string, string> = open({ path, encoding: "string", separateFlushed: true });
  let pending = generation();
  let writing: Generation | undefined;
  let newest: Generation | undefined;
  let scheduled = false;
  let broken: unknown;

  function change(key: string, value: string | null): void {
    if (broken !== undefined) throw broken;
    if (key.length > LONGEST_KEY) throw new Error(`key of ${key.length} bytes, at most ${LONGEST_KEY}: '${key}'`);
    table(pending.changes, key).set(key, value);
    pending.size += key.length + (value?.length ?? 0);
    schedule();
  }

  function schedule(): void {
    if (scheduled || writing !== undefined) return;
    scheduled = true;
    setImmediate(write);
  }

  function write(): void {
    scheduled = false;
    if (isEmpty(pending) || writing !== undefined) return;
    const current = pending;
    pending = generation();
    writing = current;
    newest = current;
    current.committed = transaction(current).then(
      () => {
        // Without it a read in this turn would still see the file as it was before the commit.
        database.resetReadTxn();
        writing = undefined;
        if (!isEmpty(pending)) schedule();
      },
      (error: unknown) => {
        // Memory is ahead of the file from here on: nobody may read or write any more.
        broken = error;
        throw error;
      },
    );
    // Whoever waits for it sees the rejection; if nobody does, the next call throws `broken`.
    current.committed.catch(() => undefined);
  }

  async function transaction(current: Generation): Promise<void> {
    const commit: Promise<boolean> & { flushed?: Promise<unknown> } = database.batch(() => {
      for (const rows of current.changes.values()) {
        for (const [key, value] of rows) void (value === null ? database.remove(key) : database.put(key, value));
      }
    });
    current.flushed = commit.flushed;
    await commit;
  }

  function lookUp(key: string): string | null | undefined {
    const recent = pending.changes.get(key.charAt(0))?.get(key);
    return recent === undefined ? writing?.changes.get(key.charAt(0))?.get(key) : recent;
  }

  return {
    get(key) {
      if (broken !== undefined) throw broken;
      const recent = lookUp(key);
      if (recent !== undefined) return recent ?? undefined;
      return database.get(key);
    },

    put(key, value) {
      change(key, value);
    },

    remove(key) {
      change(key, null);
    },

    withdraw(key) {
      // Found in the generation that is still open: it was never anywhere else.
      if (!pending.changes.get(key.charAt(0))?.delete(key)) change(key, null);
    },

    range(range) {
      if (broken !== undefined) throw broken;
      const recent = new Map<string, string | null>();
      collect(writing?.changes, range, recent);
      collect(pending.changes, range, recent);
      return merge(stored(database, range), recent, range);
    },

    count(from, to) {
      if (broken !== undefined) throw broken;
      const recent = new Map<string, string | null>();
      collect(writing?.changes, { from, to }, recent);
      collect(pending.changes, { from, to }, recent);
      let count = database.getKeysCount({ start: from, end: to });
      for (const [key, value] of recent) count += Number(value !== null) - Number(database.doesExist(key));
      return count;
    },

    room() {
      return pending.size > MOST_UNWRITTEN ? writing?.committed : undefined;
    },

    async durable() {
      if (broken !== undefined) throw broken;
      if (!isEmpty(pending)) {
        const wanted = pending;
        if (writing !== undefined) await writing.committed;
        if (pending === wanted) write();
        await wanted.committed;
        await wanted.flushed;
        return;
      }
      await newest?.committed;
      await newest?.flushed;
    },

    async close() {
      while (broken === undefined && (!isEmpty(pending) || writing !== undefined)) {
        write();
        await newest?.committed;
      }
      await newest?.flushed;
      broken ??= new Error("the store is closed");
      await database.close();
    },
  };
}

function generation(): Generation {
  return { changes: new Map(), size: 0, committed: Promise.resolve(), flushed: undefined };
}

/** What was withdrawn before it was written leaves nothing to write. */
function isEmpty({ changes }: Generation): boolean {
  for (const rows of changes.values()) if (rows.size > 0) return false;
  return true;
}

function table(changes: Changes, key: string): Map<string, string | null> {
  const name = key.charAt(0);
  let rows = changes.get(name);
  if (rows === undefined) {
    rows = new Map();
    changes.set(name, rows);
  }
  return rows;
}

function collect(changes: Changes | undefined, { from, to }: Range, into: Map<string, string | null>): void {
  if (changes === undefined) return;
  for (const [name, rows] of changes) {
    if (name < from.charAt(0) || name > to.charAt(0)) continue;
    for (const [key, value] of rows) if (key >= from && key < to) into.set(key, value);
  }
}

function* stored(database: RootDatabase<string, string>, { from, to, reverse }: Range): Generator<Row> {
  // In reverse LMDB would include the upper end and leave out the lower one; our ends stay as they are.
  const rows = database.getRange(reverse ? { start: to, reverse } : { start: from, end: to });
  for (const { key, value } of rows) {
    if (key < from) return;
    if (key < to) yield [key, value];
  }
}

/** Rows of the file with the recent changes laid over them, in order. */
function merge(rows: Iterable<Row>, changes: ReadonlyMap<string, string | null>, range: Range): readonly Row[] {
  const limit = range.limit ?? Number.POSITIVE_INFINITY;
  const before = range.reverse ? (a: string, b: string) => a > b : (a: string, b: string) => a < b;
  const added = [...changes].filter((change): change is [string, string] => change[1] !== null);
  added.sort(([a], [b]) => (before(a, b) ? -1 : 1));
  const merged: Row[] = [];
  let next = 0;
  const addUntil = (key: string | undefined) => {
    for (let row = added[next]; row !== undefined && merged.length < limit; row = added[++next]) {
      if (key !== undefined && !before(row[0], key)) return;
      merged.push(row);
    }
  };
  if (limit === 0) return merged;
  for (const row of rows) {
    addUntil(row[0]);
    if (merged.length >= limit) return merged;
    if (!changes.has(row[0])) merged.push(row);
    if (merged.length >= limit) return merged;
  }
  addUntil(undefined);
  return merged;
}
