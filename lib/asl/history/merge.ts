/**
 * Numbers the events of all threads: the earliest goes next; a branch begins after the event that forked
 * it (a later one of a Map also after the one it waited for), and what follows a fork comes after
 * everything in it.
 */
import type { EventRef, HistoryEvent } from "../event.ts";
import type { Instant } from "../position.ts";
import { Heap } from "./heap.ts";
import { type Entry, type Fork, type SegmentEvents, spin, type Thread, type Threads } from "./threads.ts";

export type { SegmentEvents } from "./threads.ts";

export interface NumberedEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: Instant;
  readonly event: Pick<HistoryEvent, "type" | "details">;
  /** The branch that wrote it, and its number in the branch's own numbering; absent: it is derived from the fork. */
  readonly written?: { readonly branch: string; readonly local: number };
}

interface Merge {
  readonly threads: Threads;
  readonly ready: Heap<Thread>;
  /** Threads that begin when that thread has ended. */
  readonly successors: Map<Thread, Thread[]>;
  /** Threads whose next event follows from an event of that thread which has no number yet. */
  readonly waiting: Map<Thread, Thread[]>;
  readonly numbered: NumberedEvent[];
}

/** Numbers no more than somebody has asked for so far: the number of an event never depends on later ones. */
export interface Numbering {
  /** At least so many from the beginning, all if there are fewer. Always the same array, which grows. */
  first(count: number): readonly NumberedEvent[];
}

export function numbering(segments: Iterable<SegmentEvents>, until?: Instant): Numbering {
  const threads = spin(segments, until);
  const merge: Merge = { threads, ready: new Heap(sooner), successors: new Map(), waiting: new Map(), numbered: [] };
  for (const thread of [...threads.values()].flat()) if (thread.fork === undefined) makeReady(merge, thread, 0);
  return {
    first(count) {
      while (merge.numbered.length < count) {
        const thread = merge.ready.pop();
        if (thread === undefined) break;
        advance(merge, thread);
        if (merge.ready.size === 0) wakeAll(merge);
      }
      return merge.numbered;
    },
  };
}

function sooner(a: Thread, b: Thread): number {
  return a.clock - b.clock || a.order - b.order;
}

/** The thread's next event may come, not before `since`. */
function makeReady(merge: Merge, thread: Thread, since: Instant): void {
  const { opens } = thread;
  if (opens !== undefined) {
    delete thread.opens;
    thread.clock = Math.max(since, thread.clock);
    openFork(merge, thread, opens, 0);
    return;
  }
  const entry = thread.entries[thread.cursor];
  if (entry === undefined) {
    end(merge, thread, since);
    return;
  }
  thread.clock = Math.max(since, thread.clock, entry.at);
  const cause = pendingCause(merge, thread, entry.event.previous);
  if (cause === undefined) merge.ready.push(thread);
  else addTo(merge.waiting, cause, thread);
}

/**
 * The thread whose event is referred to, if that event is still to come: a failure comes before what it
 * aborts. Not so the end of the execution, which comes after all that it ends.
 */
function pendingCause(merge: Merge, waiting: Thread, reference: EventRef): Thread | undefined {
  if (typeof reference !== "object" || isWithin(waiting.branch, reference.branch)) return undefined;
  const threads = merge.threads.get(reference.branch) ?? [];
  if (threads[0]?.ids.has(reference.event)) return undefined;
  return threads.find(({ entries, cursor }) =>
    entries.some(({ local }, index) => index >= cursor && local === reference.event),
  );
}

function addTo(threads: Map<Thread, Thread[]>, key: Thread, thread: Thread): void {
  const list = threads.get(key);
  if (list === undefined) threads.set(key, [thread]);
  else list.push(thread);
}

function isWithin(branch: string, outer: string): boolean {
  return branch === outer || branch.startsWith(`${outer}/`);
}

function wake(merge: Merge, cause: Thread): void {
  const threads = merge.waiting.get(cause);
  if (threads === undefined) return;
  merge.waiting.delete(cause);
  for (const thread of threads) makeReady(merge, thread, cause.clock);
}

/** A log with a hole may name a cause that cannot come; then what waits for it comes without. */
function wakeAll(merge: Merge): void {
  const threads = [...merge.waiting.values()].flat();
  merge.waiting.clear();
  for (const thread of threads) merge.ready.push(thread);
}

/** What was written together stays together. */
function advance(merge: Merge, thread: Thread): void {
  let entry = thread.entries[thread.cursor];
  for (;;) {
    if (entry === undefined) return;
    emit(merge, thread, entry);
    const next = thread.entries[thread.cursor];
    if (!entry.goesOn || next === undefined || next.at > thread.clock) break;
    if (pendingCause(merge, thread, next.event.previous) !== undefined) break;
    entry = next;
  }
  if (entry.fork === undefined) makeReady(merge, thread, thread.clock);
  if (merge.waiting.size > 0) wake(merge, thread);
}

