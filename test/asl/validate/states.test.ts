/** What is particular to one type of state: leaving, waiting, calling, failing, branches. */
import { describe, expect, test } from "vitest";
import { inner, type Json, type JsonObject, lambda, machineOf, pass, task, told, withTarget } from "../parsing.ts";

const oneOf = (fields: string) => `There should only be one of the following fields: [${fields}] at /States/S`;
const needed = (fields: string) => `This object should have only one of the following fields: [${fields}] at /States/S`;

function toldOf(state: { readonly [key: string]: Json }, more = {}): readonly string[] {
  return told(withTarget(state, more)).filter((sentence) => !sentence.startsWith("MISSING"));
}

test.each<[Json, readonly string[]]>([
  [{ Next: "T" }, []],
  [{ End: true }, []],
  [{ Next: "T", End: false }, []],
  [{}, [needed("Next, End")]],
  [{ End: false }, [needed("Next, End")]],
  [{ Next: "T", End: true }, [oneOf("Next, End")]],
  [{ Next: 7 }, ["Expected value of type [STRING] at /States/S/Next"]],
  [{ Next: "T", End: "no" }, ["Expected value of type [BOOLEAN] at /States/S/End"]],
])("leaving by %j", (leaving, expected) => {
  expect(toldOf({ Type: "Pass", ...(leaving as object) })).toEqual(expected);
});

test.each<[Json, readonly string[]]>([
  [{ Seconds: 0 }, []],
  [{ Seconds: 99_999_999 }, []],
  [{ SecondsPath: "$.a" }, []],
  [{ SecondsPath: "$wait" }, []],
  [{ TimestampPath: "$.a.b[0]" }, []],
  [{ Timestamp: "2030-01-01T00:00:00Z" }, []],
  [{ Timestamp: "2030-01-01T00:00:00.123+02:00" }, []],
  [{}, [needed("SecondsPath, Seconds, TimestampPath, Timestamp")]],
  [{ Seconds: 1, Timestamp: "2030-01-01T00:00:00Z" }, [oneOf("SecondsPath, Seconds, TimestampPath, Timestamp")]],
  [{ Seconds: -1 }, ["Minimum value is 0 at /States/S/Seconds"]],
  [{ Seconds: 100_000_000 }, ["Maximum value is 99999999 at /States/S/Seconds"]],
  [{ Seconds: "1" }, ["Expected value of type Integer at /States/S/Seconds"]],
  [
    { SecondsPath: "a" },
    ["Value is not a Reference Path: Reference path didn't start with '$' at /States/S/SecondsPath"],
  ],
  [{ SecondsPath: "$.a[*]" }, ["Value is not a Reference Path at /States/S/SecondsPath"]],
  [{ Timestamp: "2030-01-01 00:00:00Z" }, ["String does not match RFC3339 timestamp at /States/S/Timestamp"]],
  [{ Timestamp: "2030-01-01t00:00:00z" }, ["String does not match RFC3339 timestamp at /States/S/Timestamp"]],
  [{ Timestamp: "2030-13-01T00:00:00Z" }, ["String does not match RFC3339 timestamp at /States/S/Timestamp"]],
])("waiting for %j", (until, expected) => {
  expect(toldOf({ Type: "Wait", ...(until as object), Next: "T" })).toEqual(expected);
});

