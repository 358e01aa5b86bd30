/**
 * What each operation refuses, and in which words, where there are the machines `passes` and `waits` and nothing
 * else. A row names account 000000000000; where another one's machines are asked for, the row says its number.
 */
import { arnOf, executionOf, pass, role, wait } from "./requests.ts";

const long = "x".repeat(81);
export const constraint = (value: string, at: string, text: string): string =>
  `ValidationException: 1 validation error detected: Value${value} at '${at}' failed to satisfy constraint: Member must ${text}`;

const activityArnOf = (name: string): string => `arn:aws:states:us-east-1:000000000000:activity:${name}`;

const mapRunOf = (name: string): string => `arn:aws:states:us-east-1:000000000000:mapRun:${name}`;
const absentRun = `${mapRunOf("absent")}/Each:7f6c1e0e-0000-4000-a000-000000000000`;

/** No character, and what no key of a store has room for. */
const half = "\ud800";
const huge = "\u65e5".repeat(1_900);

/** Operation, input (a text is the whole body), refusal. */
export const refused: readonly (readonly [operation: string, input: unknown, refusal: string])[] = [
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
  [
    "DeleteStateMachine",
    { stateMachineArn: `${arnOf("passes")}/Each` },
    `ValidationException: '${arnOf("passes")}/Each' refers to a Distributed Map state; name its state machine: '${arnOf("passes")}'`,
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
  [
    "DeleteStateMachine",
    { stateMachineArn: `${arnOf("passes")}:live` },
    `ValidationException: '${arnOf("passes")}:live' is a version or an alias of its state machine: DeleteStateMachineVersion and DeleteStateMachineAlias delete those, and DeleteStateMachine takes the ARN without it`,
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
  [
    "DescribeStateMachine",
    { stateMachineArn: arnOf(half) },
    `StateMachineDoesNotExist: State Machine Does Not Exist: '${arnOf(half)}'`,
  ],
  [
    "StopExecution",
    { executionArn: executionOf(`waits:${half}`) },
    `ExecutionDoesNotExist: Execution Does Not Exist: '${executionOf(`waits:${half}`)}'`,
  ],
  [
    "RedriveExecution",
    { executionArn: executionOf("waits/Each:absent") },
    `ExecutionDoesNotExist: Execution Does Not Exist: '${executionOf("waits/Each:absent")}'`,
  ],
  [
    "DescribeActivity",
    { activityArn: activityArnOf(half) },
    `ActivityDoesNotExist: Activity Does Not Exist: '${activityArnOf(half)}'`,
  ],
  [
    "DescribeMapRun",
    { mapRunArn: `${mapRunOf("waits")}/${huge}:a` },
    `ResourceNotFound: Resource not found: '${mapRunOf("waits")}/${huge}:a'`,
  ],
];
