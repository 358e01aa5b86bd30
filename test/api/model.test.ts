/**
 * Every operation against the service's own model: the shape of its input member by member, the texts in which a
 * broken constraint is refused, and the answers and errors of a life of a machine, held against the output's shape.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import { isOperation, operations } from "../../lib/api/operations.ts";
import type { Shape } from "../../lib/api/shape.ts";
import { memoryWorld } from "./memory-world.ts";
import { type Model, type ModelShape, serviceModel, shapeNamed } from "./model.ts";
import { type Answered, arnOf, pass, refusal, role, wait, wire } from "./requests.ts";

const found = await serviceModel().catch((error: Error) => error);
const missing = found instanceof Error;
const model: Model = missing ? { operations: {}, shapes: {} } : found;
const names = Object.keys(model.operations).filter(isOperation);

function inputOf(operation: string): ModelShape {
  return shapeNamed(model, model.operations[operation]?.input.shape ?? "");
}

describe.skipIf(missing)(`the service's model${missing ? ` (skipped: ${found.message})` : ""}`, () => {
  test("has the operations that we have", () => {
    expect(names.sort()).toEqual(Object.keys(operations).sort());
  });

  test("has the input members that we check, as we check them", () => {
    const all = Object.entries(operations).flatMap(([name, { input }]) => compare(input, inputOf(name), name));
    expect(all).toEqual([]);
  });

  /** What is unlike, by place. A payload is held against the limit that it stands for; ours counts bytes. */
  function compare(ours: Shape, theirs: ModelShape, at: string): readonly string[] {
    switch (ours.kind) {
      case "text":
        return [
          ...unlike(at, "type", "string", theirs.type),
          ...(ours.payload ? unlike(at, "max", 262_144, theirs.max) : unlike(at, "max", ours.max, theirs.max)),
          ...unlike(at, "min", ours.min ?? 0, theirs.min ?? 0),
          ...unlike(at, "pattern", ours.pattern, theirs.pattern),
          ...unlike(at, "enum", ours.allowed?.toString(), theirs.enum?.toString()),
          ...unlike(at, "sensitive", ours.sensitive, theirs.sensitive),
        ];
      case "integer":
      case "number":
        return [
          ...unlike(at, "type", ours.kind === "number", theirs.type === "float" || theirs.type === "double"),
          ...unlike(at, "min", ours.min, theirs.min),
          ...unlike(at, "max", ours.max, theirs.max ?? ours.max), // integers have a width, which the model need not say
        ];
      case "flag":
        return unlike(at, "type", "boolean", theirs.type);
      case "list":
        return [
          ...unlike(at, "min", ours.min, theirs.min),
          ...unlike(at, "max", ours.max, theirs.max),
          ...compare(ours.of, shapeNamed(model, theirs.member?.shape ?? ""), `${at}[]`),
        ];
      case "structure": {
        const members = { ...ours.required, ...ours.optional };
        const wanted = Object.keys(theirs.members ?? {});
        return [
          ...unlike(at, "members", Object.keys(members).sort().join(), wanted.sort().join()),
          ...unlike(
            at,
            "required",
            Object.keys(ours.required).sort().join(),
            [...(theirs.required ?? [])].sort().join(),
          ),
          ...Object.entries(members).flatMap(([name, member]) => {
            const shape = theirs.members?.[name]?.shape;
            return shape === undefined ? [] : compare(member, shapeNamed(model, shape), `${at}.${name}`);
          }),
        ];
      }
    }
  }
});

function unlike(at: string, what: string, ours: unknown, theirs: unknown): readonly string[] {
  return ours === theirs ? [] : [`${at} ${what}: ${ours}, not ${theirs}`];
}

