/** A set of whole numbers as ranges, both ends included: groups end nearly in order, so that there are few. */
export type Ranges = readonly (readonly [first: number, last: number])[];

/** Undefined: it is in there already. */
export function addToRanges(ranges: Ranges, number: number): Ranges | undefined {
  const place = ranges.findIndex(([, last]) => last >= number - 1);
  const at = place < 0 ? ranges.length : place;
  const before = ranges.slice(0, at);
  const [first, last] = ranges[at] ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (first <= number && number <= last) return undefined;
  const rest = ranges.slice(at + 1);
  if (number === first - 1) return [...before, [number, last], ...rest];
  if (number > last) {
    // Right behind this range, and perhaps right before the next.
    const [next, ...others] = rest;
    return next?.[0] === number + 1 ? [...before, [first, next[1]], ...others] : [...before, [first, number], ...rest];
  }
  return [...before, [number, number], ...ranges.slice(at)];
}

export function isInRanges(ranges: Ranges, number: number): boolean {
  return ranges.some(([first, last]) => first <= number && number <= last);
}

export function sizeOfRanges(ranges: Ranges): number {
  return ranges.reduce((size, [first, last]) => size + last - first + 1, 0);
}

/** The number behind the greatest; 0: there is none. */
export function endOfRanges(ranges: Ranges): number {
  return (ranges.at(-1)?.[1] ?? -1) + 1;
}
