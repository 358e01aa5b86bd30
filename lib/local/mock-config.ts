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
import { BoundedMap } from "../engine/bounded-map.ts";
import { decodeSegment } from "../engine/codec.ts";
import type { Engine, TestCases } from "../engine/engine.ts";
import { branchName } from "../engine/identity.ts";
import type { Call, CallResult, SegmentKey, Tasks } from "../engine/ports.ts";
import type { Segment } from "../engine/segment.ts";

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
  const calls: Calls = new BoundedMap(mostCounted);
  return {
    async call(call) {
      const mocked = call.claim && (await mockedAttempt(engine(), call.claim, file, calls));
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

/** How often each state was called, by execution (of a child of a Map Run: by that) and state. */
type Calls = BoundedMap<string, number>;

/** Of states whose count was dropped, iterations begin again at their own: no test case has as many. */
const mostCounted = 10_000;

async function mockedAttempt(
  engine: Engine,
  claim: SegmentKey,
  file: MockFile,
  calls: Calls,
): Promise<MockedAttempt | undefined> {
  const { testCase, mapRun } = await engine.header(claim.execution);
  if (!testCase) return undefined;
  const segments = (await engine.world.log.branch(claim.execution, claim.branch, 0, claim.seq + 1)).map(decodeSegment);
  const state = segments.at(-1)?.position.state ?? "";
  const responses = file.mocks(testCase.machine, testCase.name)[state];
  if (!responses) return undefined;
  const scheduling = counted(calls, `${mapRun?.id ?? claim.execution} ${state}`, schedulingsIn(segments, state) - 1);
  return (
    responses[scheduling] ?? missing(state, scheduling, branchName(claim.branch) !== undefined || mapRun !== undefined)
  );
}

/** Other emulators begin again with each iteration: whoever comes from them needs to be told. */
function missing(state: string, scheduling: number, amongOthers: boolean): MockedAttempt {
  const mock = missingResponse({ state, scheduling, iteration: [] });
  if (!amongOthers || !("cause" in mock)) return mock;
  return { ...mock, cause: `${mock.cause} Calls of all iterations count together: "0-2" is for three of them.` };
}

/**
 * As in Step Functions Local the n-th call of a state takes the n-th entry, retries included, whichever iteration
 * makes it: `"0"` is for the first item, `"1"` for the second. `inBranch`, its number in the log of its own branch,
 * is what is left of that after a restart.
 */
function counted(calls: Calls, key: string, inBranch: number): number {
  const scheduling = Math.max(calls.get(key) ?? 0, inBranch);
  calls.put(key, scheduling + 1);
  return scheduling;
}

function schedulingsIn(segments: readonly Segment[], state: string): number {
  return segments.filter(
    ({ seq, position: { doing, ...at } }) => doing.kind === "working" && doing.claim === seq && at.state === state,
  ).length;
}

function resultOf(mocked: MockedAttempt, call: Call): End {
  const mock = fitting(mocked, call);
  if ("result" in mock) return { kind: "succeeded", output: writeJson(mock.result) };
  const { error = "", cause = "" } = failureOf("error" in mock || "cause" in mock ? mock : {});
  return { kind: "failed", error, cause };
}
