/** Activities on the wire: the register, its tags, and a worker who asks for a task. */
import { beforeEach, expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import { type MemoryWorld, memoryWorld, start } from "./memory-world.ts";
import { type Answered, refusal, role, wire } from "./requests.ts";

let world: MemoryWorld;
let send: (operation: string, input: unknown) => Promise<Answered>;

beforeEach(async () => {
  world = memoryWorld({ activityPollMilliseconds: 0 });
  const handler = createHandler(world.engine, { authentication: "none" });
  send = async (operation, input) => await wire(handler, operation, input);
});

const activityArn = "arn:aws:states:us-east-1:000000000000:activity:pack";
const creationDate = start / 1000;

test("created once, described, listed, deleted", async () => {
  const tags = [{ key: "team", value: "a" }];
  expect((await send("CreateActivity", { name: "pack", tags })).body).toEqual({ activityArn, creationDate });
  await world.run(5_000);
  expect((await send("CreateActivity", { name: "pack" })).body).toEqual({ activityArn, creationDate });
  await send("CreateActivity", { name: "ship" });
  const encryptionConfiguration = { type: "AWS_OWNED_KEY" };
  expect((await send("DescribeActivity", { activityArn })).body).toEqual({
    activityArn,
    name: "pack",
    creationDate,
    encryptionConfiguration,
  });
  const first = (await send("ListActivities", { maxResults: 1 })).body;
  expect(first.activities).toEqual([{ activityArn, name: "pack", creationDate }]);
  const second = (await send("ListActivities", { maxResults: 1, nextToken: first.nextToken })).body;
  expect(second.activities).toMatchObject([{ name: "ship" }]);
  expect(second.nextToken).toBeUndefined();
  expect((await send("DeleteActivity", { activityArn })).body).toEqual({});
  expect((await send("DeleteActivity", { activityArn })).status).toBe(200);
  expect(refusal(await send("DescribeActivity", { activityArn }))).toMatch(/^ActivityDoesNotExist: /);
});

test("another encryption under the same name is refused", async () => {
  await send("CreateActivity", { name: "pack" });
  const encryptionConfiguration = { type: "CUSTOMER_MANAGED_KMS_KEY", kmsKeyId: "key" };
  expect(refusal(await send("CreateActivity", { name: "pack", encryptionConfiguration }))).toBe(
    `ActivityAlreadyExists: Activity Already Exists: '${activityArn}'`,
  );
});

test("tags are listed, added and taken away", async () => {
  await send("CreateActivity", { name: "pack", tags: [{ key: "team", value: "a" }] });
  await send("TagResource", { resourceArn: activityArn, tags: [{ key: "cost", value: "7" }] });
  await send("UntagResource", { resourceArn: activityArn, tagKeys: ["team"] });
  const listed = await send("ListTagsForResource", { resourceArn: activityArn });
  expect(listed.body).toEqual({ tags: [{ key: "cost", value: "7" }] });
  const absent = activityArn.replace("pack", "absent");
  expect(refusal(await send("ListTagsForResource", { resourceArn: absent }))).toBe(
    `ResourceNotFound: Resource not found: '${absent}'`,
  );
});

test("a worker asks, gets the task, and answers it", async () => {
  await send("CreateActivity", { name: "pack" });
  expect((await send("GetActivityTask", { activityArn })).body).toEqual({});
  const Pack = { Type: "Task", Resource: activityArn, End: true };
  const definition = JSON.stringify({ StartAt: "Pack", States: { Pack } });
  const machine = (await send("CreateStateMachine", { name: "packs", definition, roleArn: role })).body;
  const { stateMachineArn } = machine;
  const { executionArn } = (await send("StartExecution", { stateMachineArn, input: '{"order":7}' })).body;
  await world.run();
  const task = (await send("GetActivityTask", { activityArn, workerName: "Ann" })).body;
  expect(task).toEqual({ taskToken: expect.any(String), input: '{"order":7}' });
  expect((await send("GetActivityTask", { activityArn })).body).toEqual({});
  await send("SendTaskSuccess", { taskToken: task.taskToken, output: '"packed"' });
  await world.run();
  expect((await send("DescribeExecution", { executionArn })).body).toMatchObject({ output: '"packed"' });
});
