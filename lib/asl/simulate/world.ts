/**
 * What the parts of a simulation share: the clock, the agenda of what will happen, and the two ways to
 * make an execution move. They are handed in, because a step's consequences lead to further steps.
 */
import type { File } from "../distributed/text.ts";
import type { Heap } from "../history/heap.ts";
import type { Instant, Position } from "../position.ts";
import type { Moment, Signal } from "../transition.ts";
import type { Branch, Home } from "./branch.ts";
import { draw } from "./chance.ts";
import type { Responder } from "./mocks.ts";

export interface Run {
  readonly respond: Responder;
  /** What readers of a Map Run find, by bucket and key. */
  readonly objects: Readonly<Record<string, Readonly<Record<string, File>>>>;
  /** What writers of a Map Run have left. */
  readonly written: WrittenObject[];
  readonly seed: string;
  readonly transitionLimit: number;
  /** Whether segments are kept, for the history. */
  readonly keepsHistory: boolean;
  readonly agenda: Heap<Appointment>;
  /** How often each state was scheduled, by state and iteration. */
  readonly schedulings: Map<string, number>;
  readonly root: Branch;
  /** An execution begins: the one simulated, or a child. */
  readonly start: (simulation: Run, root: Branch) => Promise<void>;
  /** A signal reaches a branch. */
  readonly advance: (simulation: Run, branch: Branch, signal: Signal) => Promise<void>;
  now: Instant;
  transitions: number;
  appointments: number;
}

export interface WrittenObject {
  readonly bucket: string;
  readonly key: string;
  readonly body: string;
}

/** Something that will happen, unless what it was for has moved on by then. */
export interface Appointment {
  readonly at: Instant;
  readonly order: number;
  readonly act: () => Promise<void>;
  readonly stillDue: () => boolean;
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

/** Appointments of the same moment are kept in the order in which they were made. */
export function appoint(
  simulation: Run,
  at: Instant,
  act: Appointment["act"],
  stillDue: Appointment["stillDue"],
): void {
  simulation.appointments += 1;
  simulation.agenda.push({ at, order: simulation.appointments, act, stillDue });
}

export function momentOf({ now, seed }: Pick<Run, "now" | "seed">, { path, home }: Branch, seq: number): Moment {
  return {
    now,
    branch: path,
    seq,
    execution: home.execution,
    chance: (label) => draw(seed, path, seq, label),
    taskToken: () => `simulated:${path}:${seq}`,
  };
}
