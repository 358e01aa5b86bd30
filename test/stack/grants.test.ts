/** What an app does with a `Baton`, made in its stack or elsewhere: grants, metrics, alarms told to somebody. */
import { App, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import * as iam from "aws-cdk-lib/aws-iam";
import * as sns from "aws-cdk-lib/aws-sns";
import { describe, expect, test } from "vitest";
import { Baton, type IBaton } from "../../lib/stack/index.ts";
import { emptyBundles, onlyResource, resources, templateOf } from "./synthesized.ts";

const bundles = emptyBundles();
const attributes = {
  endpoint: "https://abc.execute-api.eu-west-1.amazonaws.com",
  accessKeySecretArn: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:key-AbCdEf",
  keySecretArns: {
    read: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:read-AbCdEf",
    start: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:start-AbCdEf",
  },
  flowQueueArn: "arn:aws:sqs:eu-west-1:111122223333:flow",
  tasksQueueArn: "arn:aws:sqs:eu-west-1:111122223333:tasks",
  deadLetterQueueArn: "arn:aws:sqs:eu-west-1:111122223333:dead",
};

const origins: readonly [origin: string, make: (stack: Stack) => IBaton][] = [
  ["made here", (stack) => new Baton(stack, "Baton", { bundles })],
  ["imported", (stack) => Baton.fromBatonAttributes(stack, "Baton", attributes)],
];

describe.each(origins)("a Baton %s", (_, make) => {
  test.each([
    ["grantStartExecution", "start"],
    ["grantRead", "read"],
    ["grantTaskResponse", "start"],
  ] as const)("%s: the key of the role %s and no other", (grant, role) => {
    const stack = newStack();
    const client = new iam.Role(stack, "Client", { assumedBy: new iam.ServicePrincipal("ec2.amazonaws.com") });
    const baton = make(stack);
    for (let times = 0; times < 2; times++) baton[grant](client);
    const { Properties } = onlyResource(Template.fromStack(stack), "AWS::IAM::Policy", "Client");
    const { Statement } = Properties["PolicyDocument"] as { Statement: Record<string, unknown>[] };
    const secret = stack.resolve(baton.keySecretArn(role));
    expect(Statement).toEqual([
      {
        Effect: "Allow",
        Action: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
        Resource: secret,
      },
    ]);
  });

  test.each([
    ["metricTransitions", ["NumberOfMessagesDeleted", "NumberOfMessagesDeleted"]],
    ["metricOldestMessageAge", ["ApproximateAgeOfOldestMessage"]],
    ["metricDeadLetters", ["ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible"]],
    ["metricTasksInFlight", ["ApproximateNumberOfMessagesNotVisible"]],
  ] as const)("%s counts %j", (metric, names) => {
    const stack = newStack();
    new cloudwatch.Alarm(stack, "Mine", { metric: make(stack)[metric](), threshold: 1, evaluationPeriods: 1 });
    const { Properties } = onlyResource(Template.fromStack(stack), "AWS::CloudWatch::Alarm", "Mine");
    const found = [...JSON.stringify(Properties).matchAll(/"MetricName":"(\w+)"/g)].map(([, name]) => name);
    expect(found).toEqual(names);
  });
});

test("the key of a role that is granted: made once, known to the API, and says its role", () => {
  const stack = newStack();
  const baton = new Baton(stack, "Baton", { bundles });
  const role = new iam.Role(stack, "Client", { assumedBy: new iam.ServicePrincipal("ec2.amazonaws.com") });
  for (let times = 0; times < 2; times++) baton.grantStartExecution(role);
  const template = Template.fromStack(stack);
  const secrets = resources(template, "AWS::SecretsManager::Secret", "BatonKeysStart");
  const [id = ""] = secrets.map(([name]) => name);
  const { Properties } = onlyResource(template, "AWS::SecretsManager::Secret", "BatonKeysStart");
  const { SecretStringTemplate } = Properties["GenerateSecretString"] as { SecretStringTemplate: string };
  expect(JSON.parse(SecretStringTemplate)).toEqual({
    accessKeyId: expect.stringMatching(/^BATON[0-9A-F]{15}$/),
    role: "start",
  });
  const api = onlyResource(template, "AWS::Lambda::Function", "BatonApiHandler").Properties;
  expect(JSON.stringify(api["Environment"])).toContain(`{"Ref":"${id}"}`);
  const rights = onlyResource(template, "AWS::IAM::Policy", "BatonApiHandler").Properties;
  expect(JSON.stringify(rights["PolicyDocument"])).toContain(`{"Ref":"${id}"}`);
});

test("an imported Baton without a role's key says what to give", () => {
  const { keySecretArns: _, ...without } = attributes;
  const baton = Baton.fromBatonAttributes(newStack(), "Baton", without);
  expect(() => baton.keySecretArn("start")).toThrow("give fromBatonAttributes keySecretArns.start");
  expect(baton.keySecretArn("admin")).toBe(attributes.accessKeySecretArn);
});

test("an alarm topic is told by every alarm", () => {
  const stack = newStack();
  new Baton(stack, "Baton", { bundles, alarmTopic: new sns.Topic(stack, "Topic") });
  const alarms = resources(Template.fromStack(stack), "AWS::CloudWatch::Alarm");
  expect(alarms).toHaveLength(7);
  for (const [, { Properties }] of alarms) expect(Properties["AlarmActions"]).toHaveLength(1);
});

test("nothing stays where that is asked for", () => {
  const template = templateOf({ removalPolicy: RemovalPolicy.DESTROY });
  for (const type of ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SecretsManager::Secret"]) {
    for (const [, { DeletionPolicy }] of resources(template, type)) expect(DeletionPolicy).toBe("Delete");
  }
  // A bucket is deleted only when it is empty.
  expect(resources(template, "Custom::S3AutoDeleteObjects")).toHaveLength(1);
});

test("a missing bundle is named, and how to make it", () => {
  expect(() => new Baton(newStack(), "Baton", { bundles: "/nowhere" })).toThrow("npm run build");
});

function newStack(): Stack {
  return new Stack(new App({ builtinCloudFormationValidation: false }), "App");
}
