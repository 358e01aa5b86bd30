/** AWS's own quotas: off unless the installation or the machine asks for them; then to the byte and the event. */
import { describe, expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import type { EngineOptions } from "../../lib/engine/engine.ts";
import { memoryWorld } from "../api/memory-world.ts";
import { type Answered, arnOf, refusal, role, wire } from "../api/requests.ts";

const tagged = [{ key: "baton:strictQuotas", value: "true" }];
const strict: Partial<EngineOptions> = { strictQuotas: true };

function open(options: Partial<EngineOptions>) {
  const world = memoryWorld(options);
  const handler = createHandler(world.engine, { authentication: "none" });
  const send = async (operation: string, input: object): Promise<Answered> => await wire(handler, operation, input);
  const run = async (States: object, input: string, tags: readonly object[] = []): Promise<Answered> => {
    const definition = JSON.stringify({ StartAt: "A", States });
    await send("CreateStateMachine", { name: "m", definition, roleArn: role, tags });
    const started = await send("StartExecution", { stateMachineArn: arnOf("m"), input });
    if (started.status !== 200) return started;
    await world.run();
    return await send("DescribeExecution", { executionArn: started.body.executionArn });
  };
  return { world, send, run };
}

const text = (bytes: number): string => JSON.stringify("x".repeat(bytes - 2));
const pass = { A: { Type: "Pass", End: true } };
const doubled = { A: { Type: "Pass", Parameters: { "a.$": "$", "b.$": "$" }, End: true } };

describe("payloads", () => {
  const tooLarge =
    "ValidationException: 1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have size less than or equal to 262144 bytes in UTF-8 encoding";

  test.each<[string, Partial<EngineOptions>, readonly object[], number, string]>([
    ["by default", {}, [], 262_145, "200"],
    ["strict: the most", strict, [], 262_144, "200"],
    ["strict: a byte more", strict, [], 262_145, tooLarge],
    ["tagged: the most", {}, tagged, 262_144, "200"],
    ["tagged: a byte more", {}, tagged, 262_145, tooLarge],
    ["tagged false", {}, [{ key: "baton:strictQuotas", value: "false" }], 262_145, "200"],
    [
      "strict, in an installation with less",
      { ...strict, payloadLimitBytes: 1_000 },
      [],
      1_001,
      tooLarge.replace("262144", "1000"),
    ],
  ])("an input, %s", async (_, options, tags, bytes, expected) => {
    expect(refusal(await open(options).run(pass, text(bytes), tags))).toBe(expected);
  });

  test.each<[string, Partial<EngineOptions>, readonly object[], string]>([
    ["by default", {}, [], "SUCCEEDED"],
    ["strict", strict, [], "FAILED"],
    ["tagged", {}, tagged, "FAILED"],
  ])("what a state makes of it, %s", async (_, options, tags, status) => {
    const { body } = await open(options).run(doubled, text(200_000), tags);
    expect(body.status).toBe(status);
    if (status === "FAILED")
      expect(body).toMatchObject({
        error: "States.DataLimitExceeded",
        cause: "The state/task 'A' returned a result with a size exceeding the maximum number of bytes service limit.",
      });
  });
});

describe("events", () => {
  const Choices = [{ Variable: "$.enough", IsPresent: true, Next: "C" }];
  const loop = {
    A: { Type: "Pass", Next: "B" },
    B: { Type: "Choice", Choices, Default: "A" },
    C: { Type: "Succeed" },
  };

  test("an execution ends with its 25,000th event", { timeout: 60_000 }, async () => {
    const { run, send } = open(strict);
    const { body } = await run(loop, "{}");
    const cause = "The execution reached the maximum number of history events (25000).";
    expect(body).toMatchObject({ status: "FAILED", error: "States.Runtime", cause });
    const asked = { executionArn: body.executionArn, reverseOrder: true, maxResults: 1 };
    const { events } = (await send("GetExecutionHistory", asked)).body;
    expect(events).toMatchObject([{ type: "ExecutionFailed", executionFailedEventDetails: { cause } }]);
    expect(events[0].id).toBeGreaterThanOrEqual(24_999);
    expect(events[0].id).toBeLessThanOrEqual(25_000);
  });
});

describe("time", () => {
  const year = 365 * 24 * 3_600_000;
  const patient = { A: { Type: "Wait", Seconds: 2 * 365 * 24 * 3_600, End: true } };

  test.each<[string, Partial<EngineOptions>, string]>([
    ["by default", {}, "RUNNING"],
    ["strict", strict, "TIMED_OUT"],
  ])("an execution of more than a year, %s", async (_, options, status) => {
    const { run, send, world } = open(options);
    const { body } = await run(patient, "{}");
    const look = async (): Promise<string> =>
      (await send("DescribeExecution", { executionArn: body.executionArn })).body.status;
    await world.run(year - 1_000);
    expect(await look()).toBe("RUNNING");
    await world.run(1_000);
    await world.run();
    expect(await look()).toBe(status);
  });
});
