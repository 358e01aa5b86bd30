/** What SQS is told of a message's time: of a moment what is left by the clock, of a delay the delay. */
import { type SendMessageBatchCommandInput, SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { openOutbox } from "../../../lib/adapters/aws/outbox.ts";
import type { Message } from "../../../lib/engine/ports.ts";
import { noon } from "../../contracts/subject.ts";

const hour = 3_600_000;

const noObjects = {
  putObject: () => Promise.reject(new Error("nothing is large here")),
  getObject: () => Promise.reject(new Error("nothing is large here")),
  renewObject: () => Promise.reject(new Error("nothing is large here")),
};

/** By a clock that says noon when the message is made, and an hour more each time it is read again. */
async function delayOf(due: Pick<Message, "notBefore" | "delayMilliseconds">): Promise<number | undefined> {
  const sqs = new SQSClient({ region: "eu-north-1" });
  let told: number | undefined;
  sqs.middlewareStack.add(
    () => async (call) => {
      told = (call.input as SendMessageBatchCommandInput).Entries?.[0]?.DelaySeconds;
      return { output: { $metadata: {}, Successful: [], Failed: [] }, response: {} };
    },
    { step: "initialize" },
  );
  let now = noon;
  const clock = {
    now: () => {
      now += hour;
      return now;
    },
    at: () => () => {},
  };
  const outbox = openOutbox(sqs, { flow: "https://sqs/flow", tasks: "https://sqs/tasks" }, noObjects, clock);
  await outbox.send([{ lane: "flow", group: "g", body: "body", ...due }]);
  return told;
}

test.each([
  // message                                what SQS is told, in seconds
  [{}, undefined],
  [{ notBefore: noon + 60_000 }, undefined],
  [{ notBefore: noon + hour + 60_000 }, 60],
  [{ delayMilliseconds: 60_000 }, 60],
  [{ delayMilliseconds: 59_001 }, 60],
  [{ delayMilliseconds: hour }, 900],
])("%j", async (due, seconds) => {
  expect(await delayOf(due)).toBe(seconds);
});
