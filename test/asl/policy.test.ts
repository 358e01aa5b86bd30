/** The least policy: for each integration what it needs and no more; what is computed is widened and said so. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseJson } from "../../lib/asl/json.ts";
import { policyDocument, policyOf } from "../../lib/asl/policy/policy.ts";

const home = { partition: "aws", region: "eu-west-1", account: "111122223333" };

function of(states: object): ReturnType<typeof policyOf> {
  return policyOf(parseJson(JSON.stringify({ StartAt: "A", States: states })), home);
}

/** `action on resource`, in order. */
function allowed(state: object): readonly string[] {
  return of({ A: state }).statements.flatMap(({ actions, resources }) =>
    actions.flatMap((action) => resources.map((resource) => `${action} on ${resource}`)),
  );
}

const task = (resource: string, Parameters: object = {}): object => ({ Type: "Task", Resource: resource, Parameters });
const service = (name: string, Parameters: object = {}): object => task(`arn:aws:states:::${name}`, Parameters);
const here = "eu-west-1:111122223333";

test.each<[object, readonly string[]]>([
  [task(`arn:aws:lambda:${here}:function:f:live`), [`lambda:InvokeFunction on arn:aws:lambda:${here}:function:f:live`]],
  [service("lambda:invoke", { FunctionName: "f" }), [`lambda:InvokeFunction on arn:aws:lambda:${here}:function:f`]],
  [
    service("lambda:invoke", { FunctionName: "111122223333:function:f" }),
    [`lambda:InvokeFunction on arn:aws:lambda:${here}:function:f`],
  ],
  [task(`\${ChargeFunctionArn}`), [`lambda:InvokeFunction on \${ChargeFunctionArn}`]],
  [service("lambda:invoke", { FunctionName: `\${ChargeArn}` }), [`lambda:InvokeFunction on \${ChargeArn}`]],
  [
    service("lambda:invoke", { FunctionName: `\${Charge}` }),
    [`lambda:InvokeFunction on arn:aws:lambda:${here}:function:\${Charge}`],
  ],
  [service("sns:publish", { TopicArn: `\${News}` }), [`sns:Publish on \${News}`]],
  [
    service("lambda:invoke.waitForTaskToken", { "FunctionName.$": "$.f" }),
    [`lambda:InvokeFunction on arn:aws:lambda:${here}:function:*`],
  ],
  [
    service("sqs:sendMessage", { QueueUrl: "https://sqs.us-west-2.amazonaws.com/444455556666/q" }),
    ["sqs:SendMessage on arn:aws:sqs:us-west-2:444455556666:q"],
  ],
  [
    service("sqs:sendMessage", { QueueUrl: "https://sqs.cn-north-1.amazonaws.com.cn/444455556666/q" }),
    ["sqs:SendMessage on arn:aws-cn:sqs:cn-north-1:444455556666:q"],
  ],
  [
    service("sqs:sendMessage", { QueueUrl: "http://localhost:9324/000000000000/q" }),
    [`sqs:SendMessage on arn:aws:sqs:${here}:q`],
  ],
  [service("sns:publish", { TopicArn: "arn:aws:sns:eu-west-1:1:t" }), ["sns:Publish on arn:aws:sns:eu-west-1:1:t"]],
  [service("dynamodb:putItem", { TableName: "orders" }), [`dynamodb:PutItem on arn:aws:dynamodb:${here}:table/orders`]],
  [
    service("events:putEvents", { Entries: [{ EventBusName: "shop" }, { Detail: {} }] }),
    [
      `events:PutEvents on arn:aws:events:${here}:event-bus/default`,
      `events:PutEvents on arn:aws:events:${here}:event-bus/shop`,
    ],
  ],
  [
    service("glue:startJobRun.sync", { JobName: "j" }),
    ["BatchStopJobRun", "GetJobRun", "StartJobRun"].map((one) => `glue:${one} on arn:aws:glue:${here}:job/j`),
  ],
  [
    service("ecs:runTask.sync", { TaskDefinition: "t:1", Cluster: `arn:aws:ecs:${here}:cluster/c` }),
    [
      `ecs:DescribeTasks on arn:aws:ecs:${here}:task/c/*`,
      `ecs:StopTask on arn:aws:ecs:${here}:task/c/*`,
      `ecs:RunTask on arn:aws:ecs:${here}:task-definition/t:1`,
    ],
  ],
  [
    service("batch:submitJob.sync", { JobDefinition: "d", JobQueue: "q" }),
    [
      "batch:DescribeJobs on *",
      `batch:SubmitJob on arn:aws:batch:${here}:job-definition/d`,
      `batch:SubmitJob on arn:aws:batch:${here}:job-queue/q`,
      `batch:TerminateJob on arn:aws:batch:${here}:job/*`,
    ],
  ],
  [
    service("elasticmapreduce:modifyInstanceGroupByName", { ClusterId: "j-1" }),
    ["ListInstanceGroups", "ModifyInstanceGroups"].map(
      (one) => `elasticmapreduce:${one} on arn:aws:elasticmapreduce:${here}:cluster/j-1`,
    ),
  ],
  [
    service("emr-serverless:stopApplication.sync", { ApplicationId: "a1" }),
    ["GetApplication", "StopApplication"].map(
      (one) => `emr-serverless:${one} on arn:aws:emr-serverless:${here}:/applications/a1`,
    ),
  ],
  [
    service("http:invoke", { Authentication: { ConnectionArn: `arn:aws:events:${here}:connection/stripe/1-2-3` } }),
    [
      `events:DescribeConnection on arn:aws:events:${here}:connection/stripe/*`,
      `events:RetrieveConnectionCredentials on arn:aws:events:${here}:connection/stripe/*`,
      `secretsmanager:DescribeSecret on arn:aws:secretsmanager:${here}:secret:events!connection/stripe/*`,
      `secretsmanager:GetSecretValue on arn:aws:secretsmanager:${here}:secret:events!connection/stripe/*`,
    ],
  ],
  [
    service("athena:getQueryResults", { QueryExecutionId: "q" }),
    [`athena:GetQueryResults on arn:aws:athena:${here}:workgroup/*`],
  ],
  [service("eks:call", { Method: "GET" }), []],
  [service("glue:startJobRun", { JobName: "j" }), [`glue:StartJobRun on arn:aws:glue:${here}:job/j`]],
  [
    service("bedrockagentcore:invokeHarness", { HarnessArn: `arn:aws:bedrock-agentcore:${here}:harness/clerk-1` }),
    [
      `bedrock-agentcore:InvokeAgentRuntime on arn:aws:bedrock-agentcore:${here}:harness/clerk-1`,
      `bedrock-agentcore:InvokeHarness on arn:aws:bedrock-agentcore:${here}:harness/clerk-1`,
    ],
  ],
  [
    service("bedrock:invokeModel", { ModelId: "m.v1" }),
    ["bedrock:InvokeModel on arn:aws:bedrock:eu-west-1::foundation-model/m.v1"],
  ],
  [
    service("bedrock:invokeModel", { ModelId: "eu.anthropic.m-v1:0" }),
    [
      "bedrock:InvokeModel on arn:aws:bedrock:*::foundation-model/anthropic.m-v1:0",
      `bedrock:InvokeModel on arn:aws:bedrock:${here}:inference-profile/eu.anthropic.m-v1:0`,
    ],
  ],
  [
    service("bedrock:invokeModel", { ModelId: `arn:aws:bedrock:${here}:inference-profile/global.anthropic.m` }),
    [
      "bedrock:InvokeModel on arn:aws:bedrock:*::foundation-model/anthropic.m",
      `bedrock:InvokeModel on arn:aws:bedrock:${here}:inference-profile/global.anthropic.m`,
    ],
  ],
  [
    service("bedrock:invokeModel", { ModelId: `arn:aws:bedrock:${here}:application-inference-profile/abc` }),
    [
      "bedrock:InvokeModel on arn:aws:bedrock:*::foundation-model/*",
      `bedrock:InvokeModel on arn:aws:bedrock:${here}:application-inference-profile/abc`,
    ],
  ],
  [
    service("bedrock:invokeModel", { ModelId: "m", Input: { S3Uri: "s3://b/in" }, Output: { "S3Uri.$": "$.to" } }),
    [
      "bedrock:InvokeModel on arn:aws:bedrock:eu-west-1::foundation-model/m",
      "s3:GetObject on arn:aws:s3:::b/in",
      "s3:PutObject on arn:aws:s3:::*",
    ],
  ],
  [
    service("apigateway:invoke", { ApiEndpoint: "abc123.execute-api.eu-west-1.amazonaws.com" }),
    [`execute-api:Invoke on arn:aws:execute-api:${here}:abc123/*`],
  ],
  [service("aws-sdk:s3:getObject", { Bucket: "b", Key: "k/1" }), ["s3:GetObject on arn:aws:s3:::b/k/1"]],
  [service("aws-sdk:s3:listObjectsV2", { Bucket: "b" }), ["s3:ListBucket on arn:aws:s3:::b"]],
  [service("aws-sdk:s3:listBuckets"), ["s3:ListAllMyBuckets on *"]],
  [
    service("aws-sdk:dynamodb:query", { TableName: "t" }),
    [
      `dynamodb:Query on arn:aws:dynamodb:${here}:table/t`,
      `dynamodb:Query on arn:aws:dynamodb:${here}:table/t/index/*`,
    ],
  ],
  [service("aws-sdk:cloudwatchlogs:putLogEvents"), ["logs:PutLogEvents on *"]],
  [service("aws-sdk:bedrockagent:startIngestionJob"), ["bedrock:StartIngestionJob on *"]],
  [service("aws-sdk:redshiftserverless:getWorkgroup"), ["redshift-serverless:GetWorkgroup on *"]],
  [service("aws-sdk:ssoadmin:listInstances"), ["sso:ListInstances on *"]],
  [service("states:startExecution.sync:2", { StateMachineArn: "x" }), []],
  [service("aws-sdk:sfn:sendTaskSuccess"), []],
  [task(`arn:aws:states:${here}:activity:a`), []],
  [{ Type: "Pass" }, []],
  [{ Type: "Task", Resource: 5 }, []],
  [{ Type: "Task", Resource: "constructor" }, [expect.stringContaining("on *")]],
  [
    { ...task(`arn:aws:lambda:${here}:function:f`), Credentials: { RoleArn: "arn:aws:iam::1:role/r" } },
    [`lambda:InvokeFunction on arn:aws:lambda:${here}:function:f`, "sts:AssumeRole on arn:aws:iam::1:role/r"],
  ],
  [
    {
      Type: "Map",
      ItemReader: { Resource: "arn:aws:states:::s3:getObject", Parameters: { Bucket: "in", "Key.$": "$.key" } },
      ResultWriter: { Resource: "arn:aws:states:::s3:putObject", Parameters: { Bucket: "out", Prefix: "runs" } },
      ItemProcessor: {
        StartAt: "B",
        States: { B: service("sqs:sendMessage", { QueueUrl: "http://x/000000000000/q" }) },
      },
    },
    [
      "s3:GetObject on arn:aws:s3:::in/*",
      "s3:PutObject on arn:aws:s3:::out/runs/*",
      `sqs:SendMessage on arn:aws:sqs:${here}:q`,
    ],
  ],
  [
    {
      Type: "Map",
      ItemReader: { Resource: "arn:aws:states:::s3:listObjectsV2", Arguments: { Bucket: "in", Prefix: "a/" } },
    },
    ["s3:ListBucket on arn:aws:s3:::in"],
  ],
  [
    {
      Type: "Map",
      ItemReader: {
        Resource: "arn:aws:states:::s3:listObjectsV2",
        Parameters: { Bucket: "in", Prefix: "a/b" },
        ReaderConfig: { Transformation: "LOAD_AND_FLATTEN", InputType: "JSONL" },
      },
    },
    ["s3:GetObject on arn:aws:s3:::in/a/b*", "s3:ListBucket on arn:aws:s3:::in"],
  ],
  [
    {
      Type: "Map",
      ItemReader: {
        Resource: "arn:aws:states:::s3:getObject",
        Parameters: { Bucket: "in", Key: "inventory/manifest.json", VersionId: "v" },
        ReaderConfig: { InputType: "MANIFEST" },
      },
    },
    ["s3:GetObject on arn:aws:s3:::in/*", "s3:GetObjectVersion on arn:aws:s3:::in/*"],
  ],
])("%j", (state, expected) => {
  expect(allowed(state)).toEqual(expected);
});

