/**
 * The functions in which the service's JSONata differs from the package's: its own additions, what has to
 * be deterministic (time and chance come from the moment), and those that need a bound on time or memory.
 * `$eval` is unbound, as on the service.
 */
import { createHash } from "node:crypto";
import { JsonSyntaxError, parseJsonWithUniqueKeys } from "../json.ts";
import { type Draw, drawUuid } from "./chance.ts";
import { JavaRandom, javaBase64Decoded, javaUrlDecoded } from "./java.ts";
import { memoryFault } from "./jsonata-budget.ts";
import type { LongIntegers } from "./jsonata-longs.ts";
import { toJsonata } from "./jsonata-values.ts";

/** What an evaluation gets from the moment. */
export interface Occasion {
  readonly now: number;
  readonly draw: Draw;
  readonly longs: LongIntegers;
}

interface Focus {
  readonly createSequence: (...items: unknown[]) => unknown[];
}

export type Implementation = (this: Focus, ...given: never[]) => unknown;

/** As the package keeps a function; it copies what else is here, and reads none of it. */
export interface Definition {
  readonly implementation: Implementation;
  readonly make: Make;
}

/** Gives the implementation for an occasion; `original` finds the package's own function of a name. */
type Make = (occasion: Occasion, original: (name: string) => Implementation) => Implementation;

/** The function for this occasion; without a definition (`$eval`) there is none, as on the service. */
export function bound(
  definition: Definition | undefined,
  originals: ReadonlyMap<string, Implementation>,
  occasion: Occasion,
): unknown {
  if (definition === undefined) return undefined;
  const { make, ...template } = definition;
  return { ...template, implementation: make(occasion, (name) => originals.get(name) ?? missing(name)) };
}

function missing(name: string): never {
  throw new Error(`the jsonata package has no function $${name}`);
}

/** `$range` has a bound of its own on the service (measured). */
const rangeLimit = 360_145;
const stringLimit = 6_990_256;
/** Pictures become regular expressions and loops of polynomial cost, and nobody writes long ones. */
const pictureLimit = 200;

interface DialectFunction {
  /** In the package's notation. */
  readonly signature: string;
  readonly make: Make;
}

export const dialect: Readonly<Record<string, DialectFunction>> = {
  // The service's additions.
  partition: { signature: "<xn?:a<a>>", make: () => partition },
  range: { signature: "<nnn?:a<n>>", make: () => range },
  hash: { signature: "<ss?:s>", make: () => hash },
  random: {
    signature: "<n?:n>",
    make:
      ({ draw }) =>
      (seed?: number) =>
        random(seed, draw),
  },
  uuid: {
    signature: "<:s>",
    make:
      ({ draw }) =>
      () =>
        drawUuid(draw),
  },
  parse: {
    signature: "<s?:x>",
    make:
      ({ longs }) =>
      (text?: string) =>
        parse(text, longs),
  },
  // The same every time a moment is evaluated.
  shuffle: {
    signature: "<a:a>",
    make:
      ({ draw }) =>
      (items?: unknown[]) =>
        shuffle(items, draw),
  },
  millis: {
    signature: "<:n>",
    make:
      ({ now }) =>
      () =>
        now,
  },
  now: { signature: "<s?s?:s>", make: ({ now }, original) => curried(inZone(original("fromMillis")), now) },
  // Java's, not the browser's.
  base64encode: { signature: "<s-:s>", make: () => encodeBase64 },
  base64decode: { signature: "<s-:s>", make: () => decodeBase64 },
  decodeUrl: { signature: "<s-:s>", make: () => (text?: string) => decodeUrl(text, "decodeUrl") },
  decodeUrlComponent: { signature: "<s-:s>", make: () => (text?: string) => decodeUrl(text, "decodeUrlComponent") },
  // Bounded.
  pad: { signature: "<s-ns?:s>", make: () => pad },
  join: { signature: "<a<s>s?:s>", make: () => join },
  max: { signature: "<a<n>:n>", make: () => (items?: number[]) => extreme(items, Math.max) },
  min: { signature: "<a<n>:n>", make: () => (items?: number[]) => extreme(items, Math.min) },
  sort: { signature: "<af?:a>", make: (_, original) => sortWith(original("sort")) },
  distinct: { signature: "<x:x>", make: () => distinct },
  toMillis: { signature: "<s-s?:n>", make: (_, original) => withShortTexts(original("toMillis")) },
  fromMillis: { signature: "<n-s?s?:s>", make: (_, original) => withShortTexts(inZone(original("fromMillis"))) },
  formatNumber: { signature: "<n-so?:s>", make: (_, original) => withShortTexts(original("formatNumber")) },
  formatInteger: { signature: "<n-s:s>", make: (_, original) => withShortTexts(original("formatInteger")) },
  parseInteger: { signature: "<s-s:n>", make: (_, original) => withShortTexts(original("parseInteger")) },
};

