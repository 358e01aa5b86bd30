/** Activities: who gets a task, when its time counts, and what becomes of offers that are stale. */
import { describe, expect, test, vi } from "vitest";
import { awaitActivityTask, takeActivityTask } from "../../lib/engine/activity.ts";
import { answerTask } from "../../lib/engine/callback.ts";
import { describeExecution } from "../../lib/engine/describe.ts";
import { readHistory } from "../../lib/engine/history.ts";
import { stopExecution } from "../../lib/engine/stop.ts";
import { type Setup, setup, tenant } from "./setup.ts";

const activity = { ...tenant, name: "pack" };
const resource = "arn:aws:states:eu-central-1:123456789012:activity:pack";
const pack = { Type: "Task", Resource: resource, End: true };

async function scheduled(more: object = {}): Promise<Setup> {
  const made = await setup({ Pack: { ...pack, ...more } }, { input: '{"order":7}' });
  await made.pass(1_000);
  return made;
}

async function typesOf({ engine, id }: Setup): Promise<readonly string[]> {
  return (await readHistory(engine, id)).map(({ type }) => type);
}

async function statusOf({ engine, id }: Setup): Promise<object | undefined> {
  return (await describeExecution(engine, id))?.summary;
}

test("a worker gets the task with its input, and its answer goes on with it", async () => {
  const made = await scheduled();
  const task = await takeActivityTask(made.engine, activity, { workerName: "Ann" });
  expect(task?.input).toBe('{"order":7}');
  expect(await answerTask(made.engine, task?.token ?? "", { kind: "succeeded", output: '"packed"' })).toBe("accepted");
  await made.pass(1_000);
  expect(await describeExecution(made.engine, made.id)).toMatchObject({ output: '"packed"' });
  expect(await typesOf(made)).toEqual([
    "ExecutionStarted",
    "TaskStateEntered",
    "ActivityScheduled",
    "ActivityStarted",
    "ActivitySucceeded",
    "TaskStateExited",
    "ExecutionSucceeded",
  ]);
  const events = await readHistory(made.engine, made.id);
  expect(events[3]).toMatchObject({ activityStartedEventDetails: { workerName: "Ann" } });
});

test("of many workers one gets it, and the list is empty then", async () => {
  const { engine, world } = await scheduled();
  const tasks = await Promise.all(Array.from({ length: 8 }, () => takeActivityTask(engine, activity, {})));
  expect(tasks.filter((task) => task !== undefined)).toHaveLength(1);
  expect(await world.activities.offers(activity, 10)).toEqual([]);
});

test("a task waits for a worker as long as it takes; then its time begins", async () => {
  const made = await scheduled({ TimeoutSeconds: 60 });
  await made.pass(3_600_000);
  expect(await statusOf(made)).toMatchObject({ status: "RUNNING" });
  const task = await takeActivityTask(made.engine, activity, {});
  await made.pass(59_000);
  expect(await statusOf(made)).toMatchObject({ status: "RUNNING" });
  await made.pass(2_000);
  expect(await statusOf(made)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
  expect((await typesOf(made)).slice(-3)).toEqual(["ActivityStarted", "ActivityTimedOut", "ExecutionFailed"]);
  expect(await answerTask(made.engine, task?.token ?? "", { kind: "heartbeat" })).toBe("timed-out");
});

test("heartbeats count from the start, and keep it alive", async () => {
  const made = await scheduled({ HeartbeatSeconds: 60 });
  await made.pass(600_000);
  const task = await takeActivityTask(made.engine, activity, {});
  for (let beat = 0; beat < 3; beat++) {
    await made.pass(50_000);
    expect(await answerTask(made.engine, task?.token ?? "", { kind: "heartbeat" })).toBe("accepted");
  }
  expect(await statusOf(made)).toMatchObject({ status: "RUNNING" });
  await made.pass(61_000);
  expect(await statusOf(made)).toMatchObject({ status: "FAILED", error: "States.Timeout" });
});

test("a worker's failure is judged by Retry, and the next attempt is offered anew", async () => {
  const made = await scheduled({ Retry: [{ ErrorEquals: ["Torn"], IntervalSeconds: 1 }] });
  const first = await takeActivityTask(made.engine, activity, {});
  const failure = { error: "Torn", cause: "the box" };
  expect(await answerTask(made.engine, first?.token ?? "", { kind: "failed", failure })).toBe("accepted");
  expect(await takeActivityTask(made.engine, activity, {})).toBeUndefined();
  await made.pass(2_000);
  const second = await takeActivityTask(made.engine, activity, {});
  expect(second?.token).not.toBe(first?.token);
  expect(await answerTask(made.engine, first?.token ?? "", { kind: "heartbeat" })).toBe("timed-out");
  expect(await answerTask(made.engine, second?.token ?? "", { kind: "heartbeat" })).toBe("accepted");
});

test("a call that is repeated gets the task that it took when it died before it answered", async () => {
  const { engine, pass } = await scheduled();
  const asking = { invocationId: "one call" };
  const dying = vi.spyOn(engine.world.activities, "withdraw").mockRejectedValueOnce(new Error("it died"));
  await expect(takeActivityTask(engine, activity, asking)).rejects.toThrow("it died");
  dying.mockRestore();
  const task = await takeActivityTask(engine, activity, asking);
  expect(await answerTask(engine, task?.token ?? "", { kind: "succeeded", output: "1" })).toBe("accepted");
  await pass(1_000);
  expect(await takeActivityTask(engine, activity, asking)).toBeUndefined();
});

test("what is stale falls off the list", async () => {
  const { engine, id, world } = await scheduled();
  await stopExecution(engine, id, {});
  expect(await world.activities.offers(activity, 10)).toHaveLength(1);
  expect(await takeActivityTask(engine, activity, {})).toBeUndefined();
  expect(await world.activities.offers(activity, 10)).toEqual([]);
});

test("an activity of another account has no workers here", async () => {
  const made = await setup({ Pack: { ...pack, Resource: resource.replace("123456789012", "999999999999") } });
  await made.pass(1_000);
  expect(await statusOf(made)).toMatchObject({
    status: "FAILED",
    error: "States.Runtime",
    cause: "Activity Does Not Exist: 'arn:aws:states:eu-central-1:999999999999:activity:pack'",
  });
});

describe("asking", () => {
  test("is answered when a task is offered meanwhile", async () => {
    const made = await setup({ Pack: pack });
    const asked = awaitActivityTask(made.engine, activity, {});
    await made.pass(1);
    expect((await asked)?.input).toBe("{}");
  });

  test("ends empty after a minute", async () => {
    const { engine, world } = await setup({ Done: { Type: "Succeed" } });
    const before = world.now();
    let done = false;
    const asked = awaitActivityTask(engine, activity, {}).finally(() => {
      done = true;
    });
    await world.settle();
    while (!done) {
      await world.advanceTo(world.now() + 500);
      await world.settle();
    }
    expect(await asked).toBeUndefined();
    expect(world.now() - before).toBeGreaterThanOrEqual(60_000);
    expect(world.now() - before).toBeLessThan(62_000);
  });

  test("takes nothing for a worker that has gone away", async () => {
    const made = await setup({ Pack: pack });
    const gone = new AbortController();
    const asked = awaitActivityTask(made.engine, activity, { signal: gone.signal });
    gone.abort();
    await made.pass(1_000);
    expect(await asked).toBeUndefined();
    expect((await takeActivityTask(made.engine, activity, {}))?.input).toBe("{}");
  });
});
