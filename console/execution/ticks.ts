/**
 * The marks of a time axis: round times since the start, as close as their words allow. After a folded stretch they
 * go on with the time that it then is; where nothing round fits between two folds, the roundest time that there is.
 */
import type { Stretch, TimeAxis } from "./time-axis.ts";

export interface Tick {
  /** Where on the line it stands, from 0 to 1. */
  readonly at: number;
  readonly moment: number;
  /** Since the start; absent where there is no room for words. */
  readonly label?: string;
  /** Where the middle of the words stands, which stay on the line. */
  readonly labelAt: number;
}

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];

/** In milliseconds: what people take for round. */
const steps: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * second),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minute),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hour),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000].map((days) => days * day),
];

/** Of the words of an axis, in pixels: a little more than they need. */
const letterWidth = 6.9;
const betweenWords = 24;

export function wordsWidth(words: string): number {
  return words.length * letterWidth;
}

/** A piece of the line that words stand on, in pixels. */
type Piece = readonly [from: number, to: number];

/** `pixels`: how long the line is; `taken`: where other words stand already. */
export function ticksOf(axis: TimeAxis, start: number, pixels: number, taken: readonly Piece[] = []): readonly Tick[] {
  const used: Piece[] = [...taken];
  return axis.stretches.flatMap((stretch) =>
    momentsIn(stretch, start, pixels).map((moment): Tick => {
      const at = axis.place(moment);
      const label = sinceStart(moment - start);
      const half = wordsWidth(label) / 2;
      const middle = Math.min(Math.max(at * pixels, half), pixels - half);
      const piece: Piece = [middle - half, middle + half];
      const fits = piece[0] >= 0 && used.every(([from, to]) => piece[1] + 4 <= from || to + 4 <= piece[0]);
      if (fits) used.push(piece);
      return { at, moment, labelAt: middle / pixels, ...(fits && { label }) };
    }),
  );
}

function momentsIn({ from, to, width }: Stretch, start: number, pixels: number): readonly number[] {
  const [first, last] = [from - start, to - start];
  const perMillisecond = last > first ? (width * pixels) / (last - first) : 0;
  const step = steps.find((each) => {
    const room = each * perMillisecond - betweenWords;
    return room > 0 && multiples(each, first, last).every((since) => wordsWidth(sinceStart(since)) <= room);
  });
  const regular = step === undefined ? [] : multiples(step, first, last);
  const shown = regular.length > 0 ? regular : roundest(first, last);
  return shown.map((since) => start + since);
}

function multiples(step: number, first: number, last: number): readonly number[] {
  const found: number[] = [];
  for (let since = Math.ceil(first / step) * step; since <= last; since += step) found.push(since);
  return found;
}

function roundest(first: number, last: number): readonly number[] {
  for (const step of steps.toReversed()) {
    const [found] = multiples(step, first, last);
    if (found !== undefined) return [found];
  }
  return [];
}

const units = [
  [day, "d"],
  [hour, "h"],
  [minute, "min"],
] as const;

/** Exactly: `0`, `250 ms`, `1.5 s`, `2 min 30 s`, `29 d 5 s`. */
export function sinceStart(milliseconds: number): string {
  let rest = Math.round(milliseconds);
  if (rest === 0) return "0";
  if (rest > 0 && rest < second) return `${rest} ms`;
  const parts: string[] = [];
  for (const [unit, name] of units) {
    const whole = Math.floor(rest / unit);
    if (whole > 0) parts.push(`${whole} ${name}`);
    rest -= Math.max(0, whole) * unit;
  }
  if (rest !== 0) parts.push(`${rest / second} s`);
  return parts.join(" ");
}
