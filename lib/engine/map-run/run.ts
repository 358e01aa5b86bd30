/**
 * A Map Run as its log has it: one value that says how far it has come, and the changes that news makes to it.
 * Pure. Which children run is not in here: they are found through the takers of each chunk of items (`tokens.ts`),
 * so that the run is written to once for a group of 256 children and not for each of them.
 */
import type { ListedFile } from "../../asl/distributed/results.ts";
import { exceedsTolerance, type Tolerance, toleranceExceeded } from "../../asl/distributed/tolerance.ts";
import type { Failure, Instant, StateName } from "../../asl/position.ts";
import type { SegmentKey } from "../ports.ts";
import { type Counts, noCounts, sum } from "./counts.ts";
import { concurrencyOf, type Gift, giveTokens, type UnsentGift } from "./gifts.ts";
import { addToRanges, isInRanges, type Ranges, sizeOfRanges } from "./ranges.ts";
import type { Mark } from "./source.ts";

export interface RunState extends Tolerance {
  /** The segment that forked: its position has the items or their reader, and whatever else was evaluated there. */
  readonly parent: SegmentKey;
  readonly state: StateName;
  readonly startedAt: Instant;
  /** Its children run in memory. */
  readonly express?: true;
  /** Absent: never. What was done before it keeps what it came to. */
  readonly redriven?: RunRedrive;
  /** A redrive came while it was still being closed: it follows when that is done. */
  readonly awaited?: number;
  /** Its parent ended again before the redrive of that number had come here: it comes in vain. */
  readonly inVain?: number;
  /** Groups whose children had all succeeded before the last redrive, by the epoch in which they did. */
  readonly kept?: readonly KeptGroups[];
  /** How many children are in them. */
  readonly keptChildren?: number;
  /** MaxConcurrency at the start and after each change: a token's generation is a place in here. */
  readonly concurrency: readonly [number, ...number[]];
  readonly staged: Staged;
  /** How many tokens were given out and are not withdrawn. */
  readonly tokens: number;
  /** All that were ever given out. */
  readonly given: readonly Gift[];
  /** Those of `given` whose messages may not be sent yet, with the key of the one who has to send them. */
  readonly unsent?: readonly UnsentGift[];
  /** Groups whose children have all ended. */
  readonly done: Ranges;
  /** Of the groups that are done. */
  readonly counts: Counts;
  /** Items known to have failed, of groups that are not done. */
  readonly failing: Readonly<Record<string, number>>;
  readonly phase: Phase;
  readonly afterwards: Afterwards;
}

export interface RunRedrive {
  /** The first is 1: the run's epoch. */
  readonly count: number;
  readonly at: Instant;
  /** The epoch in which the children reported what they had come to by then. */
  readonly before: number;
  /** It was closed before all was looked through: they have reported nothing since. */
  readonly isCutShort?: true;
}

export interface KeptGroups {
  readonly epoch: number;
  readonly groups: Ranges;
}

/** How far the items have been read: each child's input stands in a chunk of up to 256. */
export interface Staged {
  readonly chunks: number;
  readonly children: number;
  readonly items: number;
  /** There are no more. */
  readonly complete: boolean;
  /** Whence the next reader can come to the items that follow; absent: from the beginning. */
  readonly mark?: Mark;
}

/** AWS's default, and the most it allows. */
export const mostConcurrency = 10_000;

/** The message that segment `seq` called for is at work on it; `from` is the key of the one that has to send that. */
interface Charge {
  readonly seq: number;
  readonly from: string;
}

export type Phase =
  /** Redriven: what has succeeded before is looked through, up to this group so far. */
  | { readonly kind: "reopening"; readonly charge: Charge; readonly group: number }
  | { readonly kind: "reading"; readonly charge: Charge }
  /** All items are staged; the children's own ends move it on. */
  | { readonly kind: "running" }
  | { readonly kind: "closing"; readonly charge: Charge; readonly outcome: RunOutcome; readonly group: number }
  | { readonly kind: "writing"; readonly charge: Charge; readonly outcome: RunOutcome; readonly written: WrittenSoFar }
  | Ended;

