/** The text of a file: as it is, or inflated, which its first bytes tell. */
import { gunzipSync } from "node:zlib";
import { unzstd } from "./zstd.ts";

export type File = string | Uint8Array;

/** Far more than a text may be long; a file that inflates to more is a bomb. */
const mostBytes = 512 * 2 ** 20;

/** Undefined: it is damaged, or inflates to more than anybody means. */
export function textOf(file: File): string | undefined {
  if (typeof file === "string") return file;
  if (startsWith(file, zstd)) {
    const inflated = unzstd(file, mostBytes);
    return inflated && decoded(inflated);
  }
  if (!startsWith(file, gzip)) return decoded(file);
  try {
    return decoded(gunzipSync(file, { maxOutputLength: mostBytes }));
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

const gzip = [0x1f, 0x8b];

const zstd = [0x28, 0xb5, 0x2f, 0xfd];

function startsWith(file: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => file[index] === byte);
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
