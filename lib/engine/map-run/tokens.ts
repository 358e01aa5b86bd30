/**
 * Who starts which child. As many tokens are given out as may run at once; a token is a chain of children, one
 * after the other: where one ends, the next is taken from the first chunk that has children left. Taking is an
 * entry in the list of the chunk's takers, so it is done once however often a message comes, and no
 * child is passed over. When MaxConcurrency falls, tokens of slots beyond it take nothing any more.
 */
import type { Engine } from "../engine.ts";
import { childId } from "../identity.ts";
import { groupWidth } from "../join.ts";
import { dispatch, messageOf } from "../messages.ts";
import type { MapRunId, Message } from "../ports.ts";
import { expiry } from "../record.ts";
import type { Token } from "../segment.ts";
import { startChild } from "./children.ts";
import { childInput, chunkOf, runJoin, takersOf } from "./chunks.ts";
import { type ChildEnd, endsIn } from "./express.ts";
import { existing, roughly } from "./log.ts";
import { type Gift, isOpen, type RunState } from "./run.ts";

/** More slots than MaxConcurrency can have. */
const slotsOfGeneration = 16_384;

/** A taker is the child that has ended; before the first child the token itself, as a negative number. */
export function takerOf({ slot, generation }: Token): number {
  return -1 - (generation * slotsOfGeneration + slot);
}

function firstToken(taker: number): Token {
  return { slot: (-1 - taker) % slotsOfGeneration, generation: Math.floor((-1 - taker) / slotsOfGeneration) };
}

async function tokenOf(engine: Engine, run: MapRunId, taker: number): Promise<Token> {
  if (taker < 0) return firstToken(taker);
  const { mapRun } = await engine.header(childId(run, taker));
  if (!mapRun) throw new Error(`child ${taker} of Map Run ${run} does not know the run`);
  return mapRun.token;
}

/**
 * The messages that start a token's first child each. Those of the first generation fill chunk after chunk among
 * themselves, so each may begin at its own: none has to go past the others. From there on the frontier says it.
 */
export async function giveOut(
  engine: Engine,
  run: MapRunId,
  { express }: Pick<RunState, "express">,
  { generation, from, to }: Gift,
): Promise<void> {
  const atOnce = 1_000;
  for (let first = from; first < to; first += atOnce) {
    const slots = Array.from({ length: Math.min(atOnce, to - first) }, (_, place) => first + place);
    const messages = slots.map((slot) => {
      const chunk = generation === 0 ? Math.floor(slot / groupWidth) : (engine.frontiers.get(run) ?? 0);
      const token = { slot, generation };
      if (express) return shiftMessage(run, token, takerOf(token), chunk);
      return messageOf({ kind: "run-token", execution: run, branch: "", token, chunk }, "flow");
    });
    await dispatch(engine, messages);
  }
}

export function shiftMessage(run: MapRunId, token: Token, taker: number, chunk: number): Message {
  return messageOf({ kind: "run-shift", execution: run, branch: "", token, taker, chunk }, "tasks");
}

/** The first child of a token. It is taken even if the token is withdrawn by now: the others have left it to this one. */
export async function startFirst(engine: Engine, run: MapRunId, token: Token, from: number): Promise<void> {
  const state = await roughly(engine, run);
  if (isOpen(state)) await takeAndStart(engine, run, token, takerOf(token), from);
}

/** The child that follows `taker`, from chunk `from` on: the same for all copies of a message. */
export async function startNext(
  engine: Engine,
  run: MapRunId,
  token: Token,
  taker: number,
  from: number,
): Promise<void> {
  const state = await roughly(engine, run);
  if (!isOpen(state) || isWithdrawn(state, token) || isPastTheEnd(state, from)) return;
  await takeAndStart(engine, run, token, taker, from);
}

async function takeAndStart(engine: Engine, run: MapRunId, token: Token, taker: number, from: number): Promise<void> {
  const taken = await take(engine, run, taker, from);
  if (taken.isStaged) await startTaken(engine, run, taken.chunk, taken.place, token);
}

export function isWithdrawn({ concurrency }: RunState, { slot, generation }: Token): boolean {
  return concurrency.slice(generation + 1).some((most) => most <= slot);
}

export function isPastTheEnd({ staged }: RunState, chunk: number): boolean {
  return staged.complete && chunk >= staged.chunks;
}

export interface Taken {
  readonly chunk: number;
  readonly place: number;
  readonly isStaged: boolean;
  /** Nobody has come after this taker, who may have come right now. */
  readonly isLast: boolean;
}

/** The same place for the same taker from the same chunk on, however often. */
export async function take(engine: Engine, run: MapRunId, taker: number, from: number): Promise<Taken> {
  const { joins, clock } = engine.world;
  for (let chunk = from; ; chunk++) {
    const key = runJoin(run, "takers", chunk);
    const { finished, closed } = await joins.report(key, taker, undefined, expiry(engine, clock.now()));
    const place = finished.indexOf(taker);
    noteFrontier(engine, run, place >= groupWidth - 1 ? chunk + 1 : chunk);
    if (place < groupWidth) return { chunk, place, isStaged: closed, isLast: place === finished.length - 1 };
  }
}

/** Everything before that chunk is taken. */
export function noteFrontier(engine: Engine, run: MapRunId, chunk: number): void {
  if (chunk > (engine.frontiers.get(run) ?? -1)) engine.frontiers.put(run, chunk);
}

/** Those who came before their chunk was staged. */
export async function startWaiting(engine: Engine, run: MapRunId, chunk: number): Promise<void> {
  const waiting = (await takersOf(engine, run, chunk)).slice(0, groupWidth);
  if (waiting.length === 0) return;
  if ((await roughly(engine, run)).express) return dispatch(engine, await waitingShifts(engine, run, chunk, waiting));
  for (const [place, taker] of waiting.entries()) {
    await startTaken(engine, run, chunk, place, await tokenOf(engine, run, taker));
  }
}

/** What is to be sent for the takers of a chunk whose children have not ended. */
export async function waitingShifts(
  engine: Engine,
  run: MapRunId,
  chunk: number,
  takers: readonly number[],
): Promise<readonly Message[]> {
  const ended = await endsIn(engine, run, chunk);
  const groups = new Map<number, ReadonlyMap<number, ChildEnd>>();
  const messages: Message[] = [];
  for (const [place, taker] of takers.entries()) {
    if (ended.has(chunk * groupWidth + place)) continue;
    const group = Math.floor(taker / groupWidth);
    if (taker >= 0 && !groups.has(group)) groups.set(group, await endsIn(engine, run, group));
    const token = taker < 0 ? firstToken(taker) : groups.get(group)?.get(taker)?.token;
    if (!token) throw new Error(`child ${taker} of Map Run ${run} has taken another and has not ended`);
    messages.push(shiftMessage(run, token, taker, chunk));
  }
  return messages;
}

/**
 * Starts the child at this place of a chunk. The run is looked at after the place was taken: if it is open
 * then, whoever closes it finds the taker in the list, and stops the child or sees to it that it never starts.
 */
async function startTaken(engine: Engine, run: MapRunId, chunk: number, place: number, token: Token): Promise<void> {
  const index = chunk * groupWidth + place;
  const { state } = await existing(engine, run);
  if (!isOpen(state)) return;
  const staged = await chunkOf(engine, run, chunk);
  const child = await childInput(engine, run, staged, index);
  // Only the last chunk has fewer than 256.
  if (!child) return noteFrontier(engine, run, chunk + 1);
  await startChild(engine, run, state, { ...child, index, groupSize: staged.size, token });
}
