/**
 * The one file that knows LMDB: ordered rows of text by text key. A write is visible in the process at once
 * and reaches the file in generations: everything written within some seconds is one LMDB transaction, so the
 * file always holds a prefix of what happened, never half of it. What must not wait for that (`durable`) goes
 * to the journal first, and from there, if the process dies, to the file when it is opened again. Because one
 * process owns the folder, conditions are decided here in memory; LMDB only stores.
 */
import { open, type RootDatabase } from "lmdb";
import { asciiKeys } from "./ascii-keys.ts";
import { type Changes, changes, type Rows } from "./changes.ts";
import { type Journal, openJournal, type Part } from "./journal.ts";
import { merge, type Range, type Row } from "./laid-over.ts";
import { LONGEST_KEY } from "./rows.ts";
import { judgeStoreFile } from "./store-file.ts";

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

/**
 * Unwritten text kept in memory before writers have to wait for the disk. It is handed to LMDB at once, and nobody
 * else has the thread until that is done: a few dozen milliseconds for so much.
 */
const MOST_UNWRITTEN = 4 * 1024 * 1024;

/** So much is written at once; less waits for more to come. While it is written as much again has room in the journal. */
const WORTH_WRITING = 2 * 1024 * 1024;

/** What nobody waits for is in the journal after this time: a crash of the process takes no more than that. */
const SAVING_MS = 100;

/**
 * What is written and removed within this time, as most messages are, never reaches the file. Each transaction makes
 * the disk busy for many times as long as a sync of the journal, and the syncs of the claims wait behind it: where
 * little is written, the journal alone has it for a while.
 */
const GATHERING_MS = 10_000;

/** Where the file says which generation it holds; no table has this letter. */
const GENERATION = "0";

/** Less than any key: they begin with a letter, or with GENERATION. */
const BEFORE_ALL = "!";

/** What one transaction writes. */
interface Generation {
  readonly number: number;
  readonly changes: Changes;
  /** What of it is not in the journal yet; and that a row there is gone, which the file is never told of. */
  unsaved: Rows;
  /** How many changes had been made when it was closed. */
  last: number;
  committed: Promise<void>;
  flushed: Promise<unknown> | undefined;
}

/**
 * `onBroken` is told once when a write has failed: from then on every call throws. The database reports the same
 * failure as rejections of its own, which nobody can catch, so a process that wants the last word says it there.
 */
