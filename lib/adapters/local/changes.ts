/**
 * Rows that were written and have not reached the file yet, newest value only. They are kept apart by the
 * first two parts of their keys (a table and, mostly, an execution), so that a range looks at its own rows
 * only however much else is waiting.
 */

/** null: the row is removed. */
export type Rows = Map<string, string | null>;

export interface Changes {
  /** Characters of all keys and values that were put in and not withdrawn; what was overwritten counts, too. */
  readonly size: number;
  readonly isEmpty: boolean;
  get(key: string): string | null | undefined;
  set(key: string, value: string | null): void;
  /** Forgets a change as if it had never been made; false if there is none. */
  withdraw(key: string): boolean;
  /** Adds the changes with from ≤ key < to. */
  collect(from: string, to: string, into: Rows): void;
  rows(): Iterable<readonly [key: string, value: string | null]>;
}

export function changes(): Changes {
  const shelves = new Map<string, Rows>();
  let size = 0;

  function set(key: string, value: string | null): void {
    const name = shelfOf(key);
    let rows = shelves.get(name);
    if (rows === undefined) {
      rows = new Map();
      shelves.set(name, rows);
    }
    rows.set(key, value);
    size += lengthOf(key, value);
  }

  function* all(): Iterable<readonly [string, string | null]> {
    for (const rows of shelves.values()) yield* rows;
  }

  return {
    get size() {
      return size;
    },
    get isEmpty() {
      // What was withdrawn before it was written leaves nothing to write.
      for (const rows of shelves.values()) if (rows.size > 0) return false;
      return true;
    },
    get: (key) => shelves.get(shelfOf(key))?.get(key),
    set,
    withdraw(key) {
      const rows = shelves.get(shelfOf(key));
      const value = rows?.get(key);
      if (rows === undefined || value === undefined) return false;
      rows.delete(key);
      size -= lengthOf(key, value);
      return true;
    },
    collect(from, to, into) {
      const name = shelfOf(from);
      if (name !== from && to.startsWith(from)) return pick(shelves.get(name), from, to, into);
      for (const [shelf, rows] of shelves) {
        if (shelf >= from.slice(0, shelf.length) && shelf <= to) pick(rows, from, to, into);
      }
    },
    rows: all,
  };
}

function lengthOf(key: string, value: string | null): number {
  return key.length + (value?.length ?? 0);
}

function pick(rows: Rows | undefined, from: string, to: string, into: Rows): void {
  if (rows === undefined) return;
  for (const [key, value] of rows) if (key >= from && key < to) into.set(key, value);
}

/** The key's first two parts. */
function shelfOf(key: string): string {
  const end = key.indexOf("\t", key.indexOf("\t") + 1);
  return end < 0 ? key : key.slice(0, end);
}
