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
