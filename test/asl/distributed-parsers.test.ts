/** Files that come in pieces: the same items as of the file as a whole, wherever it is cut, and from every place on. */
import { describe, expect, test } from "vitest";
import type { ReaderConfig } from "../../lib/asl/definition.ts";
import { readItems } from "../../lib/asl/distributed/items.ts";
import { type FileItem, type ParserPlace, Unreadable } from "../../lib/asl/distributed/parser.ts";
import { beginning, openParser } from "../../lib/asl/distributed/text-parsers.ts";

interface Parsed {
  readonly items: readonly FileItem[];
  readonly failure?: string;
  /** After each piece: how many items there were, and the place. */
  readonly places: readonly { readonly items: number; readonly place: ParserPlace | undefined }[];
}

function parse(bytes: Uint8Array, config: ReaderConfig, pieceBytes: number, from = beginning): Parsed {
  const items: FileItem[] = [];
  const places: Parsed["places"][number][] = [];
  try {
    const parser = openParser(config, from);
    for (let at = from.byte; at < bytes.length; at += pieceBytes) {
      items.push(...parser.read(bytes.subarray(at, at + pieceBytes)));
      places.push({ items: items.length, place: parser.place });
    }
    items.push(...parser.end());
    return { items, places };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { items, places, failure: `${error.failure.error}: ${error.failure.cause}` };
  }
}

function whole(file: string, config: ReaderConfig): Pick<Parsed, "items" | "failure"> {
  const read = readItems(file.replace("\ufeff", ""), config, undefined);
  if (read.kind === "failed") return { items: [], failure: `${read.failure.error}: ${read.failure.cause}` };
  return {
    items: [...read.items].map((value, at) => {
      const key = read.keys?.[at];
      return { value, ...(key !== undefined && { key }) };
    }),
  };
}

const csv: ReaderConfig = { inputType: "CSV", csvHeaderLocation: "FIRST_ROW" };
const json = (itemsPointer?: string): ReaderConfig => ({ inputType: "JSON", ...(itemsPointer && { itemsPointer }) });

const files: readonly (readonly [name: string, config: ReaderConfig, text: string])[] = [
  ["CSV", csv, 'a,b\n1,"two\nlines, ""quoted"""\r\n\n3,ü世\n4'],
  ["CSV with a byte order mark", csv, "\ufeffa,b\r\n1,2\r\n"],
  ["CSV with given headers", { ...csv, csvHeaderLocation: "GIVEN", csvHeaders: ["x"] }, "1,2\n\n3\n"],
  ["CSV without records", csv, "a,b"],
  ["CSV with a quote that is never closed", csv, 'a\n"b\nc'],
  ["CSV with backslashes", csv, 'a,b\n\\,"\\"",\\\\"\r\n""\\x,"y"z\n"\\'],
  ["JSON Lines", { inputType: "JSONL" }, '{"a":1.0}\r\n\n"ü世"\n[1,\t2]\n7'],
  ["JSON Lines with a byte order mark", { inputType: "JSONL" }, "\ufeff1\n2\n"],
  ["an array", json(), ' [ 1.0 , {"a":[1,2,{"b":"]}\\"\\\\"}]}, "ü,\\u0041]" ,[],{}, null,true\n, -1e400 ]\n'],
  ["an array with a byte order mark", json(), "\ufeff[1,2]"],
  ["an empty array", json(), "[ ]"],
  ["an object", json(), '{"one" : {"v":1}, "2":[2], "\\u00fc":"x", "__proto__":3}'],
  [
    "an array inside",
    json("/a~1b/1/m~0n"),
    '{"x":[[1],{}],"a/b":[{"m~n":[0]},{"q":{"m~n":[1]},"m~n":[7,8,{"m~n":[9]}]},[3]],"y":-0}',
  ],
  ["an object inside of an array", json("/0"), '[{"a":1,"b":2},[3]]'],
  ["a pointer to nothing", json("/rows/0"), '{"rows":[],"other":[1]}'],
  ["a pointer with a leading zero", json("/00"), "[[1]]"],
  ["a pointer to a text", json("/a"), '{"a":"[1]"}'],
  ["a number", json(), " 12"],
];

