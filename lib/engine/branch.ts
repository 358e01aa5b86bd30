/**
 * A branch's life: how its first position follows from the fork, who gets started when, and what its end
 * sends on. Wide forks stage their items in chunks, so that a branch reads 256 of them and not a million.
 */
import type { Definition } from "../asl/definition.ts";
import type { EventRef } from "../asl/event.ts";
import type { Forked, Outcome, Position, Scope } from "../asl/position.ts";
import { remember } from "./bounded-map.ts";
import { decodeSegment } from "./codec.ts";
import type { Baton, Begin } from "./command.ts";
import type { Engine } from "./engine.ts";
import type { ForkView } from "./fork.ts";
import { groupWidth } from "./group-width.ts";
import { headOf } from "./head.ts";
import { type BranchName, branchName, branchPath } from "./identity.ts";
import { groupsOf, joinKey, report } from "./join.ts";
import { dispatch, firstStateOf, laneOfState, messageOf } from "./messages.ts";
import type { BranchPath, Message } from "./ports.ts";
import { expiryAfter } from "./record.ts";
import { epochOf, type Header, isToResume, type Segment } from "./segment.ts";

/** Texts up to this size travel in a branch's first message; beyond it the branch reads them. */
const carriedLength = 8_192;

/** Messages made at a time: a wave may be thousands wide. */
const waveSlice = 1_000;

/** Whether it is the writer itself, right after its append (the next baton went out with it), or whoever finishes later. */
export type Occasion = "first" | "again";

/**
 * Starts the first wave. Whoever finishes it for somebody else leaves out who has begun: a message that is told
 * again in each fork on the way down would else multiply with the depth.
 */
export async function beginBranches(
  engine: Engine,
  header: Header,
  definition: Definition,
  segment: Segment,
  fork: Forked,
  occasion: Occasion,
): Promise<void> {
  const { branch, position } = segment;
  if (isStaged(engine, fork.width) && !fork.reopened) await stage(engine, header, segment, fork);
  const view = { position, fork, offset: 0 };
  const wave = Math.min(fork.concurrency, fork.width);
  const message = (index: number): Message =>
    fork.reopened
      ? resumption(engine, header, branchPath(branch, fork.claim, index), position.events)
      : firstBaton(engine, header, definition, branch, view, index);
  for (let from = 0; from < wave; from += waveSlice) {
    const indexes = Array.from({ length: Math.min(waveSlice, wave - from) }, (_, place) => from + place);
    const unbegun = occasion === "first" ? indexes : await notBegun(engine, header, branch, fork, indexes);
    await dispatch(engine, unbegun.map(message));
  }
}

/** The turn of a branch of a fork that a redrive opened again. */
export function resumption(
  { world }: Engine,
  header: Header,
  branch: BranchPath,
  events: number,
  previous?: EventRef,
): Message {
  const said = { events, at: world.clock.now(), ...(previous === undefined ? {} : { previous }) };
  return messageOf({ kind: "resume", execution: header.id, branch, header, ...said }, "flow");
}

async function notBegun(
  engine: Engine,
  header: Header,
  parent: BranchPath,
  fork: Forked,
  indexes: readonly number[],
): Promise<readonly number[]> {
  const name = { parent, forkSeq: fork.claim };
  const begun = await Promise.all(indexes.map((index) => hasBegun(engine, header, name, index)));
  return indexes.filter((_, place) => !begun[place]);
}

function firstBaton(
  engine: Engine,
  header: Header,
  definition: Definition,
  parent: BranchPath,
  view: ForkView,
  index: number,
): Message {
  const position = beginning(definition, view, index);
  const carried = engine.world.queue.carriesPayloads && sizeOf(position) <= carriedLength;
  const baton: Baton = {
    kind: "advance",
    execution: header.id,
    branch: branchPath(parent, view.fork.claim, index),
    seq: 0,
    ...(carried ? { header, position } : { ...stagedMark(engine, view.fork.width), ...epochMark(header) }),
  };
  return messageOf(baton, laneOfState(definition, position.state));
}

function sizeOf(position: Position): number {
  return position.input.length + (position.variables?.length ?? 0) + (position.item?.value.length ?? 0);
}