describe.skipIf(missing)("broken constraints are refused in the service's words", () => {
  const handler = createHandler(memoryWorld().engine, { authentication: "none" });

  /** A value as the model asks for; for a required member whose content matters to nobody. */
  function fitting(shape: ModelShape): unknown {
    switch (shape.type) {
      case "structure":
        return Object.fromEntries(
          (shape.required ?? []).map((name) => [name, fitting(shapeNamed(model, shape.members?.[name]?.shape ?? ""))]),
        );
      case "list":
        return Array.from({ length: Math.max(1, shape.min ?? 0) }, () =>
          fitting(shapeNamed(model, shape.member?.shape ?? "")),
        );
      case "string":
        return shape.enum?.[0] ?? "x".repeat(Math.max(1, shape.min ?? 0));
      case "boolean":
        return true;
      default:
        return shape.min ?? 0;
    }
  }

  type Row = readonly [at: string, input: object, expected: string];

  /** For each member of each operation, values that break one constraint each. */
  function rows(operation: string): readonly Row[] {
    const { members = {}, required = [] } = inputOf(operation);
    const whole = fitting(inputOf(operation)) as Readonly<Record<string, unknown>>;
    return Object.entries(members).flatMap(([name, { shape: shapeName }]): readonly Row[] => {
      const shape = shapeNamed(model, shapeName);
      const without = Object.fromEntries(Object.entries(whole).filter(([member]) => member !== name));
      const absent: readonly Row[] = required.includes(name)
        ? [[`${operation}.${name} absent`, without, constraint("Value null", name, "Member must not be null")]]
        : [];
      const broken = breaking(shape, name).map(
        ([value, expected]): Row => [
          `${operation}.${name} ${JSON.stringify(value).slice(0, 20)}`,
          { ...whole, [name]: value },
          expected,
        ],
      );
      return [...absent, ...broken];
    });
  }

  function constraint(value: string, at: string, text: string): string {
    return `ValidationException: 1 validation error detected: ${value} at '${at}' failed to satisfy constraint: ${text}`;
  }

  /** Lengths over 100,000 are left to the tests of payloads: no text of the service's is different there. */
  function breaking(shape: ModelShape, at: string): readonly (readonly [unknown, string])[] {
    const shown = (value: string): string => (shape.sensitive ? "Value" : `Value '${value.slice(0, 4096)}'`);
    const longest = shape.max !== undefined && shape.max < 100_000 ? shape.max : undefined;
    switch (shape.type) {
      case "string":
        return [
          [7, "SerializationException: NUMBER_VALUE can not be converted to a String"],
          [["x"], "SerializationException: Start of list found where not expected"],
          [{}, "SerializationException: Start of structure or map found where not expected"],
          ...(shape.enum
            ? ([
                ["no", constraint(shown("no"), at, `Member must satisfy enum value set: [${shape.enum.join(", ")}]`)],
              ] as const)
            : []),
          ...(longest !== undefined && !shape.pattern
            ? ([
                [
                  "x".repeat(longest + 1),
                  constraint(
                    shown("x".repeat(longest + 1)),
                    at,
                    `Member must have length less than or equal to ${longest}`,
                  ),
                ],
              ] as const)
            : []),
          ...((shape.min ?? 0) > 0 && !shape.pattern
            ? ([
                ["", constraint(shown(""), at, `Member must have length greater than or equal to ${shape.min}`)],
              ] as const)
            : []),
        ];
      case "integer":
      case "long":
        return [
          ["7", "SerializationException: STRING_VALUE can not be converted to an Integer"],
          ...(shape.min === undefined
            ? []
            : ([
                [
                  shape.min - 1,
                  constraint(
                    `Value '${shape.min - 1}'`,
                    at,
                    `Member must have value greater than or equal to ${shape.min}`,
                  ),
                ],
              ] as const)),
          ...(shape.max === undefined
            ? []
            : ([
                [
                  shape.max + 1,
                  constraint(
                    `Value '${shape.max + 1}'`,
                    at,
                    `Member must have value less than or equal to ${shape.max}`,
                  ),
                ],
              ] as const)),
        ];
      case "boolean":
        return [["true", "SerializationException: STRING_VALUE can not be converted to a Boolean"]];
      case "list":
        return [[{}, "SerializationException: Start of structure or map found where not expected"]];
      case "structure":
        return [[[], "SerializationException: Start of list found where not expected"]];
      default:
        return [];
    }
  }

  test.each(names.flatMap(rows))("%s", async (at, input, expected) => {
    expect(refusal(await wire(handler, at.split(".")[0] ?? "", input))).toBe(expected);
  });
});

