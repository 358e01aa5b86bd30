/** `events:putEvents`, against a server that keeps what it is sent: where events say that they come from. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Call, ExecutionId } from "../../lib/engine/ports.ts";
import { type AnsweringServer, startAnswering } from "./answering.ts";
import { callWith } from "./call-with.ts";

let server: AnsweringServer;

beforeAll(async () => {
  server = await startAnswering();
  server.rules = [[/PutEvents/, () => ({ body: { FailedEntryCount: 0, Entries: [{ EventId: "1" }] } })]];
  vi.stubEnv("AWS_ENDPOINT_URL_EVENTBRIDGE", server.url);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "key");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

const entrySent = () => JSON.parse(server.asked.at(-1)?.body ?? "{}").Entries[0];

const here = "arn:aws:states:us-east-1:111111111111";
const stateMachineArn = `${here}:stateMachine:orders`;
const express = `${here}:express:orders:one:run`;
const claimOf = (name: string) => ({
  execution: `111111111111/us-east-1/orders/${name}` as ExecutionId,
  branch: "",
  seq: 1,
});

async function resourcesOf(entry: object, more: Partial<Call>): Promise<unknown> {
  const input = { Entries: [{ Source: "shop", DetailType: "paid", Detail: {}, ...entry }] };
  const result = await callWith({ functions: [] }, "arn:aws:states:::events:putEvents", input, more);
  expect(result.kind).toBe("succeeded");
  return entrySent().Resources;
}

test.each<[string, object, Partial<Call>, readonly string[] | undefined]>([
  [
    "its machine and execution",
    {},
    { stateMachineArn, claim: claimOf("one") },
    [stateMachineArn, `${here}:execution:orders:one`],
  ],
  [
    "them behind its own",
    { Resources: ["order-1"] },
    { stateMachineArn, claim: claimOf("one") },
    ["order-1", stateMachineArn, `${here}:execution:orders:one`],
  ],
  [
    "the child of a Map Run",
    {},
    { stateMachineArn, claim: claimOf("each:two") },
    [stateMachineArn, `${here}:execution:orders/each:two`],
  ],
  [
    "the run of an Express machine",
    {},
    { stateMachineArn, idempotencyKey: `${express}/3.0/7/0` },
    [stateMachineArn, express],
  ],
  [
    "an EXPRESS child of a Map Run",
    {},
    { stateMachineArn, idempotencyKey: `${here}:express:orders:each:two:run/7/0` },
    [stateMachineArn, `${here}:express:orders:each:two:run`],
  ],
  ["nothing where nobody has a machine, as in TestState", {}, {}, undefined],
])("an event names %s", async (_, entry, more, expected) => {
  expect(await resourcesOf(entry, more)).toEqual(expected);
});

test("the numbers of an event stay as they were written", async () => {
  const input = `{"Entries":[{"Source":"shop","DetailType":"paid","Detail":{"id":9007199254740993,"sum":1.0}}]}`;
  await callWith({ functions: [] }, "arn:aws:states:::events:putEvents", input, { stateMachineArn });
  expect(entrySent()).toMatchObject({ Detail: '{"id":9007199254740993,"sum":1.0}' });
});
