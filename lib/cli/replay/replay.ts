/**
 * A recorded run against another definition: in memory, in virtual time, its tasks answered as they were. What comes of
 * it is held against what comes of the definition that it ran, run again in the same way, so that what differs is the
 * definition's doing and not the clock's.
 */
import type { Definition } from "../../asl/definition.ts";
import type { AwsHistoryEvent } from "../../asl/history.ts";
import type { Value } from "../../asl/json.ts";
import { type AskedCall, essenceOf, respondAsRecorded } from "../../asl/simulate/recorded.ts";
import { type Responder, type Simulated, simulate } from "../../asl/simulate.ts";
import { countsOf } from "../cost/count.ts";
import { type Estimate, estimateOf } from "../cost/estimate.ts";
import { readCause } from "../explain/cause.ts";
import type { End, RecordedRun } from "./run.ts";

export interface Seen extends Omit<End, "at"> {
  /** In virtual time; of a history from a file nobody knows what it would be. */
  readonly milliseconds?: number;
  readonly estimate: Estimate;
}

export interface Replayed {
  readonly name: string;
  readonly executionArn?: string;
  readonly verdict: "same" | "differs" | "unknown";
  /** Why it is unknown. */
  readonly because?: string;
  /** What it asks that was never asked and has no answer. */
  readonly unanswered?: readonly Call[];
  readonly before?: Seen;
  readonly after?: Seen;
  /** How many visits more of each state; fewer: negative. */
  readonly states?: Readonly<Record<string, number>>;
  readonly calls?: CallChanges;
}

export interface CallChanges {
  /** Asked otherwise, and the answer taken as it was. */
  readonly changed: readonly { readonly before: Call; readonly after: Call }[];
  readonly gone: readonly Call[];
  /** Never asked before, and answered by a given result. */
  readonly added: readonly Call[];
}

export type Call = Pick<AskedCall, "state" | "resource" | "arguments">;

/** `results`: what Tasks answer that were never asked, by state. */
export async function replay(
  run: RecordedRun,
  definition: Definition,
  results: Readonly<Record<string, Value>> = {},
): Promise<Replayed> {
  const named = { name: run.name, ...(run.executionArn !== undefined && { executionArn: run.executionArn }) };
  try {
    if (run.unrepeatable !== undefined) throw new Unknown(run.unrepeatable);
    const before = run.definition ? asItWas(run, await replayed(run, run.definition)) : recorded(run);
    return { ...named, ...compared(before, await replayed(run, definition, results)) };
  } catch (error) {
    if (!(error instanceof Unknown)) throw error;
    return { ...named, verdict: "unknown", because: error.message };
  }
}

/** Nobody knows what would have come of it; the message says why. */
class Unknown extends Error {}

function compared(before: Outcome, after: Outcome): Omit<Replayed, "name"> {
  const unanswered = after.asked.filter(({ hasAnswer }) => !hasAnswer).map(callOf);
  if (unanswered.length > 0) {
    const because = "asks what was never asked: what would come of it, nobody knows";
    return { verdict: "unknown", because, unanswered };
  }
  const calls = callChanges(before.asked, after.asked);
  const states = stateChanges(before.history, after.history);
  const { milliseconds = after.seen.milliseconds } = before.seen;
  const isSame =
    sameEnd(before.seen, after.seen) &&
    Object.keys(states).length + calls.changed.length + calls.gone.length + calls.added.length === 0 &&
    milliseconds === after.seen.milliseconds;
  return { verdict: isSame ? "same" : "differs", before: before.seen, after: after.seen, states, calls };
}

interface Outcome {
  readonly seen: Seen;
  readonly history: readonly AwsHistoryEvent[];
  readonly asked: readonly AskedCall[];
}

async function replayed(
  run: RecordedRun,
  definition: Definition,
  results?: Readonly<Record<string, Value>>,
): Promise<Outcome> {
  const { respond, asked } = respondAsRecorded(run.calls, results);
  const simulated = await runOf(run, definition, respond);
  const history = simulated.history();
  const reader = history.map(enteredState).find((name) => name !== undefined && readsFile(definition, name));
  if (reader !== undefined) throw new Unknown(`${reader} reads a file, and files are not recorded`);
  const { status, output, failure, startedAt, stoppedAt } = simulated;
  const end = { status, ...(output !== undefined && { output }), ...failure };
  return outcome({ ...end, milliseconds: stoppedAt - startedAt }, history, asked);
}

function readsFile({ states }: Definition, name: string): boolean {
  const state = states.get(name);
  return state?.type === "Map" && state.distributed?.itemReader !== undefined;
}

