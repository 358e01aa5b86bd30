/**
 * The 18 intrinsic functions as the service computes them. A function gets its arguments evaluated and
 * throws `InvalidArguments` for whatever it cannot take; the sentence around that is `intrinsic.ts`.
 */
import { createHash } from "node:crypto";
import {
  entriesOf,
  isArray,
  isNumber,
  isObject,
  JsonSyntaxError,
  objectOf,
  parseJson,
  toNumber,
  type Value,
  writeJson,
} from "../json.ts";
import { type Draw, drawUuid } from "./chance.ts";
import { unescaped } from "./intrinsic-syntax.ts";
import { hashMapOrder, JavaRandom, javaBase64Decoded } from "./java.ts";

export class InvalidArguments extends Error {}

export interface Given {
  readonly values: readonly Value[];
  /** Of a quoted string, as written: `States.Format` tells `\{` from `{`. */
  readonly raw: readonly (string | undefined)[];
  readonly draw: Draw;
}

export interface IntrinsicFunction {
  /** Fewest and most arguments. */
  readonly arity: readonly [number, number];
  readonly call: (given: Given) => Value;
}

/** The service's limits. */
const rangeLimit = 1000;
const textLimit = 10_000;

export const intrinsicFunctions = {
  Array: { arity: [0, Number.POSITIVE_INFINITY], call: ({ values }) => values },
  ArrayPartition: { arity: [2, 2], call: ({ values: [array, size] }) => partition(arrayOf(array), roundedOf(size)) },
  ArrayContains: { arity: [2, 2], call: ({ values: [array, item] }) => contains(arrayOf(array), item) },
  ArrayRange: {
    arity: [3, 3],
    call: ({ values: [first, last, step] }) => range(roundedOf(first), roundedOf(last), roundedOf(step)),
  },
  ArrayGetItem: { arity: [2, 2], call: ({ values: [array, index] }) => itemAt(arrayOf(array), indexOf(index)) },
  ArrayLength: { arity: [1, 1], call: ({ values: [array] }) => arrayOf(array).length },
  ArrayUnique: { arity: [1, 1], call: ({ values: [array] }) => unique(arrayOf(array)) },
  Base64Encode: { arity: [1, 1], call: ({ values: [text] }) => Buffer.from(shortTextOf(text)).toString("base64") },
  Base64Decode: { arity: [1, 1], call: ({ values: [text] }) => decodeBase64(shortTextOf(text)) },
  Hash: { arity: [2, 2], call: ({ values: [data, algorithm] }) => hash(data, algorithm) },
  JsonMerge: { arity: [3, 3], call: ({ values: [first, second, deep] }) => merge(first, second, deep) },
  StringToJson: { arity: [1, 1], call: ({ values: [text] }) => jsonOf(textOf(text)) },
  JsonToString: { arity: [1, 1], call: ({ values: [value] }) => writeJson(present(value)) },
  MathRandom: {
    arity: [2, 3],
    call: ({ values: [start, end, seed], draw }) => random(roundedOf(start), roundedOf(end), seed, draw),
  },
  MathAdd: { arity: [2, 2], call: ({ values: [a, b] }) => roundedOf(a) + roundedOf(b) },
  StringSplit: { arity: [2, 2], call: ({ values: [text, separators] }) => split(textOf(text), textOf(separators)) },
  UUID: { arity: [0, 0], call: ({ draw }) => drawUuid(draw) },
  Format: { arity: [1, Number.POSITIVE_INFINITY], call: format },
} satisfies Record<string, IntrinsicFunction>;

type IntrinsicName = keyof typeof intrinsicFunctions;

export function isIntrinsicName(name: string): name is IntrinsicName {
  return Object.hasOwn(intrinsicFunctions, name);
}

function present(value: Value | undefined): Value {
  if (value === undefined) throw new InvalidArguments();
  return value;
}

function arrayOf(value: Value | undefined): readonly Value[] {
  if (!isArray(value)) throw new InvalidArguments();
  return value;
}

function textOf(value: Value | undefined): string {
  if (typeof value !== "string") throw new InvalidArguments();
  return value;
}

function shortTextOf(value: Value | undefined): string {
  const text = textOf(value);
  if (text.length > textLimit) throw new InvalidArguments();
  return text;
}

