/**
 * Who starts which child. As many tokens are given out as may run at once; a token is a chain of children, one
 * after the other: where one ends, the next is taken from the first chunk that has children left. Taking is an
 * entry in the list of the chunk's takers, so it is done once however often a message comes, and no
 * child is passed over. When MaxConcurrency falls, tokens of slots beyond it take nothing any more.
 */
import type { Engine } from "../engine.ts";
import { groupWidth } from "../group-width.ts";
import { headerAt, headOf } from "../head.ts";
import { childId } from "../identity.ts";
import { dispatch, messageOf } from "../messages.ts";
import type { MapRunId, Message } from "../ports.ts";
import { expiry } from "../record.ts";
import type { Token } from "../segment.ts";
import { type NewChild, startChild } from "./children.ts";
import { childInput, chunkOf, runJoin, stagedChunk, takersOf } from "./chunks.ts";
import { type ChildEnd, endsIn, holdsIn, tokenIn } from "./express.ts";
import { noteFrontier } from "./frontier.ts";
import { allSent, type Gift, unsentOf } from "./gifts.ts";
import { changeRun, existing, inEpoch, type RunHead } from "./log.ts";
import { epochIn, isOpen, keptIn, type RunState } from "./run.ts";

/** More slots than MaxConcurrency can have. */
const slotsOfGeneration = 16_384;

/** A taker is the child that has ended; before the first child the token itself, as a negative number. */
export function takerOf({ slot, generation }: Token): number {
  return -1 - (generation * slotsOfGeneration + slot);
}

function firstToken(taker: number): Token {
  return { slot: (-1 - taker) % slotsOfGeneration, generation: Math.floor((-1 - taker) / slotsOfGeneration) };
}

/** What runs one child after the other, since the redrive of that number. */
export interface Chain {
  readonly run: MapRunId;
  readonly epoch: number;
  readonly token: Token;
}

/** Where it looks for the child that follows `taker`. */
export interface Search {
  readonly taker: number;
  readonly chunk: number;
}

/** Messages of the first epoch do not speak of it. */
export function ofEpoch(epoch: number): { readonly epoch?: number } {
  return epoch === 0 ? {} : { epoch };
}

/**
 * In so many chunks tokens of the first generation begin, each in its own and in any order: one may be untouched that
 * is followed by others. Behind them children are taken chunk by chunk.
 */
export function firstChunks({ concurrency: [first] }: RunState): number {
  return Math.ceil(first / groupWidth);
}

/**
 * The messages that start a token's first child each. Those of the first generation fill chunk after chunk among
 * themselves, so each may begin at its own: none has to go past the others. Of later ones it stands in the gift: a copy
 * that looked from another chunk on would take another child.
 */
export async function giveOut(
  engine: Engine,
  run: MapRunId,
  state: RunState,
  { generation, from, to, frontier = 0 }: Gift,
): Promise<void> {
  const atOnce = 1_000;
  const epoch = epochIn(state);
  for (let first = from; first < to; first += atOnce) {
    const slots = Array.from({ length: Math.min(atOnce, to - first) }, (_, place) => first + place);
    const messages = slots.map((slot) => {
      const chunk = generation === 0 ? Math.floor(slot / groupWidth) : frontier;
      const token = { slot, generation };
      if (state.express) return shiftMessage({ run, epoch, token }, { taker: takerOf(token), chunk });
      return messageOf({ kind: "run-token", execution: run, branch: "", ...ofEpoch(epoch), token, chunk }, "flow");
    });
    await dispatch(engine, messages);
  }
}

/** What was given out under that key and may not have been sent; whoever dies before that, the copy of its message does it. */
export async function sendGiven(engine: Engine, { id, state }: RunHead, key: string): Promise<void> {
  const gifts = unsentOf(state, key);
  if (gifts.length === 0) return;
  for (const gift of isOpen(state) ? gifts : []) await giveOut(engine, id, state, gift);
  await changeRun(engine, id, key, (now) => allSent(now, key));
}

export function shiftMessage({ run, epoch, token }: Chain, { taker, chunk }: Search): Message {
  return messageOf({ kind: "run-shift", execution: run, branch: "", ...ofEpoch(epoch), token, taker, chunk }, "tasks");
}

