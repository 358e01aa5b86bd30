/**
 * JSON as text, and values read from it with the text of their numbers kept: the service hands on `0.0`,
 * `1e400` and 2^53 + 1 as they came, a JavaScript number cannot. Values are never changed in place, and a
 * key may be anything, `__proto__` too: read with `property`, build with `objectOf` or `withProperty`.
 */
import { runtimeFailure } from "./evaluate/failure.ts";

/** The text of one JSON value. */
export type JsonText = string;

export type Value = null | boolean | number | string | ExactNumber | readonly Value[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Value;
}

/** V8 parses a million levels but writes only some 3,000: what is read must be writable, with room to grow. */
export const depthLimit = 1000;

export class JsonSyntaxError extends Error {
  /** Offset in the text, in UTF-16 units. */
  readonly position: number;

  constructor(message: string, position: number) {
    super(`${message} at position ${position}`);
    this.name = "JsonSyntaxError";
    this.position = position;
  }
}

/** Set when `JSON.stringify` met what it would not write as it was read: then the careful writer takes over. */
let metUnusual = false;

/** A number whose text a JavaScript number would not give back. */
export class ExactNumber {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }

  toJSON(): number {
    metUnusual = true;
    return Number(this.#text);
  }
}

/**
 * The prototype of objects with keys such as `"1"`, which JavaScript puts in front of all others; their own
 * order is kept beside them. Like `ExactNumber` it is met by `JSON.stringify` on its way.
 */
class Reordered {
  toJSON(): object {
    metUnusual = true;
    return { ...this };
  }
}

const keyOrders = new WeakMap<object, string[]>();
const arrayIndex = /^(?:0|[1-9]\d{0,9})$/;

export function parseJson(text: JsonText): Value {
  if (text.length > 2 * depthLimit) refuseDepth(text);
  if (!wantsCare.test(text)) return parseFast(text);
  return new CarefulParser(text).parse();
}

/** Refuses an object that has a key twice, as the service's `$parse` does; otherwise the last one wins. */
export function parseJsonWithUniqueKeys(text: JsonText): Value {
  if (text.length > 2 * depthLimit) refuseDepth(text);
  return new CarefulParser(text, { uniqueKeys: true }).parse();
}

export function writeJson(value: Value): JsonText {
  metUnusual = false;
  let text = JSON.stringify(value);
  if (metUnusual) text = writeExactly(value);
  if (text.length > 2 * depthLimit && depthExceededAt(text) !== undefined) {
    throw runtimeFailure(`The value is nested more than ${depthLimit} levels deep.`);
  }
  return text;
}

export function isArray(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function isObject(value: Value | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

export function isNumber(value: Value | undefined): value is number | ExactNumber {
  return typeof value === "number" || value instanceof ExactNumber;
}

export function toNumber(value: number | ExactNumber): number {
  return typeof value === "number" ? value : Number(value.text);
}

/** The object's own member; a name such as `constructor` finds nothing it does not have. */
export function property(object: JsonObject, key: string): Value | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The members in the order in which they were written down. */
export function entriesOf(object: JsonObject): readonly (readonly [string, Value])[] {
  const order = keyOrders.get(object);
  return order === undefined ? Object.entries(object) : order.map((key) => [key, object[key] ?? null]);
}

export function objectOf(entries: Iterable<readonly [string, Value]>): JsonObject {
  const object: Record<string, Value> = {};
  for (const [key, value] of entries) setMember(object, key, value);
  return object;
}

/** A copy with one member set; a new key comes last. */
export function withProperty(object: JsonObject, key: string, value: Value): JsonObject {
  const copy: Record<string, Value> = object instanceof Reordered ? copyOf(object) : { ...object };
  setMember(copy, key, value);
  return copy;
}

/** Sets a member of an object that is still being built; assignment would take `__proto__` for the prototype. */
export function setMember<T>(object: Record<string, T>, key: string, value: T): void {
  if (isArrayIndex(key) || object instanceof Reordered) keepOrder(object, key);
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

function isArrayIndex(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 0x30 && first <= 0x39 && arrayIndex.test(key);
}

function copyOf(object: JsonObject): Record<string, Value> {
  const copy: Record<string, Value> = {};
  for (const [key, value] of entriesOf(object)) setMember(copy, key, value);
  return copy;
}

function keepOrder(object: object, key: string): void {
  let order = keyOrders.get(object);
  if (order === undefined) {
    order = Object.keys(object);
    keyOrders.set(object, order);
    Object.setPrototypeOf(object, Reordered.prototype);
  }
  if (!Object.hasOwn(object, key)) order.push(key);
}

/** Equality of JSON values: numbers by value, objects without regard to order. */
export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (isNumber(a) && isNumber(b)) return sameNumber(a, b);
  if (isArray(a)) {
    return isArray(b) && a.length === b.length && a.every((item, index) => sameValue(item, b[index] ?? null));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key] ?? null, b[key] ?? null))
  );
}

