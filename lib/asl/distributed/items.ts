/**
 * From the text of a file to the items of a Distributed Map: which items are in a text is part of the
 * language. What the files are is `source.ts`; fetching and inflating them is somebody else's work.
 */
import type { ReaderConfig } from "../definition.ts";
import {
  entriesOf,
  isArray,
  isObject,
  JsonSyntaxError,
  type JsonText,
  objectOf,
  parseJson,
  property,
  type Value,
  writeJson,
} from "../json.ts";
import type { Failure } from "../position.ts";
import { csvRecords, delimiters } from "./csv.ts";

/** The items in order, or why there are none (`States.ItemReaderFailed`). */
export type Read =
  | { readonly kind: "items"; readonly items: Iterable<JsonText>; readonly keys?: readonly string[] }
  | { readonly kind: "failed"; readonly failure: Failure };

export function readerFailed(cause: string): Failure {
  return { error: "States.ItemReaderFailed", cause };
}

/** `maxItems`: none, or 0, is all of them. */
export function readItems(text: string, config: ReaderConfig, maxItems: number | undefined): Read {
  if (maxItems !== undefined && maxItems < 0) return failed("field MaxItems must be positive");
  const limit = maxItems === undefined || maxItems === 0 ? Number.POSITIVE_INFINITY : maxItems;
  switch (config.inputType) {
    case "CSV":
      return readCsv(text, config, limit);
    case "JSONL":
      return readJsonLines(text, limit);
    case "PARQUET":
      return failed("A Parquet file is bytes, and this is text.");
    default:
      return readJson(text, config, limit);
  }
}

function failed(cause: string): Read {
  return { kind: "failed", failure: readerFailed(cause) };
}

function* take<T>(items: Iterable<T>, limit: number): Generator<T> {
  let left = limit;
  for (const item of items) {
    if (left <= 0) return;
    left -= 1;
    yield item;
  }
}

/** A line that is no JSON fails the whole file. */
function readJsonLines(text: string, limit: number): Read {
  const items: JsonText[] = [];
  for (const line of text.split("\n")) {
    if (items.length >= limit) break;
    const item = jsonLine(line);
    if (item === undefined) continue;
    if (typeof item !== "string") return { kind: "failed", failure: item };
    items.push(item);
  }
  return { kind: "items", items };
}

/** The item of a line, with or without its carriage return; undefined: the line is empty. */
export function jsonLine(line: string): JsonText | Failure | undefined {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  if (text.trim() === "") return undefined;
  return parsed(text) === undefined ? readerFailed(`Invalid JSON in line: ${text.slice(0, shownOfLine)}`) : text;
}

/** Enough of a line to find it. */
const shownOfLine = 80;

function parsed(text: string): Value | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

function readCsv(text: string, config: ReaderConfig, limit: number): Read {
  const records = csvRecords(text, delimiterOf(config));
  const names = headersOf(config) ?? records.next().value ?? [];
  const failure = headersFailure(names);
  if (failure) return { kind: "failed", failure };
  return { kind: "items", items: take(csvItems(records, names), limit) };
}

export function delimiterOf({ csvDelimiter }: ReaderConfig): string {
  return delimiters[csvDelimiter ?? "COMMA"];
}

/** Undefined: the first record has them. */
export function headersOf({ csvHeaderLocation, csvHeaders }: ReaderConfig): readonly string[] | undefined {
  return csvHeaderLocation === "GIVEN" ? (csvHeaders ?? []) : undefined;
}

export function headersFailure(names: readonly string[]): Failure | undefined {
  return new Set(names).size < names.length ? readerFailed("CSV headers cannot contain duplicates.") : undefined;
}

function* csvItems(records: Iterable<readonly string[]>, names: readonly string[]): Generator<JsonText> {
  for (const record of records) yield csvItem(record, names);
}

/** Fields beyond the headers are left out; headers without a field get an empty text. */
export function csvItem(record: readonly string[], names: readonly string[]): JsonText {
  return writeJson(objectOf(names.map((name, index) => [name, record[index] ?? ""])));
}

function readJson(text: string, config: ReaderConfig, limit: number): Read {
  const whole = parsed(text);
  if (whole === undefined) return failed("Invalid JSON: the file cannot be parsed");
  const value = pointed(whole, config.itemsPointer);
  if (isArray(value)) return { kind: "items", items: value.slice(0, limit).map(writeJson) };
  if (isObject(value)) {
    const entries = entriesOf(value).slice(0, limit);
    return { kind: "items", items: entries.map(([, one]) => writeJson(one)), keys: entries.map(([key]) => key) };
  }
  return failed("Attempting to map over non-iterable node.");
}

/** RFC 6901: an index has no leading zeros, and nothing else is an index. */
const arrayIndex = /^(?:0|[1-9]\d*)$/;

function pointed(value: Value, pointer = ""): Value | undefined {
  let found: Value | undefined = value;
  for (const key of pointerSteps(pointer)) {
    if (isArray(found)) found = arrayIndex.test(key) ? found[Number(key)] : undefined;
    else found = isObject(found) ? property(found, key) : undefined;
  }
  return found;
}

export function pointerSteps(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}
