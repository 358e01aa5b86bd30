/**
 * What a bad day does, drawn from one seed: every message twice, in any order, and workers killed at any
 * moment. The order of events is the machine's, so a seed repeats the draws and not the whole run.
 */
export interface ChaosOptions {
  readonly seed: number;
  /** Each message is sent to its queue once more when it is first received. */
  readonly twice?: boolean;
  /** Each received message is held back up to so many milliseconds, and batches are drawn at random. */
  readonly holdMilliseconds?: number;
  /** Share of calls to AWS before or after which the calling process is killed, from 0 to 1 … */
  readonly killShare?: number;
  /** … of the functions in whose names one of these occurs; of all if not given. */
  readonly kills?: readonly string[];
  /** A killed worker's messages come back after so many seconds and not after the queue's visibility time-out. */
  readonly comeBackSeconds?: number;
}

export type Fate = "lives" | "killed before" | "killed after";

export interface Chaos {
  readonly twice: boolean;
  readonly comeBackSeconds: number | undefined;
  /** Milliseconds to hold a message back; 0 on a good day. */
  hold(): number;
  /** The next batch out of these, removed from them. */
  batch<T>(items: T[], max: number): T[];
  /** What becomes of the process of that function that makes a call now. */
  fateOf(name: string): Fate;
}

export const goodDay: Chaos = {
  twice: false,
  comeBackSeconds: undefined,
  hold: () => 0,
  batch: (items, max) => items.splice(0, max),
  fateOf: () => "lives",
};

export function chaosOf(options: ChaosOptions): Chaos {
  const draw = generator(options.seed);
  const { killShare = 0, kills = [""], holdMilliseconds = 0 } = options;
  return {
    twice: options.twice ?? false,
    comeBackSeconds: options.comeBackSeconds,
    hold: () => draw() * holdMilliseconds,
    batch(items, max) {
      const size = Math.min(items.length, 1 + Math.floor(draw() * max));
      return Array.from({ length: size }, () => items.splice(Math.floor(draw() * items.length), 1)).flat();
    },
    fateOf(name) {
      if (!kills.some((part) => name.includes(part)) || draw() >= killShare) return "lives";
      return draw() < 0.5 ? "killed before" : "killed after";
    },
  };
}

/** Mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
