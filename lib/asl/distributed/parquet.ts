/**
 * The rows of a Parquet file as items: the one file that knows the library, which is loaded when the first
 * such file comes. Numbers that JavaScript cannot hold keep their digits.
 */
import { ExactNumber, type JsonText, objectOf, type Value, writeJson } from "../json.ts";

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
