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

/** What an execution has written: by branch, and the branches that are read together. */
interface Written {
  readonly branches: Map<BranchPath, SegmentRecord[]>;
  readonly groups: Map<string, SegmentRecord[][]>;
}

export function segments(journal: Journal, groupWidth: number): Segments {
  const executions = new Map<ExecutionId, Written>();
  const written: SegmentRecord[] = [];

  /** A branch belongs to its group from its first segment on. */
  function logOf({ execution, branch }: SegmentRecord): SegmentRecord[] {
    const { branches, groups } = executions.get(execution) ?? { branches: new Map(), groups: new Map() };
    const known = branches.get(branch);
    if (known !== undefined) return known;
    const log: SegmentRecord[] = [];
    const group = groupName(groupOf(branch, groupWidth));
    executions.set(execution, {
      branches: branches.set(branch, log),
      groups: groups.set(group, [...(groups.get(group) ?? []), log]),
    });
    return log;
  }

  return {
    append(segment) {
      const { execution, branch, seq } = segment;
      const before = logOf(segment);
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
      return { kind: "appended" };
    },

    head: (execution, branch) => executions.get(execution)?.branches.get(branch)?.at(-1),
    branch: (execution, branch) => [...(executions.get(execution)?.branches.get(branch) ?? [])],
    group: (execution, group) => executions.get(execution)?.groups.get(groupName(group))?.flat() ?? [],
    all: () => written,
  };
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

function groupName(group: BranchGroup | undefined): string {
  return group === undefined ? "" : `${group.parent} ${group.forkSeq} ${group.group}`;
}