/** The first child of a token. It is taken even if the token is withdrawn by now: the others have left it to this one. */
export async function startFirst(engine: Engine, chain: Chain, chunk: number): Promise<void> {
  const state = await inEpoch(engine, chain.run, chain.epoch);
  if (!state || !isOpen(state)) return;
  const taken = await take(engine, chain, state, { taker: takerOf(chain.token), chunk });
  if (taken.isStaged) await startTaken(engine, chain, taken);
}

/** The child that follows `taker`, from that chunk on: the same for all copies of a message. */
export async function startNext(engine: Engine, chain: Chain, search: Search): Promise<void> {
  const state = await inEpoch(engine, chain.run, chain.epoch);
  const taken = state && (await takeNext(engine, chain, state, search));
  if (taken?.isStaged) await startTaken(engine, chain, taken);
}

/** The place of the child that the token goes on to; undefined: to none. */
export async function takeNext(
  engine: Engine,
  chain: Chain,
  state: RunState,
  search: Search,
): Promise<Taken | undefined> {
  if (!isOpen(state) || isPastTheEnd(state, search.chunk)) return undefined;
  return isWithdrawn(state, chain.token)
    ? takenBefore(engine, chain, state, search)
    : take(engine, chain, state, search);
}

/** Whoever had taken a child when the token was withdrawn, and died before he started it: nobody else will. */
async function takenBefore(
  engine: Engine,
  { run, epoch }: Chain,
  state: RunState,
  { taker, chunk: from }: Search,
): Promise<Taken | undefined> {
  for (let chunk = from; await stagedChunk(engine, run, chunk); chunk++) {
    if (keptIn(state, chunk) !== undefined) continue;
    const takers = await takersOf(engine, run, chunk, epoch);
    const place = takers.indexOf(taker);
    // Who finds a chunk full goes past it, and perhaps without a trace.
    if (place < 0 && takers.length < groupWidth) return undefined;
    if (place >= 0 && place < groupWidth) return { chunk, place, isStaged: true, isLast: place === takers.length - 1 };
  }
  // The reader starts who waits for a chunk.
  return undefined;
}

function isWithdrawn({ concurrency }: RunState, { slot, generation }: Token): boolean {
  return concurrency.slice(generation + 1).some((most) => most <= slot);
}

