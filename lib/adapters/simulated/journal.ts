/**
 * Maps whose changes can be taken back in order, so that a power cut loses what had not reached the disk: a
 * tail of the calls that were made lately, each with all it changed, never something in the middle.
 */
type Instant = number;

/** The local store has what nobody waits for on its disk after a tenth of a second; a disk may hang for a while. */
const longestUnwritten = 60_000;

interface Transaction {
  readonly at: Instant;
  readonly undo: readonly (() => void)[];
}

export interface Journal {
  /** Notes how to take back a change that has just been made. */
  note(undo: () => void): void;
  /** What was noted since the last end belongs together: one transaction. */
  end(): void;
  /** Nothing up to here will be lost. */
  durable(): void;
  /** How many transactions could be lost. */
  readonly unwritten: number;
  /** Takes back all but the first `kept` of them, the latest first. */
  lose(kept: number): void;
}

export function journal(loses: boolean, now: () => Instant): Journal {
  let transactions: Transaction[] = [];
  let current: (() => void)[] = [];

  function unwritten(): readonly Transaction[] {
    const since = now() - longestUnwritten;
    transactions = transactions.filter(({ at }) => at >= since);
    return transactions;
  }

  return {
    note(undo) {
      if (loses) current.push(undo);
    },
    end() {
      if (current.length > 0) transactions.push({ at: now(), undo: current });
      current = [];
    },
    durable() {
      transactions = [];
    },
    get unwritten() {
      return unwritten().length;
    },
    lose(kept) {
      const lost = unwritten().slice(kept);
      transactions = transactions.slice(0, kept);
      for (const undo of lost.flatMap((transaction) => transaction.undo).reverse()) undo();
      // Taking back is no change that could be taken back.
      current = [];
    },
  };
}

export interface Table<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  remove(key: string): void;
  entries(): IterableIterator<[string, V]>;
  readonly size: number;
}

export function table<V>(journal: Journal): Table<V> {
  const rows = new Map<string, V>();

  function restorer(key: string): () => void {
    const before = rows.get(key);
    return before === undefined ? () => rows.delete(key) : () => rows.set(key, before);
  }

  return {
    get: (key) => rows.get(key),
    set(key, value) {
      journal.note(restorer(key));
      rows.set(key, value);
    },
    remove(key) {
      journal.note(restorer(key));
      rows.delete(key);
    },
    entries: () => rows.entries(),
    get size() {
      return rows.size;
    },
  };
}
