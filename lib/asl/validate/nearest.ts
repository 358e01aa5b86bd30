/** "Did you mean": the known name that somebody most likely meant to write. */

/** Names beyond this are not compared: no typing error makes sense of them, and the cost is their product. */
const comparedLength = 80;
const comparedNames = 300;

export function nearest(written: string, known: Iterable<string>): string | undefined {
  if (written.length > comparedLength) return undefined;
  const lower = written.toLowerCase();
  let best: string | undefined;
  // One mistake in a short name, up to three in a long one; a single letter is no near miss.
  let bestDistance = written.length < 2 ? 1 : Math.min(3, Math.max(1, Math.floor(written.length / 3))) + 1;
  let compared = 0;
  for (const name of known) {
    if (name === written || ++compared > comparedNames) continue;
    const candidate = name.toLowerCase();
    if (candidate === lower) return name;
    if (Math.abs(candidate.length - lower.length) >= bestDistance) continue;
    const distance = editDistance(lower, candidate);
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** Insertions, deletions, substitutions and swaps of neighbours, each counting one. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    before = above;
    above = current;
  }
  return above[b.length] ?? 0;
}
