/** A Map Run as it stands, with what its children have come to; those of groups that are not done are counted now. */
import type { Engine } from "../engine.ts";
import { groupWidth } from "../group-width.ts";
import type { MapRunId } from "../ports.ts";
import { type Chunk, chunkOf, itemsIn, takersOf } from "./chunks.ts";
import { type Counts, ends, noCounts, sum, type Tally } from "./counts.ts";
import { runHead } from "./log.ts";
import { countsIn, reportsOf } from "./reports.ts";
import { epochIn, isDone, isOpen, type RunState } from "./run.ts";

export interface FullTally extends Tally {
  readonly pending: number;
  readonly running: number;
  readonly total: number;
  readonly resultsWritten: number;
  /** They did not succeed before the redrive, and have not had their turn since. */
  readonly pendingRedrive: number;
  readonly failuresNotRedrivable: number;
}

export interface MapRunDescription {
  readonly state: RunState;
  readonly executions: FullTally;
  readonly items: FullTally;
}

export async function describeMapRun(engine: Engine, id: MapRunId): Promise<MapRunDescription | undefined> {
  const head = await runHead(engine, id);
  if (!head) return undefined;
  const { state } = head;
  const isLive = isOpen(state) || state.phase.kind === "closing" || state.phase.kind === "reopening";
  const live = isLive ? await look(engine, id, state) : nobodyRuns(state);
  const written = "written" in state.phase ? state.phase.written : undefined;
  const { staged } = state;
  return {
    state,
    executions: tally(live, "executions", staged.children, written?.results ?? 0),
    items: tally(live, "items", staged.items, written?.items ?? 0),
  };
}

interface Pair {
  readonly executions: number;
  readonly items: number;
}

interface Live {
  readonly counts: Counts;
  readonly running: Pair;
  readonly pendingRedrive: Pair;
}

const none: Pair = { executions: 0, items: 0 };

function nobodyRuns({ counts }: RunState): Live {
  return { counts, running: none, pendingRedrive: none };
}

/** Chunks are taken in order: behind the first that nobody has taken from, only those who wait for their redrive count. */
async function look(engine: Engine, id: MapRunId, state: RunState): Promise<Live> {
  let live = nobodyRuns(state);
  for (let group = 0, isBehind = false; group < state.staged.chunks; group++) {
    if (isDone(state, group)) continue;
    const takers: readonly number[] = isBehind ? [] : await takersOf(engine, id, group, epochIn(state));
    const taken = takers.length;
    isBehind ||= taken === 0;
    if (isBehind && !state.redriven) break;
    const chunk = await chunkOf(engine, id, group);
    const counts = isBehind ? noCounts : countsIn(await reportsOf(engine, id, state, group));
    const begun = Math.min(taken, chunk.size);
    live = {
      counts: sum(live.counts, counts),
      running: plus(live.running, runningIn(chunk, begun, counts)),
      pendingRedrive: plus(live.pendingRedrive, await waitingIn(engine, id, state, { group, begun })),
    };
  }
  return live;
}

function runningIn(chunk: Chunk, begun: number, { executions, items }: Counts): Pair {
  const share = itemsIn({ ...chunk, size: begun, ...(chunk.items && { items: chunk.items.slice(0, begun) }) });
  return { executions: Math.max(0, begun - added(executions)), items: Math.max(0, share - added(items)) };
}

/** Those of the group who did not succeed in the epoch before, and come after those whom somebody has taken. */
async function waitingIn(
  engine: Engine,
  id: MapRunId,
  state: RunState,
  { group, begun }: { readonly group: number; readonly begun: number },
): Promise<Pair> {
  if (!state.redriven) return none;
  const before = await reportsOf(engine, id, state, group, state.redriven.before);
  const first = group * groupWidth + begun;
  const waiting = [...before.values()].filter(({ index, outcome }) => index >= first && outcome.status !== "SUCCEEDED");
  return { executions: waiting.length, items: waiting.reduce((items, report) => items + report.items, 0) };
}

function plus(one: Pair, other: Pair): Pair {
  return { executions: one.executions + other.executions, items: one.items + other.items };
}

function added(tally: Tally): number {
  return ends.reduce((total, end) => total + tally[end], 0);
}

function tally(
  { counts, running: all, pendingRedrive: waiting }: Live,
  of: keyof Pair,
  total: number,
  resultsWritten: number,
): FullTally {
  const { [of]: ended, final = none } = counts;
  const { [of]: running } = all;
  const { [of]: pendingRedrive } = waiting;
  const pending = Math.max(0, total - running - pendingRedrive - added(ended));
  return { ...ended, pending, running, total, resultsWritten, pendingRedrive, failuresNotRedrivable: final[of] };
}
