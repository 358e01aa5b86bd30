/** RedriveExecution: who may be redriven, in the service's words, and what descriptions and lists show of it. */
import { beforeEach, expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import { type MemoryWorld, memoryWorld } from "./memory-world.ts";
import { type Answered, arnOf, executionOf, type Handler, pass, refusal, rest, role, wait, wire } from "./requests.ts";

const executionArn = executionOf("m:e");
const day = 24 * 3_600_000;
const failing = JSON.stringify({ StartAt: "F", States: { F: { Type: "Fail", Error: "E", Cause: "C" } } });

let world: MemoryWorld;
let handler: Handler;
let send: (operation: string, input: object, headers?: Record<string, string>) => Promise<Answered>;

beforeEach(() => {
  world = memoryWorld();
  handler = createHandler(world.engine, { authentication: "none" });
  send = (operation, input, headers) => wire(handler, operation, input, headers);
});

async function start(definition: string): Promise<void> {
  await send("CreateStateMachine", { name: "m", definition, roleArn: role });
  await send("StartExecution", { stateMachineArn: arnOf("m"), name: "e" });
  await world.run();
}

const redrive = (more: object = {}, headers?: Record<string, string>) =>
  send("RedriveExecution", { executionArn, ...more }, headers);
const describeIt = async () => (await send("DescribeExecution", { executionArn })).body;
const refused = (reason: string) =>
  `ExecutionNotRedrivable: Execution ${executionArn} invalid for redrive as: ${reason}`;

test("what failed goes on, and says so", async () => {
  await start(failing);
  expect(await describeIt()).toMatchObject({ status: "FAILED", redriveCount: 0, redriveStatus: "REDRIVABLE" });
  expect(await describeIt()).not.toHaveProperty("redriveDate");
  await world.run(1_000);
  const answer = await redrive();
  expect(answer).toMatchObject({ status: 200, body: { redriveDate: expect.any(Number) } });
  const running = await describeIt();
  expect(running).toMatchObject({
    status: "RUNNING",
    redriveCount: 1,
    redriveDate: answer.body.redriveDate,
    redriveStatus: "NOT_REDRIVABLE",
    redriveStatusReason: "Execution is RUNNING and cannot be redriven",
  });
  for (const gone of ["stopDate", "error", "cause"]) expect(running).not.toHaveProperty(gone);
  await world.run(1_000);
  expect(await describeIt()).toMatchObject({
    status: "FAILED",
    error: "E",
    redriveCount: 1,
    redriveStatus: "REDRIVABLE",
  });
  const listed = await send("ListExecutions", { stateMachineArn: arnOf("m") });
  expect(listed.body.executions).toMatchObject([{ redriveCount: 1, redriveDate: answer.body.redriveDate }]);
  for (const [redriveFilter, count] of [
    ["REDRIVEN", 1],
    ["NOT_REDRIVEN", 0],
  ] as const) {
    const { body } = await send("ListExecutions", { stateMachineArn: arnOf("m"), redriveFilter });
    expect(body.executions).toHaveLength(count);
  }
});

test("what succeeded, runs, ended too long ago or has lost its machine does not", async () => {
  await start(wait);
  expect(refusal(await redrive())).toBe(refused("Execution is RUNNING and cannot be redriven"));
  await world.run(61_000);
  expect(refusal(await redrive())).toBe(refused("Execution is SUCCEEDED and cannot be redriven"));
  await send("StartExecution", { stateMachineArn: arnOf("m"), name: "stopped" });
  await send("StopExecution", { executionArn: executionOf("m:stopped") });
  const again = () => send("RedriveExecution", { executionArn: executionOf("m:stopped") });
  await world.run(14 * day + 1);
  expect(refusal(await again())).toMatch(/: Execution redrivable period exceeded$/);
  const described = await send("DescribeExecution", { executionArn: executionOf("m:stopped") });
  expect(described.body).toMatchObject({
    redriveStatus: "NOT_REDRIVABLE",
    redriveStatusReason: "Execution redrivable period exceeded",
  });
});

test("nor what has lost its machine, is not there, or is none", async () => {
  await start(failing);
  await send("DeleteStateMachine", { stateMachineArn: arnOf("m") });
  expect(refusal(await redrive())).toBe(refused("State machine is in DELETING status"));
  const nobody = `ExecutionDoesNotExist: Execution Does Not Exist: '${executionOf("m:nobody")}'`;
  expect(refusal(await redrive({ executionArn: executionOf("m:nobody") }))).toBe(nobody);
  await send("CreateStateMachine", { name: "m", definition: pass, roleArn: role });
  expect(refusal(await redrive({ executionArn: executionOf("m:nobody") }))).toBe(nobody);
  expect(refusal(await redrive({ executionArn: arnOf("m") }))).toMatch(/^InvalidArn: /);
  for (const clientToken of ["", "a b", "x".repeat(65)])
    expect(refusal(await redrive({ clientToken }))).toMatch(/^ValidationException: .*'clientToken'/);
});

// As recorded on the service, September 2026.
test("a call that was answered is answered so again for 15 minutes, whatever has become of the execution", async () => {
  await start(failing);
  const first = await redrive({ clientToken: "A" });
  expect(await redrive({ clientToken: "A" })).toMatchObject({ status: 200, body: first.body });
  // Refused while it runs, so that it is still good for later.
  expect(refusal(await redrive({ clientToken: "B" }))).toBe(refused("Execution is RUNNING and cannot be redriven"));
  await world.run(60_000);
  expect(await redrive({ clientToken: "A" })).toMatchObject({ status: 200, body: first.body });
  expect((await describeIt()).redriveCount).toBe(1);
  const second = await redrive({ clientToken: "B" });
  expect(second.body.redriveDate).toBeGreaterThan(first.body.redriveDate);
  expect(await redrive({ clientToken: "A" })).toMatchObject({ status: 200, body: first.body });
  await world.run(15 * 60_000);
  const third = await redrive({ clientToken: "A" });
  expect(third.body.redriveDate).toBeGreaterThan(second.body.redriveDate);
  expect((await describeIt()).redriveCount).toBe(3);
});

test("an SDK's retry of a call is the same call", async () => {
  await start(failing);
  const headers = { "amz-sdk-invocation-id": "3c1a3f6e-1b1b-4c1c-8d1d-0123456789ab" };
  const first = await redrive({}, headers);
  await world.run(60_000);
  expect((await redrive({}, headers)).body).toEqual(first.body);
  expect((await describeIt()).redriveCount).toBe(1);
});

test("over REST", async () => {
  await start(failing);
  expect(await rest(handler, "POST /state-machines/m/executions/e/redrive")).toMatchObject({
    status: 200,
    body: { redriveDate: expect.stringMatching(/^2026-/) },
  });
  const refused = await rest(handler, "POST /state-machines/m/executions/e/redrive", {});
  expect(refused).toMatchObject({ status: 409, body: { title: "ExecutionNotRedrivable" } });
});

test("in the definition that it was started with, whatever has become of the machine", async () => {
  await start(failing);
  await send("UpdateStateMachine", { stateMachineArn: arnOf("m"), definition: pass });
  await redrive();
  await world.run(1_000);
  expect(await describeIt()).toMatchObject({ status: "FAILED", error: "E", redriveCount: 1 });
  const { body } = await send("DescribeStateMachineForExecution", { executionArn });
  expect(body.definition).toBe(failing);
});
