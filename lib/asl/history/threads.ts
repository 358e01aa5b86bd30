/**
 * The log of an execution as threads, its events in order with the moments they happened at, tied to the forks
 * that started them and that they wait for. One per branch, and another for each redrive that the branch went
 * on in: then its fork was opened again, and waits for it once more. The root is one thread from first to last.
 */
import type { HistoryEvent } from "../event.ts";
import type { Instant } from "../position.ts";

/** One segment of one branch, as far as its history is concerned. */
export interface SegmentEvents {
  /** "" is the execution itself; a branch is `parent/forkSeq.index`. */
  readonly branch: string;
  readonly seq: number;
  readonly now: Instant;
  /** The number of its first event in the branch's own numbering: events of the position before, + 1. */
  readonly firstEvent: number;
  readonly events: readonly HistoryEvent[];
  /** Which redrive it belongs to; absent: none. */
  readonly epoch?: number;
  /** Set where this very segment forked; `name` is the Map or Parallel state. */
  readonly fork?: ForkShape;
  /** Set where a redrive opened a fork again: the segment that had forked. */
  readonly reopens?: number;
}

export interface ForkShape {
  readonly of: "Map" | "Parallel";
  readonly name: string;
  readonly width: number;
  readonly concurrency: number;
}

/** One event waiting for its number. */
export interface Entry {
  readonly event: HistoryEvent;
  /** Its number in the branch's own numbering. */
  readonly local: number;
  readonly at: Instant;
  /** The next one was written with it, and nothing comes between them unless it happens later. */
  readonly goesOn: boolean;
  /** This is the event that forks: the last one of its segment. */
  readonly fork?: Fork;
}

export interface Fork {
  readonly shape: ForkShape;
  readonly parent: Thread;
  /** Local number, in the parent, of the event that forked. */
  readonly local: number;
  readonly children: Thread[];
  /** Ids of the MapIterationStarted events that the fork accounts for. */
  readonly started: number[];
  /** Children that still have events to come. */
  unfinished: number;
  /** Id of the last event in this fork so far. */
  lastId: number;
  /** Its first wave has been told of. */
  readonly reopened: boolean;
}

export interface Thread {
  readonly branch: string;
  readonly epoch: number;
  /** A fork that is open from the beginning: the branch goes on in the midst of it. */
  opens?: Fork;
  /** Tells threads of the same moment apart, in the order of their indexes. */
  order: number;
  readonly entries: Entry[];
  /** The fork that this branch belongs to; absent: the root, or a branch whose fork is not in the log. */
  fork?: Fork;
  cursor: number;
  clock: Instant;
  /** Local number to id, for all threads of the branch. */
  readonly ids: Map<number, number>;
  /** The fork this thread waits for before it goes on. */
  open?: Fork;
  /** Where the failure that this thread is reporting came from. */
  source?: Thread;
}

/** All threads; those of one branch in the order of their epochs. */
export type Threads = ReadonlyMap<string, readonly Thread[]>;

export function spin(segments: Iterable<SegmentEvents>, until: Instant | undefined): Threads {
  const logs = new Map<string, SegmentEvents[]>();
  for (const segment of segments) {
    const log = logs.get(segment.branch);
    if (log === undefined) logs.set(segment.branch, [segment]);
    else log.push(segment);
  }
  const threads = new Map<string, readonly Thread[]>();
  const forks = new Map<string, Fork>();
  for (const [branch, log] of logs) threads.set(branch, spinBranch(branch, log, forks, until));
  // Each path is read once: a fork may be ten thousand branches wide.
  const placed = [...threads.values()]
    .flat()
    .map((thread) => ({ thread, path: thread.branch.split(/[/.]/).map(Number) }));
  placed.sort(byPath).forEach(({ thread }, order) => {
    thread.order = order;
    tie(thread, forks);
  });
  return threads;
}

