/**
 * Keys and values of the rows in the store. A key is its table's letter and its parts, separated by tabs, in
 * ASCII, so that JavaScript and LMDB agree on the order. A value begins with the moment at which it may be
 * forgotten; what follows is the caller's text, which nobody here parses.
 */
import type { BranchPath, ExecutionId, ForkKey, JoinKey, SegmentKey } from "../../engine/ports.ts";

/** One letter each; the store keeps recent changes apart by it. */
export const tables = {
  segment: "s",
  execution: "e",
  executionByStart: "l",
  machine: "m",
  message: "q",
  join: "j",
  joinReport: "r",
  joinGroup: "g",
  heartbeat: "b",
  opening: "o",
} as const;

/** Greater than every character that a key part can have. */
const END = "\u007f";

export function key(table: string, ...parts: readonly string[]): string {
  let text = table;
  for (const part of parts) text += `\t${part}`;
  return text;
}

/** The range of all keys that go on after these parts. */
export function under(table: string, ...parts: readonly string[]): { from: string; to: string } {
  const prefix = `${key(table, ...parts)}\t`;
  return { from: prefix, to: prefix + END };
}

/** A whole number so that text order is number order: its length goes first. */
export function ordered(number: number): string {
  const digits = String(number);
  if (digits.length > 16) throw new RangeError(`cannot order ${number}: more than 16 digits`);
  return digits.length.toString(36) + digits;
}

export function readOrdered(text: string): number {
  return Number(text.slice(1));
}

// Anything but printable ASCII, and the sign of the encoding itself.
const unsafe = /[^\u0020-\u007e]|%/;

/** A user's name inside a key: printable ASCII as it is, everything else percent-encoded (then it has a '%', which is encoded too). */
export function text(name: string): string {
  return unsafe.test(name) ? encodeURIComponent(name) : name;
}

/** The part of a segment's key that its branch shares. */
export function branchKey(execution: ExecutionId, branch: BranchPath): string {
  return `${tables.segment}\t${text(execution)}\t${branch}\t`;
}

export function segmentKey({ execution, branch, seq }: SegmentKey): string {
  return branchKey(execution, branch) + ordered(seq);
}

export function forkParts({ execution, branch, seq, epoch }: ForkKey): readonly string[] {
  return [text(execution), branch, ordered(seq), ordered(epoch)];
}

export function joinParts(join: JoinKey): readonly string[] {
  return [...forkParts(join), ordered(join.level), ordered(join.group)];
}

export function value(body: string, expires: number | undefined): string {
  return `${expires === undefined ? "" : expires.toString(36)}\n${body}`;
}

export function bodyOf(value: string): string {
  return value.slice(value.indexOf("\n") + 1);
}

export function expiryOf(value: string): number | undefined {
  const end = value.indexOf("\n");
  return end === 0 ? undefined : Number.parseInt(value.slice(0, end), 36);
}
