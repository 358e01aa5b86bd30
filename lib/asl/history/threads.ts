/**
 * The log of an execution as threads: one per branch, its events in order with the moments they happened
 * at, tied to the forks that started them and that they wait for.
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
  /** Set where this very segment forked; `name` is the Map or Parallel state. */
  readonly fork?: ForkShape;
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
}

export interface Thread {
  readonly branch: string;
  /** Tells threads of the same moment apart, in the order of their indexes. */
  order: number;
  readonly entries: Entry[];
  /** The fork that this branch belongs to; absent: the root, or a branch whose fork is not in the log. */
  fork?: Fork;
  cursor: number;
  clock: Instant;
  /** Local number to id. */
  readonly ids: Map<number, number>;
  /** The fork this thread waits for before it goes on. */
  open?: Fork;
  /** Where the failure that this thread is reporting came from. */
  source?: Thread;
}

export function spin(segments: Iterable<SegmentEvents>, until: Instant | undefined): ReadonlyMap<string, Thread> {
  const logs = new Map<string, SegmentEvents[]>();
  for (const segment of segments) {
    const log = logs.get(segment.branch);
    if (log === undefined) logs.set(segment.branch, [segment]);
    else log.push(segment);
  }
  const threads = new Map<string, Thread>();
  const forks = new Map<string, Fork>();
  for (const [branch, log] of logs) threads.set(branch, spinOne(branch, log, forks, until));
  [...threads.values()].sort(byPath).forEach((thread, order) => {
    thread.order = order;
    tie(thread, forks);
  });
  return threads;
}

function spinOne(branch: string, log: SegmentEvents[], forks: Map<string, Fork>, until: Instant | undefined): Thread {
  log.sort((a, b) => a.seq - b.seq);
  const entries: Entry[] = [];
  const thread: Thread = { branch, order: 0, entries, cursor: 0, clock: 0, ids: new Map() };
  log.forEach((segment, index) => {
    const fork = segment.fork && forkOf(thread, segment, segment.fork);
    if (fork !== undefined) forks.set(`${branch}/${segment.seq}`, fork);
    // What was to come later than the next segment never came: the branch was stopped before.
    const end = Math.min(log[index + 1]?.now ?? Number.POSITIVE_INFINITY, until ?? Number.POSITIVE_INFINITY);
    segment.events.forEach((event, position) => {
      const at = event.at ?? segment.now;
      if (!happened(event, end)) return;
      const next = segment.events[position + 1];
      const local = segment.firstEvent + position;
      const goesOn = next !== undefined && happened(next, end);
      entries.push({ event, local, at, goesOn, ...(next === undefined && fork !== undefined ? { fork } : {}) });
    });
  });
  return thread;
}

function happened({ at }: HistoryEvent, end: Instant): boolean {
  return at === undefined || at <= end;
}

function forkOf(parent: Thread, segment: SegmentEvents, shape: ForkShape): Fork {
  const local = segment.firstEvent + segment.events.length - 1;
  return { shape, parent, local, children: [], started: [], unfinished: 0, lastId: 0 };
}

function tie(thread: Thread, forks: ReadonlyMap<string, Fork>): void {
  const dot = thread.branch.lastIndexOf(".");
  const fork = dot < 0 ? undefined : forks.get(thread.branch.slice(0, dot));
  if (fork === undefined) return;
  thread.fork = fork;
  fork.children.push(thread);
  fork.unfinished += 1;
}

/** `/8.3/2.10` after `/8.3/2.9`. */
function byPath(a: Thread, b: Thread): number {
  const left = a.branch.split(/[/.]/);
  const right = b.branch.split(/[/.]/);
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const difference = Number(left[index]) - Number(right[index]);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
