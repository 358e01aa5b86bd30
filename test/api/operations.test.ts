/** Every operation on the wire: what it answers, what it refuses and in which words. */
import { beforeEach, describe, expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import { operations } from "../../lib/api/operations.ts";
import { type MemoryWorld, memoryWorld, start } from "./memory-world.ts";
import { type Answered, arnOf, callback, executionOf, pass, refusal, role, wait, wire } from "./requests.ts";

let world: MemoryWorld;
let send: (operation: string, input: unknown, headers?: Record<string, string>) => Promise<Answered>;

beforeEach(async () => {
  world = memoryWorld();
  const handler = createHandler(world.engine, { authentication: "none" });
  send = async (operation, input, headers) => await wire(handler, operation, input, headers);
  await send("CreateStateMachine", { name: "passes", definition: pass, roleArn: role });
  await send("CreateStateMachine", { name: "waits", definition: wait, roleArn: role });
});

const long = "x".repeat(81);
const constraint = (value: string, at: string, text: string): string =>
  `ValidationException: 1 validation error detected: Value${value} at '${at}' failed to satisfy constraint: Member must ${text}`;

const activityArnOf = (name: string): string => `arn:aws:states:us-east-1:000000000000:activity:${name}`;

const absentRun = "arn:aws:states:us-east-1:000000000000:mapRun:absent/Each:7f6c1e0e-0000-4000-a000-000000000000";

/** Operation, input, refusal. */
const refused: [string, unknown, string][] = [
  [
    "CreateStateMachine",
    { name: long, definition: pass, roleArn: role },
    constraint(` '${long}'`, "name", "have length less than or equal to 80"),
  ],
  [
    "CreateStateMachine",
    { name: "", definition: pass, roleArn: role },
    constraint(" ''", "name", "have length greater than or equal to 1"),
  ],
  [
    "CreateStateMachine",
    { name: "a", definition: "", roleArn: role },
    constraint("", "definition", "have length greater than or equal to 1"),
  ],
  ["CreateStateMachine", { definition: pass, roleArn: role }, constraint(" null", "name", "not be null")],
  [
    "CreateStateMachine",
    { name: "a", definition: pass, roleArn: role, type: "FAST" },
    constraint(" 'FAST'", "type", "satisfy enum value set: [STANDARD, EXPRESS]"),
  ],
  [
    "CreateStateMachine",
    { name: "a", definition: pass, roleArn: role, tags: [{ key: "", value: "v" }] },
    constraint(" ''", "tags.1.member.key", "have length greater than or equal to 1"),
  ],
  [
    "CreateStateMachine",
    {
      name: "a",
      definition: pass,
      roleArn: role,
      encryptionConfiguration: { type: "AWS_OWNED_KEY", kmsDataKeyReusePeriodSeconds: 1 },
    },
    constraint(
      " '1'",
      "encryptionConfiguration.kmsDataKeyReusePeriodSeconds",
      "have value greater than or equal to 60",
    ),
  ],
  [
    "CreateStateMachine",
    {},
    "ValidationException: 3 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; Value null at 'definition' failed to satisfy constraint: Member must not be null; Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
  ],
  [
    "CreateStateMachine",
    { name: 7, definition: pass, roleArn: role },
    "SerializationException: NUMBER_VALUE can not be converted to a String",
  ],
  [
    "CreateStateMachine",
    { name: [], definition: pass, roleArn: role },
    "SerializationException: Start of list found where not expected",
  ],
  [
    "CreateStateMachine",
    { name: {}, definition: pass, roleArn: role },
    "SerializationException: Start of structure or map found where not expected",
  ],
  ["CreateStateMachine", { name: "a b", definition: pass, roleArn: role }, "InvalidName: Invalid Name: 'a b'"],
  ["CreateStateMachine", { name: "a/b", definition: pass, roleArn: role }, "InvalidName: Invalid Name: 'a/b'"],
  [
    "CreateStateMachine",
    { name: "passes", definition: wait, roleArn: role },
    `StateMachineAlreadyExists: State Machine Already Exists: '${arnOf("passes")}'`,
  ],
  [
    "CreateStateMachine",
    { name: "a", definition: "{}", roleArn: role },
    "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /'",
  ],
  [
    "CreateStateMachine",
    { name: "a", definition: pass, roleArn: role, loggingConfiguration: { level: "ALL" } },
    "InvalidLoggingConfiguration: Invalid Logging Configuration: Must specify exactly one Log Destination.",
  ],
  ...[
    "arn:aws:iam::1234:role/r",
    "<execution-role-arn>",
    "arn:aws:iam::aws:policy/AWSBatchFullAccess",
    "arn:aws:iam::000000000000:role/",
  ].flatMap((roleArn): [string, object, string][] => [
    ["CreateStateMachine", { name: "a", definition: pass, roleArn }, `InvalidArn: Invalid Role Arn: '${roleArn}'`],
    ["UpdateStateMachine", { stateMachineArn: arnOf("passes"), roleArn }, `InvalidArn: Invalid Role Arn: '${roleArn}'`],
  ]),
  ...(
    [
      ["arn:aws:logs:eu-west-1:000000000000:log-group:/states/a", "Log Group ARN must be provided with '*' qualifier."],
      ["arn:aws:s3:::bucket", "Log Destination not found."],
    ] as const
  ).map(([logGroupArn, reason]): [string, object, string] => [
    "CreateStateMachine",
    {
      name: "a",
      definition: pass,
      roleArn: role,
      loggingConfiguration: { level: "ALL", destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }] },
    },
    `InvalidLoggingConfiguration: Invalid Logging Configuration: ${reason}`,
  ]),
  [
    "CreateStateMachine",
    { name: "a", definition: pass, roleArn: role, versionDescription: "v" },
    "ValidationException: Version description can only be set when publish is true",
  ],
  [
    "CreateStateMachine",
    {
      name: "a",
      definition: pass,
      roleArn: role,
      tags: Array.from({ length: 51 }, (_, index) => ({ key: `k${index}`, value: "" })),
    },
    `TooManyTags: Too many tags: '${arnOf("a")}'`,
  ],
  ["DescribeStateMachine", { stateMachineArn: "passes" }, "InvalidArn: Invalid Arn: 'Invalid ARN prefix: passes'"],
  [
    "DescribeStateMachine",
    { stateMachineArn: executionOf("passes:x") },
    "InvalidArn: Invalid Arn: 'Resource type not valid in this context: execution'",
  ],
  ["DescribeStateMachine", { stateMachineArn: "arn:aws:s3:::x" }, "InvalidArn: Invalid Arn: 'arn:aws:s3:::x'"],
  [
    "DescribeStateMachine",
    { stateMachineArn: arnOf("absent") },
    `StateMachineDoesNotExist: State Machine Does Not Exist: '${arnOf("absent")}'`,
  ],
  [
    "DescribeStateMachine",
    { stateMachineArn: arnOf("passes:1") },
    `StateMachineDoesNotExist: State Machine Does Not Exist: '${arnOf("passes:1")}'`,
  ],
  [
    "ListStateMachines",
    { maxResults: 1001 },
    constraint(" '1001'", "maxResults", "have value less than or equal to 1000"),
  ],
  ["ListStateMachines", { maxResults: "5" }, "SerializationException: STRING_VALUE can not be converted to an Integer"],
  [
    "ListStateMachines",
    { maxResults: 1.5 },
    "SerializationException: DECIMAL_VALUE can not be converted to an Integer",
  ],
  [
    "ListStateMachines",
    { nextToken: "x".repeat(1025) },
    constraint(` '${"x".repeat(1025)}'`, "nextToken", "have length less than or equal to 1024"),
  ],
  ["ListStateMachines", { nextToken: "InvalidToken" }, "InvalidToken: Invalid Token: 'Invalid token'"],
  [
    "UpdateStateMachine",
    { stateMachineArn: arnOf("passes") },
    "MissingRequiredParameter: Either the definition, the role ARN, the LoggingConfiguration, the EncryptionConfiguration or the TracingConfiguration must be specified",
  ],
  [
    "UpdateStateMachine",
    { stateMachineArn: arnOf("passes:2"), definition: pass },
    `StateMachineDoesNotExist: State Machine Does Not Exist: '${arnOf("passes:2")}'`,
  ],
  [
    "UpdateStateMachine",
    { stateMachineArn: arnOf("passes"), definition: "[]" },
    "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null'",
  ],
  ["DeleteStateMachine", { stateMachineArn: "passes" }, "InvalidArn: Invalid Arn: 'Invalid ARN prefix: passes'"],
  [
    "DescribeStateMachineForExecution",
    { executionArn: executionOf("passes:no") },
    `ExecutionDoesNotExist: Execution Does Not Exist: '${executionOf("passes:no")}'`,
  ],
  [
    "ValidateStateMachineDefinition",
    { definition: pass, maxResults: 101 },
    constraint(" '101'", "maxResults", "have value less than or equal to 100"),
  ],
  [
    "StartExecution",
    { stateMachineArn: arnOf("absent") },
    `StateMachineDoesNotExist: State Machine Does Not Exist: '${arnOf("absent")}'`,
  ],
  ["StartExecution", { stateMachineArn: arnOf("passes"), name: "a b" }, "InvalidName: Invalid Name: 'a b'"],
  [
    "StartExecution",
    { stateMachineArn: arnOf("passes"), input: "not json" },
    "InvalidExecutionInput: Invalid State Machine Execution Input: 'Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')'",
  ],
  [
    "StartExecution",
    { stateMachineArn: arnOf("passes"), input: "{'not': 'json'" },
    "InvalidExecutionInput: Invalid State Machine Execution Input: 'Unexpected character (''' (code 39)): was expecting double-quote to start field name'",
  ],
  [
    "StartExecution",
    { stateMachineArn: arnOf("passes"), input: "" },
    "InvalidExecutionInput: Invalid State Machine Execution Input: 'Invalid execution input.'",
  ],
  [
    "StartExecution",
    { stateMachineArn: arnOf("passes"), input: "[".repeat(100_000) + "]".repeat(100_000) },
    "InvalidExecutionInput: Invalid State Machine Execution Input: 'Document nesting depth exceeds the maximum allowed (1000)'",
  ],
  [
    "StartExecution",
    { stateMachineArn: arnOf("passes"), traceHeader: "ü" },
    constraint(" 'ü'", "traceHeader", "satisfy regular expression pattern: \\p{ASCII}*"),
  ],
  [
    "StopExecution",
    { executionArn: executionOf("passes:no") },
    `ExecutionDoesNotExist: Execution Does Not Exist: '${executionOf("passes:no")}'`,
  ],
  [
    "StopExecution",
    { executionArn: executionOf("passes:no"), cause: "x".repeat(32_769) },
    constraint("", "cause", "have length less than or equal to 32768"),
  ],
  [
    "DescribeExecution",
    { executionArn: "invalid_execution_arn" },
    "ExecutionDoesNotExist: Execution Does Not Exist: 'invalid_execution_arn'",
  ],
  [
    "DescribeExecution",
    { executionArn: arnOf("passes") },
    "InvalidArn: Invalid Arn: 'Resource type not valid in this context: stateMachine'",
  ],
  ["ListExecutions", {}, "ValidationException: Must provide exactly one of stateMachineArn and mapRunArn"],
  [
    "ListExecutions",
    { stateMachineArn: arnOf("absent") },
    `StateMachineDoesNotExist: State Machine Does Not Exist: '${arnOf("absent")}'`,
  ],
  [
    "ListExecutions",
    { mapRunArn: "arn:aws:states:us-east-1:000000000000:mapRun:m/l:1" },
    "ResourceNotFound: Resource not found: 'arn:aws:states:us-east-1:000000000000:mapRun:m/l:1'",
  ],
  [
    "ListExecutions",
    { stateMachineArn: arnOf("passes"), statusFilter: "DONE" },
    constraint(
      " 'DONE'",
      "statusFilter",
      "satisfy enum value set: [RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE]",
    ),
  ],
  [
    "GetExecutionHistory",
    { executionArn: executionOf("passes:no") },
    `ExecutionDoesNotExist: Execution Does Not Exist: '${executionOf("passes:no")}'`,
  ],
  [
    "GetExecutionHistory",
    { executionArn: executionOf("passes:no"), reverseOrder: "yes" },
    "SerializationException: STRING_VALUE can not be converted to a Boolean",
  ],
  ["SendTaskSuccess", { taskToken: "t", output: "[1 2]" }, "InvalidToken: Invalid Token: 'Invalid token'"],
  ["SendTaskSuccess", { taskToken: "t", output: "{}" }, "InvalidToken: Invalid Token: 'Invalid token'"],
  [
    "SendTaskFailure",
    { taskToken: "t", error: "x".repeat(257) },
    constraint("", "error", "have length less than or equal to 256"),
  ],
  [
    "SendTaskHeartbeat",
    { taskToken: "x".repeat(2049) },
    constraint("", "taskToken", "have length less than or equal to 2048"),
  ],
  [
    "TagResource",
    { resourceArn: arnOf("absent"), tags: [] },
    `ResourceNotFound: Resource not found: '${arnOf("absent")}'`,
  ],
  ["TagResource", { resourceArn: arnOf("passes"), tags: null }, constraint(" null", "tags", "not be null")],
  ["TagResource", { resourceArn: arnOf("passes"), tags: [null] }, constraint(" null", "tags.1.member", "not be null")],
  ["UntagResource", { resourceArn: "x", tagKeys: ["k"] }, "InvalidArn: Invalid Arn: 'Invalid ARN prefix: x'"],
  ["TestState", { definition: "" }, constraint("", "definition", "have length greater than or equal to 1")],
  [
    "ListTagsForResource",
    { resourceArn: executionOf("a:b") },
    "InvalidArn: Invalid Arn: 'Resource type not valid in this context: execution'",
  ],
  ["RedriveExecution", {}, constraint(" null", "executionArn", "not be null")],
  ["ListMapRuns", {}, constraint(" null", "executionArn", "not be null")],
  ["DescribeMapRun", { mapRunArn: absentRun }, `ResourceNotFound: Resource not found: '${absentRun}'`],
  [
    "UpdateMapRun",
    { mapRunArn: absentRun, maxConcurrency: -1 },
    constraint(" '-1'", "maxConcurrency", "have value greater than or equal to 0"),
  ],
  ["constructor", {}, "UnknownOperationException: unknown operation 'AWSStepFunctions.constructor'"],
  ["ListStateMachines", "{", "SerializationException: The body is not a JSON object in UTF-8"],
  [
    "ListExecutions",
    { stateMachineArn: arnOf("passes"), statusFilter: "PENDING_REDRIVE" },
    "ValidationException: The statusFilter PENDING_REDRIVE must be used together with a mapRunArn",
  ],
  [
    "StartSyncExecution",
    { stateMachineArn: arnOf("passes") },
    "StateMachineTypeNotSupported: This operation is not supported by this type of state machine",
  ],
  ["PublishStateMachineVersion", { stateMachineArn: "x" }, "InvalidArn: Invalid Arn: 'Invalid ARN prefix: x'"],
  [
    "PublishStateMachineVersion",
    { stateMachineArn: arnOf("passes"), revisionId: "other" },
    "ConflictException: Failed to publish the State Machine version for revision other. The current State Machine revision is INITIAL.",
  ],
  [
    "PublishStateMachineVersion",
    { stateMachineArn: arnOf("passes:1") },
    `StateMachineDoesNotExist: State Machine Does Not Exist: '${arnOf("passes:1")}'`,
  ],
  [
    "DeleteStateMachineVersion",
    { stateMachineVersionArn: arnOf("passes") },
    `InvalidArn: Invalid Arn: '${arnOf("passes")}'`,
  ],
  [
    "ListStateMachineVersions",
    { stateMachineArn: arnOf("absent") },
    `StateMachineDoesNotExist: State Machine Does Not Exist: '${arnOf("absent")}'`,
  ],
  [
    "CreateStateMachineAlias",
    { name: "a", routingConfiguration: [{ stateMachineVersionArn: arnOf("passes"), weight: 100 }] },
    `ValidationException: Routing configuration must contain state machine version ARNs. Received: [${arnOf("passes")}]`,
  ],
  [
    "UpdateStateMachineAlias",
    { stateMachineAliasArn: arnOf("passes:a") },
    "ValidationException: Either the description or the RoutingConfiguration must be specified",
  ],
  [
    "UpdateStateMachineAlias",
    { stateMachineAliasArn: arnOf("passes:a"), description: "d" },
    `ResourceNotFound: Resource not found: '${arnOf("passes:a")}'`,
  ],
  [
    "DescribeStateMachineAlias",
    { stateMachineAliasArn: arnOf("passes:1") },
    `InvalidArn: Invalid Arn: '${arnOf("passes:1")}'`,
  ],
  [
    "ListStateMachineAliases",
    { stateMachineArn: arnOf("passes"), nextToken: "x" },
    "InvalidToken: Invalid Token: 'Invalid token'",
  ],
  [
    "DeleteStateMachineAlias",
    { stateMachineAliasArn: arnOf("passes") },
    `InvalidArn: Invalid Arn: '${arnOf("passes")}'`,
  ],
  ["CreateActivity", { name: "a b" }, "InvalidName: Invalid Name: 'a b'"],
  [
    "DescribeActivity",
    { activityArn: activityArnOf("absent") },
    `ActivityDoesNotExist: Activity Does Not Exist: '${activityArnOf("absent")}'`,
  ],
  [
    "DeleteActivity",
    { activityArn: arnOf("passes") },
    "InvalidArn: Invalid Arn: 'Resource type not valid in this context: stateMachine'",
  ],
  ["ListActivities", { nextToken: "x" }, "InvalidToken: Invalid Token: 'Invalid token'"],
  [
    "GetActivityTask",
    { activityArn: activityArnOf("absent"), workerName: "Ann" },
    `ActivityDoesNotExist: Activity Does Not Exist: '${activityArnOf("absent")}'`,
  ],
  ["ListStateMachines", "[]", "SerializationException: Start of list found where not expected"],
  ["ListStateMachines", "7", "SerializationException: NUMBER_VALUE can not be converted to a Structure"],
];

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

test("a page of a history is no larger than a Lambda function may answer", async () => {
  await send("CreateStateMachine", { name: "large", definition: pass, roleArn: role });
  const input = JSON.stringify("x".repeat(2_200_000));
  const { executionArn } = (await send("StartExecution", { stateMachineArn: arnOf("large"), input })).body;
  await world.run();
  const pages: number[][] = [];
  for (let nextToken: string | undefined; pages.length < 9; ) {
    const { body } = await send("GetExecutionHistory", { executionArn, ...(nextToken && { nextToken }) });
    pages.push(body.events.map(({ id }: { id: number }) => id));
    nextToken = body.nextToken;
    if (!nextToken) break;
  }
  expect(pages).toEqual([[1], [2], [3], [4]]);
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
