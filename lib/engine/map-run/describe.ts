/** A Map Run as it stands, with what its children have come to; those of groups that are not done are counted now. */
import type { Engine } from "../engine.ts";
import type { MapRunId } from "../ports.ts";
import { chunkOf, itemsIn, takersOf } from "./chunks.ts";
import { runHead } from "./log.ts";
import { isInRanges } from "./ranges.ts";
import { countsOf } from "./reports.ts";
import { type Counts, ends, isOpen, type RunState, sum, type Tally } from "./run.ts";

export interface FullTally extends Tally {
  readonly pending: number;
  readonly running: number;
  readonly total: number;
  readonly resultsWritten: number;
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
  const live = isOpen(state) || state.phase.kind === "closing" ? await look(engine, id, state) : nobodyRuns(state);
  const written = "written" in state.phase ? state.phase.written : undefined;
  const { executions, items } = live.counts;
  return {
    state,
    executions: tally(executions, live.running, state.staged.children, written?.results ?? 0),
    items: tally(items, live.runningItems, state.staged.items, written?.items ?? 0),
  };
}

interface Live {
  readonly counts: Counts;
  readonly running: number;
  readonly runningItems: number;
}

function nobodyRuns({ counts }: RunState): Live {
  return { counts, running: 0, runningItems: 0 };
}

/** Chunks are taken in order: behind the first that nobody has taken from there are none. */
async function look(engine: Engine, id: MapRunId, state: RunState): Promise<Live> {
  let live = nobodyRuns(state);
  for (let group = 0; group < state.staged.chunks; group++) {
    if (isInRanges(state.done, group)) continue;
    const { length: taken } = await takersOf(engine, id, group);
    if (taken === 0) break;
    const chunk = await chunkOf(engine, id, group);
    const counts = await countsOf(engine, id, state, group);
    const begun = Math.min(taken, chunk.size);
    const running = Math.max(0, begun - added(counts.executions));
    const share = itemsIn({ ...chunk, size: begun, ...(chunk.items && { items: chunk.items.slice(0, begun) }) });
    live = {
      counts: sum(live.counts, counts),
      running: live.running + running,
      runningItems: live.runningItems + Math.max(0, share - added(counts.items)),
    };
  }
  return live;
}

function added(tally: Tally): number {
  return ends.reduce((total, end) => total + tally[end], 0);
}

function tally(counts: Tally, running: number, total: number, resultsWritten: number): FullTally {
  const pending = Math.max(0, total - running - added(counts));
  return { ...counts, pending, running, total, resultsWritten };
}
