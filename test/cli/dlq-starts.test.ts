/** `baton dlq … --starts`: the dead letters of rules and schedules, against a server that speaks SQS's protocol. */
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { baton } from "./baton.ts";

const stateMachineArn = "arn:aws:states:eu-west-1:111122223333:stateMachine:orders";
const letter = JSON.stringify({
  endpoint: "https://abc",
  stateMachineArn,
  occasion: "2026-03-22T03:00:00Z",
  input: {},
});
let deadUrl = "";
let startsUrl = "";

interface Asked {
  readonly operation: string;
  readonly QueueUrl: string;
  readonly MessageBody?: string;
}

let server: Server;
let asked: Asked[] = [];
let dead: string[] = [];
let sources: string[] = [];

const md5 = (body: string): string => createHash("md5").update(body).digest("hex");

const answers: Readonly<Record<string, (asked: Asked) => object>> = {
  GetQueueUrl: () => ({ QueueUrl: deadUrl }),
  ListDeadLetterSourceQueues: () => ({ queueUrls: sources }),
  ReceiveMessage: () => ({
    Messages: dead.splice(0).map((Body, place) => ({
      MessageId: String(place),
      ReceiptHandle: `handle ${place}`,
      ...{ Body, MD5OfBody: md5(Body), Attributes: { ApproximateReceiveCount: "241", SentTimestamp: "1774148400000" } },
    })),
  }),
  SendMessage: ({ MessageBody = "" }) => ({ MessageId: "new", MD5OfMessageBody: md5(MessageBody) }),
};

beforeEach(async () => {
  asked = [];
  dead = [letter, "not ours"];
  server = createServer(async (request, response) => {
    const operation = String(request.headers["x-amz-target"]).replace("AmazonSQS.", "");
    const each: Asked = { operation, ...JSON.parse(await text(request)) };
    asked.push(each);
    response
      .setHeader("content-type", "application/x-amz-json-1.0")
      .end(JSON.stringify(answers[operation]?.(each) ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  [deadUrl, startsUrl] = [`${endpoint}/1/dead`, `${endpoint}/1/starts`];
  sources = [startsUrl];
  vi.stubEnv("AWS_ENDPOINT_URL_SQS", endpoint);
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) vi.stubEnv(name, "test");
  vi.stubEnv("AWS_REGION", "eu-west-1");
});
afterEach(() => {
  vi.unstubAllEnvs();
  server.close();
});

const changes = (): unknown[] =>
  asked
    .filter(({ operation }) => /^(Send|Delete|Change)/.test(operation))
    .map(({ operation, QueueUrl }) => [operation, QueueUrl]);

test("list: which machine was to be started and for what, and everything stays where it is", async () => {
  const { out } = await baton("dlq", "list", "--starts", "shop-starts");
  expect(out.split("\n")).toEqual([
    `${stateMachineArn}  a start for 2026-03-22T03:00:00Z, sent 2026-03-22T03:00:00.000Z, received 241 times`,
    "not a start of Baton, sent 2026-03-22T03:00:00.000Z, received 241 times",
    "2 dead letters",
    "",
  ]);
  expect(changes()).toEqual([
    ["ChangeMessageVisibility", deadUrl],
    ["ChangeMessageVisibility", deadUrl],
  ]);
});

test("redrive: back into the queue whose dead letters they are; what is not Baton's stays", async () => {
  const { out } = await baton("dlq", "redrive", "--starts", deadUrl, "--json");
  expect(
    out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    {
      kind: "start",
      stateMachineArn,
      occasion: "2026-03-22T03:00:00Z",
      sent: "2026-03-22T03:00:00.000Z",
      receives: 241,
    },
    { kind: "unknown", sent: "2026-03-22T03:00:00.000Z", receives: 241 },
    { redriven: 1, left: 1 },
  ]);
  expect(changes()).toEqual([
    ["SendMessage", startsUrl],
    ["DeleteMessage", deadUrl],
    ["ChangeMessageVisibility", deadUrl],
  ]);
  expect(asked.find(({ operation }) => operation === "SendMessage")?.MessageBody).toBe(letter);
});

test("another queue's are left alone", async () => {
  sources = ["flow", "tasks"];
  const { err, code } = await baton("dlq", "redrive", "--starts", deadUrl);
  expect({ err, code }).toEqual({
    err: `${deadUrl} is the dead-letter queue of 2 queues, and not of the starts of a stack alone\n`,
    code: 1,
  });
  expect(changes()).toEqual([]);
});
