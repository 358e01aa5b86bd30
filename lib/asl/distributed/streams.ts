/** From the bytes of a file, as they come, to its text and its lines; inflated where its first bytes say so. */
import { createGunzip, type Gunzip } from "node:zlib";
import { openUnzstd } from "./zstd.ts";

/** It cannot be inflated. */
export class Damaged extends Error {}

export async function* textPieces(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const piece of inflated(bytes)) yield decoder.decode(piece, { stream: true });
  yield decoder.decode();
}

const gzip = [0x1f, 0x8b];

const zstd = [0x28, 0xb5, 0x2f, 0xfd];

async function* inflated(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = bytes[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  while (head.length < zstd.length) {
    const next = await pieces.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  const all = joined(head, pieces);
  if (startsWith(head, gzip)) yield* gunzipped(all);
  else if (startsWith(head, zstd)) yield* unzstded(all);
  else yield* all;
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

async function* joined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

async function* gunzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  // An error of the source is the reader's, too, and not a damaged file.
  feed(gunzip, bytes).catch((error: unknown) => gunzip.destroy(error instanceof Error ? error : undefined));
  try {
    yield* gunzip;
  } catch (error) {
    if (error instanceof Error && "code" in error && String(error.code).startsWith("Z_")) throw new Damaged();
    throw error;
  }
}

/** No faster than what comes out is taken. */
async function feed(gunzip: Gunzip, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of bytes) {
    await new Promise<void>((resolve, reject) => {
      gunzip.write(piece, (error) => (error ? reject(error) : resolve()));
    });
    if (gunzip.destroyed) return;
  }
  gunzip.end();
}

async function* unzstded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const inflater = openUnzstd();
  for await (const piece of bytes) {
    const out = inflater.push(piece, false);
    if (!out) throw new Damaged();
    yield* out;
  }
  const last = inflater.push(new Uint8Array(), true);
  if (!last) throw new Damaged();
  yield* last;
}

/** Without their line feeds. */
export async function* lines(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of text) {
    const found = (rest + piece).split("\n");
    rest = found.pop() ?? "";
    yield* found;
  }
  yield rest;
}
