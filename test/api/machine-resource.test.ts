/**
 * A machine as CloudFormation has it made: events in, the API over HTTP with its signatures verified, the answer
 * PUT where the event says.
 */
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerResource, type ResourceEvent } from "../../lib/adapters/aws/custom-resource.ts";
import { resourceTypes } from "../../lib/adapters/aws/names.ts";
import { changeActivity } from "../../lib/api/activity-resource.ts";
import { createVerifier } from "../../lib/api/authentication.ts";
import { createApi } from "../../lib/api/handler.ts";
import { type CallApi, changeMachine } from "../../lib/api/machine-resource.ts";
import { ApiRefusal, signedCall } from "../../lib/api/signed-call.ts";
import { type Listening, serve } from "../../lib/local/server.ts";
import { memoryWorld } from "./memory-world.ts";
import { arnOf, pass, wait } from "./requests.ts";

const key = { accessKeyId: "BATONMACHINES", secretAccessKey: "not a secret of anybody", role: "admin" } as const;
const region = "us-east-1";
const { engine } = memoryWorld();
const answers: { Status: string; Reason?: string; PhysicalResourceId: string; Data?: object }[] = [];
let api: Listening;
let stack: Server;
let stackUrl: string;
/** Answers that do not arrive. */
let outages = 0;

