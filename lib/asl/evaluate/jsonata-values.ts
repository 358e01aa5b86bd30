/**
 * Values on their way into JSONata and back. In: exact numbers become JavaScript's, as on the service
 * (`1.0` becomes `1`). Out: the package's sequences become plain lists, numbers that JSON cannot write
 * become their names (measured: `1/0` is "Infinity"), and a function is no value.
 */
import { depthLimit, ExactNumber, isArray, isObject, setMember, toNumber, type Value } from "../json.ts";
import { memoryFault } from "./jsonata-budget.ts";

/** Payloads are parsed once and read by many expressions. */
const converted = new WeakMap<object, unknown>();

export function toJsonata(value: Value): unknown {
  if (typeof value !== "object" || value === null) return value;
  let plain = converted.get(value);
  if (plain === undefined) {
    plain = plainNumbers(value);
    converted.set(value, plain);
  }
  return plain;
}

/** The same object where nothing in it had to change. */
function plainNumbers(value: Value): unknown {
  if (value instanceof ExactNumber) return toNumber(value);
  if (isArray(value)) {
    const items = value.map(plainNumbers);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, member, plainNumbers(member)] as const);
  if (isPlain(value) && entries.every(([, member, plain]) => member === plain)) return value;
  return Object.fromEntries(entries.map(([key, , plain]) => [key, plain]));
}

/** Not one whose keys are kept in an order of their own, which the package would not know. */
function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}

/** What no JSON text can show. */
export class UnsupportedResult extends Error {}

export function fromJsonata(result: unknown, depth = 0): Value {
  if (typeof result === "number") return Number.isFinite(result) ? result + 0 : String(result);
  if (typeof result === "string" || typeof result === "boolean" || result === null) return result;
  if (typeof result !== "object" || isFunction(result)) throw new UnsupportedResult();
  if (depth >= depthLimit) throw { ...memoryFault };
  if (Array.isArray(result)) return Array.from(result, (item) => fromJsonata(item ?? null, depth + 1));
  const object: Record<string, Value> = {};
  for (const [key, member] of Object.entries(result)) {
    if (member !== undefined) setMember(object, key, fromJsonata(member, depth + 1));
  }
  return object;
}

function isFunction(value: object): boolean {
  return "_jsonata_lambda" in value || "_jsonata_function" in value;
}
