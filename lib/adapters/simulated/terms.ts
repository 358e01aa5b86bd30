/**
 * Rows that are not there any more once their term is over: DynamoDB removes them later, in any order, and the adapter
 * leaves out what it has not removed yet.
 */
type Instant = number;

export interface Terms {
  /** The row was written with that term; none: it stays. */
  note(row: string, expires: Instant | undefined): void;
  /** A row that is there stays until then at least. False: it would have, anyway. */
  renew(row: string, until: Instant): boolean;
  /** Whoever renews more segments than that does not live to see the end. */
  readonly mostAtOnce: number;
  isThere(row: string): boolean;
  /** What was forgotten is there again, and all of it stays. */
  remember(): void;
}

export const forever: Terms = {
  note: () => undefined,
  renew: () => false,
  mostAtOnce: Number.POSITIVE_INFINITY,
  isThere: () => true,
  remember: () => undefined,
};

export function terms(now: () => Instant, mostAtOnce = Number.POSITIVE_INFINITY): Terms {
  const ends = new Map<string, Instant>();
  const isThere = (row: string): boolean => {
    const end = ends.get(row);
    return end === undefined || now() < end;
  };
  return {
    note(row, expires) {
      if (expires === undefined) ends.delete(row);
      else ends.set(row, expires);
    },
    renew(row, until) {
      if (!isThere(row) || (ends.get(row) ?? until) >= until) return false;
      ends.set(row, until);
      return true;
    },
    mostAtOnce,
    isThere,
    remember: () => ends.clear(),
  };
}
