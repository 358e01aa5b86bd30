import { expect, test } from "vitest";
import type { Call, Tasks } from "../../lib/engine/ports.ts";
import { createTasks } from "../../lib/integrations/integrations.ts";
import { callsUnderWay } from "../../lib/worker/calls-under-way.ts";

const { signal } = new AbortController();
const someCall: Call = {
  resource: "arn:aws:states:::lambda:invoke",
  arguments: "{}",
  region: "us-east-1",
  account: "111111111111",
  idempotencyKey: "1",
  signal,
};

test("a call that is given up is rejected, and one that was answered counts no more", async () => {
  const answer = { kind: "succeeded", output: "{}" } as const;
  const asleep = new Promise<typeof answer>(() => {});
  const tasks: Tasks = { call: ({ idempotencyKey }) => (idempotencyKey === "1" ? Promise.resolve(answer) : asleep) };
  const calls = callsUnderWay(tasks);
  expect(await calls.tasks.call(someCall)).toEqual(answer);
  const waiting = calls.tasks.call({ ...someCall, idempotencyKey: "2" });
  expect(calls.giveUp()).toBe(1);
  await expect(waiting).rejects.toThrow("the worker was stopped before the call was answered");
});

test("a worker can be asked for the jobs that its calls begin, as any process that makes calls", () => {
  const tasks = createTasks({ functions: [] });
  expect(tasks.jobs).toBeDefined();
  expect(callsUnderWay(tasks).tasks.jobs).toBe(tasks.jobs);
});
