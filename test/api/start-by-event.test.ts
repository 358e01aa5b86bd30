/** An event starts an execution, once however often it is delivered; what fails is tried again, or given up. */
import { expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import type { CallApi } from "../../lib/api/machine-resource.ts";
import { ApiRefusal } from "../../lib/api/signed-call.ts";
import { type StartingEvent, startByEvent } from "../../lib/api/start-by-event.ts";
import { memoryWorld } from "./memory-world.ts";
import { arnOf, pass, refusal, role, wire } from "./requests.ts";

const { engine, run } = memoryWorld();
const handler = createHandler(engine, { authentication: "none" });
const call: CallApi = async (operation, input) => {
  const answer = await wire(handler, operation, input);
  if (answer.status >= 400) {
    const [code = "", text = ""] = refusal(answer).split(": ", 2);
    throw new ApiRefusal(code, text, answer.status);
  }
  return answer.body;
};
const stateMachineArn = arnOf("nightly");

const first = { times: 1, age: 0 };
const of = (event: Partial<StartingEvent>): StartingEvent => ({
  stateMachineArn,
  occasion: "event-1",
  target: "rule",
  ...event,
});
const name = (occasion: string): unknown => expect.stringMatching(new RegExp(`^${occasion}-[0-9a-f]{12}$`));

test("once, with its input, although it comes again while it runs, afterwards, and with another input", async () => {
  await call("CreateStateMachine", { name: "nightly", definition: pass, roleArn: role });
  const input = { detail: { key: "a b.csv" } };
  const started = { kind: "started" };
  expect(await startByEvent(of({ input }), first, call)).toEqual(started);
  expect(await startByEvent(of({ input }), first, call)).toEqual(started);
  await run();
  expect(await startByEvent(of({ input }), first, call)).toEqual(started);
  expect(await startByEvent(of({ input: {} }), first, call)).toEqual(started);
  // Another occasion, and another target on the same one.
  await startByEvent(of({ occasion: "2026-03-22T18:59:43Z", inputText: '{"n": 1.0}' }), first, call);
  await startByEvent(of({ target: "another rule" }), first, call);
  await run();
  const { executions } = (await call("ListExecutions", { stateMachineArn })) as {
    executions: { name: string; executionArn: string }[];
  };
  expect(executions.map((one) => one.name).sort()).toEqual([
    name("2026-03-22T18-59-43Z"),
    name("event-1"),
    name("event-1"),
  ]);
  const described = executions.map(({ executionArn }) => call("DescribeExecution", { executionArn }));
  const inputs = (await Promise.all(described)).map((one) => one["input"]).sort();
  expect(inputs).toEqual([JSON.stringify(input), '{"n": 1.0}', "{}"].sort());
});

test("what the API refuses is given up at once, as the input of a StartExecution", async () => {
  const gone = of({ stateMachineArn: arnOf("gone"), input: { n: 1 } });
  expect(await startByEvent(gone, first, call)).toEqual({
    kind: "given up",
    start: { stateMachineArn: arnOf("gone"), name: name("event-1"), input: '{"n":1}' },
    code: "StateMachineDoesNotExist",
    message: expect.stringMatching(/^StateMachineDoesNotExist: /),
  });
});

const outage = new TypeError("fetch failed");
const busy = new ApiRefusal("ThrottlingException", "Rate exceeded", 400);
const broken = new ApiRefusal("500", "", 500);
const unknownKey = new ApiRefusal("UnrecognizedClientException", "The security token included …", 403);
const replacedKey = new ApiRefusal("InvalidSignatureException", "The request signature …", 403);
const gateway = new ApiRefusal("404", "Not Found", 404);

test.each<[what: string, error: Error, event: Partial<StartingEvent>, times: number, age: number, expected: object]>([
  ["an outage", outage, {}, 1, 0, { kind: "again", seconds: 1 }],
  ["an outage that lasts", outage, {}, 7, 100, { kind: "again", seconds: 64 }],
  ["for hours", outage, {}, 100, 40_000, { kind: "again", seconds: 480 }],
  ["for 185 tries", outage, {}, 185, 80_000, { kind: "again" }],
  ["and longer", outage, {}, 186, 80_000, { kind: "given up", code: "TypeError", message: "fetch failed" }],
  ["a key that is not known yet", unknownKey, {}, 1, 0, { kind: "again", seconds: 1 }],
  ["a key that was replaced", replacedKey, {}, 1, 0, { kind: "again", seconds: 1 }],
  ["a gateway that is being changed", gateway, {}, 1, 0, { kind: "again", seconds: 1 }],
  ["for a day", outage, {}, 100, 86_400, { kind: "given up" }],
  ["as often as the target says", outage, { retryAttempts: 2 }, 2, 9, { kind: "again" }],
  ["and no more", outage, { retryAttempts: 2 }, 3, 9, { kind: "given up" }],
  ["as long as it says", outage, { maxEventAge: 60 }, 3, 60, { kind: "given up" }],
  ["a request too many", busy, {}, 1, 0, { kind: "again", error: busy }],
  ["an error of the server", broken, {}, 1, 0, { kind: "again", error: broken }],
])("%s", async (_, error, event, times, age, expected) => {
  const failing: CallApi = () => Promise.reject(error);
  expect(await startByEvent(of(event), { times, age }, failing)).toMatchObject(expected);
});
