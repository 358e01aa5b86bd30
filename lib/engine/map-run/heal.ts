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
import { longestWork } from "./longest-work.ts";
import type { RunNews } from "./news.ts";
import { reportsOf } from "./reports.ts";
import { epochIn, isDone, isOpen, keptIn, type RunState } from "./run.ts";
import { firstChunks, giveOut, shiftMessage, startWaiting, takerOf, tokenBehind, waitingShifts } from "./tokens.ts";

type Heal = Extract<RunNews, { readonly kind: "heal" }>;

/** A run that has been redriven since that epoch has other messages. */
export async function healRun(
  engine: Engine,
  run: MapRunId,
  epoch: number,
  { before = Number.POSITIVE_INFINITY, from = 0 }: Heal,
): Promise<void> {
  const { clock } = engine.world;
  const until = clock.now() + longestWork;
  const head = await runHead(engine, run);
  // Entered in the list and not begun: its fork begins it.
  if (!head || epochIn(head.state) !== epoch) return;
  const { state } = head;
  if (from === 0) {
    await callFor(engine, head);
    if (state.phase.kind !== "ended") await enterInList(engine, head);
  }
  if (!isOpen(state)) return;
  const takers = await allTakers(engine, run, state);
  const followed = new Set(takers.flat());
  if (from === 0) await giveOutAgain(engine, run, state, followed);
  for (const [group, here] of [...takers.entries()].slice(from)) {
    if (group > from && clock.now() >= until) {
      const rest = { kind: "heal", from: group, ...(Number.isFinite(before) && { before }) } as const;
      return dispatch(engine, [newsMessage(run, epoch, rest)]);
    }
    await (state.express ? healShifts : healChildren)(engine, run, state, { group, here, followed, before });
  }
}

/** Chunks whose takers are read at a time: a run may have thousands. */
const chunksAtOnce = 20;

/** Chunk by chunk, as far as anybody has taken from them. */
async function allTakers(engine: Engine, run: MapRunId, state: RunState): Promise<readonly (readonly number[])[]> {
  const takers: (readonly number[])[] = [];
  const takersHere = async (group: number): Promise<readonly number[]> =>
    keptIn(state, group) === undefined ? (await takersOf(engine, run, group, epochIn(state))).slice(0, groupWidth) : [];
  for (let from = 0; from < state.staged.chunks; from += chunksAtOnce) {
    const width = Math.min(chunksAtOnce, state.staged.chunks - from);
    const some = await Promise.all(Array.from({ length: width }, (_, place) => takersHere(from + place)));
    for (const here of some) {
      const group = takers.length;
      if (here.length === 0 && keptIn(state, group) === undefined && group >= firstChunks(state)) return takers;
      takers.push(here);
    }
  }
  return takers;
}

/** Tokens that took nothing, as many as stand beside each other in one go. */
async function giveOutAgain(engine: Engine, run: MapRunId, state: RunState, taken: ReadonlySet<number>): Promise<void> {
  for (const gift of state.given) {
    const { generation } = gift;
    const hasTaken = (slot: number): boolean => taken.has(takerOf({ slot, generation }));
    for (let from = gift.from; from < gift.to; from++) {
      let to = from;
      while (to < gift.to && !hasTaken(to)) to++;
      if (to > from) await giveOut(engine, run, state, { ...gift, from, to });
      from = to;
    }
  }
}

/** A group, and who has taken from it. */
interface GroupToHeal {
  readonly group: number;
  readonly here: readonly number[];
  /** Whoever has taken a child after its own, in any group. */
  readonly followed: ReadonlySet<number>;
  /** Only children that should have moved by then. */
  readonly before: Instant;
}

async function healChildren(
  engine: Engine,
  run: MapRunId,
  state: RunState,
  { group, here, followed, before }: GroupToHeal,
): Promise<void> {
  // Of a group that is done, only who came last to a place and may have left his token lying there.
  const all = here.map((_, place) => group * groupWidth + place);
  const taken = isDone(state, group) ? all.filter((index) => !followed.has(index)) : all;
  if (taken.length === 0 && isDone(state, group)) return;
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
  { group, here, followed }: GroupToHeal,
): Promise<void> {
  const epoch = epochIn(state);
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