function spinBranch(
  branch: string,
  log: SegmentEvents[],
  forks: Map<string, Fork>,
  until: Instant | undefined,
): readonly Thread[] {
  log.sort((a, b) => a.seq - b.seq);
  const ids = new Map<number, number>();
  const threads: Thread[] = [];
  log.forEach((segment, index) => {
    const epoch = branch === "" ? 0 : (segment.epoch ?? 0);
    let thread = threads.at(-1);
    if (thread?.epoch !== epoch) {
      thread = { branch, epoch, order: 0, entries: [], cursor: 0, clock: 0, ids };
      threads.push(thread);
    }
    // What was to come later than the next segment never came: the branch was stopped before.
    const end = Math.min(log[index + 1]?.now ?? Number.POSITIVE_INFINITY, until ?? Number.POSITIVE_INFINITY);
    spinOne(thread, segment, forks, end);
  });
  return threads;
}

function spinOne(thread: Thread, segment: SegmentEvents, forks: Map<string, Fork>, end: Instant): void {
  const fork = forkIn(thread, segment, forks);
  if (fork !== undefined && segment.events.length === 0) thread.opens = fork;
  segment.events.forEach((event, position) => {
    const at = event.at ?? segment.now;
    if (!happened(event, end)) return;
    const next = segment.events[position + 1];
    const local = segment.firstEvent + position;
    const goesOn = next !== undefined && happened(next, end);
    const entry = { event, local, at, goesOn };
    thread.entries.push(next === undefined && fork !== undefined ? { ...entry, fork } : entry);
  });
}

function happened({ at }: HistoryEvent, end: Instant): boolean {
  return at === undefined || at <= end;
}

/** The fork that this segment opened, or opened again. */
function forkIn(parent: Thread, segment: SegmentEvents, forks: Map<string, Fork>): Fork | undefined {
  const { branch, fork: shape, reopens } = segment;
  const open = { children: [], unfinished: 0, lastId: 0, parent };
  if (shape !== undefined) {
    const local = segment.firstEvent + segment.events.length - 1;
    const fork: Fork = { ...open, shape, local, started: [], reopened: false };
    forks.set(forkName(branch, segment.seq, segment.epoch), fork);
    return fork;
  }
  if (reopens === undefined) return undefined;
  const before = latest(forks, branch, reopens, segment.epoch ?? 0);
  if (before === undefined) return undefined;
  const fork: Fork = { ...open, shape: before.shape, local: before.local, started: before.started, reopened: true };
  forks.set(forkName(branch, reopens, segment.epoch), fork);
  return fork;
}

function forkName(branch: string, seq: number, epoch = 0): string {
  return `${branch}/${seq}@${epoch}`;
}

/** As it was opened last, up to that epoch. */
function latest(forks: ReadonlyMap<string, Fork>, branch: string, seq: number, epoch: number): Fork | undefined {
  for (let at = epoch; at >= 0; at -= 1) {
    const fork = forks.get(forkName(branch, seq, at));
    if (fork !== undefined) return fork;
  }
  return undefined;
}

function tie(thread: Thread, forks: ReadonlyMap<string, Fork>): void {
  const { branch, epoch } = thread;
  const dot = branch.lastIndexOf(".");
  const slash = branch.lastIndexOf("/");
  if (dot < slash || slash < 0) return;
  const fork = latest(forks, branch.slice(0, slash), Number(branch.slice(slash + 1, dot)), epoch);
  if (fork === undefined) return;
  thread.fork = fork;
  fork.children.push(thread);
  fork.unfinished += 1;
}

interface Placed {
  readonly thread: Thread;
  readonly path: readonly number[];
}

/** `/8.3/2.10` after `/8.3/2.9`. */
function byPath(a: Placed, b: Placed): number {
  for (let index = 0; index < Math.min(a.path.length, b.path.length); index += 1) {
    const difference = (a.path[index] ?? 0) - (b.path[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.path.length - b.path.length || a.thread.epoch - b.thread.epoch;
}
