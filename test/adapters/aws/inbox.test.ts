/** What a poll brings, where one of its messages cannot be read. */
import { type ChangeMessageVisibilityBatchCommandInput, SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { openInbox } from "../../../lib/adapters/aws/inbox.ts";
import { noon } from "../../contracts/subject.ts";

const noObjects = {
  putObject: () => Promise.reject(new Error("S3 is away")),
  getObject: () => Promise.reject(new Error("S3 is away")),
  renewObject: () => Promise.reject(new Error("S3 is away")),
};
const clock = { now: () => noon, at: () => () => {} };

function arrived(handle: string, receives: number, encoding?: string) {
  const MessageAttributes = encoding && { encoding: { DataType: "String", StringValue: encoding } };
  return {
    ReceiptHandle: handle,
    Body: handle,
    Attributes: { ApproximateReceiveCount: String(receives) },
    MessageAttributes,
  };
}

test.each([
  ["an object that is not to be had", "object", 1, 1],
  ["the same for the fifth time", "object", 5, 16],
  ["for the twentieth", "object", 20, 60],
  ["an encoding of a later build", "braille", 1, 1],
])("%s comes back alone, and the others are not kept waiting", async (_what, encoding, receives, seconds) => {
  const sqs = new SQSClient({ region: "eu-north-1" });
  const hidden: unknown[] = [];
  const $metadata = {};
  sqs.middlewareStack.add(
    (_, context) => async (call) => {
      if (context.commandName === "ReceiveMessageCommand")
        return {
          output: { $metadata, Messages: [arrived("first", 1), arrived("bad", receives, encoding)] },
          response: {},
        };
      const { Entries = [] } = call.input as ChangeMessageVisibilityBatchCommandInput;
      hidden.push(...Entries.map(({ ReceiptHandle, VisibilityTimeout }) => [ReceiptHandle, VisibilityTimeout]));
      return { output: { $metadata, Successful: [], Failed: [] }, response: {} };
    },
    { step: "initialize" },
  );
  const told: unknown[] = [];
  const receiving = { waitSeconds: 0, lingerMilliseconds: 0, report: (error: unknown) => told.push(error) };
  const inbox = openInbox(sqs, { flow: "https://sqs/flow", tasks: "https://sqs/tasks" }, noObjects, clock, receiving);
  expect((await inbox.receive("tasks", 10)).map(({ body }) => body)).toEqual(["first"]);
  expect(hidden).toEqual([["bad", seconds]]);
  expect(told).toHaveLength(1);
});
