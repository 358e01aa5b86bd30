/**
 * Values on their way into JSONata and back. In: exact numbers become JavaScript's, as on the service
 * (`1.0` becomes `1`). Out: the package's sequences become plain lists, numbers that JSON cannot write
 * become their names (measured: `1/0` is "Infinity"), and a function is no value.
 */
import { depthLimit, ExactNumber, isArray, isObject, setMember, type Value } from "../json.ts";
import { memoryFault } from "./jsonata-budget.ts";
import { LongIntegers } from "./jsonata-longs.ts";

interface Converted {
  readonly plain: unknown;
  readonly longs: LongIntegers;
}

/** Payloads are parsed once and read by many expressions. */
const converted = new WeakMap<object, Converted>();

/** `longs`: those of the evaluation that the value is for. */
export function toJsonata(value: Value, longs: LongIntegers): unknown {
  if (typeof value !== "object" || value === null) return plainNumbers(value, longs);
  const known = converted.get(value) ?? convert(value);
  longs.addAll(known.longs);
  return known.plain;
}

function convert(value: object & Value): Converted {
  const longs = new LongIntegers();
  const conversion = { plain: plainNumbers(value, longs), longs };
  converted.set(value, conversion);
  return conversion;
}

/** The same object where nothing in it had to change. */
function plainNumbers(value: Value, longs: LongIntegers): unknown {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : longs.add(String(value));
  if (value instanceof ExactNumber) return longs.add(value.text);
  if (isArray(value)) {
    const items = value.map((item) => plainNumbers(item, longs));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, member, plainNumbers(member, longs)] as const);
  if (isPlain(value) && entries.every(([, member, plain]) => member === plain)) return value;
  return Object.fromEntries(entries.map(([key, , plain]) => [key, plain]));
}

/** Not one whose keys are kept in an order of their own, which the package would not know. */
function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}

/** What no JSON text can show. */
export class UnsupportedResult extends Error {}

export function fromJsonata(result: unknown, longs: LongIntegers, depth = 0): Value {
  if (typeof result === "number") return Number.isFinite(result) ? longs.asItCame(result + 0) : String(result);
  if (typeof result === "string" || typeof result === "boolean" || result === null) return result;
  if (typeof result !== "object" || isFunction(result)) throw new UnsupportedResult();
  if (depth >= depthLimit) throw { ...memoryFault };
  if (Array.isArray(result)) return Array.from(result, (item) => fromJsonata(item ?? null, longs, depth + 1));
  const object: Record<string, Value> = {};
  for (const [key, member] of Object.entries(result)) {
    if (member !== undefined) setMember(object, key, fromJsonata(member, longs, depth + 1));
  }
  return object;
}

function isFunction(value: object): boolean {
  return "_jsonata_lambda" in value || "_jsonata_function" in value;
}