export interface Ended {
  readonly kind: "ended";
  readonly from: string;
  readonly outcome: RunOutcome;
  readonly stoppedAt: Instant;
  /** Where a ResultWriter has written. */
  readonly written?: WrittenSoFar;
}

export type RunOutcome =
  | { readonly status: "SUCCEEDED" }
  | { readonly status: "FAILED"; readonly failure: Failure }
  | { readonly status: "ABORTED"; readonly failure: Failure };

export interface WrittenSoFar {
  /** Groups before this one are in the files. */
  readonly group: number;
  /** Children, and the items in them. */
  readonly results: number;
  readonly items: number;
  readonly files: readonly ListedFile[];
  /** Those that are in parts so far, put together at the end; `size` is of these parts. */
  readonly open?: readonly OpenFile[];
  /** What belongs to no part yet is staged under the number of that group. */
  readonly rest?: number;
}

export interface OpenFile extends ListedFile {
  readonly upload: string;
  readonly tags: readonly string[];
  /** Nothing more goes into it. */
  readonly isFull?: true;
}

/** When and under which message's charge a change is made, and the number that its segment will have. */
export interface Occasion {
  readonly seq: number;
  readonly now: Instant;
  readonly key: string;
  /** All children of the chunks before that one are taken (`frontier.ts`). */
  readonly frontier?: number;
}

/** What becomes of the results: files are written of them, or the parent takes them if they are not too long. */
export type Afterwards =
  | { readonly kind: "write" }
  | { readonly kind: "hand-over"; readonly longest: number; readonly tooLong: Failure };

/** What was sent or reported in an earlier epoch has no say in a later one. */
export function epochIn({ redriven }: Pick<RunState, "redriven">): number {
  return redriven?.count ?? 0;
}

/** The epoch whose reports say what the children have come to. */
export function toldIn(state: Pick<RunState, "redriven">): number {
  return state.redriven?.isCutShort ? state.redriven.before : epochIn(state);
}

/** The epoch in which all of the group had succeeded; undefined: it is one of those to be done. */
export function keptIn({ kept }: Pick<RunState, "kept">, group: number): number | undefined {
  return kept?.find(({ groups }) => isInRanges(groups, group))?.epoch;
}

/** Nothing of the group is left to do. */
export function isDone(state: Pick<RunState, "done" | "kept">, group: number): boolean {
  return isInRanges(state.done, group) || keptIn(state, group) !== undefined;
}

/** Whether children may still be started. */
export function isOpen({ phase }: RunState): boolean {
  return phase.kind === "reading" || phase.kind === "running";
}

/** All children of a group have ended. */
export function groupDone(state: RunState, group: number, counts: Counts, at: Occasion): RunState | undefined {
  const done = addToRanges(state.done, group);
  if (!isOpen(state) || done === undefined) return undefined;
  const { [group]: _, ...failing } = state.failing;
  return settle({ ...state, done, failing, counts: sum(state.counts, counts) }, at);
}

/** At least so many items of the group have failed. */
export function groupFailing(state: RunState, group: number, items: number, at: Occasion): RunState | undefined {
  if (!isOpen(state) || items <= (state.failing[group] ?? 0) || addToRanges(state.done, group) === undefined) {
    return undefined;
  }
  return settle({ ...state, failing: { ...state.failing, [group]: items } }, at);
}

/** The run ends before its time: its items cannot be read, or nobody waits for it any more. */
export function closeRun(state: RunState, outcome: RunOutcome, at: Occasion): RunState | undefined {
  if (state.phase.kind === "reopening") return closing(cutShort(state), outcome, at);
  return isOpen(state) ? closing(state, outcome, at) : undefined;
}

function cutShort({ redriven, ...state }: RunState): RunState {
  return { ...state, ...(redriven && { redriven: { ...redriven, isCutShort: true } }) };
}

/** The parent, redriven that often, has ended: what has been redriven since is none of its affair. */
export function abandoned(state: RunState, count: number, at: Occasion): RunState | undefined {
  if (epochIn(state) > count) return undefined;
  const now = isToCome(state, count) ? withoutRedrive(state, count) : state;
  return closeRun(now, { status: "ABORTED", failure: {} }, at) ?? (now === state ? undefined : now);
}

