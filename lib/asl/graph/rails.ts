/**
 * The ways that do not lead straight down, in a terminal drawing: one vertical rail for each target, to the
 * right of all boxes, on which every source joins. Rails that do not meet share a column.
 */
import type { NodeId } from "./graph.ts";

export interface Rail {
  readonly target: NodeId;
  /** Rows: where it arrives, and from where sources join. */
  readonly arrival: number;
  readonly joins: readonly number[];
  /** 0 is the leftmost. */
  readonly column: number;
}

/** More would be wider than what they explain: the targets farthest away are named instead. */
const mostColumns = 8;

/** Those without a place are left out. */
export function railsFor(wanted: readonly Omit<Rail, "column">[]): readonly Rail[] {
  const columns: Omit<Rail, "column">[][] = [];
  const shortFirst = wanted.toSorted((a, b) => length(a) - length(b));
  return shortFirst.flatMap((rail) => {
    const free = columns.findIndex((others) => others.every((other) => !meet(rail, other)));
    if (free === -1 && columns.length === mostColumns) return [];
    if (free === -1) columns.push([rail]);
    else columns[free]?.push(rail);
    return [{ ...rail, column: free === -1 ? columns.length - 1 : free }];
  });
}

export function extent({ arrival, joins }: Omit<Rail, "column">): readonly [top: number, bottom: number] {
  return [Math.min(arrival, ...joins), Math.max(arrival, ...joins)];
}

function length(rail: Omit<Rail, "column">): number {
  const [top, bottom] = extent(rail);
  return bottom - top;
}

function meet(a: Omit<Rail, "column">, b: Omit<Rail, "column">): boolean {
  const [aTop, aBottom] = extent(a);
  const [bTop, bBottom] = extent(b);
  return aTop <= bBottom && bTop <= aBottom;
}
