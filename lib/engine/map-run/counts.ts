/** What the children of a Map Run have come to, in numbers: of executions and of the items in them. */
export const ends = ["succeeded", "failed", "timedOut", "aborted"] as const;

export type Tally = Readonly<Record<(typeof ends)[number], number>>;

export interface Counts {
  readonly executions: Tally;
  readonly items: Tally;
  /** Characters of all outputs together. */
  readonly outputLength: number;
  /** Of those that did not succeed, which can be redriven no more; absent: none. */
  readonly final?: { readonly executions: number; readonly items: number };
}

export const nothing: Tally = { succeeded: 0, failed: 0, timedOut: 0, aborted: 0 };

export const noCounts: Counts = { executions: nothing, items: nothing, outputLength: 0 };

export function sum(one: Counts, other: Counts): Counts {
  const add = (a: Tally, b: Tally): Tally => ({
    succeeded: a.succeeded + b.succeeded,
    failed: a.failed + b.failed,
    timedOut: a.timedOut + b.timedOut,
    aborted: a.aborted + b.aborted,
  });
  return {
    executions: add(one.executions, other.executions),
    items: add(one.items, other.items),
    outputLength: one.outputLength + other.outputLength,
    ...finalOf(one, other),
  };
}

function finalOf({ final: one }: Counts, { final: other }: Counts): Pick<Counts, "final"> {
  if (!one || !other) return one || other ? { final: one ?? other ?? { executions: 0, items: 0 } } : {};
  return { final: { executions: one.executions + other.executions, items: one.items + other.items } };
}
