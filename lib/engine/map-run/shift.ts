/**
 * A shift runs the EXPRESS children that a token comes to, one after the other, until its time is over; then a
 * message hands the token over to the next. What follows a taker is one shift, whoever sends for it however often:
 * it is claimed in the run's log with a lease, and only when that is over may somebody else run what is left of it.
 *
 *   shift of A:  take ──► run ──► end of B ──► take ──► run ──► end of C ──► hand over: shift of C
 *   taken over:           B has ended: on  ──►       C has not: shift of B ──► …
 */
import type { Instant } from "../../asl/position.ts";
import type { RunShift } from "../command.ts";
import type { Engine } from "../engine.ts";
import { groupWidth } from "../group-width.ts";
import { branchPath } from "../identity.ts";
import { dispatch } from "../messages.ts";
import type { MapRunId, SegmentRecord, Verdict } from "../ports.ts";
import { expiry } from "../record.ts";
import { childInput, chunkOf, stagedChunk } from "./chunks.ts";
import { frontierAfter, reportEnd } from "./ended.ts";
import { type ChildEnd, commitEnd, endOf, type FoundEnd, frontierIn, holdsIn, runChild } from "./express.ts";
import { noteFrontier } from "./frontier.ts";
import { checkRunFormat, existing, inEpoch, runFormatVersion } from "./log.ts";
import { epochIn, isOpen, type RunState } from "./run.ts";
import { type Chain, type Search, shiftMessage, type Taken, take, takeNext } from "./tokens.ts";

const done: Verdict = { kind: "done" };

/** A shift begins no child after that, or after so many of them: whoever takes it over has to pass all of them again. */
const longestShift = 10_000;
const mostChildren = 16;

/** An Express execution lives five minutes; and clocks differ. */
const longestChild = 330_000;

/** For whoever was faster to come to his end. */
const patience = 30_000;

/** Times that a child kills its worker before it is given up. */
const mostRevivals = 3;

interface Shift {
  readonly engine: Engine;
  readonly chain: Chain;
  readonly command: RunShift;
  /** Somebody else had begun it. */
  readonly isTakenOver: boolean;
  readonly until: Instant;
}

/** Where the chain of the token is. */
interface Place extends Search {
  /** How many children of the shift come before. */
  readonly children: number;
}

export async function workShift(engine: Engine, command: RunShift): Promise<Verdict> {
  const { execution: run, taker, chunk } = command;
  const { clock } = engine.world;
  const chain = { run, epoch: command.epoch ?? 0, token: command.token };
  const state = await inEpoch(engine, run, chain.epoch);
  // The first child of a token is taken even if the token is withdrawn by now: the others have left it to this one.
  if (!state || !isOpen(state)) return done;
  const taken = await (taker < 0 ? take : takeNext)(engine, chain, state, { taker, chunk });
  // The reader finds the taker, and sends for the shift again.
  if (!taken?.isStaged) return done;
  const claimed = await claim(engine, chain, taker);
  if (claimed.kind === "theirs") return { kind: "later", at: claimed.until };
  const until = clock.now() + longestShift;
  try {
    return await workThrough({ engine, chain, command, isTakenOver: claimed.seq > 0, until }, taken);
  } catch (error) {
    // The message comes back: if it can be written down, it finds that nobody is at work on it any more.
    await release(engine, chain, taker, claimed.seq).catch(() => undefined);
    throw error;
  }
}

/** What a shift reads first, as far as it is staged. */
export async function firstOf(engine: Engine, { execution: run, chunk: number }: RunShift): Promise<void> {
  const chunk = await stagedChunk(engine, run, number);
  if (chunk) await childInput(engine, run, chunk, number * groupWidth);
}

async function workThrough(shift: Shift, first: Taken): Promise<Verdict> {
  const { engine, chain, command } = shift;
  let at: Place = { taker: command.taker, chunk: command.chunk, children: 0 };
  for (let taken: Taken | undefined = first; taken?.isStaged; ) {
    const next = await workChild(shift, at, taken);
    if ("kind" in next) return next;
    const state = await inEpoch(engine, chain.run, chain.epoch);
    taken = state && (await takeNext(engine, chain, state, next));
    at = next;
  }
  return done;
}

/** One child further, or the end of the shift. */
async function workChild(shift: Shift, at: Place, taken: Taken): Promise<Place | Verdict> {
  const { engine, chain } = shift;
  const { run, epoch } = chain;
  const index = taken.chunk * groupWidth + taken.place;
  const isFollowing = mayHaveBegun(shift, taken);
  // What was handed over goes on in a shift of its own.
  if (isFollowing && at.children > 0 && (await isClaimed(engine, chain, at.taker))) return done;
  const latest = isFollowing ? await endOf(engine, run, index) : undefined;
  const before = latest && holdsIn(latest, epoch) ? latest : undefined;
  if (at.children > 0 && isForTheNext(shift, at, taken, before)) return handOver(shift, at);
  const { state } = await existing(engine, run);
  // Looked at after the place was taken: whoever closes the run from here on finds the taker, and writes the child's end.
  if (!isOpen(state) || epochIn(state) !== epoch) return done;
  const chunk = await chunkOf(engine, run, taken.chunk);
  const child = await childInput(engine, run, chunk, index);
  if (!child) {
    noteFrontier(engine, run, epoch, taken.chunk + 1);
    return done;
  }
  const ran = before ?? (await runHere(shift, state, { ...child, index }, latest));
  if (!ran) return { kind: "later", at: engine.world.clock.now() + patience };
  const place = { ...child, index, groupSize: chunk.size, epoch };
  const message = await reportEnd(engine, run, state, place, ran.report);
  if (message) await dispatch(engine, [message]);
  return { taker: index, chunk: frontierIn(epoch, ran), children: at.children + 1 };
}

