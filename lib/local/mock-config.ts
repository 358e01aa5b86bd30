/**
 * The mock configuration of AWS Step Functions Local: executions that are started with `<arn>#TestCase` have their
 * Tasks answered from a file. It is read again for each start and each call, so that a changed file counts at once;
 * what it does not mention is called as always.
 */
import { readFileSync } from "node:fs";
import { isObject, parseJson, property, writeJson } from "../asl/json.ts";
import {
  failureOf,
  fitting,
  type MockConfig,
  type MockedAttempt,
  missingResponse,
  mocksFromConfig,
  type TaskMocks,
} from "../asl/simulate/mocks.ts";
import { decodeSegment } from "../engine/codec.ts";
import type { Engine, TestCases } from "../engine/engine.ts";
import type { Call, CallResult, SegmentKey, Tasks } from "../engine/ports.ts";

export interface MockFile extends TestCases {
  mocks(machine: string, testCase: string): TaskMocks;
}

/** Throws where the file cannot be read or is not of that form. */
export function openMockFile(file: string): MockFile {
  const mocks = (machine: string, testCase: string): TaskMocks => mocksFromConfig(readConfig(file), machine, testCase);
  readConfig(file);
  return {
    mocks,
    problem(machine, testCase) {
      try {
        mocks(machine, testCase);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  };
}

function readConfig(file: string): MockConfig {
  const config = parseJson(readFileSync(file, "utf8"));
  const machines = isObject(config) ? property(config, "StateMachines") : undefined;
  const responses = isObject(config) ? property(config, "MockedResponses") : undefined;
  if (!isObject(machines ?? null) || !isObject(responses ?? null))
    throw new Error(`${file} is not a mock configuration: it needs the objects StateMachines and MockedResponses`);
  return config as unknown as MockConfig; // what it says of one test case is looked at when that is asked for
}

/** `tasks`, with those of executions of a test case answered from the file. */
export function withMocks(tasks: Tasks, file: MockFile, engine: () => Engine): Tasks {
  return {
    async call(call) {
      const mocked = call.claim && (await mockedAttempt(engine(), call.claim, file));
      return mocked ? resultOf(mocked, call) : await tasks.call(call);
    },
  };
}

/** The n-th scheduling of a state in its branch takes the n-th entry, retries included: the log knows which it is. */
async function mockedAttempt(engine: Engine, claim: SegmentKey, file: MockFile): Promise<MockedAttempt | undefined> {
  const { testCase } = await engine.header(claim.execution);
  if (!testCase) return undefined;
  const segments = (await engine.world.log.branch(claim.execution, claim.branch, 0, claim.seq + 1)).map(decodeSegment);
  const state = segments.at(-1)?.position.state ?? "";
  const responses = file.mocks(testCase.machine, testCase.name)[state];
  if (!responses) return undefined;
  const schedulings = segments.filter(
    ({ seq, position: { doing, ...at } }) => doing.kind === "working" && doing.claim === seq && at.state === state,
  );
  const scheduling = schedulings.length - 1;
  return responses[scheduling] ?? missingResponse({ state, scheduling, iteration: [] });
}

/** Whoever waits for a token or a job has its result at once: nobody was told the token, nothing runs. */
function resultOf(mocked: MockedAttempt, call: Call): CallResult {
  const mock = fitting(mocked, call);
  if ("result" in mock) return { kind: "succeeded", output: writeJson(mock.result) };
  const { error = "", cause = "" } = failureOf("error" in mock || "cause" in mock ? mock : {});
  return { kind: "failed", error, cause };
}