describe("Task", () => {
  const unknown = (arn: string) => [
    `The resource provided ${arn} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource`,
  ];
  const states = "arn:aws:states:::";
  const refused = (action: string): [string, readonly string[]] => [states + action, unknown(states + action)];

  test.each<[string, readonly string[]]>([
    [lambda, []],
    ["arn:aws:states:us-east-1:111111111111:activity:a", []],
    [`${states}lambda:invoke`, []],
    [`${states}lambda:invoke.waitForTaskToken`, []],
    [`${states}states:startExecution.sync:2`, []],
    [`${states}aws-sdk:s3:listBuckets`, []],
    [`${states}aws-sdk:sqs:sendMessage.waitForTaskToken`, []],
    [`${states}glue:startJobRun.sync`, []],
    [`${states}http:invoke`, []],
    ["arn:aws-cn:states:::sqs:sendMessage", []],
    ["pack", ["Value is not a valid resource ARN at /States/S/Resource"]],
    ["", ["Value is not a valid resource ARN at /States/S/Resource"]],
    [`${states}lambda:invoke.sync`, unknown(`${states}lambda:invoke.sync`)],
    [`${states}aws-sdk:s3:getObject.sync`, unknown(`${states}aws-sdk:s3:getObject.sync`)],
    [`${states}aws-sdk:s3:getObject.sync:2`, unknown(`${states}aws-sdk:s3:getObject.sync:2`)],
    [`${states}glue:startJobRun.sync:2`, unknown(`${states}glue:startJobRun.sync:2`)],
    [`${states}dynamodb:getItem.waitForTaskToken`, unknown(`${states}dynamodb:getItem.waitForTaskToken`)],
    [`${states}bedrockagentcore:invokeHarness`, []],
    ...["bedrockagentcore:invokeHarness.sync", "bedrockagentcore:invokeHarness.waitForTaskToken"].map(refused),
    ...["states:startExecution.sync:3", "sns:publish.waitForTaskToken:2", "ecs:runTask.async"].map(refused),
  ])("Resource %s", (Resource, expected) => {
    expect(toldOf({ ...task, Resource })).toEqual(expected);
  });

  const polled = `${states}aws-sdk:rds:startExportTask.sync`;
  test.each<[Json, readonly string[]]>([
    [{ Resource: polled, Parameters: { Call: {}, Poll: {} } }, []],
    [{ Resource: polled, Parameters: { "Call.$": "$.call", Poll: {} } }, []],
    [{ Resource: polled, Parameters: { ExportTaskIdentifier: "x" } }, unknown(polled)],
    [{ Resource: polled, Parameters: { Call: {}, Poll: {}, More: 1 } }, unknown(polled)],
    [{ TimeoutSeconds: 10, HeartbeatSeconds: 5 }, []],
    [{ TimeoutSecondsPath: "$.t", HeartbeatSecondsPath: "$.h" }, []],
    [{ HeartbeatSeconds: 5 }, []],
    [{ TimeoutSeconds: 0 }, ["Minimum value is 1 at /States/S/TimeoutSeconds"]],
    [{ TimeoutSeconds: 100_000_000 }, ["Maximum value is 99999999 at /States/S/TimeoutSeconds"]],
    [{ TimeoutSeconds: 1, TimeoutSecondsPath: "$.t" }, [oneOf("TimeoutSeconds, TimeoutSecondsPath")]],
    [{ HeartbeatSeconds: 1, HeartbeatSecondsPath: "$.t" }, [oneOf("HeartbeatSeconds, HeartbeatSecondsPath")]],
    [
      { TimeoutSeconds: 5, HeartbeatSeconds: 5 },
      ["HeartbeatSeconds must be smaller than TimeoutSeconds at /States/S/HeartbeatSeconds"],
    ],
    [{ Credentials: { RoleArn: "arn:aws:iam::1:role/r" } }, []],
    [{ Credentials: { "RoleArn.$": "$.role" } }, []],
    [{ Credentials: { "RoleArn.$": "States.Format('arn:{}', $.role)" } }, []],
    [{ Credentials: {} }, ["The field 'RoleArn' is required but was missing at /States/S/Credentials"]],
    [{ Credentials: "r" }, ["Expected value of type [OBJECT] at /States/S/Credentials"]],
    [
      { Credentials: { RoleArn: "r" }, Resource: "arn:aws:states:us-east-1:1:activity:a" },
      ["The field 'Credentials' is not supported for activities at /States/S"],
    ],
    [{ Resource: 7 }, ["Expected value of type [STRING] at /States/S/Resource"]],
  ])("with %j", (more, expected) => {
    expect(toldOf({ ...task, ...(more as object) })).toEqual(expected);
  });

  test("without a Resource", () => {
    expect(told(machineOf({ Type: "Task", End: true }))).toEqual([
      "These fields are required: [Resource] at /States/S",
    ]);
  });

  test.each<[Json, readonly string[]]>([
    [
      { ...task, Resource: `${states}states:startExecution.sync:2` },
      ["Express state machine does not support '.sync' service integration  at /States/S/Resource"],
    ],
    [
      { ...task, Resource: `${states}sqs:sendMessage.waitForTaskToken` },
      ["Express state machine does not support '.waitForTaskToken' service integration  at /States/S/Resource"],
    ],
    [
      { ...task, Resource: "arn:aws:states:us-east-1:1:activity:a" },
      ["Express state machine does not support Activity ARN at /States/S/Resource"],
    ],
    [
      {
        Type: "Map",
        ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" }, ...inner },
        End: true,
      },
      [
        "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines at /States/S/ItemProcessor/ProcessorConfig/Mode",
      ],
    ],
  ])("in an Express machine: %j", (state, expected) => {
    expect(told(machineOf(state), "EXPRESS")).toEqual(expected);
    expect(told(machineOf(state), "STANDARD")).toEqual([]);
  });
});

