/** Distributed Maps in the engine: what the parent's history says, which children run, and what comes of them. */
import { expect, test } from "vitest";
import type { CallResult } from "../../../lib/engine/ports.ts";
import { stopExecution } from "../../../lib/engine/stop.ts";
import { setup } from "../setup.ts";
import { distributed, numbers, ranSoFar, runMap, tenfold, tenfoldOf } from "./running.ts";

test("the children are executions of their own, and the parent tells of the run alone", async () => {
  const ran = await runMap({ Map: distributed() }, { call: tenfold(), input: "[1,2,3]" });
  expect(ran.output).toEqual([10, 20, 30]);
  expect(ran.events).toEqual([
    "ExecutionStarted",
    "MapStateEntered",
    "MapStateStarted",
    "MapRunStarted",
    "MapRunSucceeded",
    "MapStateSucceeded",
    "MapStateExited",
    "ExecutionSucceeded",
  ]);
  expect(ran.children.map(({ status, machine }) => [status, machine])).toEqual(
    Array.from({ length: 3 }, () => ["SUCCEEDED", "machine"]),
  );
});

test.each([0, 1, 256, 257, 600])("%i items, each once and in order", async (count) => {
  const calls: string[] = [];
  const call = async (asked: { arguments: string }): Promise<CallResult> => {
    calls.push(asked.arguments);
    return { kind: "succeeded", output: asked.arguments };
  };
  const ran = await runMap({ Map: distributed({ MaxConcurrency: 7 }) }, { call, input: numbers(count) });
  expect(ran.output).toEqual(JSON.parse(numbers(count)));
  expect(calls.length).toBe(count);
  expect(ran.children.length).toBe(count);
});

test.each([3, 300])("never more than MaxConcurrency %i children run", async (MaxConcurrency) => {
  let running = 0;
  let most = 0;
  const call = async (): Promise<CallResult> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return { kind: "succeeded", output: "1" };
  };
  const Wait = { Type: "Wait", Seconds: 1, Next: "Work" };
  const Work = { Type: "Task", Resource: "arn:aws:lambda:eu-central-1:1:function:x", End: true };
  const stage = await setup({ Map: distributed({ MaxConcurrency }, { Wait, Work }) }, { call, input: numbers(400) });
  for (let second = 0; second < 150; second += 1) {
    await stage.pass(1_000);
    const open = stage.world.summaries().filter(({ mapRun, status }) => mapRun && status === "RUNNING").length;
    expect(open).toBeLessThanOrEqual(MaxConcurrency);
  }
  expect((await ranSoFar(stage)).status).toBe("SUCCEEDED");
});

test("a failed child fails the run, and the children that still run are stopped", async () => {
  const slow = {
    Choose: { Type: "Choice", Choices: [{ Variable: "$", NumericEquals: 1, Next: "Fail" }], Default: "Wait" },
  };
  const states = { ...slow, Fail: { Type: "Fail", Error: "One" }, Wait: { Type: "Wait", Seconds: 800, End: true } };
  const ran = await runMap({ Map: distributed({ MaxConcurrency: 3 }, states) }, { input: "[0,1,2,3]", for: 60_000 });
  expect([ran.status, ran.error, ran.cause]).toEqual([
    "FAILED",
    "States.ExceedToleratedFailureThreshold",
    "The specified tolerated failure threshold was exceeded",
  ]);
  expect(ran.events.slice(3)).toEqual(["MapRunStarted", "MapRunFailed", "MapStateFailed", "ExecutionFailed"]);
  const ends = ran.children.map(({ status }) => status).sort();
  expect(ends.filter((status) => status !== "ABORTED")).toEqual(["FAILED"]);
});

const odd = (n: number): boolean => n % 2 === 1;

test.each([
  // tolerated                                              items  comes to
  [{ ToleratedFailureCount: 2 }, 5, "SUCCEEDED"],
  [{ ToleratedFailureCount: 1 }, 5, "FAILED"],
  [{ ToleratedFailurePercentage: 40 }, 5, "SUCCEEDED"],
  [{ ToleratedFailurePercentage: 39.9 }, 5, "FAILED"],
  [{ ToleratedFailureCount: 100, ToleratedFailurePercentage: 10 }, 5, "FAILED"],
  [{ ToleratedFailureCount: 1, ToleratedFailurePercentage: 100 }, 5, "FAILED"],
  // Beside the other one, a threshold of 0 is none.
  [{ ToleratedFailureCount: 0, ToleratedFailurePercentage: 40 }, 5, "SUCCEEDED"],
  [{ ToleratedFailureCount: 2, ToleratedFailurePercentage: 0 }, 5, "SUCCEEDED"],
  [{ ToleratedFailureCount: 0, ToleratedFailurePercentage: 39 }, 5, "FAILED"],
  [{ ToleratedFailureCount: 0, ToleratedFailurePercentage: 0 }, 5, "FAILED"],
  [{ ToleratedFailurePercentage: 50 }, 300, "SUCCEEDED"],
  [{ ToleratedFailureCount: 149 }, 300, "FAILED"],
  [{ ToleratedFailureCount: 150 }, 300, "SUCCEEDED"],
])("%j of %i items, the odd ones of which fail: %s", async (tolerated, count, status) => {
  const ran = await runMap({ Map: distributed(tolerated) }, { call: tenfold(odd), input: numbers(count) });
  expect(ran.status).toBe(status);
  if (status === "SUCCEEDED") expect(ran.output).toEqual(tenfoldOf(count, odd));
});

