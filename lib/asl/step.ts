/**
 * The step: what follows when a signal reaches a branch at a position. A pure function of definition,
 * position, signal and moment; whoever calls it makes the outside world of what it answers.
 */
import type { Definition, State } from "./definition.ts";
import { causeIn, guarded } from "./failure.ts";
import type { Failure, Forked, Position } from "./position.ts";
import { abort } from "./states/abort.ts";
import { beginBranch } from "./states/begin-branch.ts";
import { stepChoice } from "./states/choice.ts";
import { failRun } from "./states/distributed.ts";
import { stepFail } from "./states/fail.ts";
import { finish } from "./states/finish.ts";
import { close, closed, type ForkVisit, join } from "./states/fork.ts";
import { inFull, type Journal, openJournal, write } from "./states/journal.ts";
import { forkMap } from "./states/map.ts";
import { forkParallel } from "./states/parallel.ts";
import { stepPass } from "./states/pass.ts";
import { redrive } from "./states/redrive.ts";
import { stepSucceed } from "./states/succeed.ts";
import { type Answer, schedule, stepTask } from "./states/task.ts";
import { enter, resume, type Visit } from "./states/visit.ts";
import { leaveWait, stepWait } from "./states/wait.ts";
import type { Moment, Signal, Transition } from "./transition.ts";

/** The first transition of an execution. */
export function begin(definition: Definition, moment: Moment): Transition {
  const { input, roleArn } = moment.execution;
  if (input === undefined) throw new Error("an execution cannot begin without its input");
  const details = { input, inputDetails: inFull, roleArn };
  return {
    events: [{ type: "ExecutionStarted", previous: 0, details }],
    // Recorded on AWS: the first …StateEntered refers to nothing, not to ExecutionStarted.
    next: { state: definition.startAt, input, events: 1, previous: 0, doing: { kind: "arriving" } },
  };
}

export async function step(
  definition: Definition,
  position: Position,
  signal: Signal,
  moment: Moment,
): Promise<Transition> {
  switch (signal.kind) {
    case "arrived":
      return await arrive(definition, position, moment);
    case "submitted":
    case "polled":
    case "started":
    case "succeeded":
    case "failed":
    case "timed-out":
    case "lost":
      return await answer(definition, position, signal, moment);
    case "joined":
    case "branch-failed":
    case "closed":
      return ofBranches(definition, position, signal, moment);
    case "aborted":
      return abort(definition, position, signal.because, moment) ?? unexpected(position, signal);
    case "stopped":
      return endExecution(position, signal, { status: "ABORTED", failure: signal.failure });
    case "redriven":
      return redrive(definition, position, signal, moment) ?? unexpected(position, signal);
    case "execution-timed-out":
      return endExecution(position, signal, { status: "TIMED_OUT", failure: { error: "States.Timeout" } });
    case "poisoned":
      return poison(definition, position, signal);
  }
}

function arrive(definition: Definition, position: Position, moment: Moment): Promise<Transition> {
  const { doing } = position;
  switch (doing.kind) {
    case "beginning":
      return beginBranch(definition, position, moment, (next, journal) => arriveAt(definition, next, moment, journal));
    case "arriving":
      return arriveAt(definition, position, moment);
    case "sleeping": {
      const visit = resume(definition, position, moment);
      if (!isIn(visit, "Wait")) return unexpected(position, { kind: "arrived" });
      return guarded(visit, () => leaveWait(visit));
    }
    case "retrying": {
      const visit = resume(definition, position, moment);
      return guarded(visit, () => attempt(visit));
    }
    default:
      return unexpected(position, { kind: "arrived" });
  }
}

function arriveAt(definition: Definition, position: Position, moment: Moment, journal?: Journal): Promise<Transition> {
  const visit = enter(definition, position, moment, journal);
  return guarded(visit, () => attempt(visit));
}

