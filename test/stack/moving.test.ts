/** Apps as they were written for `sfn.StateMachine`: what they hand it, ask of it and do with it. */
import { App, CfnParameter, Fn, RemovalPolicy, Stack, Tags } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as sns from "aws-cdk-lib/aws-sns";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import * as tasks from "aws-cdk-lib/aws-stepfunctions-tasks";
import { expect, test, vi } from "vitest";
import { permissions } from "../../lib/api/permissions.ts";
import { Baton, BatonStateMachine, type BatonStateMachineProps } from "../../lib/stack/index.ts";
import { grantable } from "../../lib/stack/machine-base.ts";
import { emptyBundles, onlyResource } from "./synthesized.ts";

// Synthesizing takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const bundles = emptyBundles();
const secret = (role: string): string => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${role}-AbCdEf`;

function shop(): {
  readonly stack: Stack;
  machine(id: string, props: Partial<BatonStateMachineProps>): BatonStateMachine;
} {
  const app = new App({ context: { "@aws-cdk/core:validateAgainstDefaultRules": false } });
  const stack = new Stack(app, "Shop", { env: { account: "111122223333", region: "eu-west-1" } });
  const baton = Baton.fromBatonAttributes(stack, "Baton", {
    endpoint: "https://abc.execute-api.eu-west-1.amazonaws.com",
    accessKeySecretArn: secret("admin"),
    keySecretArns: { read: secret("read"), start: secret("start"), operate: secret("operate") },
    taskRoleArn: "arn:aws:iam::111122223333:role/tasks",
    flowQueueArn: "arn:aws:sqs:eu-west-1:111122223333:flow",
    tasksQueueArn: "arn:aws:sqs:eu-west-1:111122223333:tasks",
    deadLetterQueueArn: "arn:aws:sqs:eu-west-1:111122223333:dead",
  });
  return { stack, machine: (id, props) => new BatonStateMachine(stack, id, { baton, bundles, ...props }) };
}

const pass = (stack: Stack, id = "A") => sfn.DefinitionBody.fromChainable(new sfn.Pass(stack, id));

const task = (resource: string, Parameters: object = {}) =>
  sfn.DefinitionBody.fromString(
    JSON.stringify({ StartAt: "A", States: { A: { Type: "Task", Resource: resource, Parameters, End: true } } }),
  );

const chargeOf = (stack: Stack) =>
  new lambda.Function(stack, "Charge", {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: "index.handler",
    code: lambda.Code.fromInline("exports.handler = async () => 1"),
  });

const invoke = "arn:aws:states:::lambda:invoke";
const ref = (id: string) => ({ Ref: expect.stringMatching(id) });
const arn = (id: string) => ({ "Fn::GetAtt": [expect.stringMatching(id), "Arn"] });
const joined = (before: string, last: object) => ({ "Fn::Join": ["", [before, last]] });

test.each<[string, (stack: Stack) => string, object]>([
  ["a function", (stack) => chargeOf(stack).functionArn, arn("Charge")],
  ["a version", (stack) => chargeOf(stack).currentVersion.functionArn, ref("ChargeCurrentVersion")],
  ["an alias", (stack) => chargeOf(stack).addAlias("live").functionArn, ref("ChargeAlias")],
  ["a parameter", (stack) => new CfnParameter(stack, "ChargeArn").valueAsString, ref("ChargeArn")],
  ["another stack's export", () => Fn.importValue("charge-Arn"), { "Fn::ImportValue": "charge-Arn" }],
])("the ARN of %s that only the deployment knows is what the task may invoke", (_, given, Resource) => {
  const { stack, machine } = shop();
  const definitionSubstitutions = { Charge: given(stack) };
  machine("Bare", { definitionBody: task(`\${Charge}`), definitionSubstitutions });
  machine("Named", { definitionBody: task(invoke, { FunctionName: `\${Charge}` }), definitionSubstitutions });
  const template = Template.fromStack(stack);
  for (const id of ["BareTaskRole", "NamedTaskRole"]) {
    const { PolicyDocument } = onlyResource(template, "AWS::IAM::Policy", id).Properties;
    expect(PolicyDocument).toMatchObject({ Statement: [{ Action: "lambda:InvokeFunction", Resource }] });
  }
});

test.each<[string, (stack: Stack) => [string, object], object]>([
  [
    "a function's name",
    (stack) => [invoke, { FunctionName: chargeOf(stack).functionName }],
    {
      Action: "lambda:InvokeFunction",
      Resource: joined("arn:aws:lambda:eu-west-1:111122223333:function:", ref("Charge")),
    },
  ],
  [
    "a topic",
    (stack) => ["arn:aws:states:::sns:publish", { TopicArn: new sns.Topic(stack, "News").topicArn, Message: "m" }],
    { Action: "sns:Publish", Resource: ref("News") },
  ],
])("%s stays what it is", (_, given, statement) => {
  const { stack, machine } = shop();
  machine("Orders", { definitionBody: task(...given(stack)) });
  const { PolicyDocument } = onlyResource(Template.fromStack(stack), "AWS::IAM::Policy", "OrdersTaskRole").Properties;
  const joinedWithPartition = JSON.stringify(PolicyDocument).replace('"arn:",{"Ref":"AWS::Partition"},":', '"arn:aws:');
  expect(JSON.parse(joinedWithPartition)).toMatchObject({ Statement: [statement] });
});

test("a machine that starts another one by StepFunctionsStartExecution", () => {
  const { stack, machine } = shop();
  const child = machine("Child", { stateMachineName: "child", definitionBody: pass(stack) });
  const start = new tasks.StepFunctionsStartExecution(stack, "Start", {
    stateMachine: child,
    integrationPattern: sfn.IntegrationPattern.RUN_JOB,
  });
  machine("Parent", { definitionBody: sfn.DefinitionBody.fromChainable(start) });
  const { Definition } = onlyResource(Template.fromStack(stack), "Custom::BatonStateMachine", "Parent").Properties;
  expect(JSON.stringify(Definition)).toMatch(/startExecution\.sync:2.*"Fn::GetAtt":\["Child\w*","Arn"\]/);
});

test("'definition', as older apps have it; both and neither are refused in the CDK's words", () => {
  const { stack, machine } = shop();
  const definition = new sfn.Pass(stack, "A");
  machine("Orders", { definition });
  const { Definition } = onlyResource(Template.fromStack(stack), "Custom::BatonStateMachine").Properties;
  expect(JSON.parse(String(Definition))).toMatchObject({ StartAt: "A" });
  expect(() => machine("Both", { definition, definitionBody: pass(stack, "B") })).toThrow(/at the same time/);
  expect(() => machine("Neither", {})).toThrow("You need to specify either definition or definitionBody");
});

test("tags of a scope around it are the machine's", () => {
  const { stack, machine } = shop();
  machine("Orders", { definitionBody: pass(stack) });
  Tags.of(stack).add("team", "payments");
  const { Tags: tags } = onlyResource(Template.fromStack(stack), "Custom::BatonStateMachine").Properties;
  expect(JSON.parse(String(tags))).toEqual([{ Key: "team", Value: "payments" }]);
});

test("applyRemovalPolicy keeps it", () => {
  const { stack, machine } = shop();
  machine("Orders", { definitionBody: pass(stack) }).applyRemovalPolicy(RemovalPolicy.RETAIN);
  const found = Template.fromStack(stack).findResources("Custom::BatonStateMachine");
  expect(Object.values(found)).toMatchObject([{ DeletionPolicy: "Retain" }]);
});

test.each([
  [["states:ListExecutions"], "read"],
  [["states:DescribeStateMachine", "states:StartExecution"], "start"],
  [["states:StartExecution", "states:StopExecution"], "operate"],
] as const)("grant %j: the key of the role %s", (actions, role) => {
  const { stack, machine } = shop();
  const client = new iam.Role(stack, "Client", { assumedBy: new iam.ServicePrincipal("ec2.amazonaws.com") });
  machine("Orders", { definitionBody: pass(stack) }).grant(client, ...actions);
  const { PolicyDocument } = onlyResource(Template.fromStack(stack), "AWS::IAM::Policy", "Client").Properties;
  expect(JSON.stringify(PolicyDocument)).toContain(secret(role));
});

test("what can be granted is what the API asks of a key", () => {
  for (const [role, names] of Object.entries(grantable))
    for (const name of names) expect([name, permissions[name].role]).toEqual([name, role]);
});
