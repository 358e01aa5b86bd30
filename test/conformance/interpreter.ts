/** Runs a recorded case through the interpreter itself: the simulation, with the recorded task outcomes. */
import { parseJson } from "../../lib/asl/json.ts";
import { parseDefinitionText } from "../../lib/asl/parse.ts";
import { type Responder, respondFrom, simulate, type TaskMocks } from "../../lib/asl/simulate.ts";
import type { ExecutionCase, RecordedAttempt } from "./corpus.ts";
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
  return {
    status: result.status,
    ...(result.output === undefined ? {} : { output: result.output }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
    history: result.history(),
  };
}

/** The tokens of the recordings are the names themselves: they come back as they are. */
function namesIn(recorded: ExecutionCase) {
  const name = "<ExecArnPart_0idx>";
  const machine = "<ArnPart_0idx>";
  const account = "111111111111";
  const arn = (kind: string) => `arn:aws:states:us-east-1:${account}:${kind}`;
  const started = recorded.expect.history?.find((event) => event.type === "ExecutionStarted");
  const details = started?.["executionStartedEventDetails"];
  const role = details !== null && typeof details === "object" && "roleArn" in details ? details.roleArn : undefined;
  return {
    execution: {
      name,
      id: arn(`execution:${machine}:${name}`),
      account,
      region: "us-east-1",
      stateMachine: { id: arn(`stateMachine:${machine}`), name: machine },
    },
    roleArn: typeof role === "string" ? role : "snf_role_arn",
  };
}

/** What the children of a Map Run did is not in the recordings: their tasks echo. */
function responderOf(recorded: ExecutionCase): Responder {
  const mocks = mocksOf(recorded);
  const recordedOutcome = respondFrom(mocks);
  return (attempt) => {
    const known = Object.hasOwn(mocks, attempt.state) || recorded.tasks_incomplete !== true;
    return known ? recordedOutcome(attempt) : { result: parseJson(attempt.arguments) };
  };
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
  const details = started?.["activityStartedEventDetails"];
  const name =
    details !== null && typeof details === "object" && "workerName" in details ? details.workerName : undefined;
  return typeof name === "string" ? name : undefined;
}
