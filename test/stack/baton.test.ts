/** The facts of the template on which the design rests, one row each. */
import { Duration } from "aws-cdk-lib";
import * as events from "aws-cdk-lib/aws-events";
import * as kms from "aws-cdk-lib/aws-kms";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";
import * as s3 from "aws-cdk-lib/aws-s3";
import { describe, expect, test } from "vitest";
import { environment, functions } from "../../lib/adapters/aws/names.ts";
import type { BatonStackProps } from "../../lib/stack/index.ts";
import { batonStack, onlyResource, resources, templateOf } from "./synthesized.ts";

const template = templateOf();

const queue = "AWS::SQS::Queue";
const func = "AWS::Lambda::Function";
const mapping = "AWS::Lambda::EventSourceMapping";
const bucket = "AWS::S3::Bucket";
const secret = "AWS::SecretsManager::Secret";

describe("the template", () => {
  test.each<[fact: string, type: string, id: string, properties: Record<string, unknown>]>([
    ["a step has six time-outs", queue, "BatonFlowQueue", { VisibilityTimeout: 180 }],
    ["a task's message comes back after its worker", queue, "BatonTasksQueue", { VisibilityTimeout: 930 }],
    ["a message may be 1 MiB", queue, "BatonFlowQueue", { MaximumMessageSize: 1_048_576 }],
    ["a message may be 1 MiB", queue, "BatonTasksQueue", { MaximumMessageSize: 1_048_576 }],
    ["a message may be 1 MiB", queue, "BatonDeadLetterQueue", { MaximumMessageSize: 1_048_576 }],
    ["a pause of two weeks loses nothing", queue, "BatonFlowQueue", { MessageRetentionPeriod: 1_209_600 }],
    ["a pause of two weeks loses nothing", queue, "BatonTasksQueue", { MessageRetentionPeriod: 1_209_600 }],
    ["dead letters stay two weeks", queue, "BatonDeadLetterQueue", { MessageRetentionPeriod: 1_209_600 }],
    ["queues are encrypted", queue, "BatonFlowQueue", { SqsManagedSseEnabled: true }],
    ["queues are encrypted", queue, "BatonTasksQueue", { SqsManagedSseEnabled: true }],
    ["queues are encrypted", queue, "BatonDeadLetterQueue", { SqsManagedSseEnabled: true }],
    [
      "twenty receives before a dead letter",
      queue,
      "BatonFlowQueue",
      { RedrivePolicy: expect.objectContaining({ maxReceiveCount: 20 }) },
    ],
    [
      "twenty receives before a dead letter",
      queue,
      "BatonTasksQueue",
      { RedrivePolicy: expect.objectContaining({ maxReceiveCount: 20 }) },
    ],
    ["a step's time-out", func, "BatonAdvanceFunction", { Timeout: 30 }],
    ["a task's time-out", func, "BatonTasksFunction", { Timeout: 900 }],
    ["timers end before the next minute", func, "BatonTimersFunction", { Timeout: 50 }],
    ["a look at all executions has time", func, "BatonHealFunction", { Timeout: 900 }],
    [
      "a look for what stands still each day",
      "AWS::Events::Rule",
      "BatonEachDay",
      { ScheduleExpression: "rate(1 day)" },
    ],
    ["the API ends before API Gateway does", func, "BatonApiHandlerFunction", { Timeout: 29 }],
    ["an Express execution's five minutes", func, "BatonSyncFunction", { Timeout: 330 }],
    ["the function verifies who calls its URL", "AWS::Lambda::Url", "", { AuthType: "NONE" }],
    ["partial batches", mapping, "BatonAdvance", { BatchSize: 10, FunctionResponseTypes: ["ReportBatchItemFailures"] }],
    ["partial batches", mapping, "BatonTasks", { BatchSize: 10, FunctionResponseTypes: ["ReportBatchItemFailures"] }],
    ["partial batches", mapping, "BatonDeadLetters", { FunctionResponseTypes: ["ReportBatchItemFailures"] }],
    ["pay per request", "AWS::DynamoDB::Table", "", { BillingMode: "PAY_PER_REQUEST" }],
    ["rows expire", "AWS::DynamoDB::Table", "", { TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true } }],
    [
      "the table can be restored to any second",
      "AWS::DynamoDB::Table",
      "",
      { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } },
    ],
    [
      "keys of the table",
      "AWS::DynamoDB::Table",
      "",
      {
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
      },
    ],
    [
      "the index for lists",
      "AWS::DynamoDB::Table",
      "",
      {
        GlobalSecondaryIndexes: [
          {
            IndexName: "list",
            KeySchema: [
              { AttributeName: "lpk", KeyType: "HASH" },
              { AttributeName: "lsk", KeyType: "RANGE" },
            ],
            Projection: { ProjectionType: "ALL" },
          },
        ],
      },
    ],
    [
      "no public payload",
      bucket,
      "",
      {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
    ],
    ["payloads are encrypted", bucket, "", { BucketEncryption: expect.anything() }],
    ["unfinished uploads go", bucket, "", { LifecycleConfiguration: expect.anything() }],
    [
      "a signing key nobody chose",
      secret,
      "BatonSigningKey",
      { GenerateSecretString: expect.objectContaining({ GenerateStringKey: "key", SecretStringTemplate: "{}" }) },
    ],
    [
      "an access key nobody chose",
      secret,
      "BatonAccessKey",
      {
        GenerateSecretString: expect.objectContaining({
          GenerateStringKey: "secretAccessKey",
          SecretStringTemplate: expect.stringMatching(/^\{"accessKeyId":"BATON[0-9A-F]{15}"\}$/),
        }),
      },
    ],
    [
      "timers each minute",
      "AWS::Events::Rule",
      "BatonEachMinute",
      { ScheduleExpression: "rate(1 minute)", State: "ENABLED" },
    ],
    ["every request goes to the function", "AWS::ApiGatewayV2::Route", "", { RouteKey: "$default" }],
    [
      "29 s an API request",
      "AWS::ApiGatewayV2::Integration",
      "",
      { TimeoutInMillis: 29_000, PayloadFormatVersion: "2.0" },
    ],
  ])("%s: %s %s", (_fact, type, id, properties) => {
    expect(onlyResource(template, type, id).Properties).toMatchObject(properties);
  });

  test.each([...functions])("the function %s", (name) => {
    const id = {
      advance: "Advance",
      tasks: "Tasks",
      timers: "Timers",
      "dead-letters": "DeadLetters",
      heal: "Heal",
      api: "ApiHandler",
      sync: "Sync",
    };
    const { Properties } = onlyResource(template, func, `Baton${id[name]}Function`);
    const { Variables } = Properties["Environment"] as { Variables: Record<string, unknown> };
    expect(Properties).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      RecursiveLoop: "Allow",
      Handler: "index.handler",
      LoggingConfig: { LogFormat: "JSON", LogGroup: expect.anything() },
    });
    const { printRequests: _onlyForTheBench, eventBus: _ifAsked, tasksFunction, ...named } = environment;
    const {
      machineRoles: _ifWanted,
      externalId: _ifAny,
      resourceLimits: _ifSet,
      strictQuotas: _ifStrict,
      startsQueueUrl: _inTheStacksOfUsers,
      ...given
    } = named;
    const answersRequests = name === "api" || name === "sync";
    const expected = [...Object.values(given), ...(answersRequests ? [tasksFunction] : [])];
    expect(Object.keys(Variables).sort()).toEqual(expected.sort());
    expect(Variables[environment.functionTimeoutSeconds]).toBe(String(Properties["Timeout"]));
    expect(Properties).not.toHaveProperty("ReservedConcurrentExecutions");
  });

  test.each(["AWS::DynamoDB::Table", bucket, queue, secret])("%s stays when the stack goes", (type) => {
    const policies = resources(template, type).map(([, { DeletionPolicy }]) => DeletionPolicy);
    expect(new Set(policies)).toEqual(new Set(["Retain"]));
  });

  test("every log group forgets", () => {
    const groups = resources(template, "AWS::Logs::LogGroup").map(([, { Properties }]) => Properties);
    expect(groups).toHaveLength(functions.length + 1);
    for (const group of groups) expect(group).toMatchObject({ RetentionInDays: 30 });
  });

  test.each([
    ["AWS::DynamoDB::Table", "TableName"],
    [queue, "QueueName"],
    [bucket, "BucketName"],
    [secret, "Name"],
    [func, "FunctionName"],
    ["AWS::IAM::Role", "RoleName"],
    ["AWS::Logs::LogGroup", "LogGroupName"],
    ["AWS::CloudWatch::Alarm", "AlarmName"],
  ])("%s has no %s of our choosing", (type, name) => {
    for (const [, { Properties }] of resources(template, type)) expect(Properties).not.toHaveProperty(name);
  });

  test("queues and bucket refuse plain HTTP", () => {
    const policies = [...resources(template, "AWS::SQS::QueuePolicy"), ...resources(template, "AWS::S3::BucketPolicy")];
    expect(policies).toHaveLength(4);
    for (const [, policy] of policies) expect(JSON.stringify(policy)).toContain('"aws:SecureTransport":"false"');
  });

  test("alarms", () => {
    const alarms = resources(template, "AWS::CloudWatch::Alarm").map(([id, { Properties }]) => [
      id.replace(/^Baton(.*)Alarm.*$/, "$1"),
      Properties["Threshold"],
    ]);
    expect(Object.fromEntries(alarms)).toEqual({
      DeadLetters: 1,
      FlowOldest: 1800,
      TasksOldest: 1800,
      TimersFailing: 5,
      FlowInFlight: 96_000,
      TasksInFlight: 96_000,
      Transitions: 1_000_000,
    });
  });

  test("the alarm for dead letters counts those that were taken out before anybody looked", () => {
    const metrics = JSON.stringify(onlyResource(template, "AWS::CloudWatch::Alarm", "BatonDeadLetters").Properties);
    for (const name of ["NumberOfMessagesReceived", "MessagesVisible", "MessagesNotVisible"]) {
      expect(metrics).toContain(name);
    }
  });

  test("outputs", () => {
    expect(Object.keys(template.findOutputs("*")).sort()).toEqual([
      "AccessKeySecret",
      "ConsoleUrl",
      "DlqUrl",
      "ExportCommand",
      "IssuedKeysSecret",
      "QueueUrl",
      "RestEndpoint",
      "SyncEndpoint",
      "TableName",
      "WireEndpoint",
    ]);
  });
});