/** Of which the package's own are needed. */
export const originalNames = ["fromMillis", "toMillis", "sort", "formatNumber", "formatInteger", "parseInteger"];

/** A chunk of size 0 and, with a size, an empty list give nothing; without a size there is one chunk (measured). */
function partition(items: unknown, size?: number): unknown {
  if (items === undefined) return undefined;
  if (!Array.isArray(items)) throw { code: "T0412", index: 1, token: "partition", type: "values" };
  const width = Math.trunc(size ?? 0);
  if (width < 0) throw { code: "D3137", message: "Second argument must be zero or greater" };
  if (size === undefined) return [items];
  if (width === 0 || items.length === 0) return undefined;
  return Array.from({ length: Math.ceil(items.length / width) }, (_, chunk) =>
    items.slice(chunk * width, (chunk + 1) * width),
  );
}

/** Fractions are cut off; the end is included. A single number comes out by itself, as of any sequence (measured). */
function range(this: Focus, start?: number, end?: number, step?: number): unknown {
  if (start === undefined || end === undefined || step === undefined) return undefined;
  const [first, last, stride] = [Math.trunc(start), Math.trunc(end), Math.trunc(step)];
  if (stride === 0) return undefined;
  const length = Math.floor((last - first) / stride) + 1;
  if (length > rangeLimit) throw { ...memoryFault };
  const sequence = this.createSequence();
  for (let index = 0; index < length; index++) sequence.push(first + index * stride);
  return sequence;
}

const algorithms: ReadonlyMap<string, string> = new Map([
  ["MD5", "md5"],
  ["SHA-1", "sha1"],
  ["SHA-256", "sha256"],
  ["SHA-384", "sha384"],
  ["SHA-512", "sha512"],
]);

function hash(text?: string, algorithm?: string): string | undefined {
  if (text === undefined || algorithm === undefined) return undefined;
  const name = algorithms.get(algorithm);
  if (name === undefined) throw { code: "D3137", message: `Unsupported hash algorithm: ${algorithm}` };
  return createHash(name).update(text).digest("hex");
}

/** A seed gives the first `nextDouble()` of Java's generator (measured); it is cut to an integer. */
function random(seed: number | undefined, draw: Draw): number {
  return seed === undefined ? draw() : new JavaRandom(BigInt(Math.trunc(seed))).nextDouble();
}

const invalidJson = { code: "D3137", message: "Invalid JSON" };

function parse(text: string | undefined, longs: LongIntegers): unknown {
  if (text === undefined) return undefined;
  try {
    return finite(toJsonata(parseJsonWithUniqueKeys(doubleQuoted(text)), longs));
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw { ...invalidJson };
    throw error;
  }
}

/** Text may stand between single quotes (measured), as to Java's Jackson when it is told to be lenient there. */
function doubleQuoted(text: string): string {
  if (!text.includes("'")) return text;
  return text.replace(/"(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'/gs, (whole, inner?: string) =>
    inner === undefined ? whole : `"${inner.replace(/\\.|"/gs, (part) => requoted.get(part) ?? part)}"`,
  );
}

const requoted: ReadonlyMap<string, string> = new Map([
  ["\\'", "'"],
  ['"', '\\"'],
]);

/** `1e400` is no number of JSONata's. */
function finite(value: unknown): unknown {
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) throw { ...invalidJson };
  if (typeof value === "object" && value !== null) Object.values(value).forEach(finite);
  return value;
}

function encodeBase64(text?: string): string | undefined {
  return text === undefined ? undefined : Buffer.from(text).toString("base64");
}

function decodeBase64(text?: string): string | undefined {
  if (text === undefined) return undefined;
  const decoded = javaBase64Decoded(text);
  // That it fails is measured, with which words is not.
  if (decoded === undefined) throw { code: "D3137", message: "Invalid base64" };
  return decoded;
}

