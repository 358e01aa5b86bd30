/** Apps as they were written for `sfn.StateMachine`: what they hand it, ask of it and do with it. */
import { App, CfnParameter, Fn, RemovalPolicy, Stack, Tags } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import * as iam from "aws-cdk-lib/aws-iam";
import * as kms from "aws-cdk-lib/aws-kms";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";
import * as s3 from "aws-cdk-lib/aws-s3";
import * as sns from "aws-cdk-lib/aws-sns";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import * as tasks from "aws-cdk-lib/aws-stepfunctions-tasks";
import { expect, test, vi } from "vitest";
import { permissions } from "../../lib/api/permissions.ts";
import { Baton, BatonActivity, BatonStateMachine, type BatonStateMachineProps } from "../../lib/stack/index.ts";
import { grantable } from "../../lib/stack/machine-base.ts";
import { attributes, emptyBundles, onlyResource, secret } from "./synthesized.ts";

// Synthesizing takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const bundles = emptyBundles();

function shop(): {
  readonly stack: Stack;
  machine(id: string, props: Partial<BatonStateMachineProps>): BatonStateMachine;
} {
  const app = new App({ context: { "@aws-cdk/core:validateAgainstDefaultRules": false } });
  const stack = new Stack(app, "Shop", { env: { account: "111122223333", region: "eu-west-1" } });
  const baton = Baton.fromBatonAttributes(stack, "Baton", attributes);
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

test("what only the deployment knows is what the task may call: an ARN as it is, a name within one", () => {
  const { stack, machine } = shop(); // one for all: it is synthesizing that takes the time
  const charge = chargeOf(stack);
  const publish = "arn:aws:states:::sns:publish";
  const topic = new sns.Topic(stack, "News").topicArn;
  const named = { "Fn::Join": ["", ["arn:", expect.anything(), expect.stringMatching(/:function:$/), ref("Charge")]] };
  const cases: readonly [string, sfn.DefinitionBody, string, unknown][] = [
    ["Function", task(`\${Value}`), charge.functionArn, arn("Charge")],
    ["ByParameter", task(invoke, { FunctionName: `\${Value}` }), charge.functionArn, arn("Charge")],
    ["ByName", task(invoke, { FunctionName: `\${Value}` }), charge.functionName, named],
    ["Version", task(`\${Value}`), charge.currentVersion.functionArn, ref("ChargeCurrentVersion")],
    ["Alias", task(`\${Value}`), charge.addAlias("live").functionArn, ref("ChargeAlias")],
    ["Given", task(`\${Value}`), new CfnParameter(stack, "ChargeArn").valueAsString, ref("ChargeArn")],
    ["Import", task(`\${Value}`), Fn.importValue("charge-Arn"), { "Fn::ImportValue": "charge-Arn" }],
    ["Topic", task(publish, { TopicArn: `\${Value}` }), topic, ref("News")],
  ];
  for (const [id, definitionBody, Value] of cases) machine(id, { definitionBody, definitionSubstitutions: { Value } });
  const template = Template.fromStack(stack);
  for (const [id, , , Resource] of cases) {
    const { PolicyDocument } = onlyResource(template, "AWS::IAM::Policy", `${id}TaskRole`).Properties;
    const Action = id === "Topic" ? "sns:Publish" : "lambda:InvokeFunction";
    expect([id, PolicyDocument]).toMatchObject([id, { Statement: [{ Action, Resource }] }]);
  }
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

test("an activity, as a chain invokes it, a worker asks for it and an alarm watches it", () => {
  const { stack, machine } = shop();
  const baton = Baton.fromBatonAttributes(stack, "Its", attributes);
  const activity = new BatonActivity(stack, "Packing", { baton, bundles, activityName: "packing" });
  const unnamed = new BatonActivity(stack, "Sorting", { baton, bundles });
  machine("Orders", { definition: new tasks.StepFunctionsInvokeActivity(stack, "Pack", { activity }) });
  activity.grant(chargeOf(stack), "states:GetActivityTask");
  activity.metricTimedOut().createAlarm(stack, "Late", { threshold: 1, evaluationPeriods: 1 });
  Tags.of(activity).add("team", "depot");
  unnamed.applyRemovalPolicy(RemovalPolicy.RETAIN);
  expect(() => new BatonActivity(stack, "Wrong", { baton, bundles, activityName: "a b" })).toThrow(
    /^the activity name 'a b'/,
  );
  const template = Template.fromStack(stack);
  const { Properties } = onlyResource(template, "Custom::BatonActivity", "Packing");
  expect(Properties).toMatchObject({ Name: "packing", Endpoint: attributes.endpoint });
  expect(JSON.parse(String(Properties["Tags"]))).toEqual([{ Key: "team", Value: "depot" }]);
  expect(onlyResource(template, "Custom::BatonActivity", "Sorting")).toMatchObject({
    DeletionPolicy: "Retain",
    Properties: { Name: expect.stringMatching(/^Shop-Sorting-/) },
  });
  const { Definition } = onlyResource(template, "Custom::BatonStateMachine").Properties;
  expect(JSON.stringify(Definition)).toMatch(/Resource\\":\\"",{"Fn::GetAtt":\["Packing\w*","Arn"\]}/);
  const { PolicyDocument } = onlyResource(template, "AWS::IAM::Policy", "ChargeServiceRole").Properties;
  expect(JSON.stringify(PolicyDocument)).toContain(secret("start"));
  expect(onlyResource(template, "AWS::CloudWatch::Alarm", "Late").Properties).toMatchObject({
    Namespace: "Baton/States",
    MetricName: "ActivitiesTimedOut",
    Dimensions: [{ Name: "ActivityArn", Value: arn("Packing") }],
  });
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

test("what an app grants a machine, or the role made for it, its tasks may do: they are called under the task role", () => {
  const { stack, machine } = shop();
  const role = new iam.Role(stack, "Mine", { assumedBy: new iam.ServicePrincipal("states.amazonaws.com") });
  const bucket = new s3.Bucket(stack, "Bucket");
  const charge = chargeOf(stack);
  const [own, brought] = [
    machine("Own", { definitionBody: pass(stack) }),
    machine("Brought", { definition: new sfn.Pass(stack, "B"), role }),
  ];
  charge.grantInvoke(own);
  bucket.grantPut(own.role);
  charge.grantInvoke(role); // the role's own affair, and no reason to take the machine for served
  charge.grantInvoke(brought);
  own.addToRolePolicy(new iam.PolicyStatement({ actions: ["iam:PassRole"], resources: [role.roleArn] }));
  const template = Template.fromStack(stack);
  const actions = (id: string) => {
    const { PolicyDocument } = onlyResource(template, "AWS::IAM::Policy", id).Properties;
    const { Statement } = PolicyDocument as { readonly Statement: readonly { readonly Action: string | string[] }[] };
    return Statement.map(({ Action }) => [Action].flat()[0]);
  };
  const invoked = "lambda:InvokeFunction";
  expect(actions("OwnTaskRole")).toEqual([invoked, "s3:PutObject", "iam:PassRole"]);
  expect(actions("OwnRole")).toEqual([invoked, "s3:PutObject", "iam:PassRole"]);
  expect(actions("BroughtTaskRole")).toEqual([invoked]);
  expect(actions("Mine")).toEqual([invoked]);
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

test("the installation of the app may read and write what Distributed Maps do, and write the machine's log", () => {
  const app = new App({ context: { "@aws-cdk/core:validateAgainstDefaultRules": false } });
  const env = { account: "111122223333", region: "eu-west-1" };
  const baton = new Baton(new Stack(app, "Installation", { env }), "Baton", { bundles });
  const stack = new Stack(app, "Shop", { env });
  const bucket = s3.Bucket.fromBucketName(stack, "Bucket", "files");
  const itemReader = new sfn.S3JsonItemReader({ bucket, key: "items.json" });
  const map = new sfn.DistributedMap(stack, "Map", { itemReader }).itemProcessor(new sfn.Pass(stack, "Each"));
  const Bucket = bucket.bucketName;
  const written = {
    Type: "Map",
    ItemProcessor: {
      ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
      StartAt: "Each",
      States: { Each: { Type: "Pass", End: true } },
    },
    ItemReader: { Resource: "arn:aws:states:::s3:listObjectsV2", Parameters: { Bucket } },
    ResultWriter: { Resource: "arn:aws:states:::s3:putObject", Parameters: { Bucket, Prefix: "out" } },
    End: true,
  };
  const text = JSON.stringify({ StartAt: "Map", States: { Map: written } });
  const destination = new logs.LogGroup(stack, "Group");
  const chain = new BatonStateMachine(stack, "Chain", { baton, bundles, definition: map, logs: { destination } });
  const key = new kms.Key(stack, "Key");
  const others = new s3.Bucket(stack, "Others", { encryptionKey: key });
  others.grantRead(chain);
  chain.addToRolePolicy(new iam.PolicyStatement({ actions: ["iam:PassRole"], resources: ["*"] }));
  new BatonStateMachine(stack, "Text", { baton, bundles, definitionBody: sfn.DefinitionBody.fromString(text) });
  others.grantRead(new BatonStateMachine(stack, "Plain", { baton, bundles, definitionBody: pass(stack) }));
  const template = Template.fromStack(stack);
  const rights = (id: string) => {
    const { PolicyDocument, Roles } = onlyResource(template, "AWS::IAM::Policy", id).Properties;
    const { Statement } = PolicyDocument as { readonly Statement: readonly { readonly Action: unknown }[] };
    return [Statement.map(({ Action }) => Action), (Roles as readonly unknown[]).length];
  };
  expect(rights("ChainFiles")).toEqual([["s3:GetObject"], 1]);
  // What reads the items may what the machine was granted: the bucket's key, too.
  expect(rights("ChainMoreFiles")).toEqual([
    [
      ["s3:GetObject*", "s3:GetBucket*", "s3:List*"],
      ["kms:Decrypt", "kms:DescribeKey"],
    ],
    1,
  ]);
  expect(rights("TextFiles")).toEqual([["s3:ListBucket", "s3:PutObject"], 1]);
  expect(rights("ChainLog")).toEqual([[["logs:CreateLogStream", "logs:PutLogEvents"]], 7]);
  expect(
    Object.keys(template.findResources("AWS::IAM::Policy")).filter((id) =>
      /^(Plain(Files|MoreFiles|Log)|TextMoreFiles)/.test(id),
    ),
  ).toEqual([]);
  const names = Object.values(template.findResources("AWS::IAM::Policy")).map(
    ({ Properties }) => Properties.PolicyName,
  );
  expect(names.filter((name, at) => /(Files|Log)$/.test(name) && names.indexOf(name) !== at)).toEqual([]);
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
