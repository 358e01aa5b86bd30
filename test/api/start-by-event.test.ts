/** An event starts an execution, once however often it is delivered; what the API refuses is told to whoever delivers it. */
import { expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import type { CallApi } from "../../lib/api/machine-resource.ts";
import { startByEvent } from "../../lib/api/start-by-event.ts";
import { memoryWorld } from "./memory-world.ts";
import { arnOf, pass, refusal, role, wire } from "./requests.ts";

const { engine, run } = memoryWorld();
const handler = createHandler(engine, { authentication: "none" });
const call: CallApi = async (operation, input) => {
  const answer = await wire(handler, operation, input);
  if (answer.status >= 400) throw new Error(refusal(answer));
  return answer.body;
};
const stateMachineArn = arnOf("nightly");

test("once, with its input, although it comes again while it runs, afterwards, and with another input", async () => {
  await call("CreateStateMachine", { name: "nightly", definition: pass, roleArn: role });
  const input = { detail: { key: "a b.csv" } };
  await startByEvent({ stateMachineArn, name: "event-1", input }, call);
  await startByEvent({ stateMachineArn, name: "event-1", input }, call);
  await run();
  await startByEvent({ stateMachineArn, name: "event-1", input }, call);
  await startByEvent({ stateMachineArn, name: "event-1", input: {} }, call);
  await startByEvent({ stateMachineArn, name: "event-2", input: undefined }, call);
  await run();
  const { executions } = (await call("ListExecutions", { stateMachineArn })) as {
    executions: { name: string; executionArn: string }[];
  };
  expect(executions.map(({ name }) => name).sort()).toEqual(["event-1", "event-2"]);
  const described = executions.map(({ executionArn }) => call("DescribeExecution", { executionArn }));
  expect((await Promise.all(described)).map((one) => one["input"]).sort()).toEqual([JSON.stringify(input), "{}"]);
});

test("a machine that is not there is an error, which EventBridge tries again and puts among the dead letters", async () => {
  await expect(startByEvent({ stateMachineArn: arnOf("gone"), name: "event-1", input: {} }, call)).rejects.toThrow(
    /^StateMachineDoesNotExist: /,
  );
});