function isPastTheEnd({ staged }: RunState, chunk: number): boolean {
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
export async function take(
  engine: Engine,
  { run, epoch }: Chain,
  state: RunState,
  { taker, chunk: from }: Search,
): Promise<Taken> {
  const { joins, clock } = engine.world;
  for (let chunk = from; ; chunk++) {
    if (keptIn(state, chunk) !== undefined) continue;
    // Nothing will ever be staged there.
    if (isPastTheEnd(state, chunk)) return { chunk, place: 0, isStaged: false, isLast: true };
    const full = engine.fullChunks.get(`${run} ${chunk}@${epoch}`);
    const known = full?.get(taker);
    if (known !== undefined) return { chunk, place: known, isStaged: true, isLast: false };
    // Thousands of tokens may come to a few chunks: lists that each of them adds to grow with the square of them.
    if (full) continue;
    const key = runJoin(run, "takers", chunk, epoch);
    const { finished, closed } = await joins.report(key, taker, undefined, expiry(engine, clock.now()));
    if (closed && finished.length >= groupWidth) noteFull(engine, run, epoch, chunk, finished);
    const place = finished.indexOf(taker);
    noteFrontier(engine, run, epoch, place >= groupWidth - 1 ? chunk + 1 : chunk);
    if (place < groupWidth) return { chunk, place, isStaged: closed, isLast: place === finished.length - 1 };
  }
}

function noteFull(engine: Engine, run: MapRunId, epoch: number, chunk: number, takers: readonly number[]): void {
  const places = takers.slice(0, groupWidth).map((taker, place): [number, number] => [taker, place]);
  engine.fullChunks.put(`${run} ${chunk}@${epoch}`, new Map(places));
}

/** Of a child, if it says so for this epoch. */
type KnownToken = (child: number) => Promise<Token | undefined> | Token | undefined;

/** Whose turn it is behind that taker. Who succeeded before a redrive was passed by, in the turn of whoever took him since. */
export async function tokenBehind(
  engine: Engine,
  run: MapRunId,
  epoch: number,
  taker: number,
  known: KnownToken,
): Promise<Token> {
  let at = taker;
  while (at >= 0) {
    const token = await known(at);
    if (token) return token;
    const before = (await takersOf(engine, run, Math.floor(at / groupWidth), epoch))[at % groupWidth];
    if (before === undefined)
      throw new Error(`child ${at} of Map Run ${run} has taken another, and nobody has taken it`);
    at = before;
  }
  return firstToken(at);
}

/** Those who came before their chunk was staged; `only`: no more than these children are started. */
export async function startWaiting(
  engine: Engine,
  run: MapRunId,
  epoch: number,
  chunk: number,
  only?: readonly number[],
): Promise<void> {
  const waiting = (await takersOf(engine, run, chunk, epoch)).slice(0, groupWidth);
  if (waiting.length === 0) return;
  const state = await inEpoch(engine, run, epoch);
  if (!state) return;
  if (state.express) return dispatch(engine, await waitingShifts(engine, run, epoch, chunk, waiting));
  const known = async (child: number): Promise<Token | undefined> => {
    const head = await headOf(engine, childId(run, child), "");
    const { mapRun } = head ? await headerAt(engine, head) : {};
    return mapRun && (mapRun.epoch ?? 0) === epoch ? mapRun.token : undefined;
  };
  for (const [place, taker] of waiting.entries()) {
    if (only && !only.includes(chunk * groupWidth + place)) continue;
    const chain = { run, epoch, token: await tokenBehind(engine, run, epoch, taker, known) };
    await startTaken(engine, chain, { chunk, place });
  }
}

/** What is to be sent for the takers of a chunk whose children have not ended. */
export async function waitingShifts(
  engine: Engine,
  run: MapRunId,
  epoch: number,
  chunk: number,
  takers: readonly number[],
): Promise<readonly Message[]> {
  const ended = await endsIn(engine, run, chunk);
  const groups = new Map<number, ReadonlyMap<number, ChildEnd>>();
  const known = async (child: number): Promise<Token | undefined> => {
    const group = Math.floor(child / groupWidth);
    const there = groups.get(group) ?? (await endsIn(engine, run, group));
    groups.set(group, there);
    return tokenIn(epoch, there.get(child));
  };
  const messages: Message[] = [];
  for (const [place, taker] of takers.entries()) {
    const end = ended.get(chunk * groupWidth + place);
    if (end && holdsIn(end, epoch)) continue;
    const token = await tokenBehind(engine, run, epoch, taker, known);
    messages.push(shiftMessage({ run, epoch, token }, { taker, chunk }));
  }
  return messages;
}

/** Starts the child at this place of a chunk; in a later epoch a message sees what is to be done with it. */
export async function startTaken(
  engine: Engine,
  chain: Chain,
  { chunk, place }: Pick<Taken, "chunk" | "place">,
): Promise<void> {
  const { run, epoch, token } = chain;
  if (epoch > 0) {
    const message = { kind: "run-redrive", execution: run, branch: "", epoch, token, chunk, place } as const;
    return dispatch(engine, [messageOf(message, "flow")]);
  }
  const found = await childAt(engine, chain, { chunk, place });
  if (found) await startChild(engine, run, found.state, found.child);
}

/**
 * The child at this place of a chunk, if the run is open. The run is looked at after the place was taken: if it is
 * open then, whoever closes it finds the taker in the list, and stops the child or sees to it that it never starts.
 */
export async function childAt(
  engine: Engine,
  { run, epoch, token }: Chain,
  { chunk, place }: Pick<Taken, "chunk" | "place">,
): Promise<{ readonly state: RunState; readonly child: NewChild } | undefined> {
  const index = chunk * groupWidth + place;
  const { state } = await existing(engine, run);
  if (!isOpen(state) || epochIn(state) !== epoch) return undefined;
  const staged = await chunkOf(engine, run, chunk);
  const child = await childInput(engine, run, staged, index);
  if (child) return { state, child: { ...child, index, groupSize: staged.size, token, ...ofEpoch(epoch) } };
  // Only the last chunk has fewer than 256.
  noteFrontier(engine, run, epoch, chunk + 1);
  return undefined;
}
