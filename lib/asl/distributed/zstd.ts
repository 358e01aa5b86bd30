/** ZSTD in JavaScript, the one file that knows the library: Node has it only from 22.15 on. */
import { Decompress } from "fzstd";

/** Undefined: damaged, or more than `mostBytes`. */
export function unzstd(file: Uint8Array, mostBytes: number): Uint8Array | undefined {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const inflater = new Decompress((chunk) => {
    size += chunk.length;
    if (size > mostBytes) throw new Error(`inflates to more than ${mostBytes} bytes`);
    chunks.push(chunk);
  });
  try {
    inflater.push(file, true);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
  return Buffer.concat(chunks);
}

export interface Unzstd {
  /** What has come out since; undefined: the file is damaged. */
  push(piece: Uint8Array, isLast: boolean): readonly Uint8Array[] | undefined;
}

/** Inflates a file that comes in pieces. */
export function openUnzstd(): Unzstd {
  let out: Uint8Array[] = [];
  const inflater = new Decompress((chunk) => out.push(chunk));
  return {
    push(piece, isLast) {
      out = [];
      try {
        inflater.push(piece, isLast);
      } catch (error) {
        if (error instanceof Error) return undefined;
        throw error;
      }
      return out;
    },
  };
}