// https://docs.aws.amazon.com/step-functions/latest/dg/example-csv-parse-dist-map.html
test.each([
  ["path,size\nC:\\\\Program Files\\\\MyApp.exe,6534512", ["C:\\Program Files\\MyApp.exe", "6534512"]],
  ['a,b\n"commas, (""), and (\n)",{""MyKey"":""MyValue""}', ['commas, ("), and (\n)', '{"MyKey":"MyValue"}']],
  ['a,b\nx\\,y\\",z\\n', ['x,y"', "zn"]],
  ['a,b\n"x\\"\\,y\\q","\\\\"', ['x",yq', "\\"]],
  ['a,b\n"x"y,"', ["xy", ""]],
  ['a,b\nx"y,\r\\', ['x"y', "\r"]],
])("the fields of %j", (text, fields) => {
  const read = parse(Buffer.from(text), csv, text.length);
  expect(read.items.map(({ value }) => Object.values(JSON.parse(value)))).toEqual([fields]);
});

describe.each(files)("%s", (_, config, text) => {
  const bytes = Buffer.from(text);
  const expected = whole(text, config);

  test("the same items wherever it is cut", () => {
    for (let pieceBytes = 1; pieceBytes <= bytes.length + 1; pieceBytes++) {
      const { places: _places, ...parsed } = parse(bytes, config, pieceBytes);
      expect(parsed).toEqual(expected);
    }
  });

  test("the items that follow, from every place on", () => {
    for (let pieceBytes = 1; pieceBytes <= bytes.length; pieceBytes++) {
      for (const { items, place } of parse(bytes, config, pieceBytes).places) {
        if (!place) continue;
        // As it comes out of the run's log.
        const read = JSON.parse(JSON.stringify(place)) as ParserPlace;
        const { places: _places, ...parsed } = parse(bytes, config, 3, read);
        expect(parsed).toEqual({ ...expected, items: expected.items.slice(items) });
      }
    }
  });
});

test.each([
  "",
  "[1,2",
  "[1 2]",
  "[1,]",
  "[,1]",
  "[1]]",
  "[1],",
  '{"a":1,}',
  '{"a" 1}',
  "{1:2}",
  '{"a":[1}',
  "[tru]",
  "[01]",
  '["a\nb"]',
  '["\\x"]',
  '{"a":tru,"rows":[1]}',
  '{"rows":[1],"a":01}',
  '{"rows":[1]}x',
  '{"rows":[1]',
  "[".repeat(2_000),
  "\ufeff",
])("no JSON: %j", (text) => {
  for (const config of [json(), json("/rows")]) {
    expect(whole(text, config).failure).toMatch(/Invalid JSON/);
    for (const pieceBytes of [1, 5, 5_000]) {
      expect(parse(Buffer.from(text), config, pieceBytes).failure).toBe(
        "States.ItemReaderFailed: Invalid JSON: the file cannot be parsed",
      );
    }
  }
});

test("bytes that are no UTF-8 move no offset", () => {
  const line = Buffer.concat([Buffer.from('"'), Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from('"\n')]);
  const bytes = Buffer.concat([line, line, line]);
  const { places, items } = parse(bytes, { inputType: "JSONL" }, line.length);
  expect(items.map(({ value }) => value)).toEqual(Array(3).fill('"\ufffd\ufffd\ufffd"'));
  expect(places.map(({ place }) => place?.byte)).toEqual([1, 2, 3].map((n) => n * line.length));
});

test.each([
  ["JSONL", { inputType: "JSONL" }, '"'],
  ["CSV", csv, 'a\n"'],
  ["JSON", json(), '["'],
] as const)("%s: an item without end is refused, and not held", (_, config, start) => {
  const parser = openParser(config, beginning);
  const piece = Buffer.alloc(4 * 1024 * 1024, "x");
  const readAll = (): void => {
    for (const _item of parser.read(Buffer.from(start))) expect.unreachable();
    for (let n = 0; n < 25; n++) for (const _item of parser.read(piece)) expect.unreachable();
  };
  expect(readAll).toThrow(/longer than 33554432 bytes/);
});
