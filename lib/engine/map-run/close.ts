/**
 * Closing a Map Run: whoever has started is stopped, whoever was taken and has not started never will. The
 * takers of the chunks say who that may be; after this look no child of the run begins.
 */
import type { Instant } from "../../asl/position.ts";
import type { Engine } from "../engine.ts";
import { groupWidth } from "../group-width.ts";
import type { MapRunId } from "../ports.ts";
import { type NewChild, preventChild } from "./children.ts";
import { type Chunk, childInput, itemsIn, runJoin, stagedChunk, takersOf } from "./chunks.ts";
import { type Counts, noCounts, sum } from "./counts.ts";
import { reportEnd } from "./ended.ts";
import { commitEnd, endOf, holdsIn } from "./express.ts";
import { changeRun, existing, type RunHead } from "./log.ts";
import { type ChildReport, countsOf } from "./reports.ts";
import { closed, closedUpTo, epochIn, handOver, isDone, type RunState, type Staged } from "./run.ts";
import { stopChild } from "./stop-child.ts";
import { firstChunks, ofEpoch } from "./tokens.ts";
import type { Worked } from "./work.ts";

/** Children stopped at a time. */
const stopsAtOnce = 10;

export async function closeChildren(engine: Engine, head: RunHead, key: string, until: Instant): Promise<Worked> {
  const { id, state } = head;
  if (state.phase.kind !== "closing") return "done";
  const last = await lastTaken(engine, id, state);
  for (let group = state.phase.group; group <= last; group++) {
    // Another copy of the message may be through with it: then nobody is to be kept from beginning any more. It may
    // have died before it said so: this one comes again, and follows it up.
    if ((await existing(engine, id)).state.phase.kind !== "closing") return "overtaken";
    if (!isDone(state, group)) await closeGroup(engine, id, state, group);
    if (engine.world.clock.now() < until) continue;
    await changeRun(engine, id, key, (now) => closedUpTo(now, group + 1));
    await changeRun(engine, id, key, handOver);
    return "done";
  }
  let counts: Counts = noCounts;
  for (let group = 0; group <= last; group++) {
    if (!isDone(state, group)) counts = sum(counts, await countsOf(engine, id, state, group));
  }
  const staged = await stagedWith(engine, id, state, last);
  await changeRun(engine, id, key, (now, at) => closed({ ...now, staged }, counts, at));
  return "done";
}

/**
 * Whoever waited for a chunk has started from it at once, and its reader may not have come to write it down: its
 * results belong to the run's. One that is not full may be staged anew, with more in it.
 */
async function stagedWith(engine: Engine, run: MapRunId, { staged }: RunState, last: number): Promise<Staged> {
  let all = staged;
  while (!all.complete && all.chunks <= last) {
    const chunk = await stagedChunk(engine, run, all.chunks);
    if (chunk?.size !== groupWidth) break;
    const [children, items] = [all.children + chunk.size, all.items + itemsIn(chunk)];
    all = { ...all, chunks: all.chunks + 1, children, items };
  }
  return all;
}

/** The last chunk that somebody has taken from. The reader may have staged more than it wrote down. */
async function lastTaken(engine: Engine, run: MapRunId, state: RunState): Promise<number> {
  const epoch = epochIn(state);
  let last = -1;
  for (let group = 0; ; group++) {
    if (isDone(state, group) || (await takersOf(engine, run, group, epoch)).length > 0) last = group;
    else if (group >= firstChunks(state) || !(await stagedChunk(engine, run, group))) return last;
  }
}

async function closeGroup(engine: Engine, run: MapRunId, state: RunState, group: number): Promise<void> {
  const epoch = epochIn(state);
  const taken = Math.min(groupWidth, (await takersOf(engine, run, group, epoch)).length);
  const chunk = await stagedChunk(engine, run, group);
  if (!chunk) return;
  const ended = new Set((await engine.world.joins.close(runJoin(run, "children", group, epoch))).finished);
  const places = Array.from({ length: Math.min(taken, chunk.size) }, (_, place) => group * groupWidth + place);
  const open = places.filter((index) => !ended.has(index));
  for (let from = 0; from < open.length; from += stopsAtOnce) {
    await Promise.all(open.slice(from, from + stopsAtOnce).map((index) => endChild(engine, run, state, chunk, index)));
  }
}

async function endChild(engine: Engine, run: MapRunId, state: RunState, chunk: Chunk, index: number): Promise<void> {
  const child = await childInput(engine, run, chunk, index);
  if (!child) return;
  const place = {
    ...child,
    index,
    groupSize: chunk.size,
    token: { slot: 0, generation: 0 },
    ...ofEpoch(epochIn(state)),
  };
  if (state.express) return fenceChild(engine, run, state, place);
  const prevented = await preventChild(engine, run, state, place);
  if (prevented.kind === "prevented") {
    await reportEnd(engine, run, state, place, abortedAt(index, child.items, prevented.startedAt));
    return;
  }
  await stopChild(engine, run, index, epochIn(state));
}

/** Who runs it in memory hears of it, and finds its end written if he is faster. */
async function fenceChild(engine: Engine, run: MapRunId, state: RunState, place: NewChild): Promise<void> {
  const { index, items, token } = place;
  const report = abortedAt(index, items, engine.world.clock.now());
  const epoch = epochIn(state);
  const before = epoch > 0 ? await endOf(engine, run, index) : undefined;
  const aborted = { nonce: engine.world.chance.hex(8), report, token, frontier: 0, epoch };
  const end = before && holdsIn(before, epoch) ? before : await commitEnd(engine, run, aborted, before);
  await reportEnd(engine, run, state, place, end.report);
}

function abortedAt(index: number, items: number, now: Instant): ChildReport {
  return { index, items, startedAt: now, stoppedAt: now, outcome: { status: "ABORTED", failure: {} } };
}
