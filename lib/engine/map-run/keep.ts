/**
 * Another term for what the store keeps of a Map Run that is open for months (`engine/keep.ts`), group by group and
 * for a short time at a message: its log, the inputs and the reports of its children, and the children that run,
 * which no guard has given a term of their own.
 */
import type { Instant } from "../../asl/position.ts";
import type { Engine } from "../engine.ts";
import { groupWidth } from "../group-width.ts";
import { childId } from "../identity.ts";
import { dispatch, messageOf } from "../messages.ts";
import type { MapRunId, Message } from "../ports.ts";
import { runJoin, stagedChunk } from "./chunks.ts";
import { newsMessage } from "./ended.ts";
import { ends } from "./express.ts";
import { enterInList, runHead } from "./log.ts";
import { longestWork } from "./longest-work.ts";
import type { RunNews } from "./news.ts";
import { epochIn, isDone, isOpen, keptIn, type RunState } from "./run.ts";

type Keep = Extract<RunNews, { readonly kind: "keep" }>;

export function keepMessage(run: MapRunId, epoch: number, until: Instant, group = 0): Message {
  return newsMessage(run, epoch, { kind: "keep", until, group });
}

export async function keepRun(
  engine: Engine,
  run: MapRunId,
  epoch: number,
  { until, group: from }: Keep,
): Promise<void> {
  const head = await runHead(engine, run);
  if (!head || epochIn(head.state) !== epoch) return;
  const { state } = head;
  const { clock, log } = engine.world;
  const stop = clock.now() + longestWork;
  if (from === 0) {
    await log.renew(run, undefined, until);
    await enterInList(engine, head);
  }
  // Its results are where its parent has them.
  if (state.phase.kind === "ended") return;
  // One at least, however slow the store is: otherwise a message would bring about another of its like.
  for (let group = from; group < state.staged.chunks; group++) {
    if (group > from && clock.now() >= stop) return dispatch(engine, [keepMessage(run, epoch, until, group)]);
    await keepGroup(engine, run, state, group, until);
  }
}

async function keepGroup(engine: Engine, run: MapRunId, state: RunState, group: number, until: Instant): Promise<void> {
  const { joins, log } = engine.world;
  const epoch = epochIn(state);
  const chunk = await stagedChunk(engine, run, group);
  // The inputs are staged once, for all epochs, beside the reports of the first; and whoever comes to a child whose own
  // rows are gone reads what it came to before the redrive.
  const epochs = new Set([0, keptIn(state, group) ?? epoch, state.redriven?.before ?? 0]);
  for (const one of epochs) await joins.renew(runJoin(run, "children", group, one), until);
  await joins.renew(runJoin(run, "takers", group, epoch), until);
  await joins.renew(runJoin(run, "failed", group, epoch), until);
  if (chunk && !chunk.inputs) {
    for (let place = 0; place < chunk.size; place++) {
      await joins.renew(runJoin(run, "inputs", group * groupWidth + place), until);
    }
  }
  if (state.express) return log.renew(run, { parent: "", forkSeq: ends, group }, until);
  if (isOpen(state) && !isDone(state, group)) await keepChildren(engine, run, group, chunk?.size ?? 0);
}

/** Those of the group that run; whoever has ended, or has not begun, has nothing to renew. */
async function keepChildren(engine: Engine, run: MapRunId, group: number, size: number): Promise<void> {
  const first = group * groupWidth;
  const children = Array.from({ length: size }, (_, place) => childId(run, first + place));
  await dispatch(
    engine,
    children.map((execution) => messageOf({ kind: "keep", execution, branch: "" }, "flow")),
  );
}