/** In a shift of one's own who comes last to a chunk has come right now, so that nobody has begun his child; unless before a redrive. */
function mayHaveBegun({ isTakenOver, chain }: Shift, { isLast }: Taken): boolean {
  return isTakenOver || !isLast || chain.epoch > 0;
}

/**
 * The shift is long enough; or somebody may be at work on the child that comes now, who began it in a shift before; or
 * the shift has cost workers their lives: that is held against its first child, and those behind it have tries of
 * their own.
 */
function isForTheNext(
  { engine, until, command }: Shift,
  { children }: Place,
  { isLast }: Taken,
  ended: FoundEnd | undefined,
): boolean {
  if (!ended && (!isLast || command.revived)) return true;
  return children >= mostChildren || engine.world.clock.now() >= until;
}

async function handOver({ engine, chain }: Shift, at: Place): Promise<Verdict> {
  if (await isClaimed(engine, chain, at.taker)) return done;
  await dispatch(engine, [shiftMessage(chain, at)]);
  return done;
}

/** Undefined: somebody else has ended the child meanwhile, and answers for what follows. */
async function runHere(
  { engine, chain: { run, epoch, token }, command }: Shift,
  state: RunState,
  child: Parameters<typeof runChild>[3],
  before: FoundEnd | undefined,
): Promise<ChildEnd | undefined> {
  const { index, items } = child;
  const now = engine.world.clock.now();
  const common = { nonce: engine.world.chance.hex(8), token, epoch };
  const report =
    (command.revived ?? 0) > mostRevivals
      ? { index, items, startedAt: now, stoppedAt: now, outcome: givenUp }
      : await whileOpen(engine, run, (signal) => runChild(engine, run, state, child, signal));
  const frontier = await frontierAfter(engine, run, index, epoch);
  const end = await commitEnd(engine, run, { ...common, report, frontier }, before);
  return end.nonce === common.nonce ? end : undefined;
}

const givenUp = {
  status: "FAILED",
  failure: {
    error: "States.Runtime",
    cause: `The worker died ${mostRevivals} times over while it ran this execution.`,
  },
} as const;

/** Between two looks at whether anybody still waits for the child. */
const lookMilliseconds = 5_000;

/** Runs it with a signal that is aborted when the run is closed. */
async function whileOpen<T>(engine: Engine, run: MapRunId, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock } = engine.world;
  const closed = new AbortController();
  let cancel = (): void => {};
  const lookLater = (): void => {
    cancel = clock.at(clock.now() + lookMilliseconds, () => void look());
  };
  const look = async (): Promise<void> => {
    // An outage tells nothing: it is looked at again.
    const head = await existing(engine, run).catch(() => undefined);
    if (head && !isOpen(head.state)) closed.abort();
    else if (!over) lookLater();
  };
  let over = false;
  lookLater();
  try {
    return await work(closed.signal);
  } finally {
    over = true;
    cancel();
  }
}

type Claimed =
  /** `seq`: how many claims there have been before. */
  { readonly kind: "ours"; readonly seq: number } | { readonly kind: "theirs"; readonly until: Instant };

/** The branches of the run's log that hold the claims of shifts: of those that follow a child, and of first ones; two for each epoch. */
function shiftBranch(epoch: number, taker: number): string {
  return taker < 0 ? branchPath("", 2 * epoch + 2, -1 - taker) : branchPath("", 2 * epoch + 1, taker);
}

async function isClaimed(engine: Engine, { run, epoch }: Chain, taker: number): Promise<boolean> {
  return (await engine.world.log.head(run, shiftBranch(epoch, taker))) !== undefined;
}

/** Under contention one of the losers claims next, when the lease is over. */
async function claim(engine: Engine, { run, epoch }: Chain, taker: number): Promise<Claimed> {
  const { log, clock, chance, leasesVoidBefore } = engine.world;
  const branch = shiftBranch(epoch, taker);
  const nonce = chance.hex(8);
  for (let seq = 0; ; ) {
    const now = clock.now();
    const record = leaseRecord(engine, { run, branch, seq, nonce, until: now + longestShift + longestChild });
    const answer = await log.append(record);
    if (answer.kind === "appended") return { kind: "ours", seq };
    const head = (await log.head(run, branch)) ?? answer.winner;
    const read = JSON.parse(head.body);
    checkRunFormat(read.v);
    if (read.n === nonce) return { kind: "ours", seq: head.seq };
    const ownerIsGone = read.t < leasesVoidBefore;
    if (!ownerIsGone && read.l > clock.now()) return { kind: "theirs", until: read.l };
    seq = head.seq + 1;
  }
}

/** A lease that is over, behind the one that is given back; if there is another by now, nothing. */
async function release(engine: Engine, { run, epoch }: Chain, taker: number, seq: number): Promise<void> {
  const { log, chance } = engine.world;
  const over = { run, branch: shiftBranch(epoch, taker), seq: seq + 1, nonce: chance.hex(8), until: 0 };
  await log.append(leaseRecord(engine, over));
}

interface Lease {
  readonly run: MapRunId;
  readonly branch: string;
  readonly seq: number;
  readonly nonce: string;
  readonly until: Instant;
}

function leaseRecord(engine: Engine, { run, branch, seq, nonce, until }: Lease): SegmentRecord {
  const now = engine.world.clock.now();
  const body = JSON.stringify({ v: runFormatVersion, n: nonce, t: now, l: until });
  return { execution: run, branch, seq, body, expires: expiry(engine, now) };
}
