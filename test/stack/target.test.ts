/** `BatonTarget` and `BatonScheduleTarget`: what an event becomes on its way into the queue, and who may do what with it. */
import { App, Duration, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import * as events from "aws-cdk-lib/aws-events";
import * as scheduler from "aws-cdk-lib/aws-scheduler";
import * as sns from "aws-cdk-lib/aws-sns";
import * as sqs from "aws-cdk-lib/aws-sqs";
import { expect, test, vi } from "vitest";
import {
  Baton,
  type BatonAttributes,
  BatonScheduleTarget,
  type BatonScheduleTargetProps,
  BatonStateMachine,
  BatonTarget,
  type BatonTargetProps,
  type IBatonStateMachine,
} from "../../lib/stack/index.ts";
import { scheduled, type Transformer, transformed } from "../end-to-end/deployed-shape/rules.ts";
import { emptyBundles, onlyResource, resources } from "./synthesized.ts";

// Synthesizing takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const bundles = emptyBundles();
const secret = (role: string): string => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${role}-AbCdEf`;
const endpoint = "https://abc.execute-api.eu-west-1.amazonaws.com";
const stateMachineArn = "arn:aws:states:eu-west-1:111122223333:stateMachine:orders";

function synthesized(
  props: (stack: Stack) => BatonTargetProps = () => ({}),
  rules = 1,
  more: (stack: Stack) => Partial<BatonAttributes> = () => ({}),
): Template {
  return templateWith((stack, machine) => {
    for (let rule = 0; rule < rules; rule++) {
      new events.Rule(stack, `Nightly${rule}`, {
        schedule: events.Schedule.cron({ hour: "3", minute: "0" }),
        targets: [new BatonTarget(machine, { bundles, ...props(stack) })],
      });
    }
  }, more);
}

function templateWith(
  add: (stack: Stack, machine: IBatonStateMachine) => void,
  more: (stack: Stack) => Partial<BatonAttributes> = () => ({}),
): Template {
  const app = new App({ context: { "@aws-cdk/core:validateAgainstDefaultRules": false } });
  const stack = new Stack(app, "Shop", { env: { account: "111122223333", region: "eu-west-1" } });
  const baton = Baton.fromBatonAttributes(stack, "Baton", {
    endpoint,
    accessKeySecretArn: secret("admin"),
    keySecretArns: { start: secret("start") },
    flowQueueArn: "arn:aws:sqs:eu-west-1:111122223333:flow",
    tasksQueueArn: "arn:aws:sqs:eu-west-1:111122223333:tasks",
    deadLetterQueueArn: "arn:aws:sqs:eu-west-1:111122223333:dead",
    ...more(stack),
  });
  const machine = BatonStateMachine.fromStateMachineArn(stack, "Orders", baton, stateMachineArn);
  add(stack, machine);
  return Template.fromStack(stack);
}

function targetOf(template: Template, rule = "Nightly0"): Readonly<Record<string, unknown>> {
  const { Targets } = onlyResource(template, "AWS::Events::Rule", rule).Properties;
  const [target] = Targets as readonly Readonly<Record<string, unknown>>[];
  return target ?? {};
}

const event = {
  id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
  source: "aws.s3",
  detail: { bucket: { name: "in" }, object: { key: "a b.csv", size: 12 } },
};

/** What the queue gets. */
function started(template: Template, rule?: string): unknown {
  const { InputPathsMap, InputTemplate } = targetOf(template, rule)["InputTransformer"] as Transformer;
  return JSON.parse(transformed({ InputPathsMap, InputTemplate: joined(InputTemplate) }, event));
}

/** Deployed: what the template refers to by its name in brackets. */
function joined(text: unknown): string {
  if (typeof text === "string") return text;
  const [, parts] = (text as { "Fn::Join": [string, readonly unknown[]] })["Fn::Join"];
  return parts.map((part) => (typeof part === "string" ? part : `[${(part as { Ref: string }).Ref}]`)).join("");
}

test.each<[what: string, input: events.RuleTargetInput | undefined, expected: unknown]>([
  ["the whole event, by default", undefined, event],
  ["a part of it", events.RuleTargetInput.fromEventPath("$.detail.object"), event.detail.object],
  ["a constant", events.RuleTargetInput.fromObject({ kind: "nightly", tries: 3 }), { kind: "nightly", tries: 3 }],
  [
    "fields of it in an object",
    events.RuleTargetInput.fromObject({
      file: events.EventField.fromPath("$.detail.object.key"),
      bucket: events.EventField.fromPath("$.detail.bucket"),
    }),
    { file: "a b.csv", bucket: { name: "in" } },
  ],
])("the input is %s", (_, input, expected) => {
  expect(started(synthesized(() => (input ? { input } : {})))).toEqual({
    endpoint,
    keySecretArn: secret("start"),
    stateMachineArn,
    occasion: event.id,
    target: expect.stringMatching(/^\[AWS::StackId\] \w+ Target0$/),
    input: expected,
  });
});

test("two rules have one queue and are two targets, and its function may read the key that starts, and no other", () => {
  const template = synthesized(() => ({}), 2);
  const { Handler, Runtime } = onlyResource(template, "AWS::Lambda::Function", "BatonStarts").Properties;
  expect({ Handler, Runtime }).toEqual({ Handler: "index.handler", Runtime: "nodejs24.x" });
  const names = ["Nightly0", "Nightly1"].map((rule) => (started(template, rule) as { target: string }).target);
  expect(new Set(names).size).toBe(2);
  const [queue] = resources(template, "AWS::SQS::Queue").find(([id]) => !id.includes("DeadLetter")) ?? [];
  const { EventSourceArn, FunctionResponseTypes } = onlyResource(
    template,
    "AWS::Lambda::EventSourceMapping",
  ).Properties;
  expect({ EventSourceArn, FunctionResponseTypes }).toEqual({
    EventSourceArn: { "Fn::GetAtt": [queue, "Arn"] },
    FunctionResponseTypes: ["ReportBatchItemFailures"],
  });
  const statements = resources(template, "AWS::IAM::Policy", "BatonStarts").flatMap(
    ([, { Properties }]) =>
      (Properties["PolicyDocument"] as { Statement: { Action: unknown; Resource: unknown }[] }).Statement,
  );
  const ofSecrets = statements.filter(({ Action }) => JSON.stringify(Action).includes("secretsmanager"));
  expect(ofSecrets.map(({ Resource }) => Resource)).toEqual([secret("start")]);
});

test("what kills its function for a day is a dead letter of the stack, of which an alarm tells the installation's topic", () => {
  const topicArn = "arn:aws:sns:eu-west-1:111122223333:operators";
  const template = synthesized(
    () => ({}),
    2,
    (stack) => ({ alarmTopic: sns.Topic.fromTopicArn(stack, "T", topicArn) }),
  );
  const queues = resources(template, "AWS::SQS::Queue");
  const [dead] = queues.find(([, { Properties }]) => Properties["RedrivePolicy"] === undefined) ?? [];
  const [, starts] = queues.find(([id]) => id !== dead) ?? [];
  // Beyond the tries that a start has, so that it is given up as one that failed before it is a dead letter.
  expect(starts?.Properties["RedrivePolicy"]).toEqual({
    deadLetterTargetArn: { "Fn::GetAtt": [dead, "Arn"] },
    maxReceiveCount: 240,
  });
  expect(onlyResource(template, "AWS::CloudWatch::Alarm").Properties).toMatchObject({
    AlarmActions: [topicArn],
    AlarmDescription: { "Fn::Join": ["", [expect.stringContaining("baton dlq list --starts "), { Ref: dead }]] },
    Dimensions: [{ Name: "QueueName", Value: { "Fn::GetAtt": [dead, "QueueName"] } }],
    Threshold: 1,
  });
});

test("a dead-letter queue and retries are the target's", () => {
  const template = synthesized((stack) => ({
    deadLetterQueue: new sqs.Queue(stack, "Dead"),
    retryAttempts: 2,
    maxEventAge: Duration.hours(1),
  }));
  expect(targetOf(template)).toMatchObject({
    DeadLetterConfig: { Arn: expect.anything() },
    RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3_600 },
  });
  expect(started(template)).toMatchObject({
    deadLetterQueueUrl: expect.stringMatching(/^\[Dead/),
    retryAttempts: 2,
    maxEventAge: 3_600,
  });
  const statements = resources(template, "AWS::IAM::Policy", "BatonStarts").map(([, { Properties }]) =>
    JSON.stringify(Properties["PolicyDocument"]),
  );
  expect(statements.join()).toMatch(/"sqs:SendMessage".*"Fn::GetAtt":\["Dead/);
});

/** What the queue gets from a schedule. */
function scheduledStart(props: BatonScheduleTargetProps): unknown {
  const template = templateWith((stack, machine) => {
    new scheduler.Schedule(stack, "Nightly", {
      schedule: scheduler.ScheduleExpression.cron({ hour: "3", minute: "0" }),
      target: new BatonScheduleTarget(machine, { bundles, ...props }),
    });
  });
  const { Input } = onlyResource(template, "AWS::Scheduler::Schedule").Properties["Target"] as { Input: unknown };
  return JSON.parse(scheduled(joined(Input), "2026-03-22T03:00:00Z"));
}

test.each<[what: string, input: scheduler.ScheduleTargetInput | undefined, expected: object]>([
  ["nothing, by default", undefined, {}],
  ["text as it is", scheduler.ScheduleTargetInput.fromText('{"n": 1.0}'), { inputText: '{"n": 1.0}' }],
  [
    "an object with the time in it",
    scheduler.ScheduleTargetInput.fromObject({ at: scheduler.ContextAttribute.scheduledTime }),
    { inputText: '{"at":"2026-03-22T03:00:00Z"}' },
  ],
])("the input of a schedule is %s", (_, input, expected) => {
  expect(scheduledStart(input ? { input } : {})).toEqual({
    endpoint,
    keySecretArn: secret("start"),
    stateMachineArn,
    occasion: "2026-03-22T03:00:00Z",
    target: expect.stringMatching(/^\[AWS::StackId\] \w+$/),
    ...expected,
  });
});

test("how long and how often a schedule's start is tried is the target's", () => {
  expect(scheduledStart({ retryAttempts: 0, maxEventAge: Duration.minutes(5) })).toMatchObject({
    retryAttempts: 0,
    maxEventAge: 300,
  });
});
