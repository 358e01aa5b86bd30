/** Runs a recorded case through the interpreter itself: the simulation, with the recorded task outcomes. */
import { parseJson } from "../../lib/asl/json.ts";
import { parseDefinitionText } from "../../lib/asl/parse.ts";
import { type Responder, respondFrom, simulate, type TaskMocks } from "../../lib/asl/simulate.ts";
import type { ExecutionCase, Json, RecordedAttempt } from "./corpus.ts";
import type { Outcome } from "./verdict.ts";

export async function interpret(recorded: ExecutionCase): Promise<Outcome> {
  const parsed = parseDefinitionText(recorded.definitionText, { type: recorded.type });
  if (parsed.kind === "problems") {
    throw new Error(parsed.problems.map((one) => `${one.code} at ${one.path}: ${one.message}`).join("; "));
  }
  const { execution, roleArn } = namesIn(recorded);
  const result = await simulate(parsed.definition, recorded.inputText, {
    tasks: responderOf(recorded),
    execution: { ...execution, roleArn },
    ...(recorded.s3_objects === undefined ? {} : { objects: recorded.s3_objects }),
    // The recordings do not say when; the execution was stopped while it was at work.
    ...(recorded.stop_execution === undefined ? {} : { stop: { after: 1, failure: recorded.stop_execution } }),
  });
  const { error, cause } = result.failure ?? {};
  const { id: executionArn, name, stateMachine } = execution;
  return {
    status: result.status,
    ...(result.output === undefined ? {} : { output: result.output }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    history: result.history(),
    description: { executionArn, name, stateMachineArn: stateMachine.id },
  };
}

/** The tokens of the recordings are the names themselves: they come back as they are. */
export function namesIn(recorded: ExecutionCase) {
  const machine = "<ArnPart_0idx>";
  const account = "111111111111";
  const arn = (kind: string) => `arn:aws:states:us-east-1:${account}:${kind}`;
  // An express execution's ARN has a part more; it stands in the answer or the log that was recorded.
  const express = textIn(recorded.sync_response, "executionArn") ?? textIn(recorded.end_event, "execution_arn");
  const name = textIn(recorded.sync_response, "name") ?? "<ExecArnPart_0idx>";
  const started = recorded.expect.history?.find((event) => event.type === "ExecutionStarted");
  return {
    execution: {
      name,
      id: express ?? arn(`execution:${machine}:${name}`),
      account,
      region: "us-east-1",
      stateMachine: { id: arn(`stateMachine:${machine}`), name: machine },
    },
    roleArn: textIn(started?.["executionStartedEventDetails"], "roleArn") ?? "snf_role_arn",
  };
}

function textIn(details: Json | undefined, member: string): string | undefined {
  if (details === null || typeof details !== "object" || !(member in details)) return undefined;
  const value: unknown = Reflect.get(details, member);
  return typeof value === "string" ? value : undefined;
}

/** What the children of a Map Run did is not in the recordings: their tasks echo. */
export function responderOf(recorded: ExecutionCase): Responder {
  if (recorded.tasks_unknown === true) return failingAsRecorded(recorded);
  const mocks = mocksOf(recorded);
  const recordedOutcome = respondFrom(mocks);
  return (attempt) => {
    const known = Object.hasOwn(mocks, attempt.state) || recorded.tasks_incomplete !== true;
    return known ? recordedOutcome(attempt) : { result: parseJson(attempt.arguments) };
  };
}

/**
 * Only the end of these was recorded. Each has one Task whose Catch leads to a Pass that ends the machine, so
 * that the output is the error output: every attempt failed with it. How many there were shows in the ids.
 */
function failingAsRecorded({ id, expect }: ExecutionCase): Responder {
  const error = textIn(expect.output, "Error");
  const cause = textIn(expect.output, "Cause");
  if (error === undefined || cause === undefined) {
    throw new Error(`what the tasks of '${id}' came to does not follow from its output`);
  }
  return () => ({ error, cause });
}

function mocksOf(recorded: ExecutionCase): TaskMocks {
  const { tasks } = recorded;
  return Object.fromEntries(
    Object.entries(tasks).map(([state, attempts]) => [state, attempts.map((one) => mockOf(recorded, one))]),
  );
}

function mockOf(recorded: ExecutionCase, attempt: RecordedAttempt): TaskMocks[string][number] {
  const { submitted, iteration } = attempt;
  const workerName = workerIn(recorded);
  const around = {
    ...(submitted === undefined ? {} : { submitted }),
    ...(iteration === undefined ? {} : { iteration }),
    ...(workerName === undefined ? {} : { workerName }),
  };
  if (attempt.unresolved === true) return { ...around, unresolved: true };
  if (attempt.timeout === true) return { ...around, timeout: true };
  if (attempt.result !== undefined) return { ...around, result: attempt.result };
  const { error, cause } = attempt;
  return { ...around, ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}

/** The corpus does not keep the worker of an activity with the attempt, only in the event. */
function workerIn(recorded: ExecutionCase): string | undefined {
  const started = recorded.expect.history?.find((event) => event.type === "ActivityStarted");
  return textIn(started?.["activityStartedEventDetails"], "workerName");
}
