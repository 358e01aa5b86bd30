/** The machine's own clock and its source of randomness. */
import { randomBytes } from "node:crypto";
import type { Chance, Clock } from "../../engine/ports.ts";

/** setTimeout fires at once for anything longer. */
const longestTimeout = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  at(moment, wake) {
    let timer: NodeJS.Timeout;
    const wait = (): void => {
      const left = moment - Date.now();
      timer = left > longestTimeout ? setTimeout(wait, longestTimeout) : setTimeout(wake, Math.max(0, left));
    };
    wait();
    return () => clearTimeout(timer);
  },
};

export const systemChance: Chance = { hex: (bytes) => randomBytes(bytes).toString("hex") };