test.each<[Json, readonly string[]]>([
  [{ Error: "E", Cause: "C" }, []],
  [{ ErrorPath: "$.e", CausePath: "States.Format('{}', $.c)" }, []],
  [{ ErrorPath: "$$.State.Name" }, []],
  [{ Error: "E", ErrorPath: "$.e" }, [oneOf("Error, ErrorPath")]],
  [{ Cause: "C", CausePath: "$.e" }, [oneOf("Cause, CausePath")]],
  [{ Error: 7 }, ["Expected value of type [STRING] at /States/S/Error"]],
  [{ Next: "T" }, ["Field 'Next' is not supported at /States/S"]],
])("Fail %j", (more, expected) => {
  expect(toldOf({ Type: "Fail", ...(more as object) })).toEqual(expected);
});

test.each<[Json, readonly string[]]>([
  [[inner], []],
  [[], ["Value cannot be empty at /States/S/Branches"]],
  [{}, ["Expected value of type [ARRAY] at /States/S/Branches"]],
  [["b"], ["Expected value of type [OBJECT] at /States/S/Branches[0]"]],
  [[{}], ["These fields are required: [States, StartAt] at /States/S/Branches[0]"]],
  [[{ ...inner, TimeoutSeconds: 1 }], ["Field 'TimeoutSeconds' is not supported at /States/S/Branches[0]"]],
  [[{ ...inner, Comment: "c" }], []],
  [
    [{ StartAt: "I", States: { I: { Type: "Wat" } } }],
    [expect.stringContaining("Value should be one of the following")],
  ],
])("branches %j", (Branches, expected) => {
  expect(toldOf({ Type: "Parallel", Branches, Next: "T" })).toEqual(expected);
});

test.each<[string, Json, readonly string[]]>([
  ["InputPath", null, []],
  ["InputPath", "$$", []],
  ["InputPath", "$.a[*]", []],
  ["InputPath", "$x.y", []],
  ["InputPath", "a", ["Value must be a valid JSONPath. at /States/S/InputPath"]],
  ["OutputPath", "$.a[", ["Value must be a valid JSONPath. at /States/S/OutputPath"]],
  ["OutputPath", 7, ["Expected value of type [STRING] at /States/S/OutputPath"]],
  ["ResultPath", null, []],
  ["ResultPath", "$", []],
  ["ResultPath", "$.a['b c'][0]", []],
  ["ResultPath", "a", ["Value is not a Reference Path: Reference path didn't start with '$' at /States/S/ResultPath"]],
  ["ResultPath", "$.a[*]", ["Value is not a Reference Path at /States/S/ResultPath"]],
  ["ResultPath", "$..a", ["Value is not a Reference Path at /States/S/ResultPath"]],
  ["ResultPath", "$$.a", ["Value is not a Reference Path at /States/S/ResultPath"]],
  ["Parameters", { "a.$": "$.a", "b.$": "States.UUID()", c: { "d.$": "$$.State.Name" } }, []],
  [
    "Parameters",
    { a: { "b.$": "b" }, "c.$": 7 },
    [
      "The value for the field 'b.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/Parameters/a",
      "The value for the field 'c.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/Parameters",
    ],
  ],
  [
    "Parameters",
    { list: [1, { "b.$": "b" }] },
    [
      "The value for the field 'b.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/Parameters/list[1]",
    ],
  ],
  ["Parameters", { "a.$": "States.Format('It\\'s \\{\\} \\\\ {}', $.a)" }, []],
  [
    "Parameters",
    { b: { "a.$": "States.Format('a\\nb')" } },
    [
      "The value for the field 'a.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/Parameters/b",
    ],
  ],
  [
    "Assign",
    { "x.$": "States.Format('\\\"')" },
    ["The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/Assign"],
  ],
  ["Parameters", "$.a", ["Expected value of type [OBJECT] at /States/S/Parameters"]],
  ["Assign", { "x.$": "$.a", y: { "z.$": "$.a" } }, []],
  ["Assign", [], ["Expected value of type [OBJECT] at /States/S/Assign"]],
  [
    "Assign",
    { states: 1 },
    ["RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. at /States/S/Assign/states"],
  ],
  [
    "Assign",
    { "a-b": 1 },
    [
      "INVALID_VARIABLE_NAME: Invalid variable name 'a-b': the variable name contains invalid characters. at /States/S/Assign/a-b",
    ],
  ],
  [
    "Assign",
    { ["x".repeat(81)]: 1 },
    [expect.stringMatching(/^INVALID_VARIABLE_NAME: .*exceeds the maximum length of 80 characters/)],
  ],
  ["Assign", { größe: 1, a_1: 1 }, []],
  ["Assign", { _a: 1 }, [expect.stringMatching(/^INVALID_VARIABLE_NAME: .*contains invalid characters/)]],
  [
    "Assign",
    { "x.$": "nope" },
    ["The value for the field 'x.$' must be a valid JSONPath or a valid intrinsic function call at /States/S/Assign"],
  ],
])("%s %j", (field, value, expected) => {
  expect(told(machineOf({ ...pass, [field]: value }))).toEqual(expected);
});

