/**
 * Redrive: a branch that ended without success goes on where it stood. What it had done stays done; the state
 * it was in begins its work again, with all of its retries, and is not entered a second time. Where the branch
 * stood is read off the last of its log, so that an end has to remember nothing.
 */
import type { Definition } from "../definition.ts";
import type { HistoryEvent } from "../event.ts";
import type { EarlierAttempt, Entered, Forked, Instant, Position } from "../position.ts";
import type { Moment, Signal, Transition } from "../transition.ts";
import { type Journal, openJournal, write } from "./journal.ts";
import { readResource } from "./resource.ts";

type Redriven = Extract<Signal, { readonly kind: "redriven" }>;

/** `undefined`: the branch runs, or succeeded. */
export function redrive(
  definition: Definition,
  position: Position,
  { to, events }: Redriven,
  moment: Moment,
): Transition | undefined {
  const { doing, scope } = position;
  if (doing.kind !== "ended" || doing.outcome.status === "SUCCEEDED") return undefined;
  if (scope !== undefined) {
    const again = { ...scope, ...(isTold(position, to) ? { firstWave: true } : {}), eventsBefore: events };
    const journal = openJournal({ events, previous: to.previous });
    noteMapRun(journal, to);
    const { events: written, count, previous } = journal;
    return { events: written, next: { ...to, scope: { ...again, reopened: true }, events: count, previous } };
  }
  const journal = openJournal({ events, previous: position.previous });
  const number = write(journal, "ExecutionRedriven", { redriveCount: moment.execution.redriveCount });
  // Recorded on AWS: whatever a state does again refers to its having been entered, but a Fail refers to this.
  const isFail = definition.states.get(to.state)?.type === "Fail" && to.entered !== undefined;
  journal.previous = isFail ? number : to.previous;
  noteMapRun(journal, to);
  return { events: journal.events, next: { ...to, events: journal.count, previous: journal.previous } };
}

function noteMapRun(journal: Journal, { doing }: Position): void {
  if (doing.kind !== "forked" || doing.run === undefined) return;
  const { arn, redriveCount = 0 } = doing.run;
  write(journal, "MapRunRedriven", { mapRunArn: arn, redriveCount });
}

/** An iteration of a later wave that was fenced before it ran has never been heard of. */
function isTold(position: Position, to: Position): boolean {
  return to.doing.kind !== "beginning" || position.events > (position.scope?.eventsBefore ?? 0);
}

/** A segment, as far as it tells where its branch stood. */
export interface Written {
  readonly now: Instant;
  readonly events: readonly HistoryEvent[];
  readonly position: Position;
}

/** How many segments `standing` looks at: the end, what came before, and before a Wait that was left on paper. */
export const standingDepth = 3;

/** Where a branch stood before it ended. `log` is the last of its segments, in order; the very last is the end. */
export function standing(log: readonly Written[]): Position {
  const [end, before, earlier] = log.toReversed();
  if (end?.position.doing.kind !== "ended") throw new Error("only a branch that has ended stands still");
  const within = entryIn(end);
  if (within !== undefined) return inside(end.position, within, undefined);
  if (before === undefined) return unbegun(end.position);
  const { doing, entered, previous } = before.position;
  switch (doing.kind) {
    case "beginning":
      return before.position;
    case "arriving": {
      const isOnPaper = doing.notBefore !== undefined && doing.notBefore > end.now;
      if (isOnPaper) return waiting(end, before, earlier);
      return { ...outside(end.position), previous, doing: { kind: "arriving" } };
    }
    default: {
      if (entered === undefined) throw new Error(`nobody knows when '${before.position.state}' was entered`);
      return inside(end.position, entered, forkOf(end.position, before.position), childOf(doing));
    }
  }
}

/** A branch that was fenced before its first step, or a Map Run's child that was stopped before it began. */
function unbegun(end: Position): Position {
  if (end.scope !== undefined) return { ...end, doing: { kind: "beginning" } };
  return { ...outside(end), previous: 0, doing: { kind: "arriving" } };
}

/** The Wait goes on paper out of its state at once: what it was entered with stands in its …StateEntered, or a redrive before knew. */
function waiting(end: Written, before: Written, earlier: Written | undefined): Position {
  const at = before.events.findLast(({ type }) => type === "WaitStateEntered")?.details;
  const entered = entryIn(before) ?? earlier?.position.entered;
  const { state, input, variables } = earlier?.position ?? end.position;
  if (entered === undefined) throw new Error(`nobody knows when the Wait before '${end.position.state}' was entered`);
  const { variables: _, ...rest } = end.position;
  const there: Position = {
    ...rest,
    state: typeof at?.["name"] === "string" ? at["name"] : state,
    input: typeof at?.["input"] === "string" ? at["input"] : input,
    ...(variables === undefined ? {} : { variables }),
  };
  return inside(there, entered, undefined);
}

/** In the state: it is tried again, or its fork is opened again. */
function inside(
  at: Position,
  { at: since, event }: Omit<Entered, "retryCount">,
  fork: Forked | undefined,
  resumes?: EarlierAttempt,
): Position {
  return {
    ...outside(at),
    entered: { at: since, event, retryCount: 0 },
    previous: event,
    doing: fork === undefined ? { kind: "retrying", notBefore: 0, ...(resumes && { resumes }) } : reopen(fork),
  };
}

/** The execution that the state waited for is redriven with it (documented for `.sync`), and again with each redrive. */
function childOf(doing: Position["doing"]): EarlierAttempt | undefined {
  // It was ended again before it had come to that.
  if (doing.kind === "retrying") return doing.resumes;
  if (doing.kind !== "working" || doing.call.pattern !== "sync") return undefined;
  const resource = readResource(doing.call.resource);
  if (resource.family !== "Task" || resource.resourceType !== "states") return undefined;
  return doing.call.resumes ?? { claim: doing.claim, attempt: doing.call.attempt };
}

/** A Map Run is redriven: the same one, of which what did not succeed runs again. */
function reopen(fork: Forked): Forked {
  const { run } = fork;
  if (run === undefined) return { ...fork, reopened: true };
  return { ...fork, reopened: true, run: { ...run, redriveCount: (run.redriveCount ?? 0) + 1 } };
}

function outside({ entered: _, ...position }: Position): Position {
  return position;
}

/** The state that was entered in this very transition. */
function entryIn({ now, events, position }: Written): Omit<Entered, "retryCount"> | undefined {
  const index = events.findLastIndex(({ type }) => type.endsWith("StateEntered"));
  return index < 0 ? undefined : { at: now, event: position.events - events.length + 1 + index };
}

/**
 * The fork whose branches, or whose Map Run, go on. As documented, a state that failed because its output was too
 * large begins anew, with all of its branches.
 */
function forkOf({ doing: end }: Position, { doing }: Position): Forked | undefined {
  if (end.kind !== "ended" || end.outcome.status === "SUCCEEDED") return undefined;
  if (end.outcome.failure.error === "States.DataLimitExceeded") return undefined;
  return doing.kind === "closing" ? doing.fork : doing.kind === "forked" ? doing : undefined;
}
