/** `BatonTarget`: what a rule's event becomes on its way into the function, and what that may do. */
import { App, Duration, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import * as events from "aws-cdk-lib/aws-events";
import * as sqs from "aws-cdk-lib/aws-sqs";
import { expect, test, vi } from "vitest";
import { Baton, BatonStateMachine, BatonTarget, type BatonTargetProps } from "../../lib/stack/index.ts";
import { type Transformer, transformed } from "../end-to-end/deployed-shape/rules.ts";
import { emptyBundles, onlyResource, resources } from "./synthesized.ts";

// Synthesizing takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const bundles = emptyBundles();
const secret = (role: string): string => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${role}-AbCdEf`;
const endpoint = "https://abc.execute-api.eu-west-1.amazonaws.com";
const stateMachineArn = "arn:aws:states:eu-west-1:111122223333:stateMachine:orders";

function synthesized(props: (stack: Stack) => BatonTargetProps = () => ({}), rules = 1): Template {
  const app = new App({ context: { "@aws-cdk/core:validateAgainstDefaultRules": false } });
  const stack = new Stack(app, "Shop", { env: { account: "111122223333", region: "eu-west-1" } });
  const baton = Baton.fromBatonAttributes(stack, "Baton", {
    endpoint,
    accessKeySecretArn: secret("admin"),
    keySecretArns: { start: secret("start") },
    flowQueueArn: "arn:aws:sqs:eu-west-1:111122223333:flow",
    tasksQueueArn: "arn:aws:sqs:eu-west-1:111122223333:tasks",
    deadLetterQueueArn: "arn:aws:sqs:eu-west-1:111122223333:dead",
  });
  const machine = BatonStateMachine.fromStateMachineArn(stack, "Orders", baton, stateMachineArn);
  for (let rule = 0; rule < rules; rule++) {
    new events.Rule(stack, `Nightly${rule}`, {
      schedule: events.Schedule.cron({ hour: "3", minute: "0" }),
      targets: [new BatonTarget(machine, { bundles, ...props(stack) })],
    });
  }
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

/** What the function gets. */
function started(template: Template, rule?: string): unknown {
  return JSON.parse(transformed(targetOf(template, rule)["InputTransformer"] as Transformer, event));
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
    name: expect.stringMatching(/^6a7e8feb-b491-4cf7-a9f1-bf3703467718-[0-9a-f]{12}$/),
    input: expected,
  });
});

test("two rules have one function and two names, and it may read the key that starts, and no other", () => {
  const template = synthesized(() => ({}), 2);
  const { Handler, Runtime } = onlyResource(template, "AWS::Lambda::Function", "BatonStarts").Properties;
  expect({ Handler, Runtime }).toEqual({ Handler: "index.handler", Runtime: "nodejs24.x" });
  const names = ["Nightly0", "Nightly1"].map((rule) => (started(template, rule) as { name: string }).name);
  expect(new Set(names).size).toBe(2);
  expect(resources(template, "AWS::Lambda::Permission").map(([, { Properties }]) => Properties["Principal"])).toEqual([
    "events.amazonaws.com",
    "events.amazonaws.com",
  ]);
  const statements = resources(template, "AWS::IAM::Policy", "BatonStarts").flatMap(
    ([, { Properties }]) =>
      (Properties["PolicyDocument"] as { Statement: { Action: unknown; Resource: unknown }[] }).Statement,
  );
  const ofSecrets = statements.filter(({ Action }) => JSON.stringify(Action).includes("secretsmanager"));
  expect(ofSecrets.map(({ Resource }) => Resource)).toEqual([secret("start")]);
});

test("a dead-letter queue and retries are the target's", () => {
  const target = targetOf(
    synthesized((stack) => ({
      deadLetterQueue: new sqs.Queue(stack, "Dead"),
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
    })),
  );
  expect(target).toMatchObject({
    DeadLetterConfig: { Arn: expect.anything() },
    RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3_600 },
  });
});