/** The state's work begins, or begins again. */
function attempt(visit: Visit): Promise<Transition> {
  if (isIn(visit, "Pass")) return stepPass(visit);
  if (isIn(visit, "Task")) return schedule(visit);
  if (isIn(visit, "Choice")) return stepChoice(visit);
  if (isIn(visit, "Wait")) return stepWait(visit);
  if (isIn(visit, "Succeed")) return stepSucceed(visit);
  if (isIn(visit, "Fail")) return stepFail(visit);
  if (isIn(visit, "Parallel")) return forkParallel(visit);
  if (isIn(visit, "Map")) return forkMap(visit);
  throw new Error(`the state '${visit.state.name}' has no type that the step knows`);
}

function isIn<T extends State["type"]>(visit: Visit, type: T): visit is Visit<Extract<State, { type: T }>> {
  return visit.state.type === type;
}

function answer(definition: Definition, position: Position, signal: Answer, moment: Moment): Promise<Transition> {
  const { doing } = position;
  if (doing.kind === "forked" && signal.kind === "failed") return failReader(definition, position, signal, moment);
  if (doing.kind !== "working") return unexpected(position, signal);
  if (signal.kind === "polled" && doing.job === undefined) return unexpected(position, signal);
  const visit = resume(definition, position, moment);
  if (!isIn(visit, "Task")) return unexpected(position, signal);
  return guarded(visit, () => stepTask(visit, doing, signal));
}

/** A Distributed Map whose items cannot be read. */
async function failReader(
  definition: Definition,
  position: Position,
  signal: Extract<Signal, { kind: "failed" }>,
  moment: Moment,
): Promise<Transition> {
  const visit = resume(definition, position, moment);
  if (!isIn(visit, "Map") || visit.state.distributed === undefined) return unexpected(position, signal);
  return guarded(visit, () => failRun(visit, signal.failure));
}

async function ofBranches(
  definition: Definition,
  position: Position,
  signal: Extract<Signal, { kind: "joined" | "branch-failed" | "closed" }>,
  moment: Moment,
): Promise<Transition> {
  const { doing } = position;
  if (doing.kind !== "forked" && doing.kind !== "closing") return unexpected(position, signal);
  const visit = resume(definition, position, moment);
  if (!isForking(visit)) return unexpected(position, signal);
  if (signal.kind === "joined" && doing.kind === "forked") {
    return guarded(visit, () => join(visit, doing, signal.outputs, signal.events, signal.written));
  }
  if (signal.kind === "branch-failed" && doing.kind === "forked") {
    return close(visit, doing, signal.failure, signal.at);
  }
  if (signal.kind === "closed" && doing.kind === "closing") {
    return guarded(visit, () => closed(visit, doing.fork, doing.failure, signal.events));
  }
  return unexpected(position, signal);
}

function isForking(visit: Visit): visit is ForkVisit {
  return visit.state.type === "Map" || visit.state.type === "Parallel";
}

function endExecution(
  position: Position,
  signal: Signal,
  outcome: { readonly status: "ABORTED" | "TIMED_OUT"; readonly failure: Failure },
): Transition {
  if (position.scope !== undefined || position.doing.kind === "ended") return unexpected(position, signal);
  return finish({ position, journal: openJournal(position) }, outcome, openFork(position));
}

/** The fork that has to be fenced when its parent ends. */
export function openFork(position: Position): Forked | undefined {
  const { doing } = position;
  if (doing.kind === "forked") return doing;
  return doing.kind === "closing" ? doing.fork : undefined;
}

function poison(definition: Definition, position: Position, signal: Extract<Signal, { kind: "poisoned" }>): Transition {
  if (position.doing.kind === "ended") return unexpected(position, signal);
  const journal = openJournal(position);
  const entered = position.entered ?? { event: position.events };
  const cause = signal.plain ? signal.cause : causeIn(position.state, entered, signal.cause);
  const failure = { error: "States.Runtime", cause };
  const type = definition.states.get(position.state)?.type;
  if (openFork(position) && (type === "Map" || type === "Parallel")) write(journal, `${type}StateFailed`);
  return finish({ position, journal }, { status: "FAILED", failure }, openFork(position));
}

function unexpected(position: Position, signal: Signal): never {
  const { state, doing } = position;
  throw new Error(
    `'${signal.kind}' came to a branch that is ${doing.kind} at state '${state}': nothing follows from that`,
  );
}