describe("a branch cannot assign a variable of an outer scope", () => {
  const assigning = { StartAt: "I", States: { I: { ...pass, Assign: { x: 1 } } } };
  const [distributed, x] = [{ ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } }, { x: 2 }];
  const map = { Type: "Map", ItemProcessor: assigning, End: true };
  const going = { Type: "Map", ItemProcessor: assigning, Next: "Z" };
  const first = (Next: string) => ({ Type: "Pass", Assign: x, Next });
  const rule = { Variable: "$.a", IsPresent: true };
  const all = { ErrorEquals: ["States.ALL"] };
  const at = (path: string) =>
    `DUPLICATE_VARIABLE_NAME: The variable name 'x' was already defined in a parent scope. at ${path}/I/Assign/x`;
  const processor = "/States/S/ItemProcessor/States";

  test.each<[string, JsonObject, readonly string[]]>([
    ["assigned before it", { A: first("S"), S: map }, [at(processor)]],
    ["long before it", { A: first("B"), B: { Type: "Pass", Next: "S" }, S: map }, [at(processor)]],
    ["distributed", { A: first("S"), S: { ...map, ItemProcessor: { ...distributed, ...assigning } } }, [at(processor)]],
    ["by the state itself, as it ends", { A: { Type: "Pass", Next: "S" }, S: { ...map, Assign: x } }, []],
    [
      "by a catcher",
      { A: { Type: "Pass", Next: "S" }, S: { ...map, Catch: [{ ...all, Assign: x, Next: "Z" }] }, Z: pass },
      [],
    ],
    ["after it", { A: { Type: "Pass", Next: "S" }, S: going, Z: { ...pass, Assign: x } }, []],
    [
      "after it, in a loop",
      {
        A: { Type: "Pass", Next: "S" },
        S: { ...going, Next: "W", Assign: x },
        W: { Type: "Choice", Choices: [{ ...rule, Next: "A" }], Default: "Z" },
        Z: pass,
      },
      [at(processor)],
    ],
    [
      "by the rule that leads there",
      { A: { Type: "Choice", Choices: [{ ...rule, Assign: x, Next: "S" }], Default: "Z" }, S: map, Z: pass },
      [at(processor)],
    ],
    [
      "by a rule that leads elsewhere",
      { A: { Type: "Choice", Choices: [{ ...rule, Assign: x, Next: "Z" }], Default: "S" }, S: map, Z: pass },
      [],
    ],
    [
      "by the Choice itself, whose Default leads there",
      { A: { Type: "Choice", Choices: [{ ...rule, Next: "Z" }], Default: "S", Assign: x }, S: map, Z: pass },
      [at(processor)],
    ],
    [
      "two scopes further out",
      { A: first("P"), P: { Type: "Parallel", Branches: [{ StartAt: "S", States: { S: map } }], End: true } },
      [at("/States/P/Branches[0]/States/S/ItemProcessor/States")],
    ],
  ])("%s", (_, States, expected) => {
    expect(told({ StartAt: "A", States })).toEqual(expected);
  });
});