/** Whether the redrive of that number would still open the run. */
function isToCome(state: RunState, count: number): boolean {
  return epochIn(state) < count && (state.inVain ?? 0) < count;
}

function withoutRedrive({ awaited, ...state }: RunState, count: number): RunState {
  return { ...state, ...(awaited !== undefined && awaited > count && { awaited }), inVain: count };
}

/** More of the items are staged, and tokens are given out for them. */
export function readOn(state: RunState, staged: Staged, at: Occasion): RunState | undefined {
  if (state.phase.kind !== "reading" || staged.items < state.staged.items) return undefined;
  const phase = staged.complete ? ({ kind: "running" } as const) : state.phase;
  return settle(givingMore({ ...state, staged, phase }, at), at);
}

/**
 * The tokens that nobody has are given out, and sent afterwards: a change that comes in between, as the repeated call
 * of one that died, gives out others.
 */
export function giveMore(state: RunState, at: Occasion): RunState | undefined {
  return isOpen(state) ? giveTokens(state, at) : undefined;
}

function givingMore(state: RunState, at: Occasion): RunState {
  return giveMore(state, at) ?? state;
}

/** The work goes on in another message: a function does not live for ever. */
export function handOver(state: RunState, { seq, key }: Occasion): RunState | undefined {
  const { phase } = state;
  return "charge" in phase ? { ...state, phase: { ...phase, charge: { seq, from: key } } } : undefined;
}

export interface Change extends Tolerance {
  readonly maxConcurrency?: number;
}

/** UpdateMapRun. Tokens that are too many come to their end with the child that they run. */
export function changed(state: RunState, { maxConcurrency, ...tolerance }: Change, at: Occasion): RunState | undefined {
  if (!isOpen(state)) return undefined;
  const concurrency: RunState["concurrency"] =
    maxConcurrency === undefined
      ? state.concurrency
      : [...state.concurrency, Math.min(maxConcurrency, mostConcurrency)];
  const limited: RunState = { ...state, ...tolerance, concurrency };
  const next = { ...limited, tokens: Math.min(state.tokens, concurrencyOf(limited)) };
  return settle(givingMore(next, at), at);
}

/** As documented. One redrive more fails the state, and whatever the run has come to stays. */
export const mostRedrives = 1_000;

const redrivenTooOften: Failure = {
  error: "States.Runtime",
  cause: `The Map Run has been redriven ${mostRedrives} times, which is the most that a Map Run can be redriven.`,
};

/** RedriveExecution of its parent: once for each, however often it comes. */
export function reopened(state: RunState, count: number, at: Occasion): RunState | undefined {
  if (!isToCome(state, count) || (state.awaited ?? 0) >= count) return undefined;
  if (state.phase.kind !== "ended") return { ...state, awaited: count };
  return count > mostRedrives ? refused(state, count, at) : reopening(state, count, at);
}

/** The parent waits for the end that belongs to its redrive. */
function refused(state: RunState, count: number, at: Occasion): RunState {
  const redriven = { count, at: at.now, before: toldIn(state) };
  return { ...state, redriven, phase: endedPhase({ status: "FAILED", failure: redrivenTooOften }, at) };
}

function reopening(
  { awaited: _, inVain: _inVain, unsent: _unsent, ...state }: RunState,
  count: number,
  at: Occasion,
): RunState {
  return {
    ...state,
    redriven: { count, at: at.now, before: toldIn(state) },
    concurrency: [concurrencyOf(state)],
    tokens: 0,
    given: [],
    done: [],
    failing: {},
    counts: noCounts,
    keptChildren: 0,
    phase: { kind: "reopening", group: 0, charge: called(at) },
  };
}

export interface LookedThrough {
  /** Groups before this one. */
  readonly group: number;
  readonly kept: readonly KeptGroups[];
  /** Of the groups that are kept. */
  readonly counts: Counts;
}

export function lookedThrough(state: RunState, { group, kept, counts }: LookedThrough): RunState | undefined {
  const { phase } = state;
  if (phase.kind !== "reopening" || phase.group >= group) return undefined;
  return { ...state, kept, counts, keptChildren: counts.executions.succeeded, phase: { ...phase, group } };
}

