/** The newest segment of a branch, read from the log: where every decision begins that no baton carries. */
import { decodeSegment } from "./codec.ts";
import type { Command } from "./command.ts";
import type { Engine } from "./engine.ts";
import type { BranchPath, ExecutionId } from "./ports.ts";
import type { Header, Segment } from "./segment.ts";

/** Undefined: nobody has written to that branch yet. */
export async function headOf(
  engine: Pick<Engine, "world">,
  execution: ExecutionId,
  branch: BranchPath,
): Promise<Segment | undefined> {
  const record = await engine.world.log.head(execution, branch);
  return record && decodeSegment(record);
}

/** Its execution, or Map Run, was forgotten, or is later than the day that the table was put back to. */
export async function isOfNobody(engine: Pick<Engine, "world">, command: Command): Promise<boolean> {
  // Express executions have no log; and a child may be started after it was abandoned.
  if (command.kind === "express") return false;
  const { execution } = command.kind === "abandoned" ? command.parent : command;
  return (await engine.world.log.head(execution, "")) === undefined;
}

/** The newest segment of each branch of one group of a fork that has begun; `read`: how many were read for that. */
export async function headsOf(
  engine: Pick<Engine, "world">,
  parent: Pick<Segment, "execution" | "branch">,
  forkSeq: number,
  group: number,
): Promise<{ readonly heads: readonly Segment[]; readonly read: number }> {
  const heads = new Map<BranchPath, Segment>();
  let read = 0;
  for await (const page of engine.world.log.read(parent.execution, { parent: parent.branch, forkSeq, group })) {
    read += page.length;
    for (const record of page) {
      const before = heads.get(record.branch);
      if (!before || before.seq < record.seq) heads.set(record.branch, decodeSegment(record));
    }
  }
  return { heads: [...heads.values()], read };
}

/** The header that a branch goes on with: what was written in a later epoch has it with it, so that none is ever stale. */
export function headerAt(engine: Engine, head: Segment): Header | Promise<Header> {
  return head.header ?? engine.header(head.execution);
}
