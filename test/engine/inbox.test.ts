/** When an open task fails unless somebody answers it: whatever is sooner, the end of its time or a heartbeat that is missing. */
import { expect, test } from "vitest";
import { answerTask } from "../../lib/engine/callback.ts";
import { openTasks } from "../../lib/engine/inbox.ts";
import { setup } from "./setup.ts";

const begun = Date.parse("2026-01-15T12:00:00Z");
const submitting = { call: async () => ({ kind: "submitted", output: "{}" }) as const };

test.each<[what: string, times: object, heartbeatAt: number | undefined, seconds: number | undefined]>([
  ["no limit", {}, undefined, undefined],
  ["a time", { TimeoutSeconds: 600 }, undefined, 600],
  ["a heartbeat", { HeartbeatSeconds: 60 }, undefined, 60],
  ["a heartbeat, sent", { HeartbeatSeconds: 60 }, 50, 115],
  ["both, the heartbeat sooner", { TimeoutSeconds: 600, HeartbeatSeconds: 60 }, undefined, 60],
  ["both, the end sooner", { TimeoutSeconds: 100, HeartbeatSeconds: 60 }, 50, 100],
])("of a task with %s", async (_what, times, heartbeatAt, seconds) => {
  const resource = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
  const made = await setup({ Ask: { Type: "Task", Resource: resource, ...times, End: true } }, submitting);
  await made.pass(5_000);
  if (heartbeatAt !== undefined) {
    await made.pass(heartbeatAt * 1_000);
    const [open] = await openTasks(made.engine, made.id);
    await answerTask(made.engine, open?.token ?? "", { kind: "heartbeat" });
  }
  const [task] = await openTasks(made.engine, made.id);
  expect(task?.until).toBe(seconds === undefined ? undefined : begun + seconds * 1_000);
});
