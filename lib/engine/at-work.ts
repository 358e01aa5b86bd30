/** The branches of an execution that have not ended, each by its head: those that have forked before those beneath them. */
import type { Engine } from "./engine.ts";
import { headOf, headsOf } from "./head.ts";
import { groupsOf } from "./join.ts";
import type { ExecutionId } from "./ports.ts";
import type { Segment } from "./segment.ts";

/** Segments read for that, at most: a question, not an export. */
const mostRead = 5_000;

/** Nothing is read that is not asked for: whoever has seen enough stops. */
export async function* branchesAtWork(engine: Engine, id: ExecutionId): AsyncGenerator<Segment> {
  const root = await headOf(engine, id, "");
  const open: Segment[] = root ? [root] : [];
  let left = mostRead;
  for (let segment = open.shift(); segment; segment = open.shift()) {
    yield segment;
    const { doing } = segment.position;
    if (doing.kind !== "forked" || doing.run) continue;
    for (let group = 0; group < groupsOf(doing.width) && left > 0; group++) {
      const { heads, read } = await headsOf(engine, segment, doing.claim, group);
      left -= read;
      open.push(...heads.filter(({ position }) => position.doing.kind !== "ended"));
    }
  }
}
