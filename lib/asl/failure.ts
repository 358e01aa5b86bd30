/**
 * A state that failed: the words of its failure, the events that tell of it, and what the verdict of
 * Retry and Catch makes of it.
 */
import type { Catcher, State } from "./definition.ts";
import { EvaluationFailure } from "./evaluate/failure.ts";
import type { EventRef } from "./event.ts";
import { objectOf } from "./json.ts";
import type { Entered, Failure } from "./position.ts";
import { judge } from "./retry.ts";
import { endsAtOnce, finishFailed } from "./states/finish.ts";
import { type Journal, write } from "./states/journal.ts";
import { assign, type Departure, evaluated, leave, merged } from "./states/leave.ts";
import { Payload } from "./states/payload.ts";
import { scopeOf, stay, type Visit } from "./states/visit.ts";
import type { Transition } from "./transition.ts";

/** Failures of Baton's own evaluation name the state; those that somebody else reported stay as they are. */
const prefixed: ReadonlySet<string> = new Set(["States.Runtime", "States.QueryEvaluationError"]);

export function causeIn(state: string, entered: Pick<Entered, "event">, cause: string): string {
  return `An error occurred while executing the state '${state}' (entered at the event id #${entered.event}). ${cause}`;
}

/** Runs the part of a state that evaluates; if an evaluation fails, so does the state. */
export async function guarded(visit: Visit, part: () => Promise<Transition> | Transition): Promise<Transition> {
  try {
    return await part();
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error;
    return failEvaluation(visit, error);
  }
}

async function failEvaluation(visit: Visit, evaluation: EvaluationFailure): Promise<Transition> {
  const failure = reportEvaluation(visit, evaluation);
  return failState(visit, failure, { told: endsAtOnce(failure) });
}

/** The failure as the state reports it; a failed JSONata expression also gets its event. */
export function reportEvaluation(visit: Visit, evaluation: EvaluationFailure): Failure {
  const { error, location } = evaluation;
  const { state, journal, entered, moment } = visit;
  // Recorded on AWS: TestState, which has no history, leaves out where the state was entered.
  const cause =
    prefixed.has(error) && moment.watch === undefined
      ? causeIn(state.name, entered, evaluation.cause)
      : evaluation.cause;
  if (error === "States.QueryEvaluationError") {
    // Recorded on AWS: it refers to the event before the state was entered.
    if (visit.before !== undefined && state.type !== "Wait") journal.previous = visit.before;
    const where = location === undefined ? {} : { location };
    write(journal, "EvaluationFailed", { error, cause, ...where, state: state.name });
  }
  return { error, cause };
}

export interface FailureManner {
  /** Another name of the error, for Retry and Catch. */
  readonly also?: string;
  /** A Map or Parallel fails without its …StateFailed event. */
  readonly told?: boolean;
}

export async function failState(visit: Visit, failure: Failure, manner: FailureManner = {}): Promise<Transition> {
  const { state, entered, moment, journal } = visit;
  const verdict = judge(state, entered, failure, moment.chance, manner.also);
  moment.watch?.judged(failure, verdict);
  switch (verdict.kind) {
    case "retry": {
      const again: Entered = { ...entered, retries: verdict.retries, retryCount: entered.retryCount + 1 };
      return stay(visit, { kind: "retrying", notBefore: moment.now + verdict.afterMilliseconds }, again);
    }
    case "catch": {
      const before = journal.previous;
      tellFailed(state, journal, manner);
      return caught(visit, verdict.by, failure, before);
    }
    case "fail":
      tellFailed(state, journal, manner);
      return finishFailed(visit, failure);
  }
}

function tellFailed(state: State, journal: Journal, manner: FailureManner): void {
  if (manner.told === true) return;
  if (state.type === "Map") write(journal, "MapStateFailed");
  if (state.type === "Parallel") write(journal, "ParallelStateFailed");
}

/**
 * A catcher that fails itself fails the state for good: nobody catches the catcher. A Map or Parallel then says a
 * second time that it failed, and the expression refers to before it had failed at all (measured in floci#3167).
 */
async function caught(visit: Visit, by: Catcher, failure: Failure, before: EventRef): Promise<Transition> {
  try {
    return leave(visit, await departCaught(visit, by, failure));
  } catch (error) {
    if (!(error instanceof EvaluationFailure)) throw error;
    const isQuery = error.error === "States.QueryEvaluationError";
    if (isQuery) visit.journal.previous = before;
    const ofCatcher = reportEvaluation(visit, error);
    tellFailed(visit.state, visit.journal, { told: !isQuery });
    return finishFailed(visit, ofCatcher);
  }
}

/**
 * OutputPath and ResultSelector are for results; an error output passes by them. On AWS a time-out, which has no
 * cause in the history, has an empty one here; a failure that was answered without a cause has `null` (recorded).
 */
async function departCaught(visit: Visit, by: Catcher, failure: Failure): Promise<Departure> {
  const error = Payload.ofValue(
    objectOf([
      ["Error", failure.error ?? null],
      ["Cause", failure.cause ?? (failure.error === "States.Timeout" ? "" : null)],
    ]),
  );
  const following = { kind: "next", state: by.next } as const;
  if (visit.state.queryLanguage === "JSONata") {
    const scope = scopeOf(visit, visit.input, { errorOutput: error });
    const output = by.output === undefined ? error : await evaluated(by.output, scope);
    return { output, assigned: await assign(by.assign, scope), following };
  }
  const assigned = await assign(by.assign, scopeOf(visit, error));
  return { output: merged(visit.input, by.resultPath, error), assigned, following };
}