/** To the nearest integer, halves upwards: -1.5 is -1 (recorded on AWS). */
function roundedOf(value: Value | undefined): number {
  if (!isNumber(value)) throw new InvalidArguments();
  const rounded = Math.round(toNumber(value)) + 0; // no negative zero
  if (!Number.isSafeInteger(rounded)) throw new InvalidArguments();
  return rounded;
}

function indexOf(value: Value | undefined): number {
  const index = roundedOf(value);
  if (index < 0) throw new InvalidArguments();
  return index;
}

/** Past the end there is null, as the service has it. */
function itemAt(array: readonly Value[], index: number): Value {
  return array[index] ?? null;
}

function partition(array: readonly Value[], size: number): Value {
  if (size <= 0) throw new InvalidArguments();
  return Array.from({ length: Math.ceil(array.length / size) }, (_, chunk) =>
    array.slice(chunk * size, (chunk + 1) * size),
  );
}

/** By text form, as the service compares. */
function contains(array: readonly Value[], item: Value | undefined): boolean {
  const text = writeJson(present(item));
  return array.some((candidate) => writeJson(candidate) === text);
}

function range(first: number, last: number, step: number): Value {
  if (step === 0) throw new InvalidArguments();
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (length > rangeLimit) throw new InvalidArguments();
  return Array.from({ length }, (_, index) => first + index * step);
}

function unique(array: readonly Value[]): Value {
  return [...new Map(array.map((item) => [writeJson(item), item] as const).reverse()).values()].reverse();
}

function decodeBase64(text: string): string {
  const decoded = javaBase64Decoded(text);
  if (decoded === undefined) throw new InvalidArguments();
  return decoded;
}

const hashAlgorithms: ReadonlyMap<Value | undefined, string> = new Map([
  ["MD5", "md5"],
  ["SHA-1", "sha1"],
  ["SHA-256", "sha256"],
  ["SHA-384", "sha384"],
  ["SHA-512", "sha512"],
]);

function hash(data: Value | undefined, algorithm: Value | undefined): string {
  const name = hashAlgorithms.get(algorithm);
  if (name === undefined || data === null) throw new InvalidArguments();
  const text = shortTextOf(typeof data === "string" ? data : writeJson(present(data)));
  return createHash(name).update(text).digest("hex");
}

/** Shallow only: the service refuses `true`. The keys come out as from a Java HashMap. */
function merge(first: Value | undefined, second: Value | undefined, deep: Value | undefined): Value {
  if (!isObject(first) || !isObject(second) || deep !== false) throw new InvalidArguments();
  return objectOf(hashMapOrder([...entriesOf(first), ...entriesOf(second)]));
}

function jsonOf(text: string): Value {
  if (text.trim() === "") return null;
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new InvalidArguments();
    throw error;
  }
}

/** From `start` to before `end`; a seed gives Java's numbers. */
function random(start: number, end: number, seed: Value | undefined, draw: Draw): number {
  const width = end - start;
  if (width < 1 || width >= 2 ** 31) throw new InvalidArguments();
  if (seed === undefined) return start + Math.floor(draw() * width);
  return start + new JavaRandom(BigInt(roundedOf(seed))).nextInt(width);
}

/** Every character of `separators` separates; what is empty is left out (recorded on AWS). */
function split(text: string, separators: string): Value {
  const pieces: string[] = [];
  let piece = "";
  for (const character of text) {
    if (!separators.includes(character)) {
      piece += character;
    } else if (piece !== "") {
      pieces.push(piece);
      piece = "";
    }
  }
  return piece === "" ? pieces : [...pieces, piece];
}

const formatPart = /\\.|\{\}|[{}]|[^\\{}]+|\\$/gs;

function format({ values: [template, ...values], raw: [rawTemplate] }: Given): string {
  const parts: readonly string[] = (rawTemplate ?? textOf(template)).match(formatPart) ?? [];
  const places = parts.filter((part) => part === "{}").length;
  if (places !== values.length || parts.includes("{") || parts.includes("}")) throw new InvalidArguments();
  let next = 0;
  return parts.map((part) => (part === "{}" ? javaText(present(values[next++])) : unescaped(part))).join("");
}

/** As Java's `toString` shows lists and maps: `{Id=1, Name=[a, b]}` (recorded on AWS). */
function javaText(value: Value): string {
  if (typeof value === "string") return value;
  if (isArray(value)) return `[${value.map(javaText).join(", ")}]`;
  if (!isObject(value)) return writeJson(value);
  const members = entriesOf(value).map(([key, member]) => `${key}=${javaText(member)}`);
  return `{${members.join(", ")}}`;
}
