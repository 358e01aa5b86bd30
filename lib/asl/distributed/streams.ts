/** The bytes of a file as they come, inflated where the first of them say so. */
import { createGunzip, type Gunzip } from "node:zlib";
import { openUnzstd } from "./zstd.ts";

/** It cannot be inflated. */
export class Damaged extends Error {}

const gzip = [0x1f, 0x8b];

const zstd = [0x28, 0xb5, 0x2f, 0xfd];

export interface Inflated {
  /** False: the bytes are as they were. */
  readonly isInflated: boolean;
  readonly bytes: AsyncIterable<Uint8Array>;
}

export async function inflated(bytes: AsyncIterable<Uint8Array>): Promise<Inflated> {
  const pieces = bytes[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  while (head.length < zstd.length) {
    const next = await pieces.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  const all = joined(head, pieces);
  if (startsWith(head, gzip)) return { isInflated: true, bytes: gunzipped(all) };
  if (startsWith(head, zstd)) return { isInflated: true, bytes: unzstded(all) };
  return { isInflated: false, bytes: all };
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

async function* joined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    // Who reads no further lets go of what is open.
    await rest.return?.();
  }
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
