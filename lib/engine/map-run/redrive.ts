/**
 * The redrive of a Map Run, with that of its parent. First all groups are looked through: one whose children have all
 * succeeded is kept as it is; of any other, who has succeeded reports again in the new epoch. Then children are
 * taken anew, and whoever comes to one that
 *
 *   has never begun   ──► starts it
 *   has succeeded     ──► goes on to the next
 *   failed, timed out or was aborted  ──► redrives it; if that cannot be done any more, its old end counts again
 */
import type { Instant } from "../../asl/position.ts";
import type { RunRedrive } from "../command.ts";
import type { Engine } from "../engine.ts";
import { groupWidth } from "../group-width.ts";
import { headerAt, headOf } from "../head.ts";
import { childId } from "../identity.ts";
import { dispatch } from "../messages.ts";
import type { MapRunId } from "../ports.ts";
import { expiry } from "../record.ts";
import { followRedrive, redriveExecution } from "../redrive.ts";
import { type NewChild, startChild } from "./children.ts";
import { chunkOf, runJoin, takersOf } from "./chunks.ts";
import { noCounts, sum } from "./counts.ts";
import { reportEnd } from "./ended.ts";
import { changeRun, type RunHead } from "./log.ts";
import { longestWork } from "./longest-work.ts";
import { addToRanges } from "./ranges.ts";
import { type ChildReport, countsIn, reportsOf } from "./reports.ts";
import {
  epochIn,
  handOver,
  type KeptGroups,
  keptIn,
  type LookedThrough,
  lookedThrough,
  type RunState,
  readAgain,
} from "./run.ts";
import { stopChild } from "./stop-child.ts";
import { childAt, sendGiven, startTaken, type Taken, takeNext } from "./tokens.ts";
import type { Worked } from "./work.ts";

export async function reopenRun(engine: Engine, head: RunHead, key: string, until: Instant): Promise<Worked> {
  const { id, state } = head;
  const { phase } = state;
  if (phase.kind !== "reopening") return "done";
  // Groups that an earlier redrive kept are counted again with the others.
  const counts = phase.group === 0 ? noCounts : state.counts;
  let seen: LookedThrough = { group: phase.group, kept: state.kept ?? [], counts };
  while (seen.group < state.staged.chunks) {
    seen = await lookThrough(engine, id, state, seen);
    if (engine.world.clock.now() < until) continue;
    const now = seen;
    await changeRun(engine, id, key, (before) => lookedThrough(before, now));
    // Another copy of the message may have come to the end, given out the tokens, and died.
    await sendGiven(engine, await changeRun(engine, id, key, handOver), key);
    return "done";
  }
  const all = seen;
  const { state: ready } = await changeRun(engine, id, key, (before) => lookedThrough(before, all));
  if (ready.phase.kind !== "reopening") return "overtaken";
  await sendGiven(engine, await changeRun(engine, id, key, readAgain), key);
  return "done";
}

/** One group further. */
async function lookThrough(
  engine: Engine,
  run: MapRunId,
  state: RunState,
  { group, kept, counts }: LookedThrough,
): Promise<LookedThrough> {
  const before = keptIn({ kept }, group);
  const epoch = before ?? state.redriven?.before ?? 0;
  const { size } = await chunkOf(engine, run, group);
  const reports = await reportsOf(engine, run, state, group, epoch);
  const here = countsIn(reports);
  if (here.executions.succeeded === size) {
    const next = before === undefined ? keep(kept, epoch, group) : kept;
    return { group: group + 1, kept: next, counts: sum(counts, here) };
  }
  // Who takes from it in this epoch finds it staged.
  await takersOf(engine, run, group, epochIn(state));
  for (const report of reports.values()) {
    if (report.outcome.status === "SUCCEEDED") await countAgain(engine, run, state, report);
  }
  return { group: group + 1, kept, counts };
}

function keep(kept: readonly KeptGroups[], epoch: number, group: number): readonly KeptGroups[] {
  const same = kept.find((one) => one.epoch === epoch) ?? { epoch, groups: [] };
  const groups = addToRanges(same.groups, group) ?? same.groups;
  return [...kept.filter((one) => one.epoch !== epoch), { epoch, groups }];
}

