/**
 * What an execution has done to each state so far, and which ways it went: for colouring a graph and for saying
 * what tests have reached. It adds up the visits that a history tells of, and reads no event itself.
 */
import { type Visit, visitsOf } from "../history/visits.ts";
import type { AwsHistoryEvent } from "../history.ts";

export type StateStatus = "running" | "succeeded" | "caught" | "failed" | "aborted";

export interface StateProgress {
  /** Of all visits of the state, the one that matters most: what runs, then what went wrong. */
  readonly status: StateStatus;
  readonly visits: number;
  /** Attempts that failed, and visits of a Map or Parallel state that did. */
  readonly failures: number;
}

export interface Progress {
  readonly states: ReadonlyMap<string, StateProgress>;
  readonly taken: readonly Taken[];
}

/** A way from state to state, by their names. */
export interface Taken {
  readonly from: string;
  readonly to: string;
  /** After a failure that a catcher took. */
  readonly caught: boolean;
}

export function progressOf(events: Iterable<AwsHistoryEvent>): Progress {
  const visits = visitsOf(events);
  const states = new Map<string, StateProgress>();
  for (const visit of visits) states.set(visit.state, joined(states.get(visit.state), visit));
  const taken = visits.flatMap(({ state, after }): readonly Taken[] =>
    after === undefined ? [] : [{ from: after.state, to: state, caught: after.status === "caught" }],
  );
  return { states, taken };
}

const priority: readonly StateStatus[] = ["running", "failed", "aborted", "caught", "succeeded"];

function joined(before: StateProgress | undefined, visit: Visit): StateProgress {
  const status = visit.status === "retrying" ? "running" : visit.status;
  const failures = failuresOf(visit);
  if (before === undefined) return { status, visits: 1, failures };
  const worse = priority.indexOf(status) < priority.indexOf(before.status) ? status : before.status;
  return { status: worse, visits: before.visits + 1, failures: before.failures + failures };
}

/** A state that makes no attempts may still fail, of an expression; a Fail state only does its work. */
function failuresOf({ type, attempts, error }: Visit): number {
  const failed = attempts.filter(({ status }) => status === "failed").length;
  return error !== undefined && type !== "Fail" ? failed + 1 : failed;
}
