/**
 * The lines that functions print, kept in memory by the attempt that called them, for whoever looks at a run:
 * the newest attempts, and of each the last lines. They go with the process; no store is asked for them.
 */
import type { FunctionLine, FunctionLines } from "../../engine/lines-port.ts";
import type { SegmentKey } from "../../engine/ports.ts";
import type { OutputLine } from "./functions.ts";

export interface KeptLines extends FunctionLines {
  add(line: OutputLine): void;
}

/** Of one attempt; a function that prints more is looked at in its own terminal. */
const mostLines = 500;
const longestLine = 8_192;
/** Of all attempts together, in characters: what is kept around an attempt or a line takes as much as some of them. */
const most = 16 * 1024 * 1024;
const attemptWeight = 512;
const lineWeight = 128;

interface Kept {
  readonly lines: FunctionLine[];
  dropped: number;
  weight: number;
}

export function keepLines(now: () => number): KeptLines {
  /** The attempt that printed first comes first. */
  const attempts = new Map<string, Kept>();
  let weight = 0;
  const weigh = (kept: Kept, more: number): void => {
    kept.weight += more;
    weight += more;
  };
  const begin = (key: string): Kept => {
    const kept: Kept = { lines: [], dropped: 0, weight: 0 };
    attempts.set(key, kept);
    weigh(kept, attemptWeight);
    return kept;
  };
  const forget = (key: string, kept: Kept): void => {
    attempts.delete(key);
    weight -= kept.weight;
  };
  return {
    add({ claim, functionName, stream, line }) {
      if (claim === undefined) return;
      const key = keyOf(claim);
      const kept = attempts.get(key) ?? begin(key);
      const text = line.slice(0, longestLine);
      kept.lines.push({ at: now(), functionName, stream, line: text });
      weigh(kept, lineWeight + text.length);
      const gone = kept.lines.length > mostLines ? kept.lines.shift() : undefined;
      if (gone) {
        kept.dropped += 1;
        weigh(kept, -lineWeight - gone.line.length);
      }
      for (const [first, oldest] of attempts) {
        if (weight <= most) break;
        forget(first, oldest);
      }
    },
    of(claim) {
      const { lines = [], dropped = 0 } = attempts.get(keyOf(claim)) ?? {};
      return { lines: [...lines], dropped };
    },
  };
}

function keyOf({ execution, branch, seq }: SegmentKey): string {
  return JSON.stringify([execution, branch, seq]);
}