/** Where branch `index` begins. Its number space goes on from the fork's, or from the branch that started it. */
export function beginning(definition: Definition, view: ForkView, index: number, begin?: Begin): Position {
  const { position, fork, offset } = view;
  const map = fork.of === "Map";
  const wave = map ? Math.min(fork.concurrency, fork.width) : 0;
  const events = begin?.events ?? position.events + wave;
  const { variables, entered } = position;
  return {
    state: firstStateOf(definition, position.state, index),
    input: fork.shared,
    ...(variables === undefined ? {} : { variables }),
    ...itemOf(fork, index, offset),
    ...(entered === undefined ? {} : { entered }),
    scope: {
      kind: fork.of,
      state: position.state,
      index,
      firstWave: index < fork.concurrency,
      width: fork.width,
      concurrency: fork.concurrency,
      eventsBefore: events,
    },
    events,
    previous: begin?.previous ?? (map ? position.events + 1 + index : position.previous),
    doing: { kind: "beginning" },
  };
}

function itemOf(fork: Forked, index: number, offset: number): Pick<Position, "item"> {
  if (fork.of === "Parallel") return {};
  const value = fork.items?.[index - offset];
  if (value === undefined) throw new Error(`fork ${fork.claim} has no item ${index}`);
  const key = fork.keys?.[index - offset];
  return { item: { index, value, ...(key === undefined ? {} : { key }) } };
}

/** The first position of a branch whose message carries none. */
export async function beginningOf(
  engine: Engine,
  header: Header,
  baton: Pick<Baton, "execution" | "branch" | "begin" | "staged" | "reopened">,
): Promise<Position> {
  const definition = await engine.definition(header.definition);
  const name = branchName(baton.branch);
  if (!name) throw new Error(`execution ${baton.execution} has a baton but no first segment`);
  const view = await viewFork(engine, header, name, baton.staged ?? false);
  const position = beginning(definition, view, name.index, baton.begin);
  const { scope } = position;
  return baton.reopened && scope ? { ...position, scope: { ...scope, reopened: true } } : position;
}

/** The fork as the log has it, or the staged chunk that holds this index; read once for all branches at work here. */
function viewFork(engine: Engine, header: Header, branch: BranchName, staged: boolean): Promise<ForkView> {
  const { parent, forkSeq, index } = branch;
  const group = Math.floor(index / groupWidth);
  const place = `${header.id}${parent}#${forkSeq}${staged ? `/${group}` : ""}`;
  return remember(engine.forks, place, async () => {
    if (!staged) return readFork(engine, header, parent, forkSeq);
    const chunk = await engine.world.joins.staged(joinKey(header, parent, forkSeq, group));
    if (chunk === undefined) throw new Error(`${place} is not staged`);
    return JSON.parse(chunk) as ForkView;
  });
}

async function readFork(engine: Engine, header: Header, parent: BranchPath, forkSeq: number): Promise<ForkView> {
  const [record] = await engine.world.log.branch(header.id, parent, forkSeq, 1);
  const segment = record && decodeSegment(record);
  if (segment?.position.doing.kind !== "forked") throw new Error(`${header.id}${parent}#${forkSeq} is not a fork`);
  return { position: segment.position, fork: segment.position.doing, offset: 0 };
}

function isStaged(engine: Engine, width: number): boolean {
  return engine.world.queue.carriesPayloads && width > groupWidth;
}

function stagedMark(engine: Engine, width: number): Pick<Baton, "staged"> {
  return isStaged(engine, width) ? { staged: true } : {};
}

/** A branch that begins has no segment yet to say which epoch it is. */
function epochMark(header: Header): Pick<Baton, "header"> {
  return header.epoch > 0 ? { header } : {};
}

async function stage(engine: Engine, header: Header, segment: Segment, fork: Forked): Promise<void> {
  for (let group = 0; group < groupsOf(fork.width); group++) {
    const offset = group * groupWidth;
    const chunk: Forked = {
      ...fork,
      ...(fork.items ? { items: fork.items.slice(offset, offset + groupWidth) } : {}),
      ...(fork.keys ? { keys: fork.keys.slice(offset, offset + groupWidth) } : {}),
    };
    // The fork itself stands beside: its copy in the position would only repeat the items.
    const view: ForkView = { position: { ...segment.position, doing: { kind: "beginning" } }, fork: chunk, offset };
    const key = joinKey(header, segment.branch, fork.claim, group);
    await engine.world.joins.stage(key, JSON.stringify(view), expiryAfter(engine, segment.now));
  }
}

