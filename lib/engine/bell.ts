/**
 * Wakes those of this process who wait for something that others of this process do. It saves looking, and
 * nothing depends on it: whoever waits looks again after a while.
 */
import type { Instant } from "../asl/position.ts";
import type { Clock } from "./ports.ts";

export interface Bell {
  ring(name: string): void;
  /** Resolves at the next ring, at `until`, or when the signal is aborted, whichever comes first. */
  next(name: string, until: Instant, signal?: AbortSignal): Listening;
}

export interface Listening {
  readonly heard: Promise<void>;
  /** Listens no longer. */
  forget(): void;
}

export function createBell(clock: Clock): Bell {
  const listeners = new Map<string, Set<() => void>>();
  return {
    ring(name) {
      for (const wake of listeners.get(name) ?? []) wake();
    },
    next(name, until, signal) {
      const mine = listeners.get(name) ?? new Set();
      listeners.set(name, mine);
      let forget = (): void => undefined;
      const heard = new Promise<void>((resolve) => {
        const cancel = clock.at(until, () => forget());
        forget = () => {
          cancel();
          signal?.removeEventListener("abort", forget);
          mine.delete(forget);
          if (mine.size === 0 && listeners.get(name) === mine) listeners.delete(name);
          resolve();
        };
        mine.add(forget);
        signal?.addEventListener("abort", forget);
      });
      return { heard, forget: () => forget() };
    },
  };
}
