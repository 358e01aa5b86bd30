/**
 * What a purged queue has taken from a Map Run: its own messages are sent again, its tokens given out again, and of
 * the groups that are not done each child is looked at as any execution is. What nobody has lost comes twice, and
 * does what duplicates do.
 */
import type { Engine } from "../engine.ts";
import { childId } from "../identity.ts";
import { groupWidth } from "../join.ts";
import { dispatch } from "../messages.ts";
import type { MapRunId } from "../ports.ts";
import { unmovedOf } from "../unmoved.ts";
import { runJoin, stagedChunk, takersOf } from "./chunks.ts";
import { newsMessage } from "./ended.ts";
import { callFor, runHead } from "./log.ts";
import { isInRanges } from "./ranges.ts";
import { isOpen } from "./run.ts";
import { giveOut, startWaiting } from "./tokens.ts";

export async function healRun(engine: Engine, run: MapRunId): Promise<void> {
  const head = await runHead(engine, run);
  // Entered in the list and not begun: its fork begins it.
  if (!head) return;
  const { state } = head;
  await callFor(engine, head);
  if (!isOpen(state)) return;
  for (const gift of state.given) await giveOut(engine, run, gift);
  for (let group = 0; group < state.staged.chunks; group++) {
    if (isInRanges(state.done, group)) continue;
    if (!(await healGroup(engine, run, group))) break;
  }
}

/** False: nobody has taken a child of it yet. */
async function healGroup(engine: Engine, run: MapRunId, group: number): Promise<boolean> {
  const taken = Math.min(groupWidth, (await takersOf(engine, run, group)).length);
  const chunk = await stagedChunk(engine, run, group);
  if (taken === 0 || !chunk) return false;
  await startWaiting(engine, run, group);
  const reports = await engine.world.joins.reports(runJoin(run, "children", group));
  for (let place = 0; place < Math.min(taken, chunk.size); place++) {
    // Whoever has ended may have left its token lying.
    const found = await unmovedOf(engine, childId(run, group * groupWidth + place), Number.POSITIVE_INFINITY);
    if (found.length > 0)
      await dispatch(
        engine,
        found.map(({ message }) => message),
      );
  }
  if (reports.size === chunk.size) await dispatch(engine, [newsMessage(run, { kind: "group-done", group })]);
  return true;
}