test("payloads outlive the rows that name them by the days that DynamoDB takes to remove those", () => {
  const { LifecycleConfiguration } = onlyResource(templateOf({ executionRetentionDays: 10 }), bucket).Properties;
  const { Rules } = LifecycleConfiguration as { Rules: { Prefix?: unknown; ExpirationInDays?: number }[] };
  const ofExecutions = Rules.find(({ Prefix }) => JSON.stringify(Prefix)?.includes("AWS::AccountId"));
  const rows = 10 + 30;
  expect(ofExecutions?.ExpirationInDays).toBeGreaterThanOrEqual(rows + 7);
});

describe("rights", () => {
  const statements = resources(template, "AWS::IAM::Policy").flatMap(([id, { Properties }]) => {
    const { Statement } = Properties["PolicyDocument"] as { Statement: Record<string, unknown>[] };
    return Statement.map((statement) => ({ id: id.replace(/RoleDefaultPolicy.*/, ""), statement }));
  });
  const rights = statements.map(({ id, statement }) => `${id} ${JSON.stringify(statement["Resource"])}`);

  test("no wildcard but the payloads' names", () => {
    const wild = rights.filter((right) => right.includes("*"));
    expect(wild.map((right) => right.replace(/^\S+ .*"(\/?\*)".*$/, "$1"))).toEqual(Array(functions.length).fill("/*"));
    for (const { statement } of statements) expect(JSON.stringify(statement["Action"])).not.toContain("*");
  });

  test("no managed policy, no role but the functions' own", () => {
    const roles = resources(template, "AWS::IAM::Role");
    expect(roles).toHaveLength(functions.length);
    for (const [, { Properties }] of roles) expect(Properties).not.toHaveProperty("ManagedPolicyArns");
  });

  test.each(["BatonAccessKey", "BatonKeysIssued"])("only the API reads the secret %s", (secret) => {
    const readers = rights.filter((right) => right.includes(secret)).map((right) => right.split(" ")[0]);
    expect(new Set(readers)).toEqual(new Set(["BatonApiHandler", "BatonSync"]));
  });

  test("those read the list of executions who answer what asks for it: the API, Tasks that call it, and healing", () => {
    const readers = rights.filter((right) => right.includes("/index/list")).map((right) => right.split(" ")[0]);
    expect(new Set(readers)).toEqual(new Set(["BatonApiHandler", "BatonSync", "BatonTasks", "BatonHeal"]));
  });

  test("nobody may call a Lambda function unless it was named, but those who answer requests the one for tasks", () => {
    const callers = statements.filter(({ statement }) => JSON.stringify(statement).includes("lambda:"));
    expect(callers.map(({ id }) => id).sort()).toEqual(["BatonApiHandler", "BatonSync"]);
    for (const { statement } of callers)
      expect(JSON.stringify(statement["Resource"])).toMatch(/^\{"Fn::GetAtt":\["BatonTasksFunction\w+","Arn"\]\}$/);
  });
});

