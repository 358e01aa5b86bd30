/** Random bytes from the system, drawn in bulk: one is needed for every segment. */
import { randomFillSync } from "node:crypto";
import type { Chance } from "../../engine/ports.ts";

const POOL = 4096;

export function systemChance(): Chance {
  const pool = Buffer.alloc(POOL);
  let used = POOL;
  return {
    hex(bytes) {
      if (bytes > POOL) throw new RangeError(`${bytes} random bytes at once; at most ${POOL}`);
      if (used + bytes > POOL) {
        randomFillSync(pool);
        used = 0;
      }
      used += bytes;
      return pool.toString("hex", used - bytes, used);
    },
  };
}