function decodeUrl(text: string | undefined, functionName: string): string | undefined {
  if (text === undefined) return undefined;
  const decoded = javaUrlDecoded(text);
  if (decoded === undefined) throw { code: "D3140", value: text, functionName };
  return decoded;
}

function shuffle(items: unknown[] | undefined, draw: Draw): unknown[] | undefined {
  if (items === undefined) return undefined;
  const shuffled = [...items];
  for (let at = shuffled.length - 1; at > 0; at--) {
    const other = Math.floor(draw() * (at + 1));
    [shuffled[at], shuffled[other]] = [shuffled[other], shuffled[at]];
  }
  return shuffled;
}

/** To the right with a positive width, to the left with a negative one; `fill` may be several characters. */
function pad(text?: string, width?: number, fill?: string): string | undefined {
  if (text === undefined || width === undefined) return undefined;
  const missingCharacters = Math.abs(Math.trunc(width)) - [...text].length;
  if (missingCharacters <= 0) return text;
  const unit = [...(fill === undefined || fill === "" ? " " : fill)];
  if (missingCharacters + text.length > stringLimit) throw { ...memoryFault };
  const whole = unit
    .slice(0, missingCharacters)
    .join("")
    .repeat(Math.floor(missingCharacters / unit.length) || 1);
  const rest = missingCharacters > unit.length ? unit.slice(0, missingCharacters % unit.length).join("") : "";
  return width > 0 ? text + whole + rest : whole + rest + text;
}

function join(pieces?: string[], separator = ""): string | undefined {
  if (pieces === undefined) return undefined;
  const length = pieces.reduce((sum, piece) => sum + piece.length + separator.length, 0);
  if (length > stringLimit + separator.length) throw { ...memoryFault };
  return pieces.join(separator);
}

/** The package hands all items to `Math.max` at once, which overflows the stack. */
function extreme(items: number[] | undefined, choose: (a: number, b: number) => number): number | undefined {
  const [first, ...others] = items ?? [];
  return first === undefined ? undefined : others.reduce((best, item) => choose(best, item), first);
}

/** The package's sort awaits each comparison, which for a large list of plain values takes seconds. */
function sortWith(original: Implementation): Implementation {
  return function (this: Focus, items?: unknown[], comparator?: unknown): unknown {
    if (comparator !== undefined || items === undefined || items.length <= 1)
      return call(original, this, items, comparator);
    if (items.every((item) => typeof item === "number")) return [...items].sort((a, b) => a - b);
    if (items.every((item) => typeof item === "string")) return [...items].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return call(original, this, items);
  };
}

/** The package compares each with each. */
function distinct(this: Focus, items: unknown): unknown {
  if (!Array.isArray(items) || items.length <= 1) return items;
  const seen = new Map<unknown, unknown>();
  for (const item of items) {
    const key = typeof item === "object" ? canonical(item) : item;
    if (!seen.has(key)) seen.set(key, item);
  }
  const found = [...seen.values()];
  return "sequence" in items ? this.createSequence().concat(found) : found;
}

/** Equal for values that differ only in the order of their keys; not equal to any plain value. */
function canonical(value: unknown): string {
  return `\u0000${JSON.stringify(value, (_, member) => (isPlain(member) ? sorted(member) : member))}`;
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sorted(value: object): unknown {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `utc` is one, in whatever letters; otherwise a zone is an offset (measured). */
function inZone(original: Implementation): Implementation {
  return as(original, function (this: Focus, moment?: unknown, picture?: unknown, zone?: unknown): unknown {
    const utc = typeof zone === "string" && zone.toLowerCase() === "utc";
    return call(original, this, moment, picture, utc ? undefined : zone);
  });
}

function withShortTexts(original: Implementation): Implementation {
  return as(original, function (this: Focus, ...given: unknown[]): unknown {
    const tooLong = given.some((value) => typeof value === "string" && value.length > pictureLimit);
    if (tooLong) throw { ...memoryFault };
    return call(original, this, ...given);
  });
}

/** `$map(times, $toMillis)` gives a function as many arguments as it takes: the item, its index, the list. */
function as(original: Implementation, implementation: Implementation): Implementation {
  return Object.defineProperty(implementation, "length", { value: original.length });
}

function curried(original: Implementation, first: unknown): Implementation {
  return function (this: Focus, ...rest: unknown[]): unknown {
    return call(original, this, first, ...rest);
  };
}

function call(implementation: Implementation, focus: Focus, ...given: unknown[]): unknown {
  return Reflect.apply(implementation, focus, given);
}
