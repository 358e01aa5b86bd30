/** One test: its execution in virtual time, and what of it is not as expected, each in a sentence. */
import { isDeepStrictEqual } from "node:util";
import type { Definition } from "../../asl/definition.ts";
import { type Progress, progressOf } from "../../asl/graph/progress.ts";
import type { AwsHistoryEvent } from "../../asl/history.ts";
import {
  type MockedAttempt,
  mocksFromConfig,
  type Responder,
  respondAlways,
  respondFrom,
  type TaskMocks,
} from "../../asl/simulate/mocks.ts";
import { type Simulated, simulate } from "../../asl/simulate.ts";
import type { Expected, MachineTest } from "./file.ts";

export interface Ran {
  readonly name: string;
  /** Empty: it passed. */
  readonly differences: readonly string[];
  /** How long the execution took in virtual time, and how long that took here. */
  readonly virtualMilliseconds: number;
  readonly milliseconds: number;
  readonly retries: number;
  readonly progress: Progress;
}

export async function runTest(definition: Definition, test: MachineTest): Promise<Ran> {
  const begun = performance.now();
  try {
    return await ran(definition, test, begun);
  } catch (error) {
    // A machine that loops for ever, or a mock file that does not say what a task answers: a test fails, the others go on.
    const why = error instanceof Error ? error.message : String(error);
    const nothing = { virtualMilliseconds: 0, retries: 0, progress: progressOf([]) };
    return { name: test.name, differences: [why], milliseconds: performance.now() - begun, ...nothing };
  }
}

async function ran(definition: Definition, test: MachineTest, begun: number): Promise<Ran> {
  const simulated = await simulate(definition, JSON.stringify(test.input), { tasks: responderOf(test) });
  const history = simulated.history();
  const virtualMilliseconds = simulated.stoppedAt - simulated.startedAt;
  return {
    name: test.name,
    differences: differencesOf(test.expected, simulated, history),
    virtualMilliseconds,
    milliseconds: performance.now() - begun,
    retries: retriesIn(history),
    progress: progressOf(history),
  };
}

function responderOf({ mocks, mockCase }: MachineTest): Responder {
  const fromFile = mockCase && mocksFromConfig(mockCase.config, mockCase.machine, mockCase.testCase);
  const inTurn = Object.entries(mocks).filter((entry): entry is [string, readonly MockedAttempt[]] =>
    Array.isArray(entry[1]),
  );
  const counted: TaskMocks = { ...fromFile, ...Object.fromEntries(inTurn) };
  const respond = respondFrom(counted);
  return (attempt) => {
    const own = mocks[attempt.state];
    return own === undefined || isList(own) ? respond(attempt) : respondAlways(own, attempt);
  };
}

function isList(mock: MockedAttempt | readonly MockedAttempt[]): mock is readonly MockedAttempt[] {
  return Array.isArray(mock);
}

function differencesOf(
  expected: Expected,
  simulated: Simulated,
  history: readonly AwsHistoryEvent[],
): readonly string[] {
  const { status, failure } = simulated;
  const why = failure === undefined ? "" : ` (${failure.error ?? "no error"}: ${failure.cause ?? "no cause"})`;
  const output: unknown = simulated.output === undefined ? undefined : JSON.parse(simulated.output);
  const path = pathOf(history);
  const seconds = (simulated.stoppedAt - simulated.startedAt) / 1_000;
  return [
    differs("status", expected.status, status === expected.status, `${status}${why}`),
    differs("output", expected.output, isDeepStrictEqual(output, expected.output), output),
    differs("output has", expected.outputHas, has(output, expected.outputHas), output),
    differs("error", expected.error, failure?.error === expected.error, failure?.error),
    differs("cause", expected.cause, failure?.cause?.includes(expected.cause ?? "") ?? false, failure?.cause),
    differs("path", expected.path, isDeepStrictEqual(path, expected.path), path),
    differs("seconds", expected.seconds, seconds === expected.seconds, seconds),
  ].flat();
}

function differs(what: string, expected: unknown, isSo: boolean, got: unknown): readonly string[] {
  if (expected === undefined || isSo) return [];
  return [`${what}: expected ${shown(expected)}, got ${shown(got)}`];
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
}

/** Objects may have more members than are asked for; lists have those that are, each of which may have more. */
function has(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(value) && value.length === wanted.length && wanted.every((one, index) => has(value[index], one))
    );
  }
  if (typeof wanted !== "object" || wanted === null) return value === wanted;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const members = new Map<string, unknown>(Object.entries(value));
  return Object.entries(wanted).every(([name, one]) => members.has(name) && has(members.get(name), one));
}

function pathOf(history: readonly AwsHistoryEvent[]): readonly string[] {
  return history.flatMap((event) => {
    const name = event.stateEnteredEventDetails?.["name"];
    return typeof name === "string" ? [name] : [];
  });
}

function retriesIn(history: readonly AwsHistoryEvent[]): number {
  const count = (type: RegExp): number => history.filter((event) => type.test(event.type)).length;
  return Math.max(0, count(/^(Task|LambdaFunction|Activity)Scheduled$/) - count(/^TaskStateEntered$/));
}
