/**
 * Where things lie in the table. An execution has a partition of its own; every group of 256 branches of a
 * fork has another, together with what belongs to the group: one Query reads all its branches, another all
 * their reports, and no partition is hot however wide a fork is.
 *
 *   x#<execution>              summary · log##<seq> · beat##<seq> · maprun#<time>#<run>
 *   x#<execution>#<fork>#<g>   log#<branch>#<seq> · beat#<branch>#<seq> · chunk#<epoch> · join#<epoch> · output#<epoch>#<index>
 *   x#<execution>#<fork>#<l>.<g>   the same for group g of level l, whose members are groups
 *   timers#<shard>             <due>#<id>
 *   machines#<account>/<region>    machine#<name>
 *   activities#<account>/<region>  activity#<name>
 *   installation                   signing-key
 *   offers#<account>/<region>/<activity>   <time>#<claim>
 *
 * A fork is named by the branch that forked and the segment that did it: `/8.3/2`. Epochs share partitions,
 * as branches keep their names when an epoch is over.
 */
import type { BranchGroup, BranchPath, ExecutionId, JoinKey, SegmentKey } from "../../engine/ports.ts";

/** As the engine groups them. */
const groupWidth = 256;

/** Eight digits are more than the engine's limits on transitions and on branches of a fork. */
const usualDigits = 8;

export interface Place {
  readonly pk: string;
  readonly sk: string;
}

export const summaryKey = "summary";

/** What the sort keys of the Map Runs that an execution has started begin with. */
export const mapRunPrefix = "maprun#";

/** Where there is no Secrets Manager. */
export const signingKeyPlace: Place = { pk: "installation", sk: "signing-key" };

/** What the sort keys of all segments of a partition begin with. */
export const logPrefix = "log#";

export function executionPartition(execution: ExecutionId): string {
  // An execution's name could else be mistaken for a group of another execution.
  if (execution.includes("#")) throw new Error(`execution id ${execution} contains "#"`);
  return `x#${execution}`;
}

export function groupPartition(execution: ExecutionId, { parent, forkSeq, group }: BranchGroup): string {
  return `${executionPartition(execution)}#${parent}/${forkSeq}#${group}`;
}

export function branchPartition(execution: ExecutionId, branch: BranchPath): string {
  const group = groupOf(branch);
  return group ? groupPartition(execution, group) : executionPartition(execution);
}

/** The group of `parent/forkSeq.index`; undefined for the root. */
function groupOf(branch: BranchPath): BranchGroup | undefined {
  if (branch === "") return undefined;
  const [, parent, forkSeq, index] = /^(.*)\/(\d+)\.(\d+)$/.exec(branch) ?? [];
  if (parent === undefined) throw new Error(`'${branch}' is not the path of a branch`);
  return { parent, forkSeq: Number(forkSeq), group: Math.floor(Number(index) / groupWidth) };
}

export function segmentPlace({ execution, branch, seq }: SegmentKey): Place {
  return { pk: branchPartition(execution, branch), sk: `${branchPrefix(branch)}${padded(seq)}` };
}

/** What the sort keys of all segments of a branch begin with. */
export function branchPrefix(branch: BranchPath): string {
  return `${logPrefix}${branch}#`;
}

export function readSegmentKey(sk: string): { readonly branch: BranchPath; readonly seq: number } {
  const [, branch, seq] = /^log#(.*)#(\d+)$/.exec(sk) ?? [];
  if (branch === undefined) throw new Error(`'${sk}' is not the sort key of a segment`);
  return { branch, seq: Number(seq) };
}

export function joinPartition({ execution, branch, seq, level, group }: JoinKey): string {
  if (level === 0) return groupPartition(execution, { parent: branch, forkSeq: seq, group });
  return `${executionPartition(execution)}#${branch}/${seq}#${level}.${group}`;
}

export function chunkPlace(key: JoinKey): Place {
  return { pk: joinPartition(key), sk: `chunk#${key.epoch}` };
}

export function joinPlace(key: JoinKey): Place {
  return { pk: joinPartition(key), sk: `join#${key.epoch}` };
}

/** What the sort keys of all reports to a join begin with. */
export function outputPrefix({ epoch }: JoinKey): string {
  return `output#${epoch}#`;
}

export function outputPlace(key: JoinKey, index: number): Place {
  return { pk: joinPartition(key), sk: `${outputPrefix(key)}${padded(index)}` };
}

export function readOutputIndex(sk: string): number {
  return Number(sk.slice(sk.lastIndexOf("#") + 1));
}

export function beatPlace({ execution, branch, seq }: SegmentKey): Place {
  return { pk: branchPartition(execution, branch), sk: `beat#${branch}#${padded(seq)}` };
}

/** Sorted as text like the number. */
export function padded(number: number, digits = usualDigits): string {
  const text = String(number);
  if (!/^\d+$/.test(text) || text.length > digits)
    throw new Error(`${number} is not a number of up to ${digits} digits`);
  return text.padStart(digits, "0");
}