function sameNumber(a: number | ExactNumber, b: number | ExactNumber): boolean {
  if (a instanceof ExactNumber && b instanceof ExactNumber && a.text === b.text) return true;
  const [left, right] = [toNumber(a), toNumber(b)];
  return left === right && Number.isFinite(left);
}

/**
 * Something that could be a number whose text would be lost: an exponent, 16 digits or more, a fraction
 * that ends in 0, a tiny number (written 1e-7), `-0`; or a key that would change its place. Matches inside
 * strings cost time, never correctness.
 */
const wantsCare = /"\d{1,10}"\s*:|(?:^|[\s,:[])-?(?:\d+(?:\.\d*)?[eE]|[\d.]{16}|\d+\.\d*0(?!\d)|0\.0{6}|(?<=-)0)/;

function parseFast(text: JsonText): Value {
  try {
    return JSON.parse(text);
  } catch {
    // V8's message names a position only sometimes; ours always does.
    return new CarefulParser(text).parse();
  }
}

function refuseDepth(text: JsonText): void {
  const position = depthExceededAt(text);
  if (position !== undefined) throw new JsonSyntaxError(`JSON is nested more than ${depthLimit} levels deep`, position);
}

function depthExceededAt(text: JsonText): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22:
        at = endOfString(text, at);
        break;
      case 0x5b:
      case 0x7b:
        depth += 1;
        if (depth > depthLimit) return at;
        break;
      case 0x5d:
      case 0x7d:
        depth -= 1;
        break;
    }
  }
  return undefined;
}

/** Position of the quote that closes the string opened at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}

/** JSON.stringify with the text of exact numbers; recursion is safe, as no value is deeper than a few thousand levels. */
function writeExactly(value: Value): JsonText {
  if (value instanceof ExactNumber) return value.text;
  if (isArray(value)) return `[${value.map(writeExactly).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = entriesOf(value).map(([key, member]) => `${JSON.stringify(key)}:${writeExactly(member)}`);
  return `{${members.join(",")}}`;
}

const numberSyntax = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const blanks = /[ \t\n\r]*/y;
/** Reads what `JSON.parse` reads, keeps the numbers' text, and says where it stopped. Depth was checked before. */
class CarefulParser {
  readonly #text: string;
  readonly #uniqueKeys: boolean;
  #at = 0;

  constructor(text: string, { uniqueKeys = false } = {}) {
    this.#text = text;
    this.#uniqueKeys = uniqueKeys;
    if (text.length <= 2 * depthLimit) refuseDepth(text);
  }

  parse(): Value {
    const value = this.#value();
    if (this.#at < this.#text.length) throw this.#unexpected();
    return value;
  }

  #value(): Value {
    this.#skipBlanks();
    const value = this.#bareValue();
    this.#skipBlanks();
    return value;
  }

  #bareValue(): Value {
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object();
      case "[":
        return this.#array();
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default:
        return this.#number();
    }
  }

  #object(): JsonObject {
    const object: Record<string, Value> = {};
    this.#at += 1;
    this.#skipBlanks();
    if (this.#take("}")) return object;
    do {
      this.#skipBlanks();
      if (this.#text[this.#at] !== '"') throw this.#unexpected();
      const start = this.#at;
      const key = this.#string();
      if (this.#uniqueKeys && Object.hasOwn(object, key)) throw new JsonSyntaxError("Duplicate key in JSON", start);
      this.#skipBlanks();
      this.#expect(":");
      setMember(object, key, this.#value());
    } while (this.#take(","));
    this.#expect("}");
    return object;
  }

  #array(): readonly Value[] {
    const items: Value[] = [];
    this.#at += 1;
    this.#skipBlanks();
    if (this.#take("]")) return items;
    do items.push(this.#value());
    while (this.#take(","));
    this.#expect("]");
    return items;
  }

  #string(): string {
    const end = endOfString(this.#text, this.#at);
    const literal = this.#text.slice(this.#at, end + 1);
    try {
      const text: string = JSON.parse(literal);
      this.#at = end + 1;
      return text;
    } catch {
      throw new JsonSyntaxError("Bad string in JSON", this.#at);
    }
  }

  #number(): number | ExactNumber {
    numberSyntax.lastIndex = this.#at;
    const text = numberSyntax.exec(this.#text)?.[0];
    if (text === undefined) throw this.#unexpected();
    this.#at += text.length;
    const value = Number(text);
    return String(value) === text ? value : new ExactNumber(text);
  }

  #word<T extends Value>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#unexpected();
    this.#at += word.length;
    return value;
  }

  #skipBlanks(): void {
    blanks.lastIndex = this.#at;
    blanks.test(this.#text);
    this.#at = blanks.lastIndex;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) throw this.#unexpected();
  }

  #unexpected(): JsonSyntaxError {
    const found = this.#text[this.#at];
    return new JsonSyntaxError(
      found === undefined ? "Unexpected end of JSON" : `Unexpected ${JSON.stringify(found)} in JSON`,
      this.#at,
    );
  }
}
