/** Which state of which execution started this one and waits for it. Whoever started it without waiting is not kept. */
import type { StateName } from "../asl/position.ts";
import { decodeSegment } from "./codec.ts";
import type { Engine } from "./engine.ts";
import type { ExecutionId } from "./ports.ts";
import type { Segment } from "./segment.ts";

export interface Origin {
  readonly execution: ExecutionId;
  readonly state: StateName;
}

export async function originOf(engine: Engine, id: ExecutionId): Promise<Origin | undefined> {
  const parent = (await segmentAt(engine, id, "", 0))?.header?.parent;
  if (!parent) return undefined;
  const claim = await segmentAt(engine, parent.execution, parent.branch, parent.seq);
  return claim && { execution: parent.execution, state: claim.position.state };
}

/** Absent too where the store has forgotten it. */
async function segmentAt(engine: Engine, id: ExecutionId, branch: string, seq: number): Promise<Segment | undefined> {
  const [record] = await engine.world.log.branch(id, branch, seq, 1);
  return record && decodeSegment(record);
}
