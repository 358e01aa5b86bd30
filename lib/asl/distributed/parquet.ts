/**
 * The rows of a Parquet file as items: the one file that knows the library, which is loaded when the first
 * such file comes. Numbers that JavaScript cannot hold keep their digits.
 */
import { ExactNumber, type JsonText, objectOf, type Value, writeJson } from "../json.ts";

/** Bytes of a file, fetched as they are needed. */
export interface ByteFile {
  /** In bytes. */
  readonly byteLength: number;
  slice(from: number, to?: number): Promise<ArrayBuffer>;
}

export interface ParquetItems {
  readonly items: readonly JsonText[];
  /** How many rows of the file come before what follows these. */
  readonly row: number;
}

/** Decoded rows that are held at a time, by the size that the file gives for them. */
const heldBytes = 8 * 1024 * 1024;
const mostRows = 10_000;

/**
 * The rows from number `row` on. The file's own directory says where they are: of the rest only the row group that
 * is being read is held, as it stands in the file. Rejects with `NotParquet` where the bytes are none.
 */
export async function* parquetItems(file: ByteFile, row: number): AsyncGenerator<ParquetItems> {
  const [{ parquetMetadataAsync, parquetReadObjects }, { compressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet-compressors"),
  ]);
  const metadata = await asParquet(() => parquetMetadataAsync(file));
  let groupStart = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    const groupEnd = groupStart + rows;
    const kept = keeping(file);
    const atOnce = Math.max(1, Math.min(mostRows, Math.floor(heldBytes / (Number(group.total_byte_size) / rows))));
    for (let from = Math.max(groupStart, row); from < groupEnd; from += atOnce) {
      const rowEnd = Math.min(from + atOnce, groupEnd);
      const found = await asParquet(() =>
        parquetReadObjects({ file: kept, metadata, compressors, rowStart: from, rowEnd }),
      );
      yield { items: found.map((one) => writeJson(jsonOf(one))), row: rowEnd };
    }
    groupStart = groupEnd;
  }
}

/** The bytes are no Parquet file, or a damaged one. */
export class NotParquet extends Error {}

/** Fetched bytes are held, for the rows behind those that they were fetched for. */
function keeping(file: ByteFile): ByteFile {
  const fetched = new Map<string, Promise<ArrayBuffer>>();
  return {
    byteLength: file.byteLength,
    slice(from, to = file.byteLength) {
      const name = `${from}-${to}`;
      const bytes = fetched.get(name) ?? file.slice(from, to);
      fetched.set(name, bytes);
      return bytes;
    },
  };
}

/** What is thrown while bytes are fetched is no fault of the file: those errors have their own class (`Unfetched`). */
async function asParquet<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Unfetched) throw error.cause;
    if (error instanceof Error) throw new NotParquet(error.message);
    throw error;
  }
}

/** Wraps what a `ByteFile` rejects with. */
export class Unfetched extends Error {}

/** At most `limit` rows, each as the text of an object; undefined if the bytes are no Parquet file. */
export async function parquetRows(file: Uint8Array, limit: number): Promise<readonly JsonText[] | undefined> {
  const [{ parquetReadObjects }, { compressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet-compressors"),
  ]);
  // A copy of its own: the bytes may be a view into a larger buffer.
  const buffer = Uint8Array.from(file).buffer;
  const some = Number.isFinite(limit) ? { rowEnd: limit } : {};
  try {
    const rows = await parquetReadObjects({ file: buffer, compressors, ...some });
    return rows.map((row) => writeJson(jsonOf(row)));
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** Parquet's types as JSON: instants as ISO 8601, bytes as base64, what is absent as null. */
function jsonOf(cell: unknown): Value {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === "bigint")
    return Number.isSafeInteger(Number(cell)) ? Number(cell) : new ExactNumber(String(cell));
  if (typeof cell === "number") return Number.isFinite(cell) ? cell : null;
  if (typeof cell === "string" || typeof cell === "boolean") return cell;
  if (cell instanceof Date) return cell.toISOString();
  if (cell instanceof Uint8Array) return Buffer.from(cell).toString("base64");
  if (Array.isArray(cell) || ArrayBuffer.isView(cell)) return Array.from(cell as ArrayLike<unknown>, jsonOf);
  return objectOf(Object.entries(cell).map(([name, inner]): [string, Value] => [name, jsonOf(inner)]));
}