export function openStore(path: string, onBroken: (error: unknown) => void = () => undefined): Store {
  judgeStoreFile(path);
  // separateFlushed: a write's promise resolves at commit, and carries the flush to disk as a promise beside it.
  const database: RootDatabase<string, string> = open({
    path,
    encoding: "string",
    keyEncoder: asciiKeys,
    separateFlushed: true,
  });
  const journal = openJournal(`${path}.journal`);
  const recovered = recover(database, journal);
  let pending = generation(recovered.newest + 1);
  let writing: Generation | undefined;
  let newest: Generation | undefined;
  /** Closed, and perhaps not on disk yet; oldest first. */
  const unflushed: Generation[] = [];
  /** Generations up to this one are on disk. */
  let reached = recovered.onDisk;
  /** How many changes have been made, and how many of them survive a power cut. */
  let made = 0;
  let safe = 0;
  let syncing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let saving: NodeJS.Timeout | undefined;
  let hurried = false;
  let broken: unknown;

  // A file that a power cut meets before its first sync cannot be opened again, whatever stands in the journal. And
  // what came from the journal is in the file, but until then only the journal survives a power cut.
  const settled = synced(database, () => database.put(GENERATION, String(recovered.newest))).then(() => {
    reached = Math.max(reached, recovered.newest);
  });
  settled.catch(fail);

  function fail(error: unknown): void {
    if (broken !== undefined) return;
    broken = error;
    onBroken(error);
  }

  function change(key: string, value: string | null): void {
    if (broken !== undefined) throw broken;
    if (key.length > LONGEST_KEY) throw new Error(`key of ${key.length} bytes, at most ${LONGEST_KEY}: '${key}'`);
    pending.changes.set(key, value);
    note(key, value);
  }

  /** For the journal. */
  function note(key: string, value: string | null): void {
    pending.unsaved.set(key, value);
    made += 1;
    schedule();
  }

  function schedule(): void {
    saving ??= setTimeout(save, SAVING_MS);
    if (writing !== undefined || hurried) return;
    if (pending.changes.size > WORTH_WRITING) {
      hurried = true;
      setImmediate(write);
    } else timer ??= setTimeout(write, GATHERING_MS);
  }

  function save(): void {
    saving = undefined;
    // If it fails, the next call throws `broken`.
    if (safe < made) durable().catch(() => undefined);
  }

  function write(): void {
    clearTimeout(timer);
    timer = undefined;
    hurried = false;
    if (isEmpty(pending) || writing !== undefined) return;
    const current = pending;
    pending = generation(current.number + 1);
    current.last = made;
    writing = current;
    newest = current;
    unflushed.push(current);
    current.committed = transaction(current).then(
      () => {
        // Without it a read in this turn would still see the file as it was before the commit.
        database.resetReadTxn();
        writing = undefined;
        if (!isEmpty(pending)) schedule();
      },
      (error: unknown) => {
        // Memory is ahead of the file from here on: nobody may read or write any more.
        // LMDB's own text only refers to another error, which it has printed by now.
        fail(new Error("the file takes no more writes", { cause: error }));
        throw error;
      },
    );
    // Whoever waits for it sees the rejection; if nobody does, the next call throws `broken`.
    current.committed.catch(() => undefined);
  }

  async function transaction(current: Generation): Promise<void> {
    const commit: Commit = database.batch(() => {
      for (const [key, value] of current.changes.rows()) {
        void (value === null ? database.remove(key) : database.put(key, value));
      }
      void database.put(GENERATION, String(current.number));
    });
    current.flushed = commit.flushed?.then(() => {
      reached = Math.max(reached, current.number);
      safe = Math.max(safe, current.last);
      while (unflushed[0] !== undefined && unflushed[0].number <= reached) unflushed.shift();
    });
    await commit;
  }

  /** What is not safe yet goes to the journal; where that is full, the whole generation goes to the file. */
  async function secure(): Promise<void> {
    await settled;
    const covered = made;
    const parts = [...unflushed, pending].filter(({ unsaved }) => unsaved.size > 0);
    if (!journal.write(parts.map(partOf), reached)) return flush();
    for (const part of parts) part.unsaved = new Map();
    await journal.sync();
    safe = Math.max(safe, covered);
  }

  async function durable(): Promise<void> {
    const wanted = made;
    while (safe < wanted) {
      if (broken !== undefined) throw broken;
      syncing ??= secure()
        .catch((error: unknown) => {
          // Half a record may stand in the journal: nothing behind it would ever be found.
          fail(error);
        })
        .finally(() => {
          syncing = undefined;
        });
      await syncing;
    }
    if (broken !== undefined) throw broken;
  }

  async function flush(): Promise<void> {
    if (!isEmpty(pending)) {
      const wanted = pending;
      if (writing !== undefined) await writing.committed;
      if (pending === wanted) write();
      await wanted.committed;
    }
    await newest?.committed;
    await newest?.flushed;
  }

  function isFull(): boolean {
    return pending.changes.size > MOST_UNWRITTEN;
  }

  /** Many may wait for the same write: who finds that the others have taken the room waits for the next. */
  async function emptied(): Promise<void> {
    // A write begins in a turn of its own. Writers that never leave theirs would keep it from beginning.
    while (isFull()) await (writing?.committed ?? nextTurn());
  }

  function recent(key: string): string | null | undefined {
    const newest = pending.changes.get(key);
    return newest === undefined ? writing?.changes.get(key) : newest;
  }

  function recentIn(from: string, to: string): Rows {
    const found: Rows = new Map();
    writing?.changes.collect(from, to, found);
    pending.changes.collect(from, to, found);
    return found;
  }

  return {
    get(key) {
      if (broken !== undefined) throw broken;
      const found = recent(key);
      return found === undefined ? database.get(key) : (found ?? undefined);
    },

    put(key, value) {
      change(key, value);
    },

    remove(key) {
      change(key, null);
    },

    withdraw(key) {
      if (broken !== undefined) throw broken;
      // What is not on its way to the file yet was never there; the journal may have it.
      if (!pending.changes.withdraw(key)) change(key, null);
      else if (!pending.unsaved.delete(key)) note(key, null);
    },

    range(range) {
      if (broken !== undefined) throw broken;
      return merge(stored(database, range), recentIn(range.from, range.to), range);
    },

    count(from, to) {
      if (broken !== undefined) throw broken;
      let count = database.getKeysCount({ start: from, end: to });
      for (const [key, value] of recentIn(from, to)) count += Number(value !== null) - Number(database.doesExist(key));
      return count;
    },

    room() {
      return isFull() ? emptied() : undefined;
    },

    durable,

    async close() {
      while (broken === undefined && (!isEmpty(pending) || writing !== undefined)) {
        write();
        await newest?.committed;
      }
      await Promise.all([settled, newest?.flushed, syncing]);
      clearTimeout(timer);
      clearTimeout(saving);
      broken ??= new Error("the store is closed");
      journal.close();
      await database.close();
    },
  };
}

/** `flushed`: on disk. */
type Commit = Promise<boolean> & { readonly flushed?: Promise<unknown> };

interface Recovered {
  readonly newest: number;
  readonly onDisk: number;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A transaction that is on disk when this resolves. */
async function synced(database: RootDatabase<string, string>, work: () => unknown): Promise<void> {
  const commit: Commit = database.batch(work);
  await commit;
  await commit.flushed;
}

/** Brings what only the journal has into the file. */
function recover(database: RootDatabase<string, string>, journal: Journal): Recovered {
  const onDisk = Number(database.get(GENERATION) ?? "0");
  const found = journal.recover(onDisk);
  const newest = found.at(-1)?.generation ?? onDisk;
  if (found.length === 0) return { newest, onDisk };
  database.transactionSync(() => {
    for (const { rows } of found) {
      for (const [key, value] of rows) void (value === null ? database.removeSync(key) : database.putSync(key, value));
    }
    database.putSync(GENERATION, String(newest));
  });
  return { newest, onDisk };
}

function generation(number: number): Generation {
  const empty = { changes: changes(), unsaved: new Map() };
  return { number, ...empty, last: 0, committed: Promise.resolve(), flushed: undefined };
}

function partOf({ number, unsaved }: Generation): Part {
  return { generation: number, rows: unsaved };
}

function isEmpty({ changes, unsaved }: Generation): boolean {
  return changes.isEmpty && unsaved.size === 0;
}

function* stored(database: RootDatabase<string, string>, { from, to, reverse }: Range): Generator<Row> {
  // In reverse LMDB would include the upper end and leave out the lower one; our ends stay as they are.
  const rows = database.getRange(reverse ? { start: to, end: BEFORE_ALL, reverse } : { start: from, end: to });
  for (const { key, value } of rows) {
    if (key < from) return;
    if (key < to) yield [key, value];
  }
}
