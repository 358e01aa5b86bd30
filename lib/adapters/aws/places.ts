/**
 * Where things lie in the table. An execution's own partition holds its summary and its own segments, and
 * with them the first 256 branches of each of its forks; so most executions are one Query, and a fork costs
 * no entry in any directory. Every other group of 256 branches has a partition of its own, together with
 * its join item, so that no partition is hot however wide a fork is.
 *
 *   x#<execution>            summary · log#…#seq · log-fork#<fork>#epoch · join#<fork>#epoch · output#… · beat#…
 *   x#<execution>#<fork>#g   the same for group g of a fork: log#/8.300#00000002 · log-chunk#epoch · …
 *
 * How a reader finds all partitions of an execution, cheapest first:
 * - the first group of a fork at the root lies where the reader begins;
 * - a fork wider than one group stages every group before a branch of it begins. The chunk of the first group
 *   lies in the partition of the branch that forked, the others each in their own group's: finding the first
 *   says that there is a fork, and each one found says that the next may be there;
 * - a nested fork may be staged nowhere. Its branch 0, which always runs, leaves an empty mark where the first
 *   chunk would be before it appends its first segment: one small write for each nested fork.
 *
 * Rejected: a mark for each group (a write each where the chunk does it), an index entry (a write each too,
 * and it lags behind: a history merged from a stale one would lack branches for ever), all nested branches in
 * the partition of the root (256 × 256 branches at one partition's 1,000 writes a second).
 */
import type { BranchPath, ExecutionId, ForkKey, JoinKey, SegmentKey } from "../../engine/ports.ts";

/** As the engine groups them. */
const groupWidth = 256;

/** Eight digits are more than the engine's limits on transitions and on branches of a fork. */
const digits = 8;

export interface Place {
  readonly pk: string;
  readonly sk: string;
}

export const summaryKey = "summary";
/** All that a reader of the log wants: segments, marks and chunks. */
export const logPrefix = "log";

export function executionPartition(execution: ExecutionId): string {
  // An execution's name could else be mistaken for a group of another execution.
  if (execution.includes("#")) throw new Error(`execution id ${execution} contains "#"`);
  return `x#${execution}`;
}

export function segmentPlace({ execution, branch, seq }: SegmentKey): Place {
  return { pk: branchPartition(execution, branch), sk: `${branchPrefix(branch)}${padded(seq)}` };
}

/** What the sort keys of all segments of a branch begin with. */
export function branchPrefix(branch: BranchPath): string {
  return `log#${branch}#`;
}

/** The branch and sequence number of a segment by its sort key; undefined for a mark or a chunk. */
export function readSegmentKey(sk: string): { readonly branch: BranchPath; readonly seq: number } | undefined {
  const [, branch, seq] = /^log#(.*)#(\d+)$/.exec(sk) ?? [];
  return branch === undefined ? undefined : { branch, seq: Number(seq) };
}

export function branchPartition(execution: ExecutionId, branch: BranchPath): string {
  const name = branchName(branch);
  return name ? groupPartition(execution, name, groupOf(name.index)) : executionPartition(execution);
}

/** A fork, without the epoch: branches keep their names when an epoch is over. */
export interface Fork {
  readonly branch: BranchPath;
  readonly seq: number;
}

export interface BranchName extends Fork {
  readonly index: number;
}

/** `parent/forkSeq.index`; undefined for the root. */
export function branchName(branch: BranchPath): BranchName | undefined {
  if (branch === "") return undefined;
  const [, parent, seq, index] = /^(.*)\/(\d+)\.(\d+)$/.exec(branch) ?? [];
  if (parent === undefined) throw new Error(`'${branch}' is not the path of a branch`);
  return { branch: parent, seq: Number(seq), index: Number(index) };
}

export function groupOf(index: number): number {
  return Math.floor(index / groupWidth);
}

/** The partition of the branches and of the join item of a group. */
export function groupPartition(execution: ExecutionId, fork: Fork, group: number): string {
  const root = executionPartition(execution);
  return fork.branch === "" && group === 0 ? root : `${root}#${forkPath(fork)}#${group}`;
}

function forkPath({ branch, seq }: Fork): string {
  return `${branch}/${seq}`;
}

/** Where the branch that forked shows that it did. */
export function forkPlace({ execution, branch, seq, epoch }: ForkKey): Place {
  return { pk: branchPartition(execution, branch), sk: `log-fork#${forkPath({ branch, seq })}#${epoch}` };
}

/** The mark that a branch leaves before its first segment, if it is the one that has to. */
export function markPlace({ execution, branch, seq }: SegmentKey): Place | undefined {
  const name = branchName(branch);
  if (seq !== 0 || name?.index !== 0 || name.branch === "") return undefined;
  return { pk: branchPartition(execution, name.branch), sk: `log-fork#${forkPath(name)}#${mark}` };
}

const mark = "mark";

/** The fork that a mark or a first chunk shows; only a fork that was staged may have a second group. */
export function readForkKey(sk: string): (Fork & { readonly staged: boolean }) | undefined {
  const [, branch, seq, epoch] = /^log-fork#(.*)\/(\d+)#(\w+)$/.exec(sk) ?? [];
  return branch === undefined ? undefined : { branch, seq: Number(seq), staged: epoch !== mark };
}

export function isChunkKey(sk: string): boolean {
  return sk.startsWith("log-chunk#");
}

export function chunkPlace(key: JoinKey): Place {
  if (key.level === 0 && key.group === 0) return forkPlace(key);
  return { pk: joinPartition(key), sk: `log-chunk#${key.epoch}` };
}

export function joinPlace(key: JoinKey): Place {
  return { pk: joinPartition(key), sk: `join#${forkPath(key)}#${key.level}#${key.epoch}` };
}

/** What the sort keys of all reports to a join begin with. */
export function outputPrefix(key: JoinKey): string {
  return `output#${forkPath(key)}#${key.level}#${key.epoch}#`;
}

export function outputPlace(key: JoinKey, index: number): Place {
  return { pk: joinPartition(key), sk: `${outputPrefix(key)}${padded(index)}` };
}

export function readOutputIndex(sk: string): number {
  return Number(sk.slice(sk.lastIndexOf("#") + 1));
}

/** Groups of groups have no branches beside them, and a partition each. */
export function joinPartition(key: JoinKey): string {
  const { execution, level, group } = key;
  if (level === 0) return groupPartition(execution, key, group);
  return `${executionPartition(execution)}#${forkPath(key)}#${level}.${group}`;
}

export function beatPlace({ execution, branch, seq }: SegmentKey): Place {
  return { pk: branchPartition(execution, branch), sk: `beat#${branch}#${padded(seq)}` };
}

/** Sorted as text like the number. */
export function padded(number: number, width = digits): string {
  const text = String(number);
  if (!/^\d+$/.test(text) || text.length > width) throw new Error(`${number} is not a number of up to ${width} digits`);
  return text.padStart(width, "0");
}
