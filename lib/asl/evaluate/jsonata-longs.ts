/**
 * Whole numbers beyond 2^53. The service keeps the digits of an integer that fits in Java's `long`, in `$parse` and
 * in what it is given (measured, by floci's documentation); beyond that it is a `double`. JavaScript has the double
 * only, so an evaluation remembers which integer each became, and one that comes out as it went in has its digits
 * again. Not exact: what is made text of, computed from them, or shared by several that became the same double.
 */
import { ExactNumber } from "../json.ts";

export class LongIntegers {
  /** `null`: several integers became this number. */
  readonly #integers = new Map<number, string | null>();

  /** The number that a JSON text becomes. */
  add(text: string): number {
    const number = Number(text);
    if (!Number.isSafeInteger(number) && Number.isInteger(number)) this.#keep(number, integerOf(text, number));
    return number;
  }

  addAll(others: LongIntegers): void {
    for (const [number, integer] of others.#integers) this.#keep(number, integer);
  }

  /** With the digits that it had in the JSON text. */
  asItCame(number: number): number | ExactNumber {
    const integer = this.#integers.get(number) ?? String(number);
    return integer === String(number) ? number : new ExactNumber(integer);
  }

  #keep(number: number, integer: string | null): void {
    const known = this.#integers.get(number);
    this.#integers.set(number, known === undefined || known === integer ? integer : null);
  }
}

/** What Java makes of the text. */
function integerOf(text: string, number: number): string {
  if (!/^-?\d+$/.test(text)) return String(number);
  const integer = BigInt(text);
  return BigInt.asIntN(64, integer) === integer ? text : String(number);
}
