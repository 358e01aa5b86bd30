/** The few habits of the Java runtime that show in what the service computes. */

/** `String.hashCode`. */
export function javaHash(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** `Base64.getDecoder()` and UTF-8: padding may be missing, anything outside the alphabet is `undefined`. */
export function javaBase64Decoded(text: string): string | undefined {
  return base64.test(text) ? Buffer.from(text, "base64").toString("utf8") : undefined;
}

/** `URLDecoder.decode`: a plus is a space, bytes that are no UTF-8 become U+FFFD; a broken escape is `undefined`. */
export function javaUrlDecoded(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  const escapes = /(?:%[0-9A-Fa-f]{2})+/g;
  return text
    .replaceAll("+", " ")
    .replace(escapes, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"));
}

/**
 * The order in which a `java.util.HashMap` gives entries back that were put in one after the other: by
 * bucket, inside a bucket by arrival. The table starts with 16 buckets and doubles when 3/4 full.
 */
export function hashMapOrder<T>(entries: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] {
  const latest = new Map(entries);
  let buckets = 16;
  while (latest.size > buckets * 0.75) buckets *= 2;
  const bucketOf = (key: string) => {
    const hash = javaHash(key);
    return (hash ^ (hash >>> 16)) & (buckets - 1);
  };
  return [...latest].sort(([a], [b]) => bucketOf(a) - bucketOf(b));
}

const multiplier = 0x5deece66dn;
const mask48 = (1n << 48n) - 1n;

/** `java.util.Random`: the same numbers for the same seed. */
export class JavaRandom {
  #seed: bigint;

  constructor(seed: bigint) {
    this.#seed = (seed ^ multiplier) & mask48;
  }

  #next(bits: number): number {
    this.#seed = (this.#seed * multiplier + 0xbn) & mask48;
    return Number(BigInt.asIntN(32, this.#seed >> BigInt(48 - bits)));
  }

  /** `nextInt(bound)`, bound at least 1 and at most 2^31 - 1. */
  nextInt(bound: number): number {
    if ((bound & -bound) === bound) return Number((BigInt(bound) * BigInt(this.#next(31))) >> 31n);
    for (;;) {
      const bits = this.#next(31);
      const value = bits % bound;
      if (bits - value + (bound - 1) < 2 ** 31) return value;
    }
  }

  nextDouble(): number {
    return (this.#next(26) * 2 ** 27 + this.#next(27)) / 2 ** 53;
  }
}
