/**
 * The driver of a simulation: what the engine does over a queue, a log and timers, done in memory with a
 * virtual clock. It makes each transition's consequences happen, as `position.doing` says.
 */
import { Heap } from "../history/heap.ts";
import type { Instant } from "../position.ts";
import { begin, step } from "../step.ts";
import type { Signal, Transition } from "../transition.ts";
import { type Branch, type Home, segmentOf } from "./branch.ts";
import { end, fence, openFork } from "./forks.ts";
import { call } from "./tasks.ts";
import { type Appointment, appoint, isRunning, momentOf, type Run, rootOf } from "./world.ts";

export function prepare(
  given: Pick<Run, "respond" | "objects" | "seed" | "transitionLimit" | "keepsHistory">,
  home: Home,
  startTime: Instant,
): Run {
  const agenda = new Heap<Appointment>((a, b) => a.at - b.at || a.order - b.order);
  const root = rootOf(home, "", undefined, 0);
  const { respond, objects, seed, transitionLimit, keepsHistory } = given;
  return {
    respond,
    objects,
    seed,
    transitionLimit,
    keepsHistory,
    agenda,
    schedulings: new Map(),
    written: [],
    root,
    start,
    advance,
    now: startTime,
    transitions: 0,
    appointments: 0,
  };
}

/** Runs until the execution and all its branches have ended, or nothing is left that could happen. */
export async function run(simulation: Run): Promise<void> {
  const { root, agenda } = simulation;
  await start(simulation, root);
  for (let next = agenda.pop(); next !== undefined; next = agenda.pop()) {
    if (!next.stillDue()) continue;
    if (Number.isFinite(next.at)) simulation.now = Math.max(simulation.now, next.at);
    await next.act();
  }
}

/** An execution begins: the one simulated, or a child. */
async function start(simulation: Run, root: Branch): Promise<void> {
  const { definition } = root.home;
  if (definition.timeoutSeconds !== undefined) {
    const limit = simulation.now + definition.timeoutSeconds * 1000;
    const signal = { kind: "execution-timed-out" } as const;
    appoint(
      simulation,
      limit,
      () => advance(simulation, root, signal),
      () => isRunning(root),
    );
  }
  const signal = await apply(simulation, root, begin(definition, momentOf(simulation, root, 0)));
  if (signal !== undefined) await advance(simulation, root, signal);
}

/** Takes steps as long as the branch can go on at once and nobody else is due. */
async function advance(simulation: Run, branch: Branch, first: Signal): Promise<void> {
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
  if (simulation.keepsHistory) {
    branch.home.log.push(segmentOf(branch, simulation.now, transition.events, transition.next));
  }
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
  appoint(
    simulation,
    at,
    () => advance(simulation, branch, { kind: "arrived" }),
    () => branch.seq === seq,
  );
  return undefined;
}
