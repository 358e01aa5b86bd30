/**
 * Random numbers for expressions. The moment draws by label, the same number for the same label at the
 * same place; two calls in one transition must differ, so each gets the next label.
 */

/** In [0, 1); another number at every call. */
export type Draw = () => number;

type Chance = (label: string) => number;

/** How often each moment was asked: the count is part of the label, so evaluating again in the same order draws the same. */
const drawn = new WeakMap<Chance, number>();

export function drawFrom(chance: Chance): Draw {
  return () => {
    const count = drawn.get(chance) ?? 0;
    drawn.set(chance, count + 1);
    return chance(`expression:${count}`);
  };
}

/** A version 4 UUID. */
export function drawUuid(draw: Draw): string {
  const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(draw() * 256));
  const hex = [...bytes].map((byte, at) => {
    if (at === 6) return ((byte & 0x0f) | 0x40).toString(16);
    if (at === 8) return ((byte & 0x3f) | 0x80).toString(16);
    return byte.toString(16).padStart(2, "0");
  });
  return [hex.slice(0, 4), hex.slice(4, 6), hex.slice(6, 8), hex.slice(8, 10), hex.slice(10)]
    .map((group) => group.join(""))
    .join("-");
}
