/**
 * What a purged queue has taken from a Map Run: its own messages are sent again, tokens that took nothing are given
 * out again, and of the groups that are not done each child is looked at as any execution is. What nobody has
 * lost comes twice, and does what duplicates do.
 */
import type { Instant } from "../../asl/position.ts";
import type { Engine } from "../engine.ts";
import { groupWidth } from "../group-width.ts";
import { childId } from "../identity.ts";
import { dispatch } from "../messages.ts";
import type { MapRunId, Message } from "../ports.ts";
import { unmovedOf } from "../unmoved.ts";
import { childInput, stagedChunk, takersOf } from "./chunks.ts";
import { newsMessage, reportEnd } from "./ended.ts";
import { type ChildEnd, endsIn, frontierIn, holdsIn, tokenIn } from "./express.ts";
import { callFor, enterInList, runHead } from "./log.ts";
import { reportsOf } from "./reports.ts";
import { epochIn, isDone, isOpen, keptIn, type RunState } from "./run.ts";
import { firstChunks, giveOut, shiftMessage, startWaiting, takerOf, tokenBehind, waitingShifts } from "./tokens.ts";

/** `epoch`: a run that has been redriven since has other messages. `before`: only children that should have moved by then. */
export async function healRun(engine: Engine, run: MapRunId, epoch: number, before: Instant): Promise<void> {
  const head = await runHead(engine, run);
  // Entered in the list and not begun: its fork begins it.
  if (!head || epochIn(head.state) !== epoch) return;
  const { state } = head;
  await callFor(engine, head);
  if (state.phase.kind !== "ended") await enterInList(engine, head);
  if (!isOpen(state)) return;
  const takers = await allTakers(engine, run, state);
  await giveOutAgain(engine, run, state, new Set(takers.flat()));
  if (state.express) return healShifts(engine, run, state, takers);
  const followed = new Set(takers.flat());
  for (const [group, here] of takers.entries()) {
    // Of a group that is done, only who came last to a place and may have left his token lying there.
    const all = here.map((_, place) => group * groupWidth + place);
    const taken = isDone(state, group) ? all.filter((index) => !followed.has(index)) : all;
    if (taken.length > 0 || !isDone(state, group)) await healGroup(engine, run, state, { group, taken, before });
  }
}

/** Chunk by chunk, as far as anybody has taken from them. */
async function allTakers(engine: Engine, run: MapRunId, state: RunState): Promise<readonly (readonly number[])[]> {
  const takers: (readonly number[])[] = [];
  for (let group = 0; group < state.staged.chunks; group++) {
    const isKept = keptIn(state, group) !== undefined;
    const here = isKept ? [] : (await takersOf(engine, run, group, epochIn(state))).slice(0, groupWidth);
    if (here.length === 0 && !isKept && group >= firstChunks(state)) break;
    takers.push(here);
  }
  return takers;
}

async function giveOutAgain(engine: Engine, run: MapRunId, state: RunState, taken: ReadonlySet<number>): Promise<void> {
  for (const gift of state.given) {
    const { generation, from, to } = gift;
    for (let slot = from; slot < to; slot++) {
      if (taken.has(takerOf({ slot, generation }))) continue;
      await giveOut(engine, run, state, { ...gift, from: slot, to: slot + 1 });
    }
  }
}

interface GroupToHeal {
  readonly group: number;
  /** The children to look at. */
  readonly taken: readonly number[];
  readonly before: Instant;
}

async function healGroup(
  engine: Engine,
  run: MapRunId,
  state: RunState,
  { group, taken, before }: GroupToHeal,
): Promise<void> {
  const chunk = await stagedChunk(engine, run, group);
  if (!chunk) return;
  await startWaiting(engine, run, epochIn(state), group, taken);
  const reports = await reportsOf(engine, run, state, group);
  for (const index of taken.filter((one) => one % groupWidth < chunk.size)) {
    // Whoever has ended may have left its token lying.
    const found = await unmovedOf(engine, childId(run, index), before);
    const messages = found.map(({ message }) => message);
    if (messages.length > 0) await dispatch(engine, messages);
  }
  if (reports.size === chunk.size && !isDone(state, group))
    await dispatch(engine, [newsMessage(run, epochIn(state), { kind: "group-done", group })]);
}

/**
 * EXPRESS children: who has ended is reported, and whoever was taken and has not ended runs in the shift of its taker.
 * An end that nobody has followed has left its token lying.
 */
async function healShifts(
  engine: Engine,
  run: MapRunId,
  state: RunState,
  takers: readonly (readonly number[])[],
): Promise<void> {
  const followed = new Set(takers.flat());
  const epoch = epochIn(state);
  for (const [group, here] of takers.entries()) {
    const ends = await endsIn(engine, run, group);
    const left = [...here.keys()].flatMap((place) => {
      const end = ends.get(group * groupWidth + place);
      return end && holdsIn(end, epoch) && !followed.has(end.report.index) ? [end] : [];
    });
    const messages: Message[] = [];
    for (const end of left) {
      const taker = end.report.index;
      const token = await tokenBehind(engine, run, epoch, taker, (child) => tokenIn(epoch, ends.get(child)));
      messages.push(shiftMessage({ run, epoch, token }, { taker, chunk: frontierIn(epoch, end) }));
    }
    if (!isDone(state, group)) {
      messages.push(...(await reportAgain(engine, run, state, group, ends)));
      messages.push(...(await waitingShifts(engine, run, epoch, group, here)));
    }
    if (messages.length > 0) await dispatch(engine, messages);
  }
}

async function reportAgain(
  engine: Engine,
  run: MapRunId,
  state: RunState,
  group: number,
  ends: ReadonlyMap<number, ChildEnd>,
): Promise<readonly Message[]> {
  const chunk = await stagedChunk(engine, run, group);
  const messages: Message[] = [];
  for (const end of ends.values()) {
    const { report } = end;
    if (!holdsIn(end, epochIn(state))) continue;
    const child = chunk && (await childInput(engine, run, chunk, report.index));
    if (!child) continue;
    const place = { index: report.index, items: child.items, groupSize: chunk.size, epoch: epochIn(state) };
    const message = await reportEnd(engine, run, state, place, report);
    if (message) messages.push(message);
  }
  return messages;
}
