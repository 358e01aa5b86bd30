/**
 * Decisions from a stream of bytes: fast-check draws and shrinks the stream, a case is what its reader makes
 * of it. Past its end every decision is the first choice, so that shorter streams are simpler cases.
 */
export class Draws {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const byte = this.#bytes[this.#at] ?? 0;
    this.#at += 1;
    return byte;
  }

  /** One of `limit` numbers, 0 … limit - 1. */
  below(limit: number): number {
    return limit <= 256 ? this.byte() % limit : (this.byte() * 256 + this.byte()) % limit;
  }

  /** True in about `percent` of all cases; false past the end. */
  chance(percent: number): boolean {
    return this.byte() * 100 > (100 - percent) * 256;
  }

  one<T>(choices: readonly T[]): T {
    const at = this.below(choices.length);
    for (const [index, choice] of choices.entries()) if (index === at) return choice;
    throw new Error("there is nothing to choose from");
  }

  /** Up to `most` things. */
  list<T>(most: number, draw: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, draw);
  }
}
