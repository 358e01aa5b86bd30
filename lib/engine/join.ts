/**
 * Fork and join bookkeeping: branches report to groups of 256, a full group reports one level up, the
 * last of all tells the parent. A report is an entry under the branch's index, so it counts once.
 */
import type { JsonText } from "../asl/json.ts";
import type { Forked } from "../asl/position.ts";
import type { Engine } from "./engine.ts";
import { groupWidth } from "./group-width.ts";
import { branchName } from "./identity.ts";
import type { BranchPath, JoinKey } from "./ports.ts";
import { expiryAfter } from "./record.ts";
import { epochOf, type Header, type Segment } from "./segment.ts";

/** What the parent reads of a branch that ended. */
export interface Report {
  readonly index: number;
  /** Absent if it failed or was aborted, or if somebody else reports it whose scope is closed. */
  readonly output?: JsonText;
  /** How many history events the branch had. */
  readonly events: number;
}

/** What an end leaves to do: the branch whose turn it is, and whether the parent is to be told. */
export interface Turn {
  readonly begin?: number;
  /** This end was reported before, and what follows from it is probably done. */
  readonly repeated: boolean;
  readonly joined: boolean;
}

export function groupsOf(width: number): number {
  return Math.ceil(width / groupWidth);
}

export function joinKey(header: Header, branch: BranchPath, forkSeq: number, group: number, level = 0): JoinKey {
  return { execution: header.id, branch, seq: forkSeq, epoch: header.epoch, level, group };
}

/**
 * Reports the end of a branch and says what follows from its place in the list, which stays the same
 * however often it reports. The k-th to finish in group g starts branch concurrency + 256·g + k: a
 * bijection, so every branch is started once and never more than `concurrency` run. `innerEvents` are those of
 * a fork of its own that the branch ended over.
 */
export async function report(
  engine: Engine,
  header: Header,
  end: Segment,
  output: JsonText | undefined,
  innerEvents: number,
): Promise<Turn> {
  const { parent, forkSeq, index, width, concurrency, eventsBefore } = forkOf(end);
  // What it came to before a redrive is counted there.
  const events = epochOf(end) < header.epoch ? 0 : end.position.events - eventsBefore + innerEvents;
  const body = JSON.stringify({ index, output, events });
  const group = Math.floor(index / groupWidth);
  const key = joinKey(header, parent, forkSeq, group);
  const state = await engine.world.joins.report(key, index, body, expiryAfter(engine, end.now));
  if (state.closed || output === undefined) return { joined: false, repeated: state.repeated };
  const place = state.finished.indexOf(index);
  const next = concurrency + groupWidth * group + place;
  const joined = await climb(engine, header, end, place, width);
  const { repeated } = state;
  return next < width ? { begin: next, joined, repeated } : { joined, repeated };
}

/** By the body of a report: it failed, was aborted, or was reported by whoever closed the scope before. */
export function startedNobody(body: string | undefined): boolean {
  if (body === undefined) return false;
  const { output }: Report = JSON.parse(body); // written by `report`
  return output === undefined;
}

function forkOf(end: Segment) {
  const name = branchName(end.branch);
  const { scope } = end.position;
  if (!name || !scope) throw new Error(`segment ${end.seq} of ${end.execution}${end.branch} ends no branch of a fork`);
  const { parent, forkSeq, index } = name;
  const { width, concurrency, eventsBefore } = scope;
  return { parent, forkSeq, index, width, concurrency, eventsBefore };
}

/** The last of a group reports to the next level; the last of all joins. */
async function climb(
  engine: Engine,
  header: Header,
  end: Segment,
  placeInGroup: number,
  width: number,
): Promise<boolean> {
  const { parent, forkSeq, index } = forkOf(end);
  let place = placeInGroup;
  let members = width;
  let member = index;
  for (let level = 0; ; level++) {
    const group = Math.floor(member / groupWidth);
    const size = Math.min(groupWidth, members - group * groupWidth);
    if (place !== size - 1) return false;
    members = groupsOf(members);
    if (members === 1) return true;
    member = group;
    const key = joinKey(header, parent, forkSeq, Math.floor(member / groupWidth), level + 1);
    const state = await engine.world.joins.report(key, member, undefined, expiryAfter(engine, end.now));
    place = state.finished.indexOf(member);
  }
}

/** All reports of a fork, by index. */
export async function readReports(
  engine: Engine,
  header: Header,
  parent: BranchPath,
  fork: Forked,
): Promise<readonly Report[]> {
  const reports: Report[] = [];
  for await (const group of reportsByGroup(engine, header, parent, fork)) reports.push(...group);
  return reports.sort((a, b) => a.index - b.index);
}

/** How many history events all had who have reported. Their outputs may be more than fit into memory: a group's are held. */
export async function countEvents(engine: Engine, header: Header, parent: BranchPath, fork: Forked): Promise<number> {
  let count = 0;
  for await (const group of reportsByGroup(engine, header, parent, fork)) {
    for (const { events } of group) count += events;
  }
  return count;
}

async function* reportsByGroup(
  engine: Engine,
  header: Header,
  parent: BranchPath,
  fork: Forked,
): AsyncGenerator<readonly Report[]> {
  for (let group = 0; group < groupsOf(fork.width); group++) {
    const read = await engine.world.joins.reports(joinKey(header, parent, fork.claim, group));
    yield [...read.values()].map((body): Report => JSON.parse(body)); // written by `report`
  }
}
