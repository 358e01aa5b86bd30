/**
 * TestState: one state, alone or out of a machine, run by itself with an input, perhaps with a mock of what
 * it waits for. It stands on the step function that runs executions; time does not pass in it.
 */
import type { JsonText } from "./json.ts";
import type { Failure } from "./position.ts";
import { draw } from "./simulate/chance.ts";
import { type InspectionData, inspectionData, type Seen } from "./test-state/inspection.ts";
import { TestRefusal, type TestRefusalCode } from "./test-state/refusal.ts";
import { readRequest, type TestStateRequest } from "./test-state/request.ts";
import { runTest, type TestWorld } from "./test-state/run.ts";
import type { Transition } from "./transition.ts";

export type { TestStateRequest } from "./test-state/request.ts";
export type { Called, TestWorld } from "./test-state/run.ts";

export interface TestStateResponse {
  readonly status: "SUCCEEDED" | "FAILED" | "RETRIABLE" | "CAUGHT_ERROR";
  readonly output?: JsonText;
  readonly error?: string;
  readonly cause?: string;
  readonly nextState?: string;
  readonly inspectionData?: InspectionData;
}

const nowhere: TestWorld = {
  now: Date.UTC(2025, 0, 1),
  account: "123456789012",
  region: "us-east-1",
  payloadLimitBytes: 262_144,
  machineName: "simulated",
  executionName: "simulated",
  chance: (label) => draw("", "", 0, label),
  call: async ({ resource }) => ({
    signal: {
      kind: "failed",
      failure: { error: "States.Runtime", cause: `nobody calls ${resource} here: give the test a mock` },
    },
  }),
};

export type TestStateAnswer =
  | { readonly kind: "tested"; readonly response: TestStateResponse }
  | { readonly kind: "refused"; readonly code: TestRefusalCode; readonly message: string };

/** `world`: of what it does not say, a simulation's, in which a Task without a mock fails. */
export async function testState(request: TestStateRequest, world: Partial<TestWorld> = {}): Promise<TestStateAnswer> {
  try {
    const test = readRequest(request);
    const seen: Seen = { stages: new Map() };
    const last = await runTest(test, { ...nowhere, ...world }, seen);
    const { inspectionLevel: level = "INFO" } = request;
    const response = {
      ...outcomeOf(last, seen),
      ...(level === "INFO" ? {} : { inspectionData: inspectionData(test, seen, last, level) }),
    };
    return { kind: "tested", response };
  } catch (error) {
    if (!(error instanceof TestRefusal)) throw error;
    return { kind: "refused", code: error.code, message: error.message };
  }
}

function outcomeOf({ next }: Transition, seen: Seen): TestStateResponse {
  const { doing } = next;
  const { failure = {}, verdict } = seen.judged ?? {};
  switch (doing.kind) {
    case "retrying":
      return { status: "RETRIABLE", ...told(failure) };
    case "arriving": {
      const left = { output: next.input, nextState: next.state };
      return verdict?.kind === "catch"
        ? { status: "CAUGHT_ERROR", ...left, ...told(failure) }
        : { status: "SUCCEEDED", ...left };
    }
    case "ended":
      if (doing.outcome.status === "SUCCEEDED") return { status: "SUCCEEDED", output: doing.outcome.output };
      return { status: "FAILED", ...told(doing.outcome.failure) };
    default:
      throw new Error(`a test cannot end with a state that is ${doing.kind}`);
  }
}

function told({ error, cause }: Failure): Failure {
  return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}
