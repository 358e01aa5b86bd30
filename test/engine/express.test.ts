/** Express executions in memory: their ends, their limits, their tasks, and that time passes for them as for others. */
import { describe, expect, test } from "vitest";
import { simulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { parseDefinitionText } from "../../lib/asl/parse.ts";
import { createEngine, type EngineOptions } from "../../lib/engine/engine.ts";
import { type ExpressResult, runExpress } from "../../lib/engine/express.ts";
import type { Call, CallResult } from "../../lib/engine/ports.ts";

const lambda = "arn:aws:lambda:us-east-1:123456789012:function:work";
const execution = {
  id: "arn:aws:states:us-east-1:123456789012:express:machine:name:run",
  name: "name",
  roleArn: "role",
  stateMachine: { id: "arn:aws:states:us-east-1:123456789012:stateMachine:machine", name: "machine" },
  region: "us-east-1",
  account: "123456789012",
};

interface Options {
  readonly input?: string;
  /** What a call comes to; by default its own arguments. */
  readonly works?: (later: Later, call: Call) => Promise<CallResult>;
  readonly seconds?: number;
  readonly engine?: Partial<EngineOptions>;
  readonly signal?: AbortSignal;
}

/** Milliseconds of virtual time that a call takes. */
type Later = (milliseconds: number) => Promise<void>;

async function run(states: object, options: Options = {}) {
  const calls: { readonly at: number; readonly arguments: string; readonly key: string }[] = [];
  const world = simulatedWorld({
    seed: "express",
    tasks: {
      call: async (call) => {
        calls.push({ at: world.now() - begun, arguments: call.arguments, key: call.idempotencyKey });
        const later: Later = (milliseconds) =>
          new Promise((resolve) => {
            world.clock.at(world.now() + milliseconds, resolve);
          });
        return options.works?.(later, call) ?? { kind: "succeeded", output: call.arguments };
      },
    },
  });
  const begun = world.now();
  const { seconds, input = "{}", signal } = options;
  const text = JSON.stringify({
    StartAt: Object.keys(states)[0],
    States: states,
    ...(seconds !== undefined && { TimeoutSeconds: seconds }),
  });
  const parsed = parseDefinitionText(text, { type: "EXPRESS" });
  if (parsed.kind === "problems") throw new Error(JSON.stringify(parsed.problems));
  const request = { definition: parsed.definition, execution: { ...execution, input }, keepsHistory: true };
  let result: ExpressResult | undefined;
  const engine = createEngine(world, options.engine);
  const ended = runExpress(engine, { ...request, ...(signal && { signal }) }).then((found) => {
    result = found;
  });
  for (let turns = 0; result === undefined && turns < 10_000; turns++) {
    await world.settle();
    const next = world.nextDue();
    if (next !== undefined) await world.advanceTo(next);
  }
  await ended;
  if (result === undefined) throw new Error("it never ended");
  const { outcome, stoppedAt, startedAt, billing, history } = result;
  return {
    outcome,
    took: stoppedAt - startedAt,
    billed: billing.billedDurationInMilliseconds,
    memory: billing.billedMemoryUsedInMB,
    types: history().map(({ type }) => type),
    history: history(),
    calls,
    written: world.segments().length,
  };
}

const pass = { Type: "Pass", End: true };

test.each([
  ["little data", 10, 64],
  ["ten megabytes through two states", 10_000_000, 128],
])("%s counts as so much memory", async (_, length, megabytes) => {
  const states = { A: { Type: "Pass", Next: "B" }, B: pass };
  expect((await run(states, { input: JSON.stringify("x".repeat(length)) })).memory).toBe(megabytes);
});
const wait = (seconds: number) => ({ Type: "Wait", Seconds: seconds, End: true });
const task = { Type: "Task", Resource: lambda, End: true };
const branches = (...states: object[]) => ({
  Type: "Parallel",
  Branches: states.map((state, index) => ({ StartAt: `B${index}`, States: { [`B${index}`]: state } })),
  End: true,
});
const failing = async (): Promise<CallResult> => ({ kind: "failed", error: "Broken", cause: "it is" });
const failed = (error: string) => ({ status: "FAILED", failure: expect.objectContaining({ error }) });

describe("ends", () => {
  test.each([
    ["a Pass", { A: pass }, {}, { status: "SUCCEEDED", output: '{"n":0.0}' }, 0, 100],
    ["a Wait", { A: wait(10) }, {}, { status: "SUCCEEDED", output: '{"n":0.0}' }, 10_000, 10_000],
    ["a Fail", { A: { Type: "Fail", Error: "E" } }, {}, failed("E"), 0, 100],
    [
      "branches that wait at the same time",
      { A: branches(wait(1), wait(2)) },
      {},
      expect.objectContaining({ status: "SUCCEEDED" }),
      2_000,
      2_000,
    ],
    [
      "a failure that ends a sibling's wait",
      { A: branches(wait(60), { Type: "Fail", Error: "E" }) },
      {},
      failed("E"),
      0,
      100,
    ],
    [
      "five minutes, whatever it does",
      { A: wait(301) },
      {},
      { status: "TIMED_OUT", failure: { error: "States.Timeout" } },
      300_000,
      300_000,
    ],
    [
      "TimeoutSeconds, if that is less",
      { A: branches(wait(60), wait(9)) },
      { seconds: 5 },
      { status: "TIMED_OUT", failure: { error: "States.Timeout" } },
      5_000,
      5_000,
    ],
    ["a task's failure", { A: task }, { works: failing }, failed("Broken"), 0, 100],
    [
      "a task's time-out",
      { A: { ...task, TimeoutSeconds: 3 } },
      { works: () => new Promise<CallResult>(() => undefined) },
      failed("States.Timeout"),
      3_000,
      3_000,
    ],
    [
      "a call of unknown fate",
      { A: task },
      { works: () => Promise.reject(new Error("cut off")) },
      failed("States.TaskFailed"),
      0,
      100,
    ],
    [
      "whoever gives it up",
      { A: wait(10) },
      { signal: AbortSignal.abort() },
      { status: "ABORTED", failure: {} },
      0,
      100,
    ],
  ])("%s", async (_, states, options, outcome, took, billed) => {
    const ended = await run(states, { input: '{"n":0.0}', ...options });
    expect(ended.outcome).toEqual(outcome);
    expect([ended.took, ended.billed]).toEqual([took, billed]);
    expect(ended.written).toBe(0);
  });

  test("a machine that loops for ever, with a clear error", async () => {
    const Choices = [{ Variable: "$", IsNull: true, Next: "B" }];
    const loop = { A: { Type: "Choice", Choices, Default: "A" }, B: pass };
    const { outcome } = await run(loop, { engine: { transitionLimit: 1_000 } });
    expect(outcome).toMatchObject({
      failure: { error: "States.Runtime", cause: expect.stringContaining("has made 1000 transitions") },
    });
  });
});

describe("tasks", () => {
  test("are tried again after the interval, and caught", async () => {
    const Retry = [{ ErrorEquals: ["Broken"], IntervalSeconds: 1, MaxAttempts: 2, BackoffRate: 2 }];
    const Catch = [{ ErrorEquals: ["States.ALL"], Next: "Caught" }];
    const ended = await run({ A: { ...task, Retry, Catch }, Caught: pass }, { works: failing });
    expect(ended.calls.map(({ at }) => at)).toEqual([0, 1_000, 3_000]);
    expect(ended.outcome).toEqual({ status: "SUCCEEDED", output: '{"Error":"Broken","Cause":"it is"}' });
    expect(new Set(ended.calls.map(({ key }) => key)).size).toBe(3);
  });

  test("of a Map run as many at once as MaxConcurrency says, and their answers come in the items' order", async () => {
    const ItemProcessor = { StartAt: "T", States: { T: task } };
    const map = { Type: "Map", ItemProcessor, MaxConcurrency: 2, End: true };
    const ended = await run(
      { A: map },
      {
        input: "[1,2,3,4]",
        works: async (later, { arguments: output }) => {
          await later(1_000);
          return { kind: "succeeded", output };
        },
      },
    );
    expect(ended.outcome).toEqual({ status: "SUCCEEDED", output: "[1,2,3,4]" });
    expect(ended.calls.map(({ at }) => at)).toEqual([0, 0, 1_000, 1_000]);
    expect(ended.took).toBe(2_000);
  });

  test("that nobody waits for any more are given up", async () => {
    let given: AbortSignal | undefined;
    const works = (_: Later, { signal }: Call): Promise<CallResult> => {
      given = signal;
      return new Promise(() => undefined);
    };
    await run({ A: branches(task, { Type: "Fail" }) }, { works });
    expect(given?.aborted).toBe(true);
  });
});

test("a history as the service numbers it", async () => {
  const { history } = await run({ A: task });
  expect(history.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
    [1, 0, "ExecutionStarted"],
    [2, 0, "TaskStateEntered"],
    [3, 2, "LambdaFunctionScheduled"],
    [4, 3, "LambdaFunctionStarted"],
    [5, 4, "LambdaFunctionSucceeded"],
    [6, 5, "TaskStateExited"],
    [7, 6, "ExecutionSucceeded"],
  ]);
});
