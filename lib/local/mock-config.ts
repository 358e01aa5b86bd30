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
  const { jobs } = tasks;
  return {
    async call(call) {
      const mocked = call.claim && (await mockedAttempt(engine(), call.claim, file));
      if (!mocked) return tasks.call(call);
      const result = resultOf(mocked, call);
      return waitsForResult.test(call.resource) ? accepted(result) : result;
    },
    jobs: {
      async poll(job) {
        const result = endIn(job.job);
        if (result) return result;
        if (jobs === undefined) throw new Error(`nobody can be asked about the job of ${job.resource}`);
        return jobs.poll(job);
      },
      async stop(job) {
        if (!endIn(job.job)) await jobs?.stop(job);
      },
    },
  };
}

type End = Exclude<CallResult, { readonly kind: "submitted" }>;

const waitsForResult = /\.(?:sync(?::2)?|waitForTaskToken)$/;

/** As in Step Functions Local the call is accepted first. What it comes to stands with the job, for whoever asks. */
function accepted(end: End): CallResult {
  const output = end.kind === "succeeded" ? end.output : "{}";
  return { kind: "submitted", output, job: mark + JSON.stringify(end), firstPause: 0 };
}

const mark = "mocked: ";

function endIn(job: string): End | undefined {
  return job.startsWith(mark) ? (JSON.parse(job.slice(mark.length)) as End) : undefined; // as `accepted` wrote it
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

function resultOf(mocked: MockedAttempt, call: Call): End {
  const mock = fitting(mocked, call);
  if ("result" in mock) return { kind: "succeeded", output: writeJson(mock.result) };
  const { error = "", cause = "" } = failureOf("error" in mock || "cause" in mock ? mock : {});
  return { kind: "failed", error, cause };
}