describe("what nobody can know beforehand is said", () => {
  test.each([
    [
      service("lambda:invoke", { "FunctionName.$": "$.f" }),
      "A: FunctionName is computed or absent: every one of the account is allowed",
    ],
    [
      { ...service("sqs:sendMessage", { QueueUrl: "{% $q %}" }), QueryLanguage: "JSONata" },
      "A: QueueUrl is computed or absent: every one of the account is allowed",
    ],
    [service("ecs:runTask.sync", { TaskDefinition: "t" }), "A: it hands a role on: add iam:PassRole on that role"],
    [
      service("aws-sdk:ec2:describeInstances"),
      "A: ec2 is allowed on every resource: narrow it to those that are meant",
    ],
  ])("%j", (state, note) => {
    expect(of({ A: state }).notes).toEqual([note]);
  });
});

test("the policy of an example names its functions, each once, in one statement", () => {
  const text = readFileSync(join(import.meta.dirname, "../../asl-examples/data-pipeline/definition.asl.json"), "utf8");
  expect(policyDocument(policyOf(parseJson(text), home))).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["lambda:InvokeFunction"],
        Resource: ["assess-quality", "extract-readings", "load-readings", "transform-reading", "write-report"].map(
          (name) => `arn:aws:lambda:${here}:function:${name}`,
        ),
      },
    ],
  });
});

test.each([[[]], ["text"], [null], [{ States: 5 }]])("%j needs nothing", (definition) => {
  expect(policyOf(parseJson(JSON.stringify(definition)), home)).toEqual({ statements: [], notes: [] });
});
