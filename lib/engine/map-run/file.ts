/**
 * The items of one file from any place on: of its beginning, or from where another reader has come to. Text is read
 * as it comes, and from its very byte if it is not compressed; of a compressed file what comes before is inflated
 * again and passed over. Of Parquet the directory and one row group after the other are fetched.
 */
import type { ReaderConfig } from "../../asl/definition.ts";
import { readerFailed } from "../../asl/distributed/items.ts";
import type { Place } from "../../asl/distributed/manifest.ts";
import { type ByteFile, NotParquet, parquetItems, Unfetched } from "../../asl/distributed/parquet.ts";
import { type FileItem, type ParserPlace, Unreadable } from "../../asl/distributed/parser.ts";
import { Damaged, inflated } from "../../asl/distributed/streams.ts";
import { beginning, openParser } from "../../asl/distributed/text-parsers.ts";
import type { Objects } from "./ports.ts";

/** How far a file has been read. */
export interface FilePlace {
  /** The file's, so that nobody goes on in another one. */
  readonly key: string;
  /** As the file was, in bytes. */
  readonly size: number;
  /** As the store marks what was written there; absent: it does not. */
  readonly tag?: string;
  readonly text?: ParserPlace;
  readonly isInflated?: true;
  /** Parquet: how many rows come before. */
  readonly row?: number;
}

export interface FileItems {
  readonly items: readonly FileItem[];
  /** Behind them, where that is known. */
  readonly at?: FilePlace;
}

export function fileItems(
  objects: Objects,
  place: Place,
  config: ReaderConfig,
  before: FilePlace | undefined,
): AsyncGenerator<FileItems> {
  const from = before?.key === place.key ? before : undefined;
  return config.inputType === "PARQUET" ? parquet(objects, place, from) : text(objects, place, config, from);
}

async function* text(
  objects: Objects,
  place: Place,
  config: ReaderConfig,
  from: FilePlace | undefined,
): AsyncGenerator<FileItems> {
  const parser = openParser(config, from?.text ?? beginning);
  const { size, tag, isInflated, pieces } = await opened(objects, place, from);
  const file = { key: place.key, size, ...tagged(tag), ...(isInflated && { isInflated }) };
  try {
    for await (const bytes of pieces) {
      const items = [...parser.read(bytes)];
      const text = parser.place;
      if (items.length > 0) yield text ? { items, at: { ...file, text } } : { items };
    }
  } catch (error) {
    if (error instanceof Damaged) throw unreadable(`${nameOf(place)} cannot be inflated.`);
    throw error;
  }
  const items = [...parser.end()];
  yield parser.place ? { items, at: { ...file, text: parser.place } } : { items };
}

function tagged(tag: string | undefined): Pick<FilePlace, "tag"> {
  return tag === undefined ? {} : { tag };
}

interface Opened {
  readonly size: number;
  readonly tag?: string;
  readonly isInflated: boolean;
  readonly pieces: AsyncIterable<Uint8Array>;
}

async function opened(objects: Objects, place: Place, from: FilePlace | undefined): Promise<Opened> {
  const byte = from?.text?.byte ?? 0;
  if (from && !from.isInflated) {
    // Nothing is behind the end, and stores refuse to be asked for it.
    if (byte >= from.size) return { size: from.size, ...tagged(from.tag), isInflated: false, pieces: nothing() };
    const { size, tag, body } = await stored(objects, place, from, byte);
    return { size, ...tagged(tag), isInflated: false, pieces: body };
  }
  const whole = await stored(objects, place, from, 0);
  const { isInflated, bytes } = await inflated(whole.body);
  return { size: whole.size, ...tagged(whole.tag), isInflated, pieces: byte === 0 ? bytes : behind(byte, bytes) };
}

type Known = Pick<FilePlace, "size" | "tag">;

async function stored(objects: Objects, place: Place, from: Known | undefined, byte: number, end?: number) {
  const found = await objects.read(place, byte, end);
  if (found.kind === "refused") throw unreadable(found.why);
  if (from && isAnother(found, from)) throw unreadable(`${nameOf(place)} has changed while it was read.`);
  return found;
}

function isAnother(found: Known, known: Known): boolean {
  const isTagged = found.tag !== undefined && known.tag !== undefined;
  return found.size !== known.size || (isTagged && found.tag !== known.tag);
}

async function* behind(byte: number, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let before = byte;
  for await (const piece of bytes) {
    if (piece.length > before) yield piece.subarray(before);
    before = Math.max(0, before - piece.length);
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function* parquet(objects: Objects, place: Place, from: FilePlace | undefined): AsyncGenerator<FileItems> {
  const { size, tag } = await stored(objects, place, from, 0, 1);
  const known: Known = { size, ...tagged(tag) };
  const file: ByteFile = {
    byteLength: size,
    slice: async (begin, end = size) => {
      try {
        return await bytesOf((await stored(objects, place, known, begin, end)).body);
      } catch (cause) {
        throw new Unfetched(place.key, { cause });
      }
    },
  };
  try {
    for await (const { items, row } of parquetItems(file, from?.row ?? 0)) {
      yield { items: items.map((value) => ({ value })), at: { key: place.key, ...known, row } };
    }
  } catch (error) {
    if (error instanceof NotParquet) throw unreadable(`${nameOf(place)} is not a Parquet file.`);
    throw error;
  }
}

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<ArrayBuffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  // A copy of its own: a small buffer of Node's is a view into a larger one.
  return Uint8Array.from(Buffer.concat(pieces)).buffer;
}

function nameOf({ bucket, key }: Place): string {
  return `The object '${key}' in the bucket '${bucket}'`;
}

export function unreadable(cause: string): Unreadable {
  return new Unreadable(readerFailed(cause));
}