function emit(merge: Merge, thread: Thread, entry: Entry): void {
  const { event, local } = entry;
  // Asked first: most threads have none, and a `delete` makes any object slow.
  if (thread.source !== undefined && opensState(event)) delete thread.source;
  noteSource(merge, thread, event.previous);
  const id = merge.numbered.length + 1;
  merge.numbered.push({
    id,
    previousEventId: resolve(merge, thread, event.previous),
    timestamp: thread.clock,
    event: rewritten(merge, thread, event),
    written: { branch: thread.branch, local },
  });
  thread.ids.set(local, id);
  thread.cursor += 1;
  if (entry.fork !== undefined) openFork(merge, thread, entry.fork, id);
}

function opensState({ type }: HistoryEvent): boolean {
  return type.endsWith("StateEntered") || type === "ExecutionRedriven";
}

/** The first wave of a Map is told of here, all at once, before any of it runs. */
function openFork(merge: Merge, thread: Thread, fork: Fork, id: number): void {
  const { shape } = fork;
  fork.lastId = id;
  const wave = shape.of === "Map" && !fork.reopened ? Math.min(shape.width, shape.concurrency) : 0;
  for (let index = 0; index < wave; index += 1) {
    fork.lastId = merge.numbered.length + 1;
    fork.started.push(fork.lastId);
    merge.numbered.push({
      id: fork.lastId,
      previousEventId: id,
      timestamp: thread.clock,
      event: { type: "MapIterationStarted", details: { name: shape.name, index } },
    });
  }
  thread.open = fork;
  // Children without a word end right here, and the last of them closes the fork: once.
  if (fork.unfinished === 0) closeFork(merge, fork, thread.clock);
  for (const child of fork.children) {
    const after = predecessor(merge, child);
    if (after === undefined || isOver(after)) makeReady(merge, child, thread.clock);
    else addTo(merge.successors, after, child);
  }
}

/** The branch whose end let this one begin. */
function predecessor(merge: Merge, child: Thread): Thread | undefined {
  const first = child.entries[0]?.event;
  if (first?.type !== "MapIterationStarted" || typeof first.previous !== "object") return undefined;
  return merge.threads.get(first.previous.branch)?.findLast(({ epoch }) => epoch <= child.epoch);
}

function isOver(thread: Thread): boolean {
  return thread.cursor >= thread.entries.length && thread.opens === undefined;
}

function end(merge: Merge, thread: Thread, now: Instant): void {
  for (const next of merge.successors.get(thread) ?? []) makeReady(merge, next, now);
  const { fork } = thread;
  if (fork === undefined) return;
  fork.unfinished -= 1;
  const last = thread.entries.at(-1);
  fork.lastId = Math.max(fork.lastId, last === undefined ? 0 : (thread.ids.get(last.local) ?? 0));
  if (fork.unfinished === 0) closeFork(merge, fork, now);
}

function closeFork(merge: Merge, fork: Fork, now: Instant): void {
  if (fork.parent.open === fork) makeReady(merge, fork.parent, now);
}

function resolve(merge: Merge, thread: Thread, reference: EventRef): number {
  if (reference === "joined") return thread.open?.lastId ?? 0;
  if (typeof reference === "number") return numberIn(thread, reference);
  const [other] = merge.threads.get(reference.branch) ?? [];
  return other === undefined ? 0 : numberIn(other, reference.event);
}

/** A branch counts on from where its parent stood when it forked. */
function numberIn(thread: Thread, local: number): number {
  const own = thread.ids.get(local);
  if (own !== undefined) return own;
  const { fork } = thread;
  if (fork === undefined) return 0;
  return fork.started[local - fork.local - 1] ?? numberIn(fork.parent, local);
}

/** A parent that reports the failure of a branch repeats that branch's words, with that branch's numbers. */
function noteSource(merge: Merge, thread: Thread, reference: EventRef): void {
  if (typeof reference !== "object" || !reference.branch.startsWith(`${thread.branch}/`)) return;
  const sources = merge.threads.get(reference.branch) ?? [];
  const source = sources.find(({ source }) => source !== undefined)?.source ?? sources[0];
  if (source !== undefined) thread.source = source;
}

const enteredAt = /^(An error occurred while executing the state '.*?' \(entered at the event id #)(\d+)(?=\)\. )/s;

/** Puts the real id where a cause names the event of its state by the branch's own numbering. */
function rewritten(merge: Merge, thread: Thread, event: HistoryEvent): NumberedEvent["event"] {
  const cause = event.details?.["cause"];
  if (typeof cause !== "string" || merge.threads.size === 1) return event;
  const source = thread.source ?? thread;
  const named = cause.replace(enteredAt, (whole, words: string, digits: string) => {
    const id = numberIn(source, Number(digits));
    return id === 0 ? whole : `${words}${id}`;
  });
  return named === cause ? event : { ...event, details: { ...event.details, cause: named } };
}