test("Retry of the Map makes a run of its own each time, and Catch takes what is left", async () => {
  const Retry = [{ ErrorEquals: ["States.ExceedToleratedFailureThreshold"], IntervalSeconds: 1, MaxAttempts: 2 }];
  const Catch = [{ ErrorEquals: ["States.ALL"], Next: "Caught" }];
  const states = { Map: distributed({ Retry, Catch }), Caught: { Type: "Pass", End: true } };
  const ran = await runMap(states, { call: tenfold(odd), input: "[1]" });
  expect(ran.output).toMatchObject({ Error: "States.ExceedToleratedFailureThreshold" });
  expect(ran.events.filter((type) => type === "MapRunFailed")).toHaveLength(3);
  expect(new Set(ran.children.map(({ mapRun }) => mapRun)).size).toBe(3);
});

test("StopExecution of the parent stops the children", async () => {
  const stage = await setup(
    { Map: distributed({}, { Wait: { Type: "Wait", Seconds: 800, End: true } }) },
    { input: numbers(300) },
  );
  await stage.pass(60_000);
  await stopExecution(stage.engine, stage.id, { error: "Enough" });
  await stage.pass(60_000);
  const ran = await ranSoFar(stage);
  expect(ran.status).toBe("ABORTED");
  expect(ran.children.map(({ status }) => status)).toEqual(Array.from({ length: 300 }, () => "ABORTED"));
});

test("ItemSelector and ItemBatcher make the children's inputs", async () => {
  const state = distributed({
    ItemSelector: { "n.$": "$$.Map.Item.Value", "at.$": "$$.Map.Item.Index", "from.$": "$$.Map.Item.Source" },
    ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { unit: "kg" } },
  });
  const { output } = await runMap({ Map: state }, { input: "[7,8,9]" });
  const item = (n: number, at: number) => ({ n, at, from: "STATE_DATA" });
  expect(output).toEqual([
    { BatchInput: { unit: "kg" }, Items: [item(7, 0), item(8, 1)] },
    { BatchInput: { unit: "kg" }, Items: [item(9, 2)] },
  ]);
});

test("an output larger than a payload may be fails the run", async () => {
  const options = { payloadLimitBytes: 1_000 };
  const call = async (): Promise<CallResult> => ({ kind: "succeeded", output: JSON.stringify("x".repeat(400)) });
  const ran = await runMap({ Map: distributed() }, { call, options, input: "[1,2,3]" });
  expect([ran.status, ran.error]).toEqual(["FAILED", "States.DataLimitExceeded"]);
});

test("a Distributed Map inside another's children", async () => {
  const states = { Inner: distributed({ Label: "Inner" }) };
  const ran = await runMap({ Map: distributed({}, states) }, { call: tenfold(), input: "[[1,2],[],[3]]" });
  expect(ran.output).toEqual([[10, 20], [], [30]]);
  expect(new Set(ran.children.map(({ mapRun }) => mapRun)).size).toBe(3);
});

test.each([
  [
    { MaxConcurrencyPath: "$.n" },
    { n: -1 },
    'MaxConcurrencyPath field refers to value "-1" which is not between 0 and ',
  ],
  [{ MaxConcurrencyPath: "$.n", ItemProcessor: { StartAt: "A", States: { A: { Type: "Succeed" } } } }, { n: -1 }, "-1"],
  [{ ToleratedFailureCountPath: "$.n" }, { n: "-2" }, 'refers to value "-2" which is not between 0 and '],
  [{ ToleratedFailurePercentagePath: "$.n" }, { n: 100.5 }, 'value "100.5" which is not between 0 and 100: $.n'],
  [{ ItemBatcher: { MaxItemsPerBatchPath: "$.n" } }, { n: -5 }, 'MaxItemsPerBatchPath field refers to value "-5"'],
])("%j of %j fails the state", async (more, input, cause) => {
  const state = distributed({ ItemsPath: "$.items", ...more });
  const ran = await runMap({ Map: state }, { input: JSON.stringify({ items: [1, 2], ...input }), for: 60_000 });
  expect([ran.status, ran.error]).toEqual(["FAILED", "States.Runtime"]);
  expect(ran.cause).toContain(cause);
});

test("a ResultWriter says where its manifest is, without any items too", async () => {
  const ResultWriter = { Resource: "arn:aws:states:::s3:putObject", Parameters: { Bucket: "out", Prefix: "p" } };
  const ran = await runMap({ Map: distributed({ ResultWriter }) }, { input: "[]" });
  expect(ran.output).toMatchObject({ ResultWriterDetails: { Bucket: "out", Key: expect.stringMatching(/manifest/) } });
  expect(ran.world.files().size).toBe(1);
});

test("of batches with different numbers of items no more are taken as failed than have failed", async () => {
  // Between two items that fill a batch each, ten in one.
  const long = "x".repeat(100);
  const input = JSON.stringify([long, ...Array.from({ length: 10 }, () => "y"), long]);
  const state = { ItemBatcher: { MaxInputBytesPerBatch: 117 }, MaxConcurrency: 1, ToleratedFailureCount: 15 };
  const ran = await runMap({ Map: distributed(state, { Break: { Type: "Fail" } }) }, { input });
  expect(ran.children.map(({ itemCount }) => itemCount)).toEqual([1, 10, 1]);
  expect(ran).toMatchObject({ status: "SUCCEEDED", output: ran.children.map(() => ({ Status: "FAILED" })) });
});
