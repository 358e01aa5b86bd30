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
  flowQueueArn: "arn:aws:sqs:eu-west-1:111122223333:flow",
  tasksQueueArn: "arn:aws:sqs:eu-west-1:111122223333:tasks",
  deadLetterQueueArn: "arn:aws:sqs:eu-west-1:111122223333:dead",
};

const origins: readonly [origin: string, make: (stack: Stack) => IBaton][] = [
  ["made here", (stack) => new Baton(stack, "Baton", { bundles })],
  ["imported", (stack) => Baton.fromBatonAttributes(stack, "Baton", attributes)],
];

describe.each(origins)("a Baton %s", (_, make) => {
  test.each(["grantStartExecution", "grantRead", "grantTaskResponse"] as const)("%s: the access key", (grant) => {
    const stack = newStack();
    const role = new iam.Role(stack, "Client", { assumedBy: new iam.ServicePrincipal("ec2.amazonaws.com") });
    make(stack)[grant](role);
    const { Properties } = onlyResource(Template.fromStack(stack), "AWS::IAM::Policy", "Client");
    const text = JSON.stringify(Properties["PolicyDocument"]);
    expect(text).toContain("secretsmanager:GetSecretValue");
    expect(text).not.toContain('"*"');
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

test("an alarm topic is told by every alarm", () => {
  const stack = newStack();
  new Baton(stack, "Baton", { bundles, alarmTopic: new sns.Topic(stack, "Topic") });
  const alarms = resources(Template.fromStack(stack), "AWS::CloudWatch::Alarm");
  expect(alarms).toHaveLength(6);
  for (const [, { Properties }] of alarms) expect(Properties["AlarmActions"]).toHaveLength(1);
});

test("nothing stays where that is asked for", () => {
  const template = templateOf({ removalPolicy: RemovalPolicy.DESTROY });
  for (const type of ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SecretsManager::Secret"]) {
    for (const [, { DeletionPolicy }] of resources(template, type)) expect(DeletionPolicy).toBe("Delete");
  }
});

test("a missing bundle is named, and how to make it", () => {
  expect(() => new Baton(newStack(), "Baton", { bundles: "/nowhere" })).toThrow("npm run build");
});

function newStack(): Stack {
  return new Stack(new App({ builtinCloudFormationValidation: false }), "App");
}
