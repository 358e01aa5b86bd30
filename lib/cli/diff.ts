/** The difference of two texts by lines, with a little of what is around: for reading, not for patching. */

export interface DiffLine {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
}

/** Above it the table of lengths would take too much memory, and nobody would read the difference. */
const mostLines = 4_000;

/** Empty: the texts are equal. */
export function diffOf(before: string, after: string): readonly DiffLine[] {
  if (before === after) return [];
  const [a, b] = [before.split("\n"), after.split("\n")];
  if (a.length > mostLines || b.length > mostLines) {
    return [
      { kind: "removed", text: `(${a.length} lines)` },
      { kind: "added", text: `(${b.length} lines)` },
    ];
  }
  return aroundChanges(linesOf(a, b));
}

function linesOf(a: readonly string[], b: readonly string[]): readonly DiffLine[] {
  const width = b.length + 1;
  // How many lines the rests have in common, from each pair of places on.
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const [below = 0, right = 0, across = 0] = [
        common[(i + 1) * width + j],
        common[i * width + j + 1],
        common[(i + 1) * width + j + 1],
      ];
      common[i * width + j] = a[i] === b[j] ? across + 1 : Math.max(below, right);
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) {
      lines.push({ kind: "same", text: left });
      i += 1;
      j += 1;
    } else if (
      left !== undefined &&
      (right === undefined || (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0))
    ) {
      lines.push({ kind: "removed", text: left });
      i += 1;
    } else if (right !== undefined) {
      lines.push({ kind: "added", text: right });
      j += 1;
    }
  }
  return lines;
}

const around = 2;

function aroundChanges(lines: readonly DiffLine[]): readonly DiffLine[] {
  const isNear = (index: number): boolean =>
    lines.slice(Math.max(0, index - around), index + around + 1).some(({ kind }) => kind !== "same");
  const shown: DiffLine[] = [];
  for (const [index, line] of lines.entries()) {
    if (isNear(index)) shown.push(line);
    else if (shown.at(-1)?.text !== "…") shown.push({ kind: "same", text: "…" });
  }
  return shown;
}
