/**
 * An execution in memory: what the engine does over a queue, a log and timers, done by one process that
 * keeps every branch at hand. What there is to do is appointments; how time passes between two of them
 * (virtual time jumps, an Express execution waits for the clock) and who makes the calls is the caller's.
 */

import { Heap } from "../history/heap.ts";
import type { SegmentEvents } from "../history.ts";
import type { JsonText } from "../json.ts";
import type { Failure, Forked, Instant, Position, Working } from "../position.ts";
import type { Moment, Signal, Transition } from "../transition.ts";
import type { Branch, Fork, Home } from "./branch.ts";

export interface Run {
  readonly now: Instant;
  readonly momentOf: (branch: Branch, seq: number) => Moment;
  /** The pure step, with what its caller makes of a step that throws or of one too many. */
  readonly decide: (branch: Branch, signal: Signal, moment: Moment) => Promise<Transition>;
  /** Sees to it that an answer to the attempt is appointed. */
  readonly call: (branch: Branch, working: Working) => Promise<void>;
  /** Whether segments are kept, for the history. */
  readonly keepsHistory: boolean;
  readonly mapRuns?: MapRuns;
  readonly agenda: Heap<Appointment>;
  readonly root: Branch;
  /** An execution begins: the one that runs, or a child. Handed in, as `advance` is: a step leads to further steps. */
  readonly start: (run: Run, root: Branch) => Promise<void>;
  /** A signal reaches a branch. */
  readonly advance: (run: Run, branch: Branch, signal: Signal) => Promise<void>;
  transitions: number;
  /** Of the data that has gone from state to state. */
  characters: number;
  appointments: number;
}

/** What becomes of a Distributed Map. */
export interface MapRuns {
  inputsOf(parent: Branch, of: Forked): Promise<Inputs>;
  childOf(fork: Fork, path: string, index: number): Branch;
  /** Whether the fork can live with its failures so far, and if not, what it fails with. */
  tolerates(fork: Fork, failure: Failure): Failure | "tolerated";
  /** What the ResultWriter makes of the children's results; undefined: the state has none. */
  written(fork: Fork): JsonText | undefined;
}

export type Inputs =
  | { readonly kind: "inputs"; readonly inputs: readonly JsonText[] }
  | { readonly kind: "failed"; readonly failure: Failure };

/** Something that will happen, unless what it was for has moved on by then. */
export interface Appointment {
  readonly at: Instant;
  readonly order: number;
  readonly act: () => Promise<void>;
  readonly stillDue: () => boolean;
}

export function newAgenda(): Heap<Appointment> {
  return new Heap<Appointment>((a, b) => a.at - b.at || a.order - b.order);
}

/** The root branch of an execution, before its first transition. */
export function rootOf(home: Home, path: string, parent: Branch["parent"], index: number): Branch {
  const { definition, execution } = home;
  const doing = { kind: "arriving" } as const;
  const position: Position = {
    state: definition.startAt,
    input: execution.input ?? "{}",
    events: 0,
    previous: 0,
    doing,
  };
  return { path, home, position, seq: 0, parent, index, open: undefined, endedAt: 0 };
}

export function isRunning(branch: Branch): boolean {
  return branch.position.doing.kind !== "ended";
}

/** Whether the attempt still waits for its answer. */
export function isClaimed({ position: { doing } }: Branch, claim: number): boolean {
  return doing.kind === "working" && doing.claim === claim;
}

/** Appointments of the same moment are kept in the order in which they were made. */
export function appoint(run: Run, at: Instant, act: Appointment["act"], stillDue: Appointment["stillDue"]): void {
  run.appointments += 1;
  run.agenda.push({ at, order: run.appointments, act, stillDue });
}

/** The signal reaches the branch at that moment, if it is still due then. */
export function appointSignal(
  run: Run,
  at: Instant,
  branch: Branch,
  signal: Signal,
  stillDue: Appointment["stillDue"],
): void {
  appoint(run, at, () => run.advance(run, branch, signal), stillDue);
}

export function segmentOf(branch: Branch, now: Instant, { events, next }: Transition): SegmentEvents {
  const { doing } = next;
  const segment = { branch: branch.path, seq: branch.seq, now, firstEvent: next.events - events.length + 1, events };
  if (doing.kind !== "forked" || doing.claim !== branch.seq || doing.run !== undefined) return segment;
  const { of, width, concurrency } = doing;
  return { ...segment, fork: { of, name: next.state, width, concurrency } };
}