beforeAll(async () => {
  const verify = createVerifier({ keyOf: async (id) => (id === key.accessKeyId ? key : undefined), region });
  const handler = createApi(engine, { authentication: verify, tenant: { account: "000000000000", region } });
  api = await serve(handler, { port: 0, bodyLimitBytes: 2_000_000 });
  stack = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    if (outages > 0) {
      outages--;
      response.statusCode = 503;
    } else {
      answers.push(JSON.parse(text));
      response.statusCode = request.method === "PUT" ? 200 : 405;
    }
    response.end();
  });
  await new Promise<void>((resolve) => stack.listen(0, "127.0.0.1", resolve));
  const address = stack.address();
  stackUrl = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/answer?signed`;
});
afterAll(async () => {
  await api.close();
  stack.close();
});

const call =
  (secretAccessKey: string = key.secretAccessKey): CallApi =>
  (operation, input) =>
    signedCall(
      { endpoint: api.url, region, credentials: { ...key, secretAccessKey } },
      operation,
      input,
      engine.world.clock.now(),
    );

async function ask(
  RequestType: ResourceEvent["RequestType"],
  properties: object,
  more: Partial<ResourceEvent> = {},
  secret?: string,
): Promise<(typeof answers)[number]> {
  const event: ResourceEvent = {
    RequestType,
    ResponseURL: stackUrl,
    ResourceType: resourceTypes.machine,
    StackId: "stack",
    RequestId: `request-${answers.length}`,
    LogicalResourceId: "Orders",
    ResourceProperties: { Type: "STANDARD", RoleArn: "arn:aws:iam::000000000000:role/orders", ...properties },
    ...more,
  };
  const change = event.ResourceType === resourceTypes.activity ? changeActivity : changeMachine;
  await answerResource(event, async ({ PhysicalResourceId, ResourceProperties, OldResourceProperties }) =>
    change(
      {
        kind: RequestType,
        owner: { stackId: event.StackId, logicalId: event.LogicalResourceId },
        wanted: ResourceProperties,
        ...(PhysicalResourceId === undefined ? {} : { before: PhysicalResourceId }),
        ...(OldResourceProperties === undefined ? {} : { old: OldResourceProperties }),
      },
      call(secret),
    ),
  );
  const answer = answers.at(-1);
  if (answer === undefined) throw new Error("nobody was answered");
  return answer;
}

const describeMachine = async (name: string) => call()("DescribeStateMachine", { stateMachineArn: arnOf(name) });

describe("a machine as a resource", () => {
  test("created, created again, updated, renamed, deleted, deleted again", async () => {
    const first = { Name: "orders", Definition: pass };
    const created = await ask("Create", first);
    expect(created).toMatchObject({
      Status: "SUCCESS",
      PhysicalResourceId: arnOf("orders"),
      Data: { Arn: arnOf("orders"), Name: "orders" },
    });
    expect(await ask("Create", first)).toMatchObject({ Status: "SUCCESS", PhysicalResourceId: arnOf("orders") });

    const at = { PhysicalResourceId: arnOf("orders"), OldResourceProperties: { ...first, Type: "STANDARD" } };
    const updated = await ask("Update", { ...first, Definition: wait }, at);
    expect(updated).toMatchObject({ Status: "SUCCESS", PhysicalResourceId: arnOf("orders") });
    expect(updated.Data).not.toEqual(created.Data);
    expect((await describeMachine("orders"))["definition"]).toBe(wait);

    // CloudFormation deletes the machine that was behind the id before.
    const renamed = await ask("Update", { Name: "orders-2", Definition: wait }, at);
    expect(renamed).toMatchObject({ Status: "SUCCESS", PhysicalResourceId: arnOf("orders-2") });
    const gone = await ask("Delete", first, { PhysicalResourceId: arnOf("orders") });
    expect(gone).toMatchObject({ Status: "SUCCESS", PhysicalResourceId: arnOf("orders") });
    expect(await ask("Delete", first, { PhysicalResourceId: arnOf("orders") })).toMatchObject({ Status: "SUCCESS" });
  });

  test("updated where it is not, as on another installation, it is made", async () => {
    const properties = { Name: "moved", Definition: wait };
    const at = { PhysicalResourceId: arnOf("moved"), OldResourceProperties: { ...properties, Type: "STANDARD" } };
    const answer = await ask("Update", properties, at);
    expect(answer).toMatchObject({ Status: "SUCCESS", PhysicalResourceId: arnOf("moved") });
    expect(await describeMachine("moved")).toMatchObject({ definition: wait });
  });

  test("logs and traces that the template has no more are off, and those that it never had are left alone", async () => {
    const destinations = [
      { cloudWatchLogsLogGroup: { logGroupArn: "arn:aws:logs:us-east-1:000000000000:log-group:told:*" } },
    ];
    const logging = { level: "ALL", includeExecutionData: true, destinations };
    const plain = { Name: "told", Definition: pass, Type: "STANDARD" };
    const told = { ...plain, LoggingConfiguration: JSON.stringify(logging), Tracing: "true" };
    const update = async (
      properties: Record<string, string>,
      OldResourceProperties: Record<string, string>,
    ): Promise<unknown> => {
      const at = { PhysicalResourceId: arnOf("told"), OldResourceProperties };
      expect(await ask("Update", properties, at)).toMatchObject({ Status: "SUCCESS" });
      const { loggingConfiguration, tracingConfiguration } = await describeMachine("told");
      return [loggingConfiguration, tracingConfiguration];
    };
    await ask("Create", plain);
    expect(await update(told, plain)).toEqual([logging, { enabled: true }]);
    expect(await update(plain, told)).toEqual([{ level: "OFF", includeExecutionData: false }, { enabled: false }]);
    await call()("UpdateStateMachine", { stateMachineArn: arnOf("told"), tracingConfiguration: { enabled: true } });
    expect(await update(plain, plain)).toMatchObject([{ level: "OFF" }, { enabled: true }]);
  });

  test("tags: those of the template, new ones and gone ones, and nobody else's touched", async () => {
    const tagged = (...tags: object[]) => ({ Name: "tagged", Definition: pass, Tags: JSON.stringify(tags) });
    const first = tagged({ Key: "team", Value: "payments" }, { Key: "cost", Value: "1" });
    await ask("Create", first);
    const resourceArn = arnOf("tagged");
    await call()("TagResource", { resourceArn, tags: [{ key: "by-hand", value: "yes" }] });
    const at = { PhysicalResourceId: resourceArn, OldResourceProperties: { ...first, Type: "STANDARD" } };
    expect(await ask("Update", tagged({ Key: "team", Value: "billing" }), at)).toMatchObject({ Status: "SUCCESS" });
    const { tags } = await call()("ListTagsForResource", { resourceArn });
    expect(
      Object.fromEntries((tags as { key: string; value: string }[]).map(({ key, value }) => [key, value])),
    ).toEqual({
      "baton:stack-id": "stack",
      "baton:logical-id": "Orders",
      "by-hand": "yes",
      team: "billing",
    });
  });

  test.each([
    ["of another name in the stack", { LogicalResourceId: "Renamed" }],
    ["of another stack", { StackId: "another" }],
  ])("a resource %s does not get the same machine, and does not delete it", async (what, other) => {
    const properties = { Name: what.replaceAll(" ", "-"), Definition: pass };
    await ask("Create", properties);
    const answer = await ask("Create", properties, other);
    expect(answer).toMatchObject({ Status: "FAILED", Reason: expect.stringMatching(/^State Machine Already Exists/) });
    await ask("Delete", properties, { ...other, PhysicalResourceId: answer.PhysicalResourceId });
    expect(await describeMachine(properties.Name)).toMatchObject({ status: "ACTIVE" });
  });

  test("whose answer does not arrive is asked for again, and is not said to have failed", async () => {
    const properties = { Name: "unheard", Definition: pass };
    const before = answers.length;
    outages = 1;
    await expect(ask("Create", properties)).rejects.toThrow("CloudFormation's answer address said 503");
    expect(answers).toHaveLength(before);
    expect(await ask("Create", properties)).toMatchObject({ Status: "SUCCESS", PhysicalResourceId: arnOf("unheard") });
  });

  test.each([
    // calls it takes   what comes of it
    [1, "gone"],
    [3, "gone"],
    [
      99,
      "State machine arn:of-it is being deleted, and has more open executions than could be stopped by now. Delete it again.",
    ],
  ])("with open executions that %i deletions stop, deleted: %s", async (needed, outcome) => {
    let left = needed;
    const calls: CallApi = async (operation) => {
      if (operation === "DeleteStateMachine") left--;
      else if (left <= 0) throw new ApiRefusal("StateMachineDoesNotExist", "", 400);
      return {};
    };
    const owner = { stackId: "stack", logicalId: "Orders" };
    const asked = changeMachine({ kind: "Delete", owner, wanted: { Name: "orders" }, before: "arn:of-it" }, calls);
    expect(
      await asked.then(
        () => "gone",
        ({ message }: Error) => message,
      ),
    ).toBe(outcome);
  });

  test("logging and tracing arrive with their types", async () => {
    const LoggingConfiguration = JSON.stringify({
      level: "ALL",
      includeExecutionData: true,
      destinations: [
        { cloudWatchLogsLogGroup: { logGroupArn: "arn:aws:logs:us-east-1:000000000000:log-group:orders:*" } },
      ],
    });
    const asked = { Name: "logs", Definition: pass, LoggingConfiguration, Tracing: "true" };
    expect(await ask("Create", asked)).toMatchObject({ Status: "SUCCESS" });
    expect(await describeMachine("logs")).toMatchObject({
      loggingConfiguration: { level: "ALL", includeExecutionData: true },
      tracingConfiguration: { enabled: true },
    });
  });

  test.each([
    ["a definition that is not valid", { Name: "bad", Definition: "{}" }, undefined, /InvalidDefinition/],
    [
      "a machine of somebody else's with that name",
      { Name: "orders-2", Definition: pass },
      undefined,
      /StateMachineAlreadyExists/,
    ],
    ["a wrong key", { Name: "new", Definition: pass }, "wrong", /InvalidSignature|signature/i],
    ["no definition", { Name: "new" }, undefined, /the resource has no Definition/],
  ])("%s: failed, with the reason, and nothing to delete", async (_what, properties, secret, reason) => {
    const answer = await ask("Create", properties, {}, secret);
    expect(answer).toMatchObject({ Status: "FAILED", Reason: expect.stringMatching(reason) });
    expect(await ask("Delete", properties, { PhysicalResourceId: answer.PhysicalResourceId })).toMatchObject({
      Status: "SUCCESS",
    });
  });
});

test("an activity: created, created again, tagged, renamed, made anew where somebody has deleted it, deleted", async () => {
  const ResourceType = resourceTypes.activity;
  const activityArn = "arn:aws:states:us-east-1:000000000000:activity:packing";
  const packing = { Name: "packing", Tags: JSON.stringify([{ Key: "team", Value: "depot" }]) };
  const here = { Status: "SUCCESS", PhysicalResourceId: activityArn, Data: { Arn: activityArn, Name: "packing" } };
  const tags = async () => (await call()("ListTagsForResource", { resourceArn: activityArn }))["tags"];
  expect(await ask("Create", packing, { ResourceType })).toMatchObject(here);
  expect(await ask("Create", packing, { ResourceType })).toMatchObject(here);
  expect(await tags()).toContainEqual({ key: "team", value: "depot" });

  const at = { ResourceType, PhysicalResourceId: activityArn, OldResourceProperties: packing };
  expect(await ask("Update", { Name: "packing" }, at)).toMatchObject(here);
  expect(await tags()).not.toContainEqual({ key: "team", value: "depot" });
  expect(await ask("Update", { Name: "sorting" }, at)).toMatchObject({
    PhysicalResourceId: activityArn.replace("packing", "sorting"),
  });
  const stranger = await ask("Create", packing, { ResourceType, LogicalResourceId: "Other" });
  expect(stranger).toMatchObject({
    Status: "FAILED",
    Reason: expect.stringMatching(/^Activity Already Exists: .* not made by Other .* another activityName/),
  });

  await call()("DeleteActivity", { activityArn });
  expect(await ask("Update", packing, at)).toMatchObject(here);
  for (const _time of [1, 2]) expect(await ask("Delete", packing, at)).toMatchObject({ Status: "SUCCESS" });
  await expect(call()("DescribeActivity", { activityArn })).rejects.toThrow("ActivityDoesNotExist");
});
