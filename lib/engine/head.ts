/** The newest segment of a branch, read from the log: where every decision begins that no baton carries. */
import { decodeSegment } from "./codec.ts";
import type { Engine } from "./engine.ts";
import type { BranchPath, ExecutionId } from "./ports.ts";
import type { Segment } from "./segment.ts";

/** Undefined: nobody has written to that branch yet. */
export async function headOf(
  engine: Pick<Engine, "world">,
  execution: ExecutionId,
  branch: BranchPath,
): Promise<Segment | undefined> {
  const record = await engine.world.log.head(execution, branch);
  return record && decodeSegment(record);
}
