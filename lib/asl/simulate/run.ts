/**
 * The driver of a simulation: what the engine does over a queue, a log and timers, done in memory with a
 * virtual clock. It makes each transition's consequences happen, as `position.doing` says.
 */
import { Heap } from "../history/heap.ts";
import type { Instant, Position } from "../position.ts";
import { begin, step } from "../step.ts";
import type { Moment, Signal, Transition } from "../transition.ts";
import { type Branch, type Home, segmentOf } from "./branch.ts";
import { draw } from "./chance.ts";
import { end, fence, openFork } from "./forks.ts";
import type { Responder } from "./mocks.ts";
import { call } from "./tasks.ts";

export interface Run {
  readonly respond: Responder;
  /** What readers of a Map Run find: texts by bucket and key. */
  readonly objects: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly seed: string;
  readonly transitionLimit: number;
  readonly agenda: Heap<Appointment>;
  /** How often each state was scheduled, by state and iteration. */
  readonly schedulings: Map<string, number>;
  readonly root: Branch;
  now: Instant;
  transitions: number;
  appointments: number;
}

/** Something that will happen to a branch, unless it has moved on. */
export interface Appointment {
  readonly at: Instant;
  readonly order: number;
  readonly branch: Branch;
  readonly signal: Signal;
  /** Still true when the time comes? */
  readonly stillDue: (position: Position) => boolean;
}

export function prepare(
  given: Pick<Run, "respond" | "objects" | "seed" | "transitionLimit">,
  home: Home,
  startTime: Instant,
): Run {
  const agenda = new Heap<Appointment>((a, b) => a.at - b.at || a.order - b.order);
  const root = rootOf(home, "", undefined, 0);
  return { ...given, agenda, schedulings: new Map(), root, now: startTime, transitions: 0, appointments: 0 };
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
  return { path, home, position, seq: 0, parent, index, open: undefined };
}

/** Runs until the execution and all its branches have ended, or nothing is left that could happen. */
export async function run(simulation: Run): Promise<void> {
  const { root, agenda } = simulation;
  await start(simulation, root);
  for (let next = agenda.pop(); next !== undefined; next = agenda.pop()) {
    if (!next.stillDue(next.branch.position)) continue;
    if (Number.isFinite(next.at)) simulation.now = Math.max(simulation.now, next.at);
    await advance(simulation, next.branch, next.signal);
  }
}

/** An execution begins: the one simulated, or a child. */
export async function start(simulation: Run, root: Branch): Promise<void> {
  const { definition } = root.home;
  if (definition.timeoutSeconds !== undefined) {
    const limit = simulation.now + definition.timeoutSeconds * 1000;
    appoint(simulation, root, limit, { kind: "execution-timed-out" }, (position) => position.doing.kind !== "ended");
  }
  const signal = await apply(simulation, root, begin(definition, momentOf(simulation, root, 0)));
  if (signal !== undefined) await advance(simulation, root, signal);
}

export function appoint(
  simulation: Run,
  branch: Branch,
  at: Instant,
  signal: Signal,
  stillDue: Appointment["stillDue"],
): void {
  simulation.appointments += 1;
  simulation.agenda.push({ at, order: simulation.appointments, branch, signal, stillDue });
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

/** Takes steps as long as the branch can go on at once and nobody else is due. */
export async function advance(simulation: Run, branch: Branch, first: Signal): Promise<void> {
  let signal: Signal | undefined = first;
  while (signal !== undefined) {
    const moment = momentOf(simulation, branch, branch.seq);
    const transition: Transition = await step(branch.home.definition, branch.position, signal, moment);
    signal = await apply(simulation, branch, transition);
  }
}

async function apply(simulation: Run, branch: Branch, transition: Transition): Promise<Signal | undefined> {
  const { transitionLimit } = simulation;
  simulation.transitions += 1;
  if (simulation.transitions > transitionLimit) {
    throw new Error(`the simulation was stopped after ${transitionLimit} transitions; does the machine loop for ever?`);
  }
  branch.home.log.push(segmentOf(branch, simulation.now, transition.events, transition.next));
  branch.position = transition.next;
  branch.seq += 1;
  return follow(simulation, branch);
}

/** Makes happen what the position asks for; answers the signal that can come at once. */
async function follow(simulation: Run, branch: Branch): Promise<Signal | undefined> {
  const { doing } = branch.position;
  switch (doing.kind) {
    case "beginning":
      return arriveAt(simulation, branch, simulation.now);
    case "arriving":
      return arriveAt(simulation, branch, doing.notBefore ?? simulation.now);
    case "sleeping":
      return arriveAt(simulation, branch, doing.until);
    case "retrying":
      return arriveAt(simulation, branch, doing.notBefore);
    case "working":
      if (doing.claim === branch.seq - 1) await call(simulation, branch, doing);
      return undefined;
    case "forked":
      await openFork(simulation, branch, doing);
      return undefined;
    case "closing": {
      await fence(simulation, branch);
      const events = branch.open?.events ?? 0;
      branch.open = undefined;
      return { kind: "closed", events };
    }
    case "ended":
      await end(simulation, branch, doing.outcome);
      return undefined;
  }
}

function arriveAt(simulation: Run, branch: Branch, at: Instant): Signal | undefined {
  const due = simulation.agenda.peek();
  if (at <= simulation.now && (due === undefined || due.at > simulation.now)) return { kind: "arrived" };
  const { seq } = branch;
  appoint(simulation, branch, at, { kind: "arrived" }, () => branch.seq === seq);
  return undefined;
}