/** What a redrive that came upon an end of before knows. */
interface Again {
  /** How many history events there were. */
  readonly events: number;
  /** Another copy of the message may be at it. */
  readonly copies: boolean;
}

/**
 * The end of a branch: report, start whose turn it is, tell the parent if this was the last or if it failed.
 * False if that is left to another copy of the message, which has reported the end before.
 */
export async function reportEnd(
  engine: Engine,
  header: Header,
  definition: Definition,
  end: Segment,
  outcome: Outcome,
  innerEvents: number,
  again?: Again,
): Promise<boolean> {
  const output = outcome.status === "SUCCEEDED" ? outcome.output : undefined;
  const turn = await report(engine, header, end, output, innerEvents);
  const name = branchName(end.branch);
  const { scope } = end.position;
  if (!name || !scope) throw new Error(`${end.execution}${end.branch} is not a branch of a fork`);
  const messages: Message[] = [];
  if (outcome.status === "FAILED" || outcome.status === "TIMED_OUT") {
    const { failure } = outcome;
    const failed = { kind: "branch-failed", index: name.index, failure, at: lastEvent(end) } as const;
    messages.push(messageOf({ ...toParent(header, name.parent, name.forkSeq), ...failed }, "flow"));
  }
  const begun = turn.begin !== undefined && turn.repeated && (await hasBegun(engine, header, name, turn.begin));
  if (turn.begin !== undefined && !begun) {
    if (turn.repeated && again?.copies) return false;
    const begin = { events: Math.max(end.position.events, again?.events ?? 0), previous: lastEvent(end) };
    // Who succeeded before the redrive knows nothing of it.
    const reopened = scope.reopened === true || epochOf(end) < header.epoch;
    messages.push(nextBegin(engine, header, definition, { ...scope, index: turn.begin }, name, begin, reopened));
  }
  if (turn.joined) messages.push(joinedMessage(header, name.parent, name.forkSeq));
  if (messages.length > 0) await dispatch(engine, messages);
  return true;
}

/** A fork keeps its claim when a redrive opens it again: the epoch tells old news from new. */
function toParent({ id: execution, epoch }: Header, branch: BranchPath, claim: number) {
  return { execution, branch, claim, ...(epoch > 0 && { epoch }) };
}

/** Every branch has reported. */
export function joinedMessage(header: Header, parent: BranchPath, forkSeq: number): Message {
  return messageOf({ kind: "joined", ...toParent(header, parent, forkSeq) }, "flow");
}

function nextBegin(
  engine: Engine,
  header: Header,
  definition: Definition,
  { state, index, width }: Scope,
  { parent, forkSeq }: BranchName,
  begin: Begin,
  reopened: boolean,
): Message {
  const branch = branchPath(parent, forkSeq, index);
  if (reopened) return resumption(engine, header, branch, begin.events, begin.previous);
  const lane = laneOfState(definition, firstStateOf(definition, state, index));
  const marks = { ...stagedMark(engine, width), ...epochMark(header) };
  return messageOf({ kind: "advance", execution: header.id, branch, seq: 0, begin, ...marks }, lane);
}

/**
 * Without this look a duplicate of one branch's last message would start the next one again, that one's end
 * the one after it, and so on to the end of the fork, with duplicates of its own on the way.
 */
async function hasBegun(
  engine: Engine,
  header: Header,
  { parent, forkSeq }: Pick<BranchName, "parent" | "forkSeq">,
  index: number,
): Promise<boolean> {
  const head = await headOf(engine, header.id, branchPath(parent, forkSeq, index));
  if (!head || epochOf(head) >= header.epoch) return head !== undefined;
  if (isToResume(head, header)) return false;
  const reports = await engine.world.joins.reports(joinKey(header, parent, forkSeq, Math.floor(index / groupWidth)));
  return reports.has(index);
}

/** The last event of the branch's chain, as others may refer to it. */
export function lastEvent(segment: Segment): EventRef {
  const { previous } = segment.position;
  return typeof previous === "number" ? { branch: segment.branch, event: previous } : previous;
}
