/**
 * The driver of a simulation: what the engine does over a queue, a log and timers, done in memory with a
 * virtual clock. It makes each transition's consequences happen, as `position.doing` says.
 */
import type { Definition } from "../definition.ts";
import { Heap } from "../history/heap.ts";
import type { SegmentEvents } from "../history.ts";
import type { Forked, Instant, Outcome, Position, Working } from "../position.ts";
import { firstWave } from "../states/fork.ts";
import { begin, step } from "../step.ts";
import type { ExecutionContext, Moment, Signal, Transition } from "../transition.ts";
import { type Branch, beginning, type Fork, segmentOf } from "./branch.ts";
import { draw } from "./chance.ts";
import { type Attempt, failureOf, type MockedAttempt, type Responder, textOf } from "./mocks.ts";

export interface Run {
  readonly definition: Definition;
  readonly execution: ExecutionContext;
  readonly respond: Responder;
  readonly seed: string;
  readonly transitionLimit: number;
  readonly log: SegmentEvents[];
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
  given: Pick<Run, "definition" | "execution" | "respond" | "seed" | "transitionLimit">,
  startTime: Instant,
): Run {
  const { next: position } = begin(given.definition, momentOf({ ...given, now: startTime }, "", 0));
  const root: Branch = { path: "", position, seq: 0, parent: undefined, open: undefined };
  const agenda = new Heap<Appointment>((a, b) => a.at - b.at || a.order - b.order);
  return { ...given, log: [], agenda, schedulings: new Map(), root, now: startTime, transitions: 0, appointments: 0 };
}

