/**
 * Time on a line, with long stretches in which nothing happens folded: a wait of 29 days is as wide as a
 * word, and the second before it still has room.
 */
export interface Fold {
  /** Where on the line it stands, from 0 to 1. */
  readonly at: number;
  readonly width: number;
  readonly milliseconds: number;
}

/** Of which nothing is folded: as long on the line as it lasts. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly width: number;
}

export interface TimeAxis {
  /** From 0 to 1. */
  readonly place: (moment: number) => number;
  readonly folds: readonly Fold[];
  /** What is before, between and behind them. */
  readonly stretches: readonly Stretch[];
}

/** Shorter ones are not worth a fold. */
const shortestFold = 5_000;
/** A stretch is long if it lasts this many times as long as all shorter ones together. */
const longerThanRest = 2;
const foldWidth = 0.06;
const mostForFolds = 0.5;

export function timeAxis(moments: Iterable<number>): TimeAxis {
  const points = [...new Set(moments)].sort((a, b) => a - b);
  const gaps = points.slice(1).map((to, index) => ({ from: points[index] ?? to, to }));
  const limit = longestUnfolded(gaps.map(({ from, to }) => to - from));
  const isFold = ({ from, to }: { from: number; to: number }): boolean => to - from > limit;
  const active = gaps.reduce((sum, gap) => sum + (isFold(gap) ? 0 : gap.to - gap.from), 0);
  const number = gaps.filter(isFold).length;
  const each = active === 0 ? 1 / Math.max(1, number) : Math.min(foldWidth, mostForFolds / Math.max(1, number));
  const room = 1 - each * number;
  const starts: number[] = [];
  const folds: Fold[] = [];
  let at = 0;
  for (const gap of gaps) {
    starts.push(at);
    const width = isFold(gap) ? each : active === 0 ? 0 : ((gap.to - gap.from) / active) * room;
    if (isFold(gap)) folds.push({ at, width, milliseconds: gap.to - gap.from });
    at += width;
  }
  starts.push(at);
  return { folds, stretches: between(points, starts, isFold), place: (moment) => placed(points, starts, moment) };
}

/** A moment alone between two folds is a stretch of no width. */
function between(
  points: readonly number[],
  starts: readonly number[],
  isFold: (gap: { readonly from: number; readonly to: number }) => boolean,
): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let first = 0;
  for (const [index, point] of points.entries()) {
    const next = points[index + 1];
    if (next !== undefined && !isFold({ from: point, to: next })) continue;
    const [from = point, begins = 0, ends = 0] = [points[first], starts[first], starts[index]];
    stretches.push({ from, to: point, width: ends - begins });
    first = index + 1;
  }
  return stretches;
}

/** Sorted by length: from the first that outweighs all before it on, they are folded. */
function longestUnfolded(lengths: readonly number[]): number {
  let sum = 0;
  for (const length of lengths.toSorted((a, b) => a - b)) {
    if (length > shortestFold && length > longerThanRest * sum) return Math.max(sum, shortestFold);
    sum += length;
  }
  return Number.POSITIVE_INFINITY;
}

function placed(points: readonly number[], starts: readonly number[], moment: number): number {
  let [low, high] = [0, points.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((points[middle] ?? 0) <= moment) low = middle;
    else high = middle - 1;
  }
  const [from = 0, to = from] = [points[low], points[low + 1]];
  const [left = 0, right = left] = [starts[low], starts[low + 1]];
  if (to === from) return left;
  return left + (right - left) * Math.min(1, Math.max(0, (moment - from) / (to - from)));
}
