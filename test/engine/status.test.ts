/** What a watcher is told: every change once on a good day, and at least once whoever dies. */
import { expect, test } from "vitest";
import { runNow } from "../../lib/engine/express-start.ts";
import { redriveExecution } from "../../lib/engine/redrive.ts";
import { stopExecution } from "../../lib/engine/stop.ts";
import type { StatusChange } from "../../lib/engine/watch-port.ts";
import { setup } from "./setup.ts";

const lambda = "arn:aws:lambda:us-east-1:123456789012:function:work";
const task = { T: { Type: "Task", Resource: lambda, End: true } };
const waiting = { W: { Type: "Wait", Seconds: 3_600, End: true } };

function watcher() {
  const seen: StatusChange[] = [];
  return { seen, changed: async (change: StatusChange) => void seen.push(change) };
}

const told = (seen: readonly StatusChange[]) => seen.map(({ status, again }) => `${status}${again ? " again" : ""}`);

test("start and end, with all that is known of them", async () => {
  const watched = watcher();
  const { id, world, pass } = await setup(task, { input: '{"n":0.0}', watcher: watched });
  await pass(1_000);
  expect(told(watched.seen)).toEqual(["RUNNING", "SUCCEEDED"]);
  expect(watched.seen[1]).toMatchObject({
    type: "STANDARD",
    executionArn: "arn:aws:states:eu-central-1:123456789012:execution:machine:run",
    stateMachineArn: "arn:aws:states:eu-central-1:123456789012:stateMachine:machine",
    name: "run",
    output: '{"n":0.0}',
    startedAt: world.summaries()[0]?.startedAt,
    stoppedAt: world.summaries().find((summary) => summary.id === id)?.stoppedAt,
  });
  expect(await watched.seen[1]?.input()).toBe('{"n":0.0}');
});

test("a failure, and the redrive of it", async () => {
  const watched = watcher();
  let works = false;
  const call = async () =>
    works ? ({ kind: "succeeded", output: "1" } as const) : ({ kind: "failed", error: "E", cause: "so" } as const);
  const { engine, id, pass } = await setup(task, { call, watcher: watched });
  await pass(1_000);
  works = true;
  await redriveExecution(engine, id, {});
  await pass(1_000);
  expect(told(watched.seen)).toEqual(["RUNNING", "FAILED", "RUNNING", "SUCCEEDED"]);
  expect(watched.seen.map(({ error, redriveCount }) => [error, redriveCount])).toEqual([
    [undefined, 0],
    ["E", 0],
    [undefined, 1],
    [undefined, 1],
  ]);
});

test("a stop; its guard says it again, and says so", async () => {
  const watched = watcher();
  const { engine, id, pass } = await setup(waiting, { watcher: watched });
  await stopExecution(engine, id, { error: "Enough" });
  await pass(120_000);
  expect(told(watched.seen)).toEqual(["RUNNING", "ABORTED", "ABORTED again"]);
});

test("an Express execution, with its bill", async () => {
  const watched = watcher();
  const { engine, deploy } = await setup(task, { watcher: watched });
  const machine = await deploy("quick", { P: { Type: "Pass", End: true } });
  await runNow(engine, { machine, input: "7" });
  const express = watched.seen.filter(({ type }) => type === "EXPRESS");
  expect(told(express)).toEqual(["RUNNING", "SUCCEEDED"]);
  expect(express[1]).toMatchObject({ output: "7", billing: { billedDurationInMilliseconds: 100 } });
});
