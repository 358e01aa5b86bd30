/**
 * What changed between two payloads, line by line: the longest common lines stay, the others went or came. How far
 * a line is indented, and the comma at its end, say where it stands and not what it says: they are no change.
 */
export interface DiffLine {
  readonly kind: "same" | "gone" | "new";
  readonly text: string;
}

/** The table of a comparison grows with the product of both. */
const mostLines = 1_500;

/** Undefined: too long to be compared. */
export function diffLines(before: string, after: string): readonly DiffLine[] | undefined {
  const [old, young] = [before.split("\n"), after.split("\n")];
  const equal = (i: number, j: number): boolean => said(old.at(i)) === said(young.at(j));
  let start = 0;
  while (start < old.length && start < young.length && equal(start, start)) start++;
  let end = 0;
  while (end < old.length - start && end < young.length - start && equal(-1 - end, -1 - end)) end++;
  const [a, b] = [old.slice(start, old.length - end), young.slice(start, young.length - end)];
  if (a.length > mostLines || b.length > mostLines) return undefined;
  const same = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind: "same", text }));
  return [...same(young.slice(0, start)), ...compared(a, b), ...same(young.slice(young.length - end))];
}

function said(line = ""): string {
  return line.trim().replace(/,$/, "");
}

/** How much of both, from 0 to 1, stands in both. */
export function likeness(before: string, after: string): number {
  // Brackets are in everything.
  const telling = (diffLines(before, after) ?? []).filter(({ text }) => /\w/.test(text));
  const same = telling.filter(({ kind }) => kind === "same").length;
  return telling.length === 0 ? Number(before === after) : (2 * same) / (telling.length + same);
}

function compared(a: readonly string[], b: readonly string[]): readonly DiffLine[] {
  const [saidA, saidB] = [a.map(said), b.map(said)];
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] = saidA[i] === saidB[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && saidA[i] === saidB[j]) {
      lines.push({ kind: "same", text: b[j] ?? "" });
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1)))
      lines.push({ kind: "gone", text: a[i++] ?? "" });
    else lines.push({ kind: "new", text: b[j++] ?? "" });
  }
  return lines;
}

/** Long stretches of what stayed are folded: `null` stands for lines left out. */
export function folded(lines: readonly DiffLine[], around = 3): readonly (DiffLine | null)[] {
  const near = new Set<number>();
  for (const [index, { kind }] of lines.entries()) {
    if (kind === "same") continue;
    for (let at = index - around; at <= index + around; at++) near.add(at);
  }
  const shown: (DiffLine | null)[] = [];
  for (const [index, line] of lines.entries()) {
    if (near.has(index)) shown.push(line);
    else if (shown.at(-1) !== null) shown.push(null);
  }
  return shown;
}
