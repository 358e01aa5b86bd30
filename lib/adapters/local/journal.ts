/**
 * The journal in front of the store: what has to survive a power cut now is appended here and synced, in a
 * third of the time that a transaction of the store takes. Two files that keep their size take turns, so that
 * a sync writes no metadata; one is written over when everything in it has reached the store. A record is
 * whole or it is not there: its checksum tells.
 *
 *   record:  checksum 4 · length of the text 4 · number 8 · generation 8 · text
 *   row:     key \n length of the value (none: removed) \n value
 */
import { closeSync, existsSync, fdatasync, fstatSync, openSync, readFileSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { crc32 } from "node:zlib";
import type { Rows } from "./changes.ts";

/** A transaction of the store, by number, and some of what it writes. */
export interface Part {
  readonly generation: number;
  readonly rows: Rows;
}

export interface Found {
  readonly generation: number;
  readonly rows: readonly (readonly [key: string, value: string | null])[];
}

export interface Journal {
  /** What the store does not have yet, oldest first: records of generations after `generation`. */
  recover(generation: number): readonly Found[];
  /** Appends the parts in one go; false, and nothing written, if there is no room before more has reached the store. */
  write(parts: readonly Part[], reached: number): boolean;
  /** Everything appended so far survives a power cut when this resolves. */
  sync(): Promise<void>;
  close(): void;
}

/** Room for what is written while the store syncs what was written before. */
const fileBytes = 8 * 1024 * 1024;

/** A file grows by so much. */
const stepBytes = 1024 * 1024;

const headBytes = 24;

const datasync = promisify(fdatasync);

/** One of the two files, opened when it is needed first. */
interface File {
  readonly path: string;
  descriptor: number | undefined;
  /** Its length; known once it is open. */
  size: number;
  /** Where the next record goes. */
  end: number;
  /** The newest generation that has a record here. */
  newest: number;
}

export function openJournal(path: string): Journal {
  const files: readonly [File, File] = [file(`${path}-0`), file(`${path}-1`)];
  let current = files[0];
  let nextNumber = 1;

  function select(bytes: number, reached: number): boolean {
    if (bytes > fileBytes) return false;
    if (current.end + bytes <= fileBytes) return true;
    const other = current === files[0] ? files[1] : files[0];
    if (other.newest > reached) return false;
    other.end = 0;
    current = other;
    return true;
  }

  return {
    recover(generation) {
      const records = files.flatMap(recoverFile).sort((a, b) => a.number - b.number);
      nextNumber = (records.at(-1)?.number ?? 0) + 1;
      const wanted = records.filter((record) => record.generation > generation);
      // Each record counts only with all before it.
      const gap = wanted.findIndex(({ number }, at) => at > 0 && number !== (wanted[at - 1]?.number ?? 0) + 1);
      return (gap < 0 ? wanted : wanted.slice(0, gap)).map((record) => ({
        generation: record.generation,
        rows: readRows(record.text),
      }));
    },

    write(parts, reached) {
      const records = parts.map((part, at) => encode(nextNumber + at, part));
      const bytes = records.reduce((sum, { length }) => sum + length, 0);
      if (!select(bytes, reached)) return false;
      nextNumber += records.length;
      const descriptor = openFor(current, current.end + bytes);
      for (const record of records) {
        writeWhole(descriptor, record, current.end);
        current.end += record.length;
      }
      current.newest = parts.at(-1)?.generation ?? current.newest;
      return true;
    },

    async sync() {
      if (current.descriptor !== undefined) await datasync(current.descriptor);
    },

    close() {
      for (const { descriptor } of files) if (descriptor !== undefined) closeSync(descriptor);
    },
  };
}

function file(path: string): File {
  return { path, descriptor: undefined, size: 0, end: 0, newest: 0 };
}

/** What stands in it must not be written over before it has reached the store: it counts as full until then. */
function recoverFile(one: File): readonly Stored[] {
  const records = readRecords(one.path);
  one.end = records.length > 0 ? fileBytes : 0;
  one.newest = records.at(-1)?.generation ?? 0;
  return records;
}

/** Blocks exist before they are needed: nearly every sync then has nothing to write but the records. */
function openFor(one: File, end: number): number {
  if (one.descriptor === undefined) {
    one.descriptor = openSync(one.path, existsSync(one.path) ? "r+" : "w+", 0o600);
    one.size = fstatSync(one.descriptor).size;
  }
  if (end > one.size) {
    const missing = Math.ceil(end / stepBytes) * stepBytes - one.size;
    writeWhole(one.descriptor, Buffer.alloc(missing), one.size);
    one.size += missing;
  }
  return one.descriptor;
}

/** A disk that has little room left takes a part and says how much: only the call for the rest fails. */
function writeWhole(descriptor: number, bytes: Buffer, position: number): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(descriptor, bytes, written, bytes.length - written, position + written);
  }
}

function encode(number: number, { generation, rows }: Part): Buffer {
  let text = "";
  for (const [key, value] of rows) {
    text += value === null ? `${key}\n\n` : `${key}\n${value.length}\n${value}`;
  }
  const length = Buffer.byteLength(text);
  const record = Buffer.allocUnsafe(headBytes + length);
  record.writeUInt32LE(length, 4);
  record.writeDoubleLE(number, 8);
  record.writeDoubleLE(generation, 16);
  record.write(text, headBytes);
  record.writeUInt32LE(crc32(record.subarray(4)), 0);
  return record;
}

interface Stored {
  readonly number: number;
  readonly generation: number;
  readonly text: string;
}

/** Up to the first that is not whole, or that is left from an earlier round: its number does not follow. */
function readRecords(path: string): readonly Stored[] {
  if (!existsSync(path)) return [];
  const bytes = readFileSync(path);
  const records: Stored[] = [];
  for (let at = 0; at + headBytes <= bytes.length; ) {
    const end = at + headBytes + bytes.readUInt32LE(at + 4);
    if (end > bytes.length || crc32(bytes.subarray(at + 4, end)) !== bytes.readUInt32LE(at)) break;
    const number = bytes.readDoubleLE(at + 8);
    const before = records.at(-1);
    if (before !== undefined && number !== before.number + 1) break;
    records.push({
      number,
      generation: bytes.readDoubleLE(at + 16),
      text: bytes.toString("utf8", at + headBytes, end),
    });
    at = end;
  }
  return records;
}

function readRows(text: string): Found["rows"] {
  const rows: (readonly [string, string | null])[] = [];
  for (let at = 0; at < text.length; ) {
    const keyEnd = text.indexOf("\n", at);
    const lengthEnd = text.indexOf("\n", keyEnd + 1);
    const key = text.slice(at, keyEnd);
    const length = text.slice(keyEnd + 1, lengthEnd);
    const end = lengthEnd + 1 + Number(length);
    rows.push([key, length === "" ? null : text.slice(lengthEnd + 1, end)]);
    at = end;
  }
  return rows;
}