describe("props", () => {
  test("task functions: the tasks worker may call just those, by version and alias too, and of an alias no more", () => {
    const { stack } = batonStack();
    const arn = "arn:aws:lambda:eu-west-1:111122223333:function:charge-card";
    const named = lambda.Function.fromFunctionArn(stack, "Charge", arn);
    const live = lambda.Version.fromVersionArn(stack, "Ship", "arn:aws:lambda:eu-west-1:111122223333:function:ship:3");
    const template = templateOf({ taskFunctions: [named, live] });
    const { Properties } = onlyResource(template, "AWS::IAM::Policy", "BatonTasksRole");
    expect(JSON.stringify(Properties)).toContain(
      `{"Action":"lambda:InvokeFunction","Effect":"Allow","Resource":${JSON.stringify([arn, `${arn}:*`, live.functionArn])}}`,
    );
  });

  test("roles: the tasks worker may assume just those, and knows whether the machines' own are meant", () => {
    const arn = "arn:aws:iam::111122223333:role/machine-*";
    const template = templateOf({ assumableRoles: [arn], machineRoles: true, externalId: "mine" });
    const { Properties } = onlyResource(template, "AWS::IAM::Policy", "BatonTasksRole");
    expect(JSON.stringify(Properties)).toContain(`{"Action":"sts:AssumeRole","Effect":"Allow","Resource":"${arn}"}`);
    const { Environment } = onlyResource(template, func, "BatonTasksFunction").Properties;
    expect(Environment).toMatchObject({ Variables: { BATON_MACHINE_ROLES: "1", BATON_EXTERNAL_ID: "mine" } });
    expect(JSON.stringify(templateOf())).not.toContain('sts:AssumeRole","Effect":"Allow","Resource');
  });

  test("buckets of Distributed Maps: the function that takes steps reads items and writes results, and no other", () => {
    const { stack } = batonStack();
    const bucket = (name: string) => s3.Bucket.fromBucketName(stack, name, name);
    const template = templateOf({ itemBuckets: [bucket("items")], resultBuckets: [bucket("results")] });
    const policies = resources(template, "AWS::IAM::Policy").flatMap(([id, { Properties }]) => {
      const { Statement } = Properties["PolicyDocument"] as { Statement: { Action: unknown; Resource: unknown }[] };
      return Statement.filter(({ Resource }) => /:s3:::(items|results)/.test(JSON.stringify(Resource))).map(
        ({ Action, Resource }) => [id.replace(/(Role)?DefaultPolicy.*/, ""), Action, JSON.stringify(Resource)],
      );
    });
    expect(policies.map(([, action, resource]) => [action, /:s3:::([^"]*)/.exec(String(resource))?.[1]])).toEqual([
      [["s3:GetObject", "s3:GetObjectVersion"], "items/*"],
      ["s3:ListBucket", "items"],
      ["s3:PutObject", "results/*"],
    ]);
    for (const [id] of policies) expect(id).toMatch(/^BatonAdvance/);
  });

  test("buckets of Distributed Maps under keys of their own: the keys, too", () => {
    const { stack } = batonStack();
    const bucket = (name: string) => {
      const encryptionKey = kms.Key.fromKeyArn(stack, `${name}-key`, `arn:aws:kms:eu-west-1:111122223333:key/${name}`);
      return s3.Bucket.fromBucketAttributes(stack, name, { bucketName: name, encryptionKey });
    };
    const template = templateOf({ itemBuckets: [bucket("items")], resultBuckets: [bucket("results")] });
    const { Properties } = onlyResource(template, "AWS::IAM::Policy", "BatonAdvance");
    const { Statement } = Properties["PolicyDocument"] as { Statement: { Action: unknown; Resource: string }[] };
    const keys = Statement.flatMap(({ Action, Resource }) => (/:kms:/.test(Resource) ? [[Action, Resource]] : []));
    expect(keys).toEqual([
      ["kms:Decrypt", expect.stringMatching(/items$/)],
      [["kms:GenerateDataKey", "kms:Decrypt"], expect.stringMatching(/results$/)],
    ]);
  });

  test("log groups of executions: every function may write there, since each takes steps", () => {
    const { stack } = batonStack();
    const named = logs.LogGroup.fromLogGroupName(stack, "Executions", "executions");
    const policies = resources(templateOf({ executionLogGroups: [named] }), "AWS::IAM::Policy");
    const writers = policies.filter(([, policy]) => JSON.stringify(policy).includes(":log-group:executions:*"));
    expect(writers).toHaveLength(functions.length);
  });

  test("a bus for status changes: every function may tell it, since each may take the last step", () => {
    const { stack } = batonStack();
    const arn = "arn:aws:events:eu-west-1:111122223333:event-bus/mine";
    const template = templateOf({ statusChangeBus: events.EventBus.fromEventBusArn(stack, "Bus", arn) });
    const grant = `{"Action":"events:PutEvents","Effect":"Allow","Resource":"${arn}"}`;
    const policies = resources(template, "AWS::IAM::Policy").filter(([, one]) => JSON.stringify(one).includes(grant));
    expect(policies).toHaveLength(functions.length);
    const told = resources(template, func).map(([, { Properties }]) => JSON.stringify(Properties["Environment"]));
    for (const variables of told) expect(variables).toContain(`"${environment.eventBus}":"${arn}"`);
  });

  test("a collector of traces: every function tells it", () => {
    const template = templateOf({ traceEndpoint: "https://collector.example:4318" });
    const told = resources(template, func).map(([, { Properties }]) => JSON.stringify(Properties["Environment"]));
    for (const variables of told) expect(variables).toContain(`"OTEL_EXPORTER_OTLP_ENDPOINT":"https://collector`);
  });

  test("shorter time-outs shorten the visibility", () => {
    const short = templateOf({ advanceTimeout: Duration.seconds(5), taskTimeout: Duration.seconds(20) });
    expect(onlyResource(short, queue, "BatonFlowQueue").Properties).toMatchObject({ VisibilityTimeout: 30 });
    expect(onlyResource(short, queue, "BatonTasksQueue").Properties).toMatchObject({ VisibilityTimeout: 21 });
  });

  test("strict quotas are known to every function that steps", () => {
    const functionsOf = (props: BatonStackProps) =>
      ["BatonAdvance", "BatonTasks", "BatonApiHandler"].map((id) =>
        JSON.stringify(onlyResource(templateOf(props), "AWS::Lambda::Function", id).Properties["Environment"]),
      );
    for (const environment of functionsOf({ strictQuotas: true }))
      expect(environment).toContain('"BATON_STRICT_QUOTAS":"true"');
    for (const environment of functionsOf({})) expect(environment).not.toContain("BATON_STRICT_QUOTAS");
  });

  test("concurrency is bounded at the queue", () => {
    const bounded = templateOf({ maxAdvanceConcurrency: 40, maxTaskConcurrency: 7 });
    expect(onlyResource(bounded, mapping, "BatonAdvance").Properties).toMatchObject({
      ScalingConfig: { MaximumConcurrency: 40 },
    });
    expect(onlyResource(bounded, mapping, "BatonTasks").Properties).toMatchObject({
      ScalingConfig: { MaximumConcurrency: 7 },
    });
  });
});
