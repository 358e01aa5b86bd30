/** The queue of what rules and schedules start: what is done is deleted, and what fails comes back later or is a dead letter. */
import type { SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Outcome, type StartRecord, workOffStarts } from "../../../lib/adapters/aws/starts.ts";

const stateMachineArn = "arn:aws:states:eu-west-1:111122223333:stateMachine:orders";
const deadLetterQueueUrl = "https://sqs/dead";
const message = { endpoint: "https://abc", keySecretArn: "secret", stateMachineArn, occasion: "e", target: "rule" };

function record(messageId: string, body: object | string, receives = 1): StartRecord {
  return {
    messageId,
    receiptHandle: `handle of ${messageId}`,
    body: typeof body === "string" ? body : JSON.stringify({ ...message, ...body }),
    attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: "1000" },
    messageAttributes: {},
  };
}

let sent: object[] = [];
let started: object[] = [];
const sqs = {
  send: async ({ input }: { readonly input: object }) => void sent.push(input),
} as unknown as SQSClient;

type Message = typeof message & { readonly outcome: Outcome; readonly deadLetterQueueUrl?: string };

/** The message says what comes of it. */
async function failures(...records: readonly StartRecord[]): Promise<readonly string[]> {
  const start = async ({ outcome }: Message, delivered: object): Promise<Outcome> => {
    started.push(delivered);
    return outcome;
  };
  const options = { sqs, queueUrl: "https://sqs/starts", start, now: () => 61_000 };
  const { batchItemFailures } = await workOffStarts<Message>(records, options);
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

const fine = { outcome: { kind: "started" } };
const again = { outcome: { kind: "again", seconds: 8, error: {} } };
const start = { stateMachineArn, name: "e-1", input: "{}" };
const refused = { outcome: { kind: "given up", start, code: "StateMachineDoesNotExist", message: "no such machine" } };

beforeEach(() => {
  sent = [];
  started = [];
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

test("of a batch, only what could not be started comes back, when it says", async () => {
  expect(await failures(record("a", fine), record("b", again, 4), record("c", fine))).toEqual(["b"]);
  expect(sent).toEqual([{ QueueUrl: "https://sqs/starts", ReceiptHandle: "handle of b", VisibilityTimeout: 8 }]);
  expect(started).toContainEqual({ times: 4, age: 60 });
});

test("what is given up is a dead letter that StartExecution takes, where there is a queue for them", async () => {
  expect(await failures(record("a", { ...refused, deadLetterQueueUrl }), record("b", refused))).toEqual([]);
  expect(sent).toEqual([
    {
      QueueUrl: deadLetterQueueUrl,
      MessageBody: JSON.stringify(start),
      MessageAttributes: {
        ERROR_CODE: { DataType: "String", StringValue: "StateMachineDoesNotExist" },
        ERROR_MESSAGE: { DataType: "String", StringValue: "no such machine" },
      },
    },
  ]);
});

test("a body that is no JSON holds up nobody, and is told", async () => {
  expect(await failures(record("a", '{"input":<batonInput>}'), record("b", fine))).toEqual([]);
  expect(console.error).toHaveBeenCalledWith(expect.stringContaining('"messageId":"a"'));
});

test("a dead letter that cannot be sent is not lost", async () => {
  vi.spyOn(sqs, "send").mockImplementation(() => Promise.reject(new Error("no such queue")) as never);
  expect(await failures(record("a", { ...refused, deadLetterQueueUrl }))).toEqual(["a"]);
});
