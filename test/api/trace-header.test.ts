/** The trace that a request belongs to: how it may be named, and who hears of it. */
import { beforeEach, describe, expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import { traceHeaderOf } from "../../lib/api/trace-header.ts";
import { type MemoryWorld, memoryWorld } from "./memory-world.ts";
import { type Answered, arnOf, executionOf, role, wire } from "./requests.ts";

const own = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
const traceparent = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";

describe("what a request says", () => {
  test.each<[Record<string, string>, string | undefined]>([
    [{ "x-amzn-trace-id": own }, own],
    [{ traceparent }, own],
    [{ traceparent: traceparent.replace(/01$/, "00") }, own.replace(/1$/, "0")],
    [{ traceparent: traceparent.replace(/^00/, "cc").concat("-more") }, own],
    [{ "x-amzn-trace-id": own, traceparent: traceparent.replace("5759", "0000") }, own],
    [{}, undefined],
    [{ traceparent: traceparent.replace(/^00/, "ff") }, undefined],
    [{ traceparent: `00-${"0".repeat(32)}-53995c3f42cd8ad8-01` }, undefined],
    [{ traceparent: `00-5759e988bd862e3fe1be46a994272793-${"0".repeat(16)}-01` }, undefined],
    [{ traceparent: traceparent.toUpperCase() }, undefined],
    [{ traceparent: "nonsense" }, undefined],
    [{ "x-amzn-trace-id": "x".repeat(257) }, undefined],
  ])("%j: %s", (headers, expected) => {
    expect(traceHeaderOf(new Headers(headers))).toBe(expected);
  });
});

describe("who hears of it", () => {
  const task = (Resource: string, Parameters?: object): string =>
    JSON.stringify({ StartAt: "T", States: { T: { Type: "Task", Resource, Parameters, End: true } } });
  const work = task("arn:aws:lambda:us-east-1:000000000000:function:work");
  let world: MemoryWorld;
  let send: (operation: string, input: object, headers?: Record<string, string>) => Promise<Answered>;

  beforeEach(async () => {
    world = memoryWorld();
    const handler = createHandler(world.engine, { authentication: "none" });
    send = (operation, input, headers) => wire(handler, operation, input, headers);
    await send("CreateStateMachine", { name: "works", definition: work, roleArn: role });
    await send("CreateStateMachine", { name: "quick", definition: work, roleArn: role, type: "EXPRESS" });
  });

  test("the calls of a standard execution, and whoever looks at it", async () => {
    await send("StartExecution", { stateMachineArn: arnOf("works"), name: "one", traceHeader: own });
    await world.run();
    expect(world.traces).toEqual([own]);
    const { body } = await send("DescribeExecution", { executionArn: executionOf("works:one") });
    expect(body).toMatchObject({ status: "SUCCEEDED", traceHeader: own });
  });

  test.each(["StartSyncExecution", "StartExecution"])("the calls of an Express execution: %s", async (operation) => {
    await send(operation, { stateMachineArn: arnOf("quick") }, { traceparent });
    await world.run();
    expect(world.traces).toEqual([own]);
  });

  test("the header of the request comes before its body, as on the service", async () => {
    const { body } = await send(
      "StartSyncExecution",
      { stateMachineArn: arnOf("quick"), traceHeader: "Root=other" },
      { "x-amzn-trace-id": own },
    );
    expect(body.traceHeader).toBe(own);
  });

  test("none, where none is named", async () => {
    await send("StartSyncExecution", { stateMachineArn: arnOf("quick") });
    expect(world.traces).toEqual([undefined]);
  });
});
