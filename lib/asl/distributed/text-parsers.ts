/** The parsers of files that are text: by lines here, JSON in a file of its own. Offsets are of the inflated text. */
import type { ReaderConfig } from "../definition.ts";
import { csvReader } from "./csv.ts";
import { csvItem, delimiterOf, headersFailure, headersOf, jsonLine } from "./items.ts";
import { jsonParser } from "./json-parser.ts";
import { type FileItem, type ItemParser, longestRecord, type ParserPlace, tooLong, Unreadable } from "./parser.ts";

export const beginning: ParserPlace = { byte: 0 };

/** For every text format; Parquet is no text. */
export function openParser(config: ReaderConfig, from: ParserPlace): ItemParser {
  switch (config.inputType) {
    case "CSV":
      return csvParser(config, from);
    case "JSONL":
      return jsonLinesParser(from);
    default:
      return jsonParser(config.itemsPointer ?? "", from);
  }
}

function jsonLinesParser(from: ParserPlace): ItemParser {
  const lines = wholeLines(from.byte);
  function* items(text: string): Generator<FileItem> {
    for (const line of text.split("\n")) {
      const item = jsonLine(line);
      if (typeof item === "string") yield { value: item };
      else if (item !== undefined) throw new Unreadable(item);
    }
  }
  return {
    read: (bytes) => items(lines.take(bytes)),
    end: () => items(lines.rest()),
    get place() {
      return { byte: lines.byte };
    },
  };
}

function csvParser(config: ReaderConfig, from: ParserPlace): ItemParser {
  const lines = wholeLines(from.byte);
  const reader = csvReader(delimiterOf(config));
  const given = headersOf(config);
  if (given) checkHeaders(given);
  let names = given ?? from.names;
  let place: ParserPlace | undefined = from;

  function* items(records: Iterable<readonly string[]>): Generator<FileItem> {
    for (const record of records) {
      if (names) yield { value: csvItem(record, names) };
      else {
        checkHeaders(record);
        names = record;
      }
    }
  }
  return {
    *read(bytes) {
      yield* items(reader.read(lines.take(bytes)));
      if (reader.open > longestRecord) throw tooLong();
      // A line may end inside of a record: where that begins is not known to the byte.
      place = reader.open > 0 ? undefined : { byte: lines.byte, ...(names && !given && { names }) };
    },
    *end() {
      yield* items(reader.read(lines.rest()));
      yield* items(reader.end());
      place = { byte: lines.byte };
    },
    get place() {
      return place;
    },
  };
}

function checkHeaders(names: readonly string[]): void {
  const failure = headersFailure(names);
  if (failure) throw new Unreadable(failure);
}

interface WholeLines {
  /** The text of the lines that end in these bytes, with those held before; often several, perhaps none. */
  take(bytes: Uint8Array): string;
  /** What no line feed ends. */
  rest(): string;
  /** Behind what was answered. */
  readonly byte: number;
}

const lineFeed = 0x0a;

/** Cut at line feeds, which no other character of UTF-8 contains, so that offsets hold whatever else the bytes are. */
function wholeLines(from: number): WholeLines {
  let byte = from;
  let held: Uint8Array[] = [];
  let heldBytes = 0;

  function answer(last: Uint8Array): string {
    const all = held.length === 0 ? last : Buffer.concat([...held, last]);
    const text = decodeFrom(byte, all);
    byte += all.length;
    held = [];
    heldBytes = 0;
    return text;
  }

  return {
    take(bytes) {
      const end = bytes.lastIndexOf(lineFeed) + 1;
      const text = end === 0 ? "" : answer(bytes.subarray(0, end));
      if (end < bytes.length) held.push(bytes.subarray(end));
      heldBytes += bytes.length - end;
      if (heldBytes > longestRecord) throw tooLong();
      return text;
    },
    rest: () => answer(new Uint8Array()),
    get byte() {
      return byte;
    },
  };
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A byte order mark is no text at the beginning of a file. */
function decodeFrom(byte: number, bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  return byte === 0 && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
