/** A range of the store as it is now: rows of the file, and over them what was written and has not reached it yet. */

export type Row = readonly [key: string, value: string];

export interface Range {
  /** Inclusive. */
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
  readonly limit?: number;
  readonly reverse?: boolean;
}

/** Rows of the file with the recent changes laid over them, in order. */
export function merge(rows: Iterable<Row>, recent: ReadonlyMap<string, string | null>, range: Range): readonly Row[] {
  const limit = range.limit ?? Number.POSITIVE_INFINITY;
  const before = range.reverse ? (a: string, b: string) => a > b : (a: string, b: string) => a < b;
  if (limit === 0) return [];
  const added = firstOf(recent, limit, range.reverse === true);
  const merged: Row[] = [];
  let next = 0;
  const addUntil = (key: string | undefined) => {
    for (let row = added[next]; row !== undefined && merged.length < limit; row = added[++next]) {
      if (key !== undefined && !before(row[0], key)) return;
      merged.push(row);
    }
  };
  for (const row of rows) {
    addUntil(row[0]);
    if (merged.length >= limit) return merged;
    if (!recent.has(row[0])) merged.push(row);
    if (merged.length >= limit) return merged;
  }
  addUntil(undefined);
  return merged;
}

/** The rows among the changes, in order, as many as can be shown: of thousands that wait, a page shows a hundred. */
function firstOf(recent: ReadonlyMap<string, string | null>, limit: number, reverse: boolean): readonly Row[] {
  const keys: string[] = [];
  for (const [key, value] of recent) if (value !== null) keys.push(key);
  keys.sort(); // by their characters, which are ASCII; most were written in this order
  const shown = reverse ? keys.slice(-limit).reverse() : keys.slice(0, limit);
  return shown.map((key) => [key, recent.get(key) ?? ""]);
}
