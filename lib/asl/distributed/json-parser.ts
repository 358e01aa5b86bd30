/**
 * The items of a JSON file as its bytes come: the elements of the array, or the members of the object, that a
 * pointer names. Everything around them is read too and has to be JSON; only one item, or one text around them, is
 * ever held. It differs from reading the file as a whole where a key on the way stands there twice: the first
 * counts, and an object's members that share a key are items of their own.
 */
import { depthLimit, JsonSyntaxError, parseJson, type Value, writeJson } from "../json.ts";
import { pointerSteps, readerFailed } from "./items.ts";
import { type FileItem, type ItemParser, longestRecord, type ParserPlace, tooLong, Unreadable } from "./parser.ts";

export function jsonParser(pointer: string, from: ParserPlace): ItemParser {
  return new JsonParser(pointerSteps(pointer), from);
}

const character = {
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  blank: 0x20,
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  openArray: 0x5b,
  backslash: 0x5c,
  closeArray: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const;

type Container = "[" | "{";

/** What may come next, blanks aside. */
type Expected = "value" | "value or end" | "key" | "key or end" | "colon" | "comma or end" | "nothing";

/** What is being held until it is whole. */
interface Held {
  readonly kind: "key" | "scalar" | "item";
  /** A text ends with its quote, a container with its last bracket, anything else before what cannot belong to it. */
  readonly shape: "text" | "container" | "word";
  pieces: Uint8Array[];
  length: number;
  depth: number;
  inText: boolean;
  isEscaped: boolean;
}

class JsonParser implements ItemParser {
  readonly #steps: readonly string[];
  readonly #open: Container[];
  /** The place in each open array of the value that comes. */
  readonly #indexes: number[] = [];
  #expected: Expected;
  #held: Held | undefined;
  #key = "";
  /** How many of the open containers, from the outermost, lead to the one that the pointer names. */
  #onWay = 0;
  /** How many containers are open where the items are; undefined: not found yet. */
  #itemsAt: number | undefined;
  #place: ParserPlace;
  /** Offset of the bytes that are being read. */
  #base: number;
  /** Of the file's bytes, those that a byte order mark may begin with. */
  #mark: number[] | undefined;

  constructor(steps: readonly string[], from: ParserPlace) {
    this.#steps = steps;
    this.#place = from;
    this.#base = from.byte;
    this.#open = [...(from.open ?? "")].filter((one): one is Container => one === "[" || one === "{");
    this.#expected = this.#open.length > 0 ? "comma or end" : "value";
    this.#itemsAt = this.#open.length > 0 ? this.#open.length : undefined;
    this.#mark = from.byte === 0 ? [0xef, 0xbb, 0xbf] : undefined;
  }

  get place(): ParserPlace {
    return this.#place;
  }

  *read(bytes: Uint8Array): Generator<FileItem> {
    let at = this.#skipMark(bytes);
    while (at < bytes.length) {
      const held = this.#held;
      if (!held) {
        at = this.#structure(bytes, at);
        continue;
      }
      const end = endIn(held, bytes, at);
      hold(held, bytes.subarray(at, end ?? bytes.length));
      at = end ?? bytes.length;
      if (end === undefined) continue;
      const item = this.#whole(held, this.#base + end);
      if (item) yield item;
    }
    this.#base += bytes.length;
  }

  end(): readonly FileItem[] {
    // A number that is the whole file ends with it.
    if (this.#held?.shape === "word") this.#whole(this.#held, this.#base);
    if (this.#expected !== "nothing" || this.#held) throw notJson();
    if (this.#itemsAt === undefined) throw new Unreadable(readerFailed("Attempting to map over non-iterable node."));
    return [];
  }

  #skipMark(bytes: Uint8Array): number {
    let at = 0;
    while (this.#mark !== undefined && at < bytes.length) {
      if (bytes[at] !== this.#mark[0]) {
        if (this.#mark.length < 3) throw notJson();
        this.#mark = undefined;
      } else {
        at += 1;
        this.#mark = this.#mark.length === 1 ? undefined : this.#mark.slice(1);
      }
    }
    return at;
  }

  /** One character that is not inside of a key, a text, a number or an item. */
  #structure(bytes: Uint8Array, at: number): number {
    const byte = bytes[at] ?? character.blank;
    switch (byte) {
      case character.blank:
      case character.lineFeed:
      case character.carriageReturn:
      case character.tab:
        return at + 1;
      case character.comma:
        this.#comma();
        return at + 1;
      case character.colon:
        if (this.#expected !== "colon") throw notJson();
        this.#expected = "value";
        return at + 1;
      case character.closeArray:
        this.#close("[", "value or end");
        return at + 1;
      case character.closeObject:
        this.#close("{", "key or end");
        return at + 1;
      default:
        return this.#begin(byte, at);
    }
  }

  #comma(): void {
    if (this.#expected !== "comma or end") throw notJson();
    const isArray = this.#open.at(-1) === "[";
    this.#expected = isArray ? "value" : "key";
    const last = this.#indexes.length - 1;
    if (isArray && last >= 0) this.#indexes[last] = (this.#indexes[last] ?? 0) + 1;
  }

  #close(container: Container, whenEmpty: Expected): void {
    const mayEnd = this.#expected === "comma or end" || this.#expected === whenEmpty;
    if (!mayEnd || this.#open.at(-1) !== container) throw notJson();
    this.#open.pop();
    this.#indexes.pop();
    this.#onWay = Math.min(this.#onWay, this.#open.length);
    // The items are all read: what follows has only to be JSON.
    if (this.#itemsAt !== undefined && this.#open.length < this.#itemsAt) this.#itemsAt = Number.POSITIVE_INFINITY;
    this.#valueEnded();
  }

  #valueEnded(): void {
    this.#expected = this.#open.length === 0 ? "nothing" : "comma or end";
  }

  /** A key or a value begins: answers where to go on. */
  #begin(byte: number, at: number): number {
    if (this.#expected === "key" || this.#expected === "key or end") {
      if (byte !== character.quote) throw notJson();
      this.#held = held("key", byte);
      return at;
    }
    if (this.#expected !== "value" && this.#expected !== "value or end") throw notJson();
    const isContainer = byte === character.openArray || byte === character.openObject;
    if (this.#itemsAt === this.#open.length) this.#held = held("item", byte);
    else if (!isContainer) this.#held = held("scalar", byte);
    else {
      this.#enter(byte === character.openArray ? "[" : "{");
      return at + 1;
    }
    return at;
  }

  #enter(container: Container): void {
    const isOnWay = this.#itemsAt === undefined && this.#isOnWay();
    this.#open.push(container);
    this.#indexes.push(0);
    if (this.#open.length > depthLimit) throw notJson();
    if (isOnWay) {
      this.#onWay = this.#open.length;
      if (this.#onWay === this.#steps.length + 1) this.#itemsAt = this.#onWay;
    }
    this.#expected = container === "[" ? "value or end" : "key or end";
  }

  /** Whether the value that comes is one that the pointer leads through. */
  #isOnWay(): boolean {
    const depth = this.#open.length;
    if (this.#onWay !== depth || depth > this.#steps.length) return false;
    if (depth === 0) return true;
    const step = this.#open.at(-1) === "[" ? String(this.#indexes.at(-1)) : this.#key;
    return step === this.#steps[depth - 1];
  }

  /** What was held is whole; it ends before that byte of the file. */
  #whole(held: Held, byte: number): FileItem | undefined {
    this.#held = undefined;
    const value = heldValue(held);
    if (held.kind === "key") {
      this.#key = String(value);
      this.#expected = "colon";
      return undefined;
    }
    this.#valueEnded();
    if (held.kind === "scalar") return undefined;
    this.#place = { byte, open: this.#open.join("") };
    return { value: writeJson(value), ...(this.#open.at(-1) === "{" && { key: this.#key }) };
  }
}

function held(kind: Held["kind"], first: number): Held {
  const isContainer = first === character.openArray || first === character.openObject;
  const shape = isContainer ? "container" : first === character.quote ? "text" : "word";
  return { kind, shape, pieces: [], length: 0, depth: 0, inText: false, isEscaped: false };
}

function hold(held: Held, bytes: Uint8Array): void {
  held.pieces.push(bytes);
  held.length += bytes.length;
  if (held.length > longestRecord) throw tooLong();
}

/** Behind the last byte that belongs to it; undefined: it goes on in the next piece. */
function endIn(held: Held, bytes: Uint8Array, from: number): number | undefined {
  return held.shape === "word" ? endOfWord(bytes, from) : endOfNested(held, bytes, from);
}

function endOfWord(bytes: Uint8Array, from: number): number | undefined {
  for (let at = from; at < bytes.length; at++) {
    switch (bytes[at]) {
      case character.comma:
      case character.closeArray:
      case character.closeObject:
      case character.blank:
      case character.lineFeed:
      case character.carriageReturn:
      case character.tab:
        return at;
    }
  }
  return undefined;
}

function endOfNested(held: Held, bytes: Uint8Array, from: number): number | undefined {
  let { depth, inText, isEscaped } = held;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inText) {
      if (isEscaped) isEscaped = false;
      else if (byte === character.backslash) isEscaped = true;
      else if (byte === character.quote) inText = false;
    } else if (byte === character.quote) inText = true;
    else if (byte === character.openArray || byte === character.openObject) depth += 1;
    else if (byte === character.closeArray || byte === character.closeObject) depth -= 1;
    if (depth === 0 && !inText) return at + 1;
  }
  Object.assign(held, { depth, inText, isEscaped });
  return undefined;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function heldValue({ pieces }: Held): Value {
  const [first] = pieces;
  const bytes = pieces.length === 1 && first ? first : Buffer.concat(pieces);
  try {
    return parseJson(decoder.decode(bytes));
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw notJson();
    throw error;
  }
}

function notJson(): Unreadable {
  return new Unreadable(readerFailed("Invalid JSON: the file cannot be parsed"));
}
