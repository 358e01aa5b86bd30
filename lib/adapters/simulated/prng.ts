/** The simulation's only source of chance: sfc32, small and good enough, seeded from any text. */
export interface Prng {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number, at least 0 and below `limit`. */
  below(limit: number): number;
  /** True at that rate. Draws nothing at rate 0, so a fault that is off does not change what the others do. */
  chance(rate: number): boolean;
  hex(bytes: number): string;
}

export function prng(seed: string | number): Prng {
  let [a, b, c, d] = mix(String(seed));

  function word(): number {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  }

  for (let warmUp = 0; warmUp < 12; warmUp += 1) word();
  const next = () => word() / 2 ** 32;
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    chance: (rate) => rate > 0 && next() < rate,
    hex(bytes) {
      let text = "";
      while (text.length < 2 * bytes) text += word().toString(16).padStart(8, "0");
      return text.slice(0, 2 * bytes);
    },
  };
}

/** Four words of FNV-1a over the seed, each from another start. */
function mix(seed: string): [number, number, number, number] {
  return [fnv(seed, 0x811c9dc5), fnv(seed, 0x9e3779b9), fnv(seed, 0x85ebca6b), fnv(seed, 0xc2b2ae35)];
}

export function fnv(text: string, start: number): number {
  let hash = start;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
