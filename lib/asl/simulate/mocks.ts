/**
 * What tasks answer in a simulation: outcomes per state, one for each time the state is scheduled; or
 * the mock configuration of AWS Step Functions Local, brought into that form.
 */
import { isObject, property, type Value, writeJson } from "../json.ts";
import type { Failure, TaskCall } from "../position.ts";

/** One attempt's outcome; `after` is how many milliseconds it takes. */
export type MockedAttempt = MockedOutcome & {
  /** The call's own answer, before the result comes (`.sync`, `.waitForTaskToken`). */
  readonly submitted?: Value;
  readonly workerName?: string;
  /** For which iterations it is, innermost first: `[["Map state", 2]]`. */
  readonly iteration?: readonly (readonly [string, number])[];
  /** It stands for a call among those of all iterations: the n-th entry is for the n-th, whichever iteration makes it. */
  readonly ofAll?: true;
  readonly after?: number;
};

export type MockedOutcome =
  /** `payload`: the result where the Task names the Lambda function itself, not `lambda:invoke`. */
  | { readonly result: Value; readonly payload?: Value }
  | { readonly error?: string; readonly cause?: string; readonly timeout?: false }
  | { readonly timeout: true }
  | { readonly unresolved: true };

export type TaskMocks = Readonly<Record<string, readonly MockedAttempt[]>>;

/** A Task's attempt as a mock sees it. */
export interface Attempt extends TaskCall {
  readonly state: string;
  /** 0 for the first time this state is scheduled (in this iteration), retries included. */
  readonly scheduling: number;
  /** 0 for the first time this state is scheduled in any iteration. */
  readonly schedulingOfAll: number;
  readonly iteration: readonly (readonly [string, number])[];
  readonly taskToken: string;
}

export type Responder = (attempt: Attempt) => MockedAttempt | Promise<MockedAttempt>;

/** The n-th scheduling of a state, in its iteration where the mocks name one, takes the n-th entry. */
export function respondFrom(mocks: TaskMocks): Responder {
  return (attempt) => {
    const all = mocks[attempt.state] ?? [];
    const mine = all.filter((one) => isFor(one, attempt));
    const place = all.some(({ ofAll }) => ofAll) ? attempt.schedulingOfAll : attempt.scheduling;
    return fitting(mine[place] ?? missingResponse({ ...attempt, scheduling: place }), attempt);
  };
}

/** The same for every scheduling, of the iteration where it names one. */
export function respondAlways(mock: MockedAttempt, attempt: Attempt): MockedAttempt {
  return fitting(isFor(mock, attempt) ? mock : missingResponse(attempt), attempt);
}

/** Of a response for `lambda:invoke`, a Task that names the function itself gets the payload alone. */
export function fitting(mock: MockedAttempt, { resource }: Pick<Attempt, "resource">): MockedAttempt {
  const named = "result" in mock && mock.payload !== undefined && /^arn:[^:]*:lambda:/.test(resource);
  return named ? { ...mock, result: mock.payload } : mock;
}

function isFor({ iteration }: MockedAttempt, attempt: Attempt): boolean {
  return iteration === undefined || writeJson(plain(iteration)) === writeJson(plain(attempt.iteration));
}

function plain(iteration: Attempt["iteration"]): Value {
  return iteration.map(([state, index]) => [state, index]);
}

/** No catcher catches it: an unmocked call is a hole in the test, not a case of the machine. */
export function missingResponse({
  state,
  scheduling,
  iteration,
}: Pick<Attempt, "state" | "scheduling" | "iteration">): MockedAttempt {
  const where = iteration.map(([map, index]) => `, iteration ${index} of '${map}'`).join("");
  return {
    error: "States.Runtime",
    cause: `No mocked response for attempt ${scheduling} of state '${state}'${where}.`,
  };
}

/** The mock configuration file of AWS Step Functions Local. */
export interface MockConfig {
  readonly StateMachines: Readonly<Record<string, { readonly TestCases: Readonly<Record<string, MockConfigCase>> }>>;
  readonly MockedResponses: Readonly<Record<string, Readonly<Record<string, MockConfigResponse>>>>;
}

/** Which response each state gives. */
export type MockConfigCase = Readonly<Record<string, string>>;

/** By attempt: `"0"`, or several of them: `"1-2"`. */
export type MockConfigResponse = { readonly Return: Value } | { readonly Throw: ConfigFailure };

interface ConfigFailure {
  readonly Error: string;
  readonly Cause: string;
}

/** As in Step Functions Local, the calls of all iterations count together. */
export function mocksFromConfig(config: MockConfig, machine: string, testCase: string): TaskMocks {
  const states = config.StateMachines[machine]?.TestCases[testCase];
  if (states === undefined) {
    const known = Object.keys(config.StateMachines[machine]?.TestCases ?? {});
    throw new Error(
      `the mock configuration has no test case '${testCase}' for '${machine}'; it has: ${known.join(", ")}`,
    );
  }
  return Object.fromEntries(Object.entries(states).map(([state, name]) => [state, attemptsOf(config, name)]));
}

/** As for the service's own emulator, one attempt takes no more than this many entries. */
const longestRange = 1000;

function attemptsOf(config: MockConfig, name: string): readonly MockedAttempt[] {
  const responses = config.MockedResponses[name];
  if (responses === undefined) throw new Error(`the mock configuration has no response '${name}'`);
  return Object.entries(responses)
    .flatMap(([range, response]) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      if (!(last >= first && last - first < longestRange)) throw new Error(`'${range}' in '${name}' is not an attempt`);
      return Array.from({ length: last - first + 1 }, (_, index) => ({ at: first + index, response }));
    })
    .sort((a, b) => a.at - b.at)
    .map(({ at, response }) => ({ ...mocked(response, `attempt ${at} of '${name}'`), ofAll: true }));
}

function mocked(response: Partial<MockConfigResponse> | null, place: string): MockedAttempt {
  const { Return: result, Throw: failure } = { ...response } as { Return?: Value; Throw?: ConfigFailure };
  if (result !== undefined) return returned(result);
  if (failure?.Error === undefined) throw new Error(`${place} in the mock configuration has neither Return nor Throw`);
  return { error: failure.Error, cause: failure.Cause };
}

/** What `lambda:invoke` answers holds what the function answered. */
function returned(value: Value): MockedAttempt {
  const payload =
    isObject(value) && property(value, "StatusCode") !== undefined ? property(value, "Payload") : undefined;
  return payload === undefined ? { result: value } : { result: value, payload };
}

export function failureOf(mock: { readonly error?: string; readonly cause?: string }): Failure {
  const { error, cause } = mock;
  return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}