/** It cannot be the last of its group: somebody in there has not succeeded. */
async function countAgain(engine: Engine, run: MapRunId, state: RunState, report: ChildReport): Promise<void> {
  const key = runJoin(run, "children", Math.floor(report.index / groupWidth), epochIn(state));
  const body = state.express ? undefined : JSON.stringify(report);
  await engine.world.joins.report(key, report.index, body, expiry(engine, engine.world.clock.now()));
}

/** A child that somebody has taken, and those after it as long as there is nothing left to do for them. */
export async function redriveTaken(engine: Engine, command: RunRedrive): Promise<void> {
  const { execution: run, epoch, token } = command;
  const chain = { run, epoch, token };
  const until = engine.world.clock.now() + longestWork;
  for (let at: Pick<Taken, "chunk" | "place"> = command; ; ) {
    const found = await childAt(engine, chain, at);
    if (!found || (await goOnWith(engine, run, found.state, found.child)) === "runs") return;
    const search = { taker: found.child.index, chunk: at.chunk };
    const next = await takeNext(engine, chain, found.state, search);
    if (!next?.isStaged) return;
    if (engine.world.clock.now() >= until) return startTaken(engine, chain, next);
    at = next;
  }
}

/** "passed": it has nothing left to do, and its token goes on. */
async function goOnWith(engine: Engine, run: MapRunId, state: RunState, child: NewChild): Promise<"runs" | "passed"> {
  const id = childId(run, child.index);
  const head = await headOf(engine, id, "");
  const header = head && (await headerAt(engine, head));
  if (!head || !header) {
    const forgotten = await forgottenEnd(engine, run, state, child.index);
    if (forgotten) return reportOld(engine, run, child, forgotten);
    await startChild(engine, run, state, child);
    return "runs";
  }
  const epoch = child.epoch ?? 0;
  const epochThere = header.mapRun?.epoch ?? 0;
  // It is another time since.
  if (epochThere > epoch) return "runs";
  const clientToken = `${run}@${epoch}`;
  // It has been started or redriven in this epoch before, and has its own messages.
  if (epochThere === epoch) {
    if (head.seq === 0) await startChild(engine, run, state, child);
    else await followRedrive(engine, head, clientToken);
    return "runs";
  }
  const { doing } = head.position;
  if (doing.kind !== "ended") {
    // It was redriven then while its run was closed, and nobody has seen that yet.
    await stopChild(engine, run, child.index, epochThere);
    return goOnWith(engine, run, state, child);
  }
  const { outcome } = doing;
  if (outcome.status !== "SUCCEEDED") {
    const { input: _, ...place } = child;
    const redriven = await redriveExecution(engine, id, { clientToken, mapRun: { id: run, ...place } });
    if (redriven.kind === "redriven") return "runs";
    // Somebody else has moved it in between.
    if ((await headOf(engine, id, ""))?.seq !== head.seq) return goOnWith(engine, run, state, child);
  }
  const { startedAt, redriveCount } = header;
  const { index, items } = child;
  const times = redriveCount === 0 ? {} : { redriveCount };
  return reportOld(engine, run, child, { index, items, startedAt, stoppedAt: head.now, outcome, ...times });
}

/**
 * What a child came to before whose own rows are gone by now, as they are some months after its end: the run, which is
 * open longer, has kept the report of it.
 */
async function forgottenEnd(
  engine: Engine,
  run: MapRunId,
  state: RunState,
  index: number,
): Promise<ChildReport | undefined> {
  if (engine.world.clock.now() < expiry(engine, state.startedAt)) return undefined;
  const before = await reportsOf(engine, run, state, Math.floor(index / groupWidth), state.redriven?.before ?? 0);
  return before.get(index);
}

async function reportOld(engine: Engine, run: MapRunId, child: NewChild, old: ChildReport): Promise<"passed"> {
  const report = old.outcome.status === "SUCCEEDED" ? old : { ...old, isFinal: true as const };
  const message = await reportEnd(engine, run, {}, child, report);
  if (message) await dispatch(engine, [message]);
  return "passed";
}
