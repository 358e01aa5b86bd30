/**
 * Keys and values of the rows in the store. A key is its table's letter and its parts, separated by tabs, in
 * ASCII, so that JavaScript and LMDB agree on the order. A value begins with the moment at which it may be
 * forgotten; what follows is the caller's text, which nobody here parses.
 */
import { createHash } from "node:crypto";
import type { BranchGroup, BranchPath, ExecutionId, ForkKey, JoinKey } from "../../engine/ports.ts";

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
  activity: "a",
  offer: "f",
  mapRun: "d",
  mapRunParent: "p",
} as const;

/** Greater than every character that a key part can have. */
export const END = "\u007f";

export function key(table: string, ...parts: readonly string[]): string {
  let text = table;
  for (const part of parts) text += `\t${part}`;
  return text;
}

/** LMDB's limit at a page size of 4096. Keys are ASCII, so characters are bytes. */
export const LONGEST_KEY = 1978;

/**
 * `key`, with a hash for what comes behind `parts` where there is no room for it: two names of eighty characters each
 * that are not ASCII nearly fill one. What is read of such a row is its value, not its key.
 */
export function shortKey(table: string, parts: readonly string[], rest: readonly string[]): string {
  const whole = key(table, ...parts, ...rest);
  if (whole.length <= LONGEST_KEY) return whole;
  return key(table, ...parts, `#${createHash("sha256").update(whole).digest("base64url")}`);
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

/**
 * Where a page of a list ended, from the end of its last row's key: a moment and a name. The name stands in it as it
 * is, as in a key it can be nine times as long, and a page token may not be. It says nothing about whose list it is:
 * in another's it is only a place to go on from.
 */
export function writePlace(end: string): string {
  const [at = "", name = ""] = end.split("\t");
  return `${at} ${decodeURIComponent(name)}`;
}

export function readPlace(place: string): string {
  const blank = place.indexOf(" ");
  return `${place.slice(0, blank)}\t${text(place.slice(blank + 1))}`;
}

/** Branches of a fork that stand together. */
const GROUP = 256;

/**
 * The part of a segment's key that its branch shares. Segments stand by execution, fork and group of 256
 * branches, which is how whole executions are read; the root's fork is empty.
 */
export function branchKey(execution: ExecutionId, branch: BranchPath): string {
  const slash = branch.lastIndexOf("/");
  const dot = branch.indexOf(".", slash);
  if (slash < 0 || dot < 0) return `${tables.segment}\t${text(execution)}\t\t\t${branch}\t`;
  const index = branch.slice(dot + 1);
  const fork = forkKey(branch.slice(0, slash), branch.slice(slash + 1, dot), Math.floor(Number(index) / GROUP));
  return `${tables.segment}\t${text(execution)}\t${fork}\t${index}\t`;
}

/** The range of all segments of one group of branches, or of the root. */
export function groupRange(execution: ExecutionId, group: BranchGroup | undefined): { from: string; to: string } {
  const name = group === undefined ? "\t" : forkKey(group.parent, String(group.forkSeq), group.group);
  return under(tables.segment, text(execution), name);
}

/** Which branch the rest of a key below `groupRange` names. */
export function branchOf(group: BranchGroup | undefined, index: string): BranchPath {
  return group === undefined ? index : `${group.parent}/${group.forkSeq}.${index}`;
}

function forkKey(parent: BranchPath, forkSeq: string, group: number): string {
  return `${parent}\t${forkSeq}.${group}`;
}

function forkParts({ execution, branch, seq, epoch }: ForkKey): readonly string[] {
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