/** All is looked through, and tokens are given out for what is to be done. */
export function readAgain(state: RunState, at: Occasion): RunState | undefined {
  if (state.phase.kind !== "reopening") return undefined;
  const phase = state.staged.complete
    ? ({ kind: "running" } as const)
    : ({ kind: "reading", charge: called(at) } as const);
  return settle(givingMore({ ...state, phase }, at), at);
}

/** The children are stopped, those of groups that were not done counted. */
export function closed(state: RunState, counts: Counts, at: Occasion): RunState | undefined {
  if (state.phase.kind !== "closing") return undefined;
  const { outcome } = state.phase;
  return conclude({ ...state, failing: {}, counts: sum(state.counts, counts) }, outcome, at);
}

/** The children up to that group are stopped. */
export function closedUpTo(state: RunState, group: number): RunState | undefined {
  const { phase } = state;
  return phase.kind === "closing" && phase.group < group ? { ...state, phase: { ...phase, group } } : undefined;
}

export function writtenUpTo(state: RunState, written: WrittenSoFar): RunState | undefined {
  const { phase } = state;
  if (phase.kind !== "writing" || phase.written.group >= written.group) return undefined;
  return { ...state, phase: { ...phase, written } };
}

/** The files are written, or cannot be. */
export function writingEnded(
  state: RunState,
  outcome: RunOutcome,
  at: Occasion,
  written?: WrittenSoFar,
): RunState | undefined {
  if (state.phase.kind !== "writing") return undefined;
  return end(state, { ...endedPhase(outcome, at), written: written ?? state.phase.written }, at);
}

/** What follows from the numbers, whichever of them has changed. */
function settle(state: RunState, at: Occasion): RunState {
  if (exceedsTolerance(state, failedItems(state), state.staged.complete ? state.staged.items : undefined)) {
    return closing(state, { status: "FAILED", failure: toleranceExceeded }, at);
  }
  if (state.phase.kind !== "running" || groupsDone(state) < state.staged.chunks) return state;
  return conclude(state, { status: "SUCCEEDED" }, at);
}

function groupsDone({ done, kept = [] }: RunState): number {
  return kept.reduce((sum, { groups }) => sum + sizeOfRanges(groups), sizeOfRanges(done));
}

function failedItems({ counts: { items }, failing }: RunState): number {
  return Object.values(failing).reduce((total, some) => total + some, items.failed + items.timedOut);
}

function closing(state: RunState, outcome: RunOutcome, at: Occasion): RunState {
  return { ...state, phase: { kind: "closing", outcome, group: 0, charge: called(at) } };
}

function conclude(state: RunState, outcome: RunOutcome, at: Occasion): RunState {
  const { afterwards } = state;
  if (afterwards.kind === "write" && isWorthWriting(state, outcome)) {
    const written = { group: 0, results: 0, items: 0, files: [] };
    return { ...state, phase: { kind: "writing", outcome, written, charge: called(at) } };
  }
  if (afterwards.kind === "hand-over" && outcome.status === "SUCCEEDED") {
    if (state.counts.outputLength > afterwards.longest) {
      return end(state, endedPhase({ status: "FAILED", failure: afterwards.tooLong }, at), at);
    }
  }
  return end(state, endedPhase(outcome, at), at);
}

function end(state: RunState, phase: Ended, at: Occasion): RunState {
  const { awaited, ...rest } = state;
  const ended: RunState = { ...rest, phase };
  return awaited === undefined ? ended : (reopened(ended, awaited, at) ?? ended);
}

/** Nothing is written for a run that was stopped, nor for one whose items could not be read. */
function isWorthWriting({ staged }: RunState, { status }: RunOutcome): boolean {
  return status === "SUCCEEDED" || (status === "FAILED" && staged.children > 0);
}

function endedPhase(outcome: RunOutcome, { key, now }: Occasion): Ended {
  return { kind: "ended", from: key, outcome, stoppedAt: now };
}

function called({ seq, key }: Occasion): Charge {
  return { seq, from: key };
}