/** Runs until the execution and all its branches have ended, or nothing is left that could happen. */
export async function run(simulation: Run): Promise<void> {
  const { root, definition, agenda } = simulation;
  if (definition.timeoutSeconds !== undefined) {
    const limit = simulation.now + definition.timeoutSeconds * 1000;
    appoint(simulation, root, limit, { kind: "execution-timed-out" }, (position) => position.doing.kind !== "ended");
  }
  const first = await apply(simulation, root, begin(definition, momentOf(simulation, "", 0)));
  if (first !== undefined) await advance(simulation, root, first);
  for (let next = agenda.pop(); next !== undefined; next = agenda.pop()) {
    if (!next.stillDue(next.branch.position)) continue;
    if (Number.isFinite(next.at)) simulation.now = Math.max(simulation.now, next.at);
    await advance(simulation, next.branch, next.signal);
  }
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

function momentOf(
  { now, execution, seed }: Pick<Run, "now" | "execution" | "seed">,
  branch: string,
  seq: number,
): Moment {
  return {
    now,
    branch,
    seq,
    execution,
    chance: (label) => draw(seed, branch, seq, label),
    taskToken: () => `simulated:${branch}:${seq}`,
  };
}

/** Takes steps as long as the branch can go on at once and nobody else is due. */
async function advance(simulation: Run, branch: Branch, first: Signal): Promise<void> {
  let signal: Signal | undefined = first;
  while (signal !== undefined) {
    const moment = momentOf(simulation, branch.path, branch.seq);
    const transition: Transition = await step(simulation.definition, branch.position, signal, moment);
    signal = await apply(simulation, branch, transition);
  }
}

async function apply(simulation: Run, branch: Branch, transition: Transition): Promise<Signal | undefined> {
  simulation.transitions += 1;
  if (simulation.transitions > simulation.transitionLimit) {
    throw new Error(
      `the simulation was stopped after ${simulation.transitionLimit} transitions; does the machine loop for ever?`,
    );
  }
  simulation.log.push(segmentOf(branch, simulation.now, transition.events, transition.next));
  branch.position = transition.next;
  branch.seq += 1;
  return follow(simulation, branch);
}

/** Makes happen what the position asks for; answers the signal that can come at once. */
async function follow(simulation: Run, branch: Branch): Promise<Signal | undefined> {
  const { doing } = branch.position;
  switch (doing.kind) {
    case "beginning":
    case "arriving":
      return arriveAt(simulation, branch, (doing.kind === "arriving" && doing.notBefore) || simulation.now);
    case "sleeping":
      return arriveAt(simulation, branch, doing.until);
    case "retrying":
      return arriveAt(simulation, branch, doing.notBefore);
    case "working":
      if (doing.claim === branch.seq - 1) await call(simulation, branch, doing);
      return undefined;
    case "forked":
      await open(simulation, branch, doing);
      return undefined;
    case "closing":
      await fence(simulation, branch);
      return closedSignal(branch);
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

async function call(simulation: Run, branch: Branch, working: Working): Promise<void> {
  const attempt = attemptOf(simulation, branch, working);
  const mock = await simulation.respond(attempt);
  const mine = (position: Position) => position.doing.kind === "working" && position.doing.claim === working.claim;
  const soon = (signal: Signal, at: Instant) => appoint(simulation, branch, at, signal, mine);
  const { now } = simulation;
  if (working.call.pattern === "activity") {
    soon(mock.workerName === undefined ? { kind: "started" } : { kind: "started", workerName: mock.workerName }, now);
  }
  if (mock.submitted !== undefined) soon({ kind: "submitted", output: textOf(mock.submitted) }, now);
  const answered = now + (mock.after ?? 0);
  const answer = signalOf(mock);
  const limit = limitOf(working);
  if (answer !== undefined && (limit === undefined || answered < now + limit.milliseconds)) soon(answer, answered);
  else if (limit !== undefined) soon({ kind: "timed-out", by: limit.by }, now + limit.milliseconds);
  else if ("timeout" in mock && mock.timeout === true) soon({ kind: "timed-out", by: "timeout" }, answered);
}

function signalOf(mock: MockedAttempt): Signal | undefined {
  if ("result" in mock) return { kind: "succeeded", output: textOf(mock.result) };
  if ("unresolved" in mock || ("timeout" in mock && mock.timeout === true)) return undefined;
  return { kind: "failed", failure: failureOf("timeout" in mock ? {} : mock) };
}

/** What ends an attempt that never answers. */
function limitOf({ call: { timeoutSeconds, heartbeatSeconds } }: Working) {
  if (heartbeatSeconds !== undefined && heartbeatSeconds < (timeoutSeconds ?? Number.POSITIVE_INFINITY)) {
    return { by: "heartbeat", milliseconds: heartbeatSeconds * 1000 } as const;
  }
  return timeoutSeconds === undefined ? undefined : ({ by: "timeout", milliseconds: timeoutSeconds * 1000 } as const);
}

function attemptOf(simulation: Run, branch: Branch, working: Working): Attempt {
  const { state } = branch.position;
  const iteration = iterationOf(branch);
  const key = JSON.stringify([state, iteration]);
  const scheduling = simulation.schedulings.get(key) ?? 0;
  simulation.schedulings.set(key, scheduling + 1);
  const taskToken = momentOf(simulation, branch.path, working.claim).taskToken();
  return { ...working.call, state, scheduling, iteration, taskToken };
}

function iterationOf(branch: Branch): Attempt["iteration"] {
  const { scope } = branch.position;
  const outer = branch.parent === undefined ? [] : iterationOf(branch.parent.parent);
  return scope?.kind === "Map" ? [[scope.state, scope.index], ...outer] : outer;
}

async function open(simulation: Run, parent: Branch, of: Forked): Promise<void> {
  const fork: Fork = { of, parent, branches: [], outputs: new Array(of.width), started: 0, finished: 0, events: 0 };
  parent.open = fork;
  for (let index = 0; index < of.concurrency; index += 1) launch(simulation, fork, undefined);
}

function launch(simulation: Run, fork: Fork, after: Branch | undefined): void {
  const index = fork.started;
  fork.started += 1;
  const path = `${fork.parent.path}/${fork.of.claim}.${index}`;
  const position = beginning(fork, index, startOf(simulation.definition, fork.parent, index), after);
  const branch: Branch = { path, position, seq: 0, parent: fork, open: undefined };
  fork.branches.push(branch);
  appoint(simulation, branch, simulation.now, { kind: "arrived" }, () => branch.seq === 0);
}

function startOf(definition: Definition, parent: Branch, index: number): string {
  const state = definition.states.get(parent.position.state);
  const branch =
    state?.type === "Parallel" ? state.branches[index] : state?.type === "Map" ? state.processor : undefined;
  if (branch === undefined) throw new Error(`'${parent.position.state}' has no branch ${index}`);
  return branch.startAt;
}

async function end(simulation: Run, branch: Branch, outcome: Outcome): Promise<void> {
  if (branch.open !== undefined) await fence(simulation, branch);
  const fork = branch.parent;
  if (fork === undefined) return;
  fork.finished += 1;
  // A branch that ended over an open fork of its own has not counted that one's events.
  fork.events += branch.open === undefined ? 0 : branch.open.events + firstWave(branch.open.of);
  fork.events += branch.position.events - (branch.position.scope?.eventsBefore ?? 0);
  if (fork.parent.open !== fork || fork.parent.position.doing.kind !== "forked") return;
  if (outcome.status === "SUCCEEDED") await succeeded(simulation, fork, branch, outcome.output);
  else await branchFailed(simulation, fork, branch, outcome.failure);
}

async function succeeded(simulation: Run, fork: Fork, branch: Branch, output: string): Promise<void> {
  fork.outputs[branch.position.scope?.index ?? 0] = output;
  if (fork.started < fork.of.width) {
    launch(simulation, fork, branch);
    return;
  }
  if (fork.finished < fork.of.width) return;
  const outputs = fork.outputs.map((one) => one ?? "null");
  fork.parent.open = undefined;
  await advance(simulation, fork.parent, { kind: "joined", outputs, events: fork.events });
}

async function branchFailed(
  simulation: Run,
  fork: Fork,
  branch: Branch,
  failure: Extract<Outcome, { failure: unknown }>["failure"],
): Promise<void> {
  const { previous, scope } = branch.position;
  const at = typeof previous === "number" ? { branch: branch.path, event: previous } : previous;
  await advance(simulation, fork.parent, { kind: "branch-failed", index: scope?.index ?? 0, failure, at });
}

/** Ends every branch of the open fork that still runs, the inner ones first. */
async function fence(simulation: Run, parent: Branch): Promise<void> {
  const fork = parent.open;
  if (fork === undefined) return;
  const because = reasonOf(parent);
  for (const branch of fork.branches) {
    if (branch.position.doing.kind === "ended") continue;
    if (branch.open !== undefined) await fence(simulation, branch);
    await advance(simulation, branch, { kind: "aborted", because });
  }
}

function reasonOf(parent: Branch): Position["previous"] {
  const { previous } = parent.position;
  return typeof previous === "number" ? { branch: parent.path, event: previous } : previous;
}

function closedSignal(parent: Branch): Signal {
  const events = parent.open?.events ?? 0;
  parent.open = undefined;
  return { kind: "closed", events };
}
