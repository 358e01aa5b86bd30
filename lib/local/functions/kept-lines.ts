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
/** Of all attempts together. */
const mostCharacters = 16 * 1024 * 1024;

interface Kept {
  readonly lines: FunctionLine[];
  dropped: number;
  characters: number;
}

export function keepLines(now: () => number): KeptLines {
  /** The attempt that printed first comes first. */
  const attempts = new Map<string, Kept>();
  let characters = 0;
  const forget = (key: string, kept: Kept): void => {
    attempts.delete(key);
    characters -= kept.characters;
  };
  return {
    add({ claim, functionName, stream, line }) {
      if (claim === undefined) return;
      const kept = attempts.get(keyOf(claim)) ?? { lines: [], dropped: 0, characters: 0 };
      attempts.set(keyOf(claim), kept);
      const text = line.slice(0, longestLine);
      kept.lines.push({ at: now(), functionName, stream, line: text });
      const gone = kept.lines.length > mostLines ? (kept.lines.shift()?.line.length ?? 0) : undefined;
      if (gone !== undefined) kept.dropped += 1;
      kept.characters += text.length - (gone ?? 0);
      characters += text.length - (gone ?? 0);
      for (const [key, oldest] of attempts) {
        if (characters <= mostCharacters) break;
        forget(key, oldest);
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