describe.skipIf(missing)("answers and errors are the model's", () => {
  const world = memoryWorld({ activityPollMilliseconds: 0 });
  const handler = createHandler(world.engine, { authentication: "none" });
  const called = new Map<string, Answered[]>();

  async function call(operation: string, input: object): Promise<Answered["body"]> {
    const answered = await wire(handler, operation, input);
    called.set(operation, [...(called.get(operation) ?? []), answered]);
    return answered.body;
  }

  const stateMachineArn = arnOf("life");
  const routingConfiguration = [{ stateMachineVersionArn: `${stateMachineArn}:1`, weight: 100 }];
  const loggingConfiguration = {
    level: "ALL",
    includeExecutionData: true,
    destinations: [
      { cloudWatchLogsLogGroup: { logGroupArn: "arn:aws:logs:us-east-1:000000000000:log-group:states:*" } },
    ],
  };

  /** All there is in the life of a machine, once: each operation is called where it has something to answer. */
  beforeAll(async () => {
    const tags = [{ key: "a", value: "b" }];
    await call("CreateStateMachine", {
      name: "life",
      definition: wait,
      roleArn: role,
      tags,
      loggingConfiguration,
      tracingConfiguration: { enabled: true },
      publish: true,
      versionDescription: "first",
    });
    await call("DescribeStateMachine", { stateMachineArn });
    await call("DescribeStateMachine", { stateMachineArn: `${stateMachineArn}:1`, includedData: "METADATA_ONLY" });
    await call("ListStateMachines", {});
    await call("ValidateStateMachineDefinition", { definition: '{"StartAt":"A","States":{}}' });
    await call("TestState", { definition: '{"Type":"Pass","End":true}', inspectionLevel: "TRACE", input: "{}" });
    await call("CreateStateMachineAlias", { name: "live", routingConfiguration, description: "d" });
    const stateMachineAliasArn = `${stateMachineArn}:live`;
    await call("DescribeStateMachineAlias", { stateMachineAliasArn });
    await call("UpdateStateMachineAlias", { stateMachineAliasArn, description: "e" });
    await call("ListStateMachineAliases", { stateMachineArn });
    const { executionArn } = await call("StartExecution", { stateMachineArn: stateMachineAliasArn, input: '{"a":1}' });
    await world.run();
    await call("DescribeExecution", { executionArn });
    await call("DescribeStateMachineForExecution", { executionArn });
    await call("DescribeStateMachineForExecution", { executionArn, includedData: "METADATA_ONLY" });
    await call("StopExecution", { executionArn, error: "E", cause: "c" });
    await call("DescribeExecution", { executionArn });
    await call("RedriveExecution", { executionArn });
    await world.run(120_000);
    await call("DescribeExecution", { executionArn, includedData: "METADATA_ONLY" });
    await call("GetExecutionHistory", { executionArn });
    await call("GetExecutionHistory", { executionArn, maxResults: 1, reverseOrder: true, includeExecutionData: false });
    await call("ListExecutions", { stateMachineArn });
    await call("UpdateStateMachine", {
      stateMachineArn,
      definition: pass,
      publish: true,
      versionDescription: "second",
    });
    await call("PublishStateMachineVersion", { stateMachineArn, description: "again" });
    await call("ListStateMachineVersions", { stateMachineArn, maxResults: 1 });
    await call("TagResource", { resourceArn: stateMachineArn, tags: [{ key: "c", value: "" }] });
    await call("ListTagsForResource", { resourceArn: stateMachineArn });
    await call("UntagResource", { resourceArn: stateMachineArn, tagKeys: ["c"] });
    await answerTasks();
    await call("CreateStateMachine", { name: "quick", definition: pass, roleArn: role, type: "EXPRESS" });
    await call("StartSyncExecution", { stateMachineArn: arnOf("quick"), name: "one", traceHeader: "Root=1" });
    await call("DeleteStateMachineAlias", { stateMachineAliasArn });
    await call("DeleteStateMachineVersion", { stateMachineVersionArn: `${stateMachineArn}:1` });
    await call("DeleteStateMachine", { stateMachineArn });
    await refuse(executionArn);
  });

  async function answerTasks(): Promise<void> {
    const { activityArn } = await call("CreateActivity", { name: "pack" });
    await call("DescribeActivity", { activityArn });
    await call("ListActivities", { maxResults: 1 });
    const States = { P: { Type: "Task", Resource: activityArn, HeartbeatSeconds: 600, End: true } };
    await call("CreateStateMachine", {
      name: "packs",
      definition: JSON.stringify({ StartAt: "P", States }),
      roleArn: role,
    });
    for (const name of ["one", "two"]) await call("StartExecution", { stateMachineArn: arnOf("packs"), name });
    await world.run();
    const [first, second] = [
      await call("GetActivityTask", { activityArn, workerName: "w" }),
      await call("GetActivityTask", { activityArn }),
    ];
    await call("SendTaskHeartbeat", { taskToken: first.taskToken });
    await call("SendTaskSuccess", { taskToken: first.taskToken, output: "{}" });
    await call("SendTaskFailure", { taskToken: second.taskToken, error: "E", cause: "c" });
    await call("SendTaskSuccess", { taskToken: first.taskToken, output: "{}" }); // answered already
    await call("GetActivityTask", { activityArn });
    await call("DeleteActivity", { activityArn });
  }

  /** What the service refuses, each by one of the errors that the model lists for the operation. */
  async function refuse(executionArn: string): Promise<void> {
    const absent = { stateMachineArn: arnOf("absent") };
    const machine = ["DescribeStateMachine", "StartExecution", "StartSyncExecution", "ListExecutions"];
    for (const operation of [...machine, "ListStateMachineVersions", "ListStateMachineAliases"])
      await call(operation, absent);
    for (const operation of ["PublishStateMachineVersion", "UpdateStateMachine"])
      await call(operation, { ...absent, roleArn: role });
    for (const operation of ["DescribeExecution", "GetExecutionHistory", "StopExecution", "RedriveExecution"]) {
      await call(operation, { executionArn: executionArn.replace(/:[^:]*$/, ":absent") });
      await call(operation, { executionArn: "arn:nonsense" });
    }
    const absentExecution = executionArn.replace(/:[^:]*$/, ":absent");
    await call("DescribeStateMachineForExecution", { executionArn: absentExecution });
    for (const operation of ["DescribeActivity", "GetActivityTask"])
      await call(operation, { activityArn: "arn:aws:states:us-east-1:000000000000:activity:absent" });
    for (const operation of ["SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat"])
      await call(operation, { taskToken: "forged", output: "{}" });
    await call("CreateStateMachine", { name: "a b", definition: pass, roleArn: role });
    await call("CreateStateMachine", { name: "bad", definition: "{}", roleArn: role });
    await call("CreateStateMachine", { name: "packs", definition: pass, roleArn: role });
    await call("CreateStateMachine", {
      name: "l",
      definition: pass,
      roleArn: role,
      loggingConfiguration: { level: "ALL" },
    });
    await call("CreateActivity", { name: "a b" });
    await call("CreateStateMachineAlias", { name: "x", routingConfiguration });
    await call("UpdateStateMachineAlias", { stateMachineAliasArn: `${arnOf("packs")}:x`, description: "d" });
    await call("DescribeStateMachineAlias", { stateMachineAliasArn: `${arnOf("packs")}:x` });
    await call("ListTagsForResource", { resourceArn: arnOf("absent") });
    await call("TagResource", { resourceArn: arnOf("absent"), tags: [] });
    await call("UntagResource", { resourceArn: arnOf("absent"), tagKeys: [] });
    await call("ListStateMachines", { nextToken: "forged" });
    await call("ListActivities", { nextToken: "forged" });
    await call("TestState", { definition: "{}" });
  }

  test("every operation was called and has answered", () => {
    const answeredBy = (name: string): boolean => called.get(name)?.some(({ status }) => status === 200) ?? false;
    expect(names.filter((name) => !answeredBy(name) && !/MapRun/.test(name))).toEqual([]); // those have their own tests
  });

  /** Of a machine that is not there; nobody has recorded what the service says, so it is what it says elsewhere. */
  const unlisted = new Map([["ListStateMachineVersions", ["StateMachineDoesNotExist"]]]);

  test.each(names)("%s", (name) => {
    const output = model.operations[name]?.output?.shape;
    const allowed = [
      "ValidationException",
      ...(unlisted.get(name) ?? []),
      ...(model.operations[name]?.errors ?? []).map(({ shape }) => shape),
    ];
    const problems = (called.get(name) ?? []).flatMap(({ status, body }) => {
      if (status === 200) return output === undefined ? [] : inspect(body, shapeNamed(model, output), "");
      const error = String(body.__type).split("#")[1] ?? "";
      return allowed.includes(error) ? [] : [`${error} is not among its errors`];
    });
    expect(problems).toEqual([]);
  });

  /** What is wrong with a value of an answer, by place. */
  function inspect(value: unknown, shape: ModelShape, at: string): readonly string[] {
    switch (shape.type) {
      case "structure": {
        if (typeof value !== "object" || value === null) return [`${at} is no structure`];
        const given = Object.entries(value);
        return [
          ...(shape.required ?? []).filter((name) => !(name in value)).map((name) => `${at}.${name} is missing`),
          ...given.flatMap(([name, member]) => {
            const wanted = shape.members?.[name]?.shape;
            if (wanted === undefined) return [`${at}.${name} is not in the model`];
            return inspect(member, shapeNamed(model, wanted), `${at}.${name}`);
          }),
        ];
      }
      case "list":
        if (!Array.isArray(value)) return [`${at} is no list`];
        return value.flatMap((item, index) =>
          inspect(item, shapeNamed(model, shape.member?.shape ?? ""), `${at}[${index}]`),
        );
      case "map":
        return Object.entries(Object(value)).flatMap(([name, member]) =>
          inspect(member, shapeNamed(model, shape.value?.shape ?? ""), `${at}.${name}`),
        );
      case "string":
        return typeof value === "string" && fitsText(value, shape) ? [] : [`${at} is ${JSON.stringify(value)}`];
      case "boolean":
        return typeof value === "boolean" ? [] : [`${at} is ${JSON.stringify(value)}`];
      default:
        return typeof value === "number" ? [] : [`${at} is ${JSON.stringify(value)}`];
    }
  }

  function fitsText(value: string, { min = 0, max = Number.POSITIVE_INFINITY, enum: allowed }: ModelShape): boolean {
    return value.length >= min && value.length <= max && (!allowed || allowed.includes(value));
  }
});
