/** The log in memory. It refuses gaps, which no store checks and no engine may leave. */
import type { Appended, BranchGroup, BranchPath, ExecutionId, SegmentRecord } from "../../engine/ports.ts";
import type { Journal } from "./journal.ts";

export interface Segments {
  append(segment: SegmentRecord): Appended;
  head(execution: ExecutionId, branch: BranchPath): SegmentRecord | undefined;
  branch(execution: ExecutionId, branch: BranchPath): readonly SegmentRecord[];
  group(execution: ExecutionId, group: BranchGroup | undefined): readonly SegmentRecord[];
  /** In the order in which they were written. */
  all(): readonly SegmentRecord[];
}

export function segments(journal: Journal, groupWidth: number): Segments {
  const branches = new Map<string, SegmentRecord[]>();
  const groups = new Map<string, Set<BranchPath>>();
  const written: SegmentRecord[] = [];

  return {
    append(segment) {
      const { execution, branch, seq } = segment;
      const before = branches.get(nameOf(execution, branch)) ?? [];
      const winner = before[seq];
      if (winner !== undefined) return { kind: "taken", winner };
      if (seq !== before.length) {
        throw new Error(`segment ${seq} of ${execution}${branch} follows ${before.length - 1}: a gap`);
      }
      before.push(segment);
      written.push(segment);
      // What is taken back is the latest of all.
      journal.note(() => {
        before.pop();
        written.pop();
      });
      branches.set(nameOf(execution, branch), before);
      const group = groupName(execution, groupOf(branch, groupWidth));
      groups.set(group, (groups.get(group) ?? new Set()).add(branch));
      return { kind: "appended" };
    },

    head: (execution, branch) => branches.get(nameOf(execution, branch))?.at(-1),
    branch: (execution, branch) => [...(branches.get(nameOf(execution, branch)) ?? [])],

    group(execution, group) {
      const names = groups.get(groupName(execution, group)) ?? [];
      return [...names].flatMap((branch) => branches.get(nameOf(execution, branch)) ?? []);
    },

    all: () => written,
  };
}

function nameOf(execution: ExecutionId, branch: BranchPath): string {
  return `${execution} ${branch}`;
}

function groupOf(branch: BranchPath, groupWidth: number): BranchGroup | undefined {
  if (branch === "") return undefined;
  const slash = branch.lastIndexOf("/");
  const [forkSeq, index] = branch
    .slice(slash + 1)
    .split(".")
    .map(Number);
  return { parent: branch.slice(0, slash), forkSeq: forkSeq ?? 0, group: Math.floor((index ?? 0) / groupWidth) };
}

function groupName(execution: ExecutionId, group: BranchGroup | undefined): string {
  return group === undefined ? execution : `${execution} ${group.parent} ${group.forkSeq} ${group.group}`;
}