function enteredState({ stateEnteredEventDetails }: AwsHistoryEvent): string | undefined {
  return stateEnteredEventDetails && String(stateEnteredEventDetails["name"]);
}

/** Nobody waits for a machine that loops for ever; one that is as it was needs no more than it needed. */
const fewestTransitions = 100_000;

async function runOf(
  { input, startedAt, execution, end, history }: RecordedRun,
  definition: Definition,
  tasks: Responder,
): Promise<Simulated> {
  const { error, cause } = end;
  const failure = { ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
  const stop = end.status === "ABORTED" && { stop: { after: end.at - startedAt, failure } };
  try {
    return await simulate(definition, input, {
      ...{ tasks, execution, ...stop },
      clock: startedAt,
      transitionLimit: Math.max(fewestTransitions, 10 * history.length),
      seed: execution.id ?? "",
    });
  } catch (error) {
    throw new Unknown(error instanceof Error ? error.message : String(error)); // a machine that loops for ever
  }
}

/** Where nobody knows what it ran, what it did has to do. */
function recorded({ end: { at: _, ...end }, history, calls }: RecordedRun): Outcome {
  const asked = calls.map((call) => ({ ...call, recorded: call, isSame: true, hasAnswer: true }));
  return outcome(end, history, asked);
}

function outcome(
  end: Omit<Seen, "estimate">,
  history: readonly AwsHistoryEvent[],
  asked: readonly AskedCall[],
): Outcome {
  const counted = history.map((event) => ({ ...event, timestamp: event.timestamp / 1_000 }));
  return { seen: { ...end, estimate: estimateOf(countsOf(counted)) }, history, asked };
}

/** Only a run whose own definition does again what it did says something of another one. */
function asItWas({ end }: RecordedRun, again: Outcome): Outcome {
  const unknown = again.asked.find(({ hasAnswer }) => !hasAnswer);
  if (unknown) {
    throw new Unknown(
      `its own definition cannot be run again either: of what ${unknown.state} asks nothing is recorded`,
    );
  }
  if (sameEnd(end, again.seen)) return again;
  throw new Unknown(`run again, its own definition comes to ${toldEnd(again.seen)} where it came to ${toldEnd(end)}`);
}

export function toldEnd({ status, error, cause }: Pick<End, "status" | "error" | "cause">): string {
  const why = [error, readCause(cause).message].filter(Boolean).join(": ");
  return why === "" ? status : `${status} ${why}`;
}

function sameEnd(a: Omit<End, "at">, b: Omit<End, "at">): boolean {
  return (
    a.status === b.status &&
    (a.error ?? "") === (b.error ?? "") &&
    essenceOf(a.cause ?? "") === essenceOf(b.cause ?? "") &&
    essenceOf(a.output ?? "") === essenceOf(b.output ?? "")
  );
}

function stateChanges(
  before: readonly AwsHistoryEvent[],
  after: readonly AwsHistoryEvent[],
): Readonly<Record<string, number>> {
  const more = new Map<string, number>();
  const add = (events: readonly AwsHistoryEvent[], by: number): void => {
    for (const event of events) {
      const name = enteredState(event);
      if (name !== undefined) more.set(name, (more.get(name) ?? 0) + by);
    }
  };
  add(after, 1);
  add(before, -1);
  return Object.fromEntries([...more].filter(([, visits]) => visits !== 0));
}

/** Of each recorded call, what was asked then and what is asked now. */
function callChanges(before: readonly AskedCall[], after: readonly AskedCall[]): CallChanges {
  const now = new Map(after.map((call) => [call.recorded, call]));
  const pairs = before.map((then) => [then, now.get(then.recorded)] as const);
  return {
    changed: pairs.flatMap(([then, call]) =>
      call === undefined || asksTheSame(then, call) ? [] : [{ before: callOf(then), after: callOf(call) }],
    ),
    gone: pairs.flatMap(([then, call]) => (call === undefined ? [callOf(then)] : [])),
    added: after.filter(({ recorded }) => recorded === undefined).map(callOf),
  };
}

/** What is computed of the time is another one than was recorded, in both alike. */
function asksTheSame(then: AskedCall, now: AskedCall): boolean {
  const isEqual = then.resource === now.resource && essenceOf(then.arguments) === essenceOf(now.arguments);
  return now.isSame || (!then.isSame && isEqual);
}

function callOf({ state, resource, arguments: given }: AskedCall): Call {
  return { state, resource, arguments: given };
}
