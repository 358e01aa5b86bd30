/** Every operation on the wire: what it answers, what it refuses and in which words. */
import { beforeEach, describe, expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import { operations } from "../../lib/api/operations.ts";
import { type MemoryWorld, memoryWorld, start } from "./memory-world.ts";
import { constraint, refused } from "./refused.ts";
import { type Answered, arnOf, callback, executionOf, pass, refusal, rest, role, wait, wire } from "./requests.ts";

let world: MemoryWorld;
let send: (operation: string, input: unknown, headers?: Record<string, string>) => Promise<Answered>;

beforeEach(async () => {
  world = memoryWorld();
  const handler = createHandler(world.engine, { authentication: "none" });
  send = async (operation, input, headers) => await wire(handler, operation, input, headers);
  await send("CreateStateMachine", { name: "passes", definition: pass, roleArn: role });
  await send("CreateStateMachine", { name: "waits", definition: wait, roleArn: role });
});

describe("refusals", () => {
  test.each(refused)("%s %j", async (operation, input, expected) => {
    const answer = await send(operation, input);
    expect(refusal(answer)).toBe(expected);
    expect(answer.status).toBe(400);
    expect(answer.headers.get("x-amzn-errortype")).toBe(expected.split(":")[0]);
    expect(answer.headers.get("content-type")).toBe("application/x-amz-json-1.0");
  });

  test("errors carry the namespace of where they arise", async () => {
    const types = await Promise.all([
      send("DescribeStateMachine", { stateMachineArn: "x" }),
      send("DescribeStateMachine", {}),
      send("Nothing", {}),
    ]);
    expect(types.map(({ body }) => body.__type)).toEqual([
      "com.amazonaws.swf.service.v2.model#InvalidArn",
      "com.amazon.coral.validate#ValidationException",
      "com.amazon.coral.service#UnknownOperationException",
    ]);
  });

  test("a payload is measured in bytes, against the installation's limit", async () => {
    const strict = createHandler(memoryWorld({ payloadLimitBytes: 262_144 }).engine, { authentication: "none" });
    const answer = await wire(strict, "StartExecution", {
      stateMachineArn: arnOf("passes"),
      input: `"${"é".repeat(131_072)}"`,
    });
    expect(refusal(answer)).toBe(
      constraint("", "input", "have size less than or equal to 262144 bytes in UTF-8 encoding"),
    );
  });
});

test("every operation of the table has a row above", () => {
  const named = new Set(refused.map(([operation]) => operation));
  expect(Object.keys(operations).filter((name) => !named.has(name))).toEqual([]);
});

describe("state machines", () => {
  test("creating again: the same answer whatever role and tags, StateMachineAlreadyExists for another text", async () => {
    const again = await send("CreateStateMachine", {
      name: "passes",
      definition: pass,
      roleArn: `${role}-2`,
      tags: [{ key: "k", value: "v" }],
    });
    expect(again.body).toEqual({ stateMachineArn: arnOf("passes"), creationDate: start / 1000 });
    const otherText = await send("CreateStateMachine", { name: "passes", definition: ` ${pass}`, roleArn: role });
    expect(refusal(otherText)).toMatch("StateMachineAlreadyExists");
    const described = await send("DescribeStateMachine", { stateMachineArn: arnOf("passes") });
    expect(described.body).toMatchObject({ roleArn: role, type: "STANDARD" });
  });

  test.each([
    ["level", { includeExecutionData: false, destinations: [] }],
    ["includeExecutionData", { level: "OFF", destinations: [] }],
    ["destinations", { level: "OFF", includeExecutionData: false }],
  ])(
    "creating again and updating: a %s that is not said is what it is without",
    async (_what, loggingConfiguration) => {
      const whole = { level: "OFF", includeExecutionData: false, destinations: [] };
      const asked = { name: "logs", definition: pass, roleArn: role };
      await send("CreateStateMachine", { ...asked, loggingConfiguration: whole });
      expect((await send("CreateStateMachine", { ...asked, loggingConfiguration })).status).toBe(200);
      const { body } = await send("UpdateStateMachine", { stateMachineArn: arnOf("logs"), loggingConfiguration });
      expect(body).not.toHaveProperty("revisionId");
    },
  );

  test("describe: everything, or without the definition", async () => {
    const all = await send("DescribeStateMachine", { stateMachineArn: arnOf("passes") });
    expect(all.body).toEqual({
      stateMachineArn: arnOf("passes"),
      name: "passes",
      status: "ACTIVE",
      definition: pass,
      roleArn: role,
      type: "STANDARD",
      creationDate: 1767323045.678,
      loggingConfiguration: { level: "OFF", includeExecutionData: false },
      tracingConfiguration: { enabled: false },
      encryptionConfiguration: { type: "AWS_OWNED_KEY" },
    });
    const metadata = await send("DescribeStateMachine", {
      stateMachineArn: arnOf("passes"),
      includedData: "METADATA_ONLY",
    });
    expect(metadata.body).toMatchObject({ name: "passes", definition: "{}" });
  });

  test("update: a new revision only where something changed", async () => {
    await world.run(1000);
    const first = await send("UpdateStateMachine", { stateMachineArn: arnOf("passes"), roleArn: `${role}-2` });
    expect(first.body).toEqual({ updateDate: start / 1000 + 1, revisionId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    await world.run(1000);
    const same = await send("UpdateStateMachine", {
      stateMachineArn: arnOf("passes"),
      roleArn: `${role}-2`,
      definition: pass,
    });
    expect(same.body).toEqual(first.body);
    const other = await send("UpdateStateMachine", { stateMachineArn: arnOf("passes"), definition: wait });
    expect(other.body.revisionId).not.toBe(first.body.revisionId);
    const described = await send("DescribeStateMachine", { stateMachineArn: arnOf("passes") });
    expect(described.body).toMatchObject({ definition: wait, roleArn: `${role}-2`, revisionId: other.body.revisionId });
  });

  test("tags: set, replaced, removed; they are no revision", async () => {
    const resourceArn = arnOf("passes");
    const key = (name: string, value: string) => ({ key: name, value });
    await send("TagResource", { resourceArn, tags: [key("a", "1"), key("b", "2")] });
    await send("TagResource", { resourceArn, tags: [key("b", "3"), key("c", "4")] });
    await send("UntagResource", { resourceArn, tagKeys: ["a", "nothing"] });
    const { body } = await send("ListTagsForResource", { resourceArn });
    expect(body).toEqual({ tags: [key("b", "3"), key("c", "4")] });
    const listed = await rest(createHandler(world.engine, { authentication: "none" }), "GET /state-machines");
    expect(listed.body.stateMachines[0]).toMatchObject({ name: "passes", tags: body.tags });
    expect((await send("ListStateMachines", {})).body.stateMachines[0]).not.toHaveProperty("tags");
    expect((await send("DescribeStateMachine", { stateMachineArn: resourceArn })).body).not.toHaveProperty(
      "revisionId",
    );
  });

  test("lists by name, in pages whose tokens are bound to the caller and last a day", async () => {
    for (const name of ["c", "a", "b"]) await send("CreateStateMachine", { name, definition: pass, roleArn: role });
    const first = await send("ListStateMachines", { maxResults: 3 });
    expect(first.body.stateMachines.map(({ name }: { name: string }) => name)).toEqual(["a", "b", "c"]);
    const { nextToken } = first.body;
    const second = await send("ListStateMachines", { maxResults: 3, nextToken });
    expect(second.body.stateMachines.map(({ name }: { name: string }) => name)).toEqual(["passes", "waits"]);
    expect(second.body).not.toHaveProperty("nextToken");

    const elsewhere = {
      authorization: "AWS4-HMAC-SHA256 Credential=123456789012/20260102/eu-west-1/states/aws4_request",
    };
    expect(refusal(await send("ListStateMachines", { nextToken }, elsewhere))).toMatch("InvalidToken");
    expect(refusal(await send("ListExecutions", { stateMachineArn: arnOf("a"), nextToken }))).toMatch("InvalidToken");
    await world.run(24 * 3_600_000 + 1);
    expect(refusal(await send("ListStateMachines", { nextToken }))).toMatch("InvalidToken");
  });

  test("a token with any character altered is refused", async () => {
    const { nextToken } = (await send("ListStateMachines", { maxResults: 1 })).body;
    const altered = [...nextToken].map((char: string, at: number) => {
      const other = char === "A" ? "B" : "A";
      return nextToken.slice(0, at) + other + nextToken.slice(at + 1);
    });
    for (const token of [...altered, `${nextToken}.x`, `${nextToken}=`, nextToken.slice(1)])
      expect(refusal(await send("ListStateMachines", { nextToken: token }))).toBe(
        "InvalidToken: Invalid Token: 'Invalid token'",
      );
  });

  test("delete: stops what runs, and twice is once", async () => {
    const { executionArn } = (await send("StartExecution", { stateMachineArn: arnOf("waits") })).body;
    await world.run();
    expect((await send("DeleteStateMachine", { stateMachineArn: arnOf("waits") })).body).toEqual({});
    expect((await send("DeleteStateMachine", { stateMachineArn: arnOf("waits") })).body).toEqual({});
    expect(refusal(await send("StartExecution", { stateMachineArn: arnOf("waits") }))).toMatch(
      "StateMachineDoesNotExist",
    );
    expect((await send("DescribeExecution", { executionArn })).body.status).toBe("ABORTED");
  });

  test("delete: stops more than a page, and an interrupted one goes on where it was", async () => {
    for (let count = 0; count < 60; count++) await send("StartExecution", { stateMachineArn: arnOf("waits") });
    const { executions } = world.engine.world;
    let calls = 0;
    const failing = async (query: Parameters<typeof executions.list>[0]): ReturnType<typeof executions.list> => {
      if (++calls === 2) throw new Error("throttled");
      return await executions.list(query);
    };
    const report = (): void => {};
    const faulty = { ...world.engine, world: { ...world.engine.world, executions: { ...executions, list: failing } } };
    const outage = createHandler(faulty, { authentication: "none", report });
    const stateMachineArn = arnOf("waits");
    expect((await wire(outage, "DeleteStateMachine", { stateMachineArn })).status).toBe(500);

    expect((await send("DescribeStateMachine", { stateMachineArn })).body.status).toBe("DELETING");
    const deleting = `StateMachineDeleting: State Machine is being deleted: '${stateMachineArn}'`;
    expect(refusal(await send("StartExecution", { stateMachineArn }))).toBe(deleting);
    expect(refusal(await send("UpdateStateMachine", { stateMachineArn, definition: pass }))).toBe(deleting);
    expect(refusal(await send("CreateStateMachine", { name: "waits", definition: wait, roleArn: role }))).toBe(
      deleting,
    );

    expect((await send("DeleteStateMachine", { stateMachineArn })).status).toBe(200);
    expect([...world.executions.values()].every(({ status }) => status === "ABORTED")).toBe(true);
    expect(refusal(await send("DescribeStateMachine", { stateMachineArn }))).toMatch("StateMachineDoesNotExist");
  });

  test("delete: a slow one leaves the machine alone that was made under the name meanwhile", async () => {
    const stateMachineArn = arnOf("waits");
    await send("StartExecution", { stateMachineArn });
    const { executions } = world.engine.world;
    let executionArn = "";
    const slow = async (query: Parameters<typeof executions.list>[0]): ReturnType<typeof executions.list> => {
      if (executionArn === "") {
        await send("DeleteStateMachine", { stateMachineArn });
        await world.run(1_000);
        await send("CreateStateMachine", { name: "waits", definition: wait, roleArn: role });
        executionArn = (await send("StartExecution", { stateMachineArn })).body.executionArn;
      }
      return await executions.list(query);
    };
    const late = { ...world.engine, world: { ...world.engine.world, executions: { ...executions, list: slow } } };
    const handler = createHandler(late, { authentication: "none" });
    expect((await wire(handler, "DeleteStateMachine", { stateMachineArn })).status).toBe(200);
    expect((await send("DescribeStateMachine", { stateMachineArn })).body.status).toBe("ACTIVE");
    expect((await send("DescribeExecution", { executionArn })).body.status).toBe("RUNNING");
  });

  test.each([
    ["DeleteStateMachine", {}, "200"],
    ["DeleteStateMachineVersion", { stateMachineVersionArn: `${arnOf("one")}:1` }, "200"],
    ["DeleteStateMachineAlias", { stateMachineAliasArn: `${arnOf("one")}:live` }, "200"],
    [
      "UpdateStateMachine",
      { roleArn: `${role}-2` },
      `StateMachineDoesNotExist: State Machine Does Not Exist: '${arnOf("one")}'`,
    ],
    ["PublishStateMachineVersion", {}, `StateMachineDoesNotExist: State Machine Does Not Exist: '${arnOf("one")}'`],
    ["TagResource", { tags: [{ key: "k", value: "v" }] }, `ResourceNotFound: Resource not found: '${arnOf("one")}'`],
    [
      "UpdateStateMachineAlias",
      { stateMachineAliasArn: `${arnOf("one")}:live`, description: "d" },
      `ResourceNotFound: Resource not found: '${arnOf("one")}:live'`,
    ],
    ["CreateStateMachineAlias", { name: "other" }, `ResourceNotFound: Resource not found: '${arnOf("one")}'`],
  ])("%s of a machine that is deleted while it looks at it", async (operation, more, expected) => {
    const stateMachineArn = arnOf("one");
    await send("CreateStateMachine", { name: "one", definition: pass, roleArn: role, publish: true });
    const routingConfiguration = [{ stateMachineVersionArn: `${stateMachineArn}:1`, weight: 100 }];
    const { machines } = world.engine.world;
    const replace: typeof machines.replace = async (machine, revision) => {
      await send("DeleteStateMachine", { stateMachineArn });
      return await machines.replace(machine, revision);
    };
    if (operation !== "DeleteStateMachineVersion")
      await send("CreateStateMachineAlias", { name: "live", routingConfiguration });
    if (operation === "PublishStateMachineVersion")
      await send("UpdateStateMachine", { stateMachineArn, definition: wait });
    const late = { ...world.engine, world: { ...world.engine.world, machines: { ...machines, replace } } };
    const handler = createHandler(late, { authentication: "none", report: () => {} });
    const input = {
      stateMachineArn,
      resourceArn: stateMachineArn,
      ...(operation === "CreateStateMachineAlias" && { routingConfiguration }),
      ...more,
    };
    expect(refusal(await wire(handler, operation, input))).toBe(expected);
  });

  test("each account and Region has its own", async () => {
    const scope = "20260102/eu-west-1/states/aws4_request";
    const theirs = {
      authorization: `AWS4-HMAC-SHA256 Credential=123456789012/${scope}, SignedHeaders=host, Signature=0`,
    };
    const { body } = await send("CreateStateMachine", { name: "passes", definition: wait, roleArn: role }, theirs);
    expect(body.stateMachineArn).toBe("arn:aws:states:eu-west-1:123456789012:stateMachine:passes");
    expect(refusal(await send("DescribeStateMachine", { stateMachineArn: body.stateMachineArn }))).toMatch(
      "DoesNotExist",
    );
    const mine = { stateMachineArn: arnOf("passes") };
    for (const operation of ["DescribeStateMachine", "StartExecution", "ListExecutions"])
      expect(refusal(await send(operation, mine, theirs))).toMatch("StateMachineDoesNotExist");
    const { executionArn } = (await send("StartExecution", mine)).body;
    for (const operation of ["DescribeExecution", "StopExecution", "GetExecutionHistory"])
      expect(refusal(await send(operation, { executionArn }, theirs))).toMatch("ExecutionDoesNotExist");
  });

  test("validate: a result and diagnostics, stored nowhere", async () => {
    const bad = JSON.stringify({ StartAt: "B", States: { A: { Type: "Pass" } } });
    const { body } = await send("ValidateStateMachineDefinition", { definition: bad, maxResults: 1 });
    expect(body).toMatchObject({ result: "FAIL", truncated: true });
    expect(body.diagnostics).toEqual([expect.objectContaining({ severity: "ERROR", code: expect.any(String) })]);
    const fine = await send("ValidateStateMachineDefinition", { definition: pass });
    expect(fine.body).toEqual({ result: "OK", diagnostics: [], truncated: false });
  });
});

describe("executions", () => {
  test("start, describe, list, history", async () => {
    const begun = await send("StartExecution", { stateMachineArn: arnOf("passes"), name: "one", input: '{"n": 0.0}' });
    const executionArn = executionOf("passes:one");
    expect(begun.body).toEqual({ executionArn, startDate: start / 1000 });
    await world.run(1000);
    const { body } = await send("DescribeExecution", { executionArn });
    expect(body).toEqual({
      executionArn,
      stateMachineArn: arnOf("passes"),
      name: "one",
      status: "SUCCEEDED",
      startDate: start / 1000,
      stopDate: start / 1000,
      input: '{"n": 0.0}',
      inputDetails: { included: true },
      output: expect.stringMatching(/^\{"n": ?0\.0\}$/),
      outputDetails: { included: true },
      redriveCount: 0,
      redriveStatus: "NOT_REDRIVABLE",
      redriveStatusReason: "Execution is SUCCEEDED and cannot be redriven",
    });
    const metadata = await send("DescribeExecution", { executionArn, includedData: "METADATA_ONLY" });
    expect(metadata.body).not.toHaveProperty("input");
    expect(metadata.body).toMatchObject({ inputDetails: { included: false }, outputDetails: { included: false } });
    const listed = await send("ListExecutions", { stateMachineArn: arnOf("passes") });
    const { executionArn: _, ...rest } = body;
    expect(listed.body.executions).toHaveLength(1);
    expect({ executionArn, ...rest }).toMatchObject(listed.body.executions[0]);
    const history = await send("GetExecutionHistory", { executionArn });
    expect(history.body.events[0]).toMatchObject({
      id: 1,
      previousEventId: 0,
      timestamp: start / 1000,
      type: "ExecutionStarted",
      executionStartedEventDetails: { input: '{"n": 0.0}', roleArn: role },
    });
  });

  test("a name is taken once: the same start while it runs is the same execution", async () => {
    const wanted = { stateMachineArn: arnOf("waits"), name: "once", input: "{}" };
    const first = await send("StartExecution", wanted);
    await world.run(5_000);
    expect((await send("StartExecution", wanted)).body).toEqual(first.body);
    const exists = `ExecutionAlreadyExists: Execution Already Exists: '${executionOf("waits:once")}'`;
    expect(refusal(await send("StartExecution", { ...wanted, input: "[]" }))).toBe(exists);
    await world.run(60_000);
    await world.run(60_000);
    expect(refusal(await send("StartExecution", wanted))).toBe(exists);
  });

  test("an SDK that tries again names the same execution", async () => {
    const id = { "amz-sdk-invocation-id": "6c9b6a5e-5a4b-4e6f-9f0a-0123456789ab" };
    const first = await send("StartExecution", { stateMachineArn: arnOf("passes") }, id);
    await world.run(1000);
    expect((await send("StartExecution", { stateMachineArn: arnOf("passes") }, id)).body).toEqual(first.body);
    const other = await send("StartExecution", { stateMachineArn: arnOf("passes") });
    expect(other.body.executionArn).not.toBe(first.body.executionArn);
  });

  test("a client that says of another input that it tries again is not told that this has started", async () => {
    const id = { "amz-sdk-invocation-id": "00000000-0000-4000-8000-000000000001" };
    const wanted = { stateMachineArn: arnOf("passes"), name: "odd", input: "{}" };
    expect((await send("StartExecution", wanted, id)).status).toBe(200);
    expect(refusal(await send("StartExecution", { ...wanted, input: "[]" }, id))).toContain("ExecutionAlreadyExists");
  });

  test("stop: ABORTED with error and cause, and again the same end", async () => {
    const { executionArn } = (await send("StartExecution", { stateMachineArn: arnOf("waits") })).body;
    await world.run(1000);
    const stopped = await send("StopExecution", { executionArn, error: "E", cause: "C" });
    expect(stopped.body).toEqual({ stopDate: start / 1000 + 1 });
    await world.run(1000);
    expect((await send("StopExecution", { executionArn })).body).toEqual(stopped.body);
    const { body } = await send("DescribeExecution", { executionArn });
    expect(body).toMatchObject({ status: "ABORTED", error: "E", cause: "C", redriveStatus: "REDRIVABLE" });
  });

  test("the failure of a time-out stands in the history only", async () => {
    const definition = JSON.stringify({ ...JSON.parse(wait), TimeoutSeconds: 3 });
    await send("CreateStateMachine", { name: "late", definition, roleArn: role });
    const { executionArn } = (await send("StartExecution", { stateMachineArn: arnOf("late") })).body;
    await world.run(3_000);
    const { body } = await send("DescribeExecution", { executionArn });
    expect(body.status).toBe("TIMED_OUT");
    expect(body).not.toHaveProperty("error");
    expect(body).not.toHaveProperty("output");
  });

  test("lists newest first, by status, in pages", async () => {
    for (const name of ["a", "b", "c"]) {
      await send("StartExecution", { stateMachineArn: arnOf("waits"), name });
      await world.run(1000);
    }
    await send("StopExecution", { executionArn: executionOf("waits:b") });
    const names = async (filter: object): Promise<string[]> => {
      const { body } = await send("ListExecutions", { stateMachineArn: arnOf("waits"), ...filter });
      return body.executions.map(({ name }: { name: string }) => name);
    };
    expect(await names({})).toEqual(["c", "b", "a"]);
    expect(await names({ statusFilter: "ABORTED" })).toEqual(["b"]);
    expect(await names({ redriveFilter: "REDRIVEN" })).toEqual([]);
    expect(await names({ redriveFilter: "NOT_REDRIVEN" })).toEqual(["c", "b", "a"]);
    const { nextToken } = (await send("ListExecutions", { stateMachineArn: arnOf("waits"), maxResults: 2 })).body;
    expect(await names({ maxResults: 2, nextToken })).toEqual(["a"]);
    expect(refusal(await send("ListExecutions", { stateMachineArn: arnOf("passes"), nextToken }))).toMatch(
      "InvalidToken",
    );
  });

  test("history in pages, in both directions, with and without data", async () => {
    await send("StartExecution", { stateMachineArn: arnOf("passes"), name: "h", input: '{"secret":1}' });
    await world.run();
    const executionArn = executionOf("passes:h");
    const ids = async (reverseOrder: boolean): Promise<number[]> => {
      const found: number[] = [];
      let nextToken: string | undefined;
      do {
        const { body } = await send("GetExecutionHistory", { executionArn, reverseOrder, maxResults: 3, nextToken });
        found.push(...body.events.map(({ id }: { id: number }) => id));
        nextToken = body.nextToken;
      } while (nextToken);
      return found;
    };
    expect(await ids(false)).toEqual([1, 2, 3, 4]);
    expect(await ids(true)).toEqual([4, 3, 2, 1]);
    const bare = await send("GetExecutionHistory", { executionArn, includeExecutionData: false });
    expect(JSON.stringify(bare.body)).not.toMatch(/secret|truncated/);
    expect(bare.body.events[1].stateEnteredEventDetails).toEqual({ name: "A" });
  });

  test("the definition an execution runs with stays when its machine changes or goes", async () => {
    const { executionArn } = (await send("StartExecution", { stateMachineArn: arnOf("waits") })).body;
    await send("UpdateStateMachine", { stateMachineArn: arnOf("waits"), definition: pass, roleArn: `${role}-2` });
    const { body } = await send("DescribeStateMachineForExecution", { executionArn });
    expect(body).toMatchObject({ stateMachineArn: arnOf("waits"), name: "waits", definition: wait, roleArn: role });
    await send("DeleteStateMachine", { stateMachineArn: arnOf("waits") });
    expect((await send("DescribeStateMachineForExecution", { executionArn })).body.definition).toBe(wait);
    const metadata = await send("DescribeStateMachineForExecution", { executionArn, includedData: "METADATA_ONLY" });
    expect(metadata.body.definition).toBe("{}"); // the service's model requires the member
  });
});

describe("task tokens", () => {
  const submitted = { kind: "submitted", output: '{"StatusCode":200}' } as const;
  async function waiting(): Promise<{ executionArn: string; taskToken: string }> {
    world.taskResult = submitted;
    await send("CreateStateMachine", { name: "asks", definition: callback, roleArn: role });
    const { executionArn } = (await send("StartExecution", { stateMachineArn: arnOf("asks") })).body;
    await world.run();
    const taskToken = JSON.parse(world.calls[0] ?? "{}").Payload.token;
    return { executionArn, taskToken };
  }
  const late = "TaskTimedOut: Task Timed Out: 'Provided task does not exist anymore'";

  test("success goes through once", async () => {
    const { executionArn, taskToken } = await waiting();
    expect(refusal(await send("SendTaskSuccess", { taskToken, output: "[1 2]" }))).toBe(
      "InvalidOutput: Invalid Output: 'Unexpected character ('2' (code 50)): was expecting comma to separate Array entries'",
    );
    expect((await send("SendTaskHeartbeat", { taskToken })).body).toEqual({});
    expect((await send("SendTaskSuccess", { taskToken, output: '{"ok":true}' })).body).toEqual({});
    await world.run();
    expect((await send("DescribeExecution", { executionArn })).body).toMatchObject({
      status: "SUCCEEDED",
      output: '{"ok":true}',
    });
    expect(refusal(await send("SendTaskSuccess", { taskToken, output: "{}" }))).toBe(late);
    expect(refusal(await send("SendTaskHeartbeat", { taskToken }))).toBe(late);
  });

  test("failure fails the task", async () => {
    const { executionArn, taskToken } = await waiting();
    expect((await send("SendTaskFailure", { taskToken, error: "No", cause: "because" })).body).toEqual({});
    await world.run();
    const { body } = await send("DescribeExecution", { executionArn });
    expect(body).toMatchObject({ status: "FAILED", error: "No", cause: "because" });
  });
});

test.each([
  // name      input                                            events of each page
  ["letters", "x".repeat(3_000_000), [[1], [2], [3], [4]]],
  ["quotes", Array<string>(333_333).fill("x"), [[1], [2], [3], [4]]],
  ["umlauts", "ü".repeat(1_500_000), [[1], [2], [3], [4]]],
  ["halves", "x".repeat(1_500_000), [[1, 2, 3], [4]]],
])("a page of a history is no larger than a Lambda function may answer: %s", async (name, value, expected) => {
  await send("CreateStateMachine", { name, definition: pass, roleArn: role });
  const input = JSON.stringify(value);
  const { executionArn } = (await send("StartExecution", { stateMachineArn: arnOf(name), input })).body;
  await world.run();
  const pages: number[][] = [];
  for (let nextToken: string | undefined; pages.length < 9; ) {
    const { body } = await send("GetExecutionHistory", { executionArn, ...(nextToken && { nextToken }) });
    pages.push(body.events.map(({ id }: { id: number }) => id));
    expect(Buffer.byteLength(JSON.stringify(JSON.stringify(body)))).toBeLessThan(6_291_556);
    nextToken = body.nextToken;
    if (!nextToken) break;
  }
  expect(pages).toEqual(expected);
  const bare = await send("GetExecutionHistory", { executionArn, includeExecutionData: false });
  expect(bare.body.events).toHaveLength(4);
});

describe("an encryption configuration", () => {
  const owned = { type: "AWS_OWNED_KEY" };
  const managed = { type: "CUSTOMER_MANAGED_KMS_KEY", kmsKeyId: "alias/mine", kmsDataKeyReusePeriodSeconds: 60 };
  const refused = "InvalidEncryptionConfiguration: Invalid Encryption Configuration: kmsKeyId";

  test.each([
    [owned, undefined],
    [managed, undefined],
    [{ ...managed, kmsKeyId: undefined }, `${refused} must be set for type CUSTOMER_MANAGED_KMS_KEY`],
    [{ ...owned, kmsKeyId: "k" }, `${refused} and kmsDataKeyReusePeriodSeconds must not be set for type AWS_OWNED_KEY`],
    [
      { ...owned, kmsDataKeyReusePeriodSeconds: 60 },
      `${refused} and kmsDataKeyReusePeriodSeconds must not be set for type AWS_OWNED_KEY`,
    ],
  ])("%j", async (encryptionConfiguration, problem) => {
    const made = [
      await send("CreateStateMachine", { name: "e", definition: pass, roleArn: role, encryptionConfiguration }),
      await send("CreateActivity", { name: "e", encryptionConfiguration }),
    ];
    expect(made.map(refusal)).toEqual(Array(2).fill(problem ?? "200"));
    if (problem !== undefined) return;
    const described = await send("DescribeStateMachine", { stateMachineArn: arnOf("e") });
    expect(described.body.encryptionConfiguration).toEqual(encryptionConfiguration);
  });
});
