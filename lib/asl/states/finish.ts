/**
 * The end of a branch. At the root it is the end of the execution; an iteration of a Map says how it
 * ended; a branch of a Parallel ends without a word.
 */
import type { EventDetails } from "../event.ts";
import type { Failure, Forked, Outcome, Position } from "../position.ts";
import type { Transition } from "../transition.ts";
import { inFull, type Journal, remark, write } from "./journal.ts";
import type { Visit } from "./visit.ts";

/** `open`: the fork that still runs and has to be fenced. */
export function finish(visit: Pick<Visit, "position" | "journal">, outcome: Outcome, open?: Forked): Transition {
  const { journal, position } = visit;
  if (position.scope === undefined) endExecution(journal, outcome);
  else if (position.scope.kind === "Map") endIteration(journal, position, outcome);
  const { entered: _, ...rest } = position;
  const doing: Position["doing"] = open === undefined ? { kind: "ended", outcome } : { kind: "ended", outcome, open };
  const next = { ...rest, events: journal.count, previous: journal.previous, doing };
  return { events: journal.events, next: hasNoMoreUseOfVariables(next) ? withoutVariables(next) : next };
}

/**
 * A branch that succeeded hands on its output alone, and no redrive comes back to it. Its variables are those of
 * the whole execution once more: a Map over 5,000 items would keep 5,000 copies of them.
 */
function hasNoMoreUseOfVariables({ scope, doing }: Position): boolean {
  return scope !== undefined && doing.kind === "ended" && doing.outcome.status === "SUCCEEDED";
}

function withoutVariables({ variables: _, ...position }: Position): Position {
  return position;
}

/** A failure inside a fork closes the Task it happened in with a word of its own, behind that of its iteration. */
export function finishFailed(visit: Visit, failure: Failure, open?: Forked): Transition {
  const { journal, position } = visit;
  const failed = finish(visit, { status: "FAILED", failure }, open);
  if (position.scope === undefined || visit.state.type !== "Task" || endsAtOnce(failure)) return failed;
  remark(journal, "TaskStateAborted");
  return { events: journal.events, next: { ...failed.next, events: journal.count } };
}

/** What nobody can answer ends the execution, and what is around it ends without a word (measured in floci#2868). */
export function endsAtOnce({ error }: Failure): boolean {
  return error === "States.Runtime";
}

function endExecution(journal: Journal, outcome: Outcome): void {
  switch (outcome.status) {
    case "SUCCEEDED":
      write(journal, "ExecutionSucceeded", { output: outcome.output, outputDetails: inFull });
      return;
    case "FAILED":
      write(journal, "ExecutionFailed", failureDetails(outcome.failure));
      return;
    case "TIMED_OUT":
      writeUnreferred(journal, "ExecutionTimedOut", outcome.failure);
      return;
    case "ABORTED":
      writeUnreferred(journal, "ExecutionAborted", outcome.failure);
  }
}

/** AWS lets the end that comes from outside refer to nothing (ExecutionTimedOut: measured in floci#2733). */
function writeUnreferred(journal: Journal, type: "ExecutionTimedOut" | "ExecutionAborted", failure: Failure): void {
  journal.previous = 0;
  write(journal, type, failureDetails(failure));
}

const iterationEnds = {
  SUCCEEDED: "MapIterationSucceeded",
  FAILED: "MapIterationFailed",
  TIMED_OUT: "MapIterationFailed",
  ABORTED: "MapIterationAborted",
} as const;

/** Beside the chain: what follows (the next iteration, the state's failure) refers to the iteration's last event. */
function endIteration(journal: Journal, position: Position, outcome: Outcome): void {
  const { scope } = position;
  if (outcome.status === "FAILED" && endsAtOnce(outcome.failure)) return;
  if (scope !== undefined) remark(journal, iterationEnds[outcome.status], { name: scope.state, index: scope.index });
}

export function failureDetails(failure: Failure): EventDetails {
  const { error, cause } = failure;
  return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}
