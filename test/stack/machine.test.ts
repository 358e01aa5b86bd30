/** `BatonStateMachine`: what the template holds for a definition from a file, a text and a chain; grants, metrics, rules. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Duration, NestedStack, Stack, Validations } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";
import * as sqs from "aws-cdk-lib/aws-sqs";
import * as sfn from "aws-cdk-lib/aws-stepfunctions";
import * as tasks from "aws-cdk-lib/aws-stepfunctions-tasks";
import { AwsSolutionsChecks } from "cdk-nag";
import { Construct } from "constructs";
import { describe, expect, test, vi } from "vitest";
import { Baton, BatonStateMachine, type BatonStateMachineProps, type IBaton } from "../../lib/stack/index.ts";
import { attributes, emptyBundles, onlyResource, resources, secret } from "./synthesized.ts";

// Synthesizing takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const bundles = emptyBundles();
const env = { account: "111122223333", region: "eu-west-1" };
const pass = JSON.stringify({ StartAt: "A", States: { A: { Type: "Pass", End: true } } });

function installation(stack: Stack, more: object = {}): IBaton {
  return Baton.fromBatonAttributes(stack, "Baton", { ...attributes, ...more });
}

function made(props: (stack: Stack) => Partial<BatonStateMachineProps>): {
  readonly template: Template;
  readonly stack: Stack;
  readonly machine: BatonStateMachine;
} {
  const stack = new Stack(new App({ context: { "@aws-cdk/core:validateAgainstDefaultRules": false } }), "Shop", {
    env,
  });
  const given = {
    baton: installation(stack),
    bundles,
    definitionBody: sfn.DefinitionBody.fromString(pass),
    ...props(stack),
  };
  const machine = new BatonStateMachine(stack, "Orders", given);
  return {
    stack,
    machine,
    // Asked for at the end: what is synthesized does not change any more.
    get template() {
      return Template.fromStack(stack);
    },
  };
}

/** Of the machine's own role. */
function allowed(template: Template): unknown {
  const found = resources(template, "AWS::IAM::Policy", "OrdersRole");
  return found.flatMap(([, { Properties }]) => (Properties["PolicyDocument"] as { Statement: unknown[] }).Statement);
}

/** The same members, and of no class that this copy knows. */
function foreign(body: sfn.DefinitionBody): sfn.DefinitionBody {
  return { ...body, bind: body.bind.bind(body) };
}

function machineOf(template: Template): Readonly<Record<string, unknown>> {
  return onlyResource(template, "Custom::BatonStateMachine").Properties;
}

describe("the machine", () => {
  test("from a text: name, type, definition, and who makes it", () => {
    const { template } = made(() => ({ stateMachineName: "orders", stateMachineType: sfn.StateMachineType.EXPRESS }));
    expect(machineOf(template)).toMatchObject({
      Endpoint: "https://abc.execute-api.eu-west-1.amazonaws.com",
      KeySecretArn: secret("admin"),
      Name: "orders",
      Type: "EXPRESS",
      ...{ Definition: pass, ServiceTimeout: "900" },
    });
    const handler = onlyResource(template, "AWS::Lambda::Function", "BatonMachines").Properties;
    expect(handler).toMatchObject({ Handler: "index.handler", Runtime: "nodejs24.x", Timeout: 180 });
  });

  test("unnamed, it has the name of its place, within what a name may be", () => {
    const { Name } = machineOf(made(() => ({})).template);
    expect(Name).toMatch(/^ShopOrders[\w-]{1,70}$|^Shop-Orders/);
  });

  test.each(["", "a b", "x".repeat(81)])("the name '%s' is refused", (stateMachineName) => {
    expect(() => made(() => ({ stateMachineName }))).toThrow(/may have 1 to 80 of the characters/);
  });

  test("logging and tracing go as they are, numbers and flags unharmed", () => {
    const { template } = made((stack) => ({
      logs: { destination: new logs.LogGroup(stack, "Log"), level: sfn.LogLevel.ALL, includeExecutionData: true },
      tracingEnabled: true,
    }));
    const { LoggingConfiguration, Tracing } = machineOf(template);
    expect(JSON.stringify(LoggingConfiguration)).toContain('{\\"level\\":\\"ALL\\",\\"includeExecutionData\\":true');
    expect(Tracing).toBe("true");
  });

  test("two machines of a stack have one handler", () => {
    const { stack, machine } = made(() => ({}));
    const baton = stack.node.findChild("Baton") as unknown as IBaton;
    new BatonStateMachine(stack, "Bills", { baton, bundles, definitionBody: sfn.DefinitionBody.fromString(pass) });
    expect(machine.stateMachineType).toBe("STANDARD");
    expect(resources(Template.fromStack(stack), "AWS::Lambda::Function")).toHaveLength(1);
  });
});

test("on a Baton of the same stack it waits for all of it", () => {
  const stack = new Stack(new App({ context: { "@aws-cdk/core:validateAgainstDefaultRules": false } }), "Shop", {
    env,
  });
  const baton = new Baton(stack, "Baton", { bundles });
  new BatonStateMachine(stack, "Orders", { baton, bundles, definitionBody: sfn.DefinitionBody.fromString(pass) });
  const template = Template.fromStack(stack);
  const { DependsOn } = Object.values(template.findResources("Custom::BatonStateMachine"))[0] ?? {};
  const kinds = new Set((DependsOn as readonly string[]).map((id) => template.toJSON().Resources[id].Type));
  for (const kind of [
    "AWS::ApiGatewayV2::Route",
    "AWS::Lambda::Permission",
    "AWS::DynamoDB::Table",
    "AWS::IAM::Policy",
  ]) {
    expect(kinds).toContain(kind);
  }
});

test("its handler stays the same on another installation: CloudFormation lets no resource change it", () => {
  const tokens = ["First", "Second"].map((id) => {
    const { template } = made((stack) => ({
      baton: Baton.fromBatonAttributes(new Construct(stack, id), "B", attributes),
    }));
    return machineOf(template)["ServiceToken"];
  });
  expect(tokens[0]).toEqual(tokens[1]);
});

test("what its tasks may do is granted before it counts", () => {
  const body = JSON.stringify({
    StartAt: "A",
    States: { A: { Type: "Task", Resource: "arn:aws:lambda:eu-west-1:111122223333:function:charge", End: true } },
  });
  const { template } = made(() => ({ definitionBody: sfn.DefinitionBody.fromString(body) }));
  const { DependsOn } = Object.values(template.findResources("Custom::BatonStateMachine"))[0] ?? {};
  const granted = resources(template, "AWS::IAM::Policy", "OrdersTaskRole").map(([id]) => id);
  expect(granted).toHaveLength(1);
  expect(DependsOn).toEqual(expect.arrayContaining(granted));
});

describe("the role", () => {
  const call = JSON.stringify({
    StartAt: "A",
    States: {
      A: {
        Type: "Task",
        Resource: "arn:aws:states:::lambda:invoke",
        Parameters: { FunctionName: `\${Charge}` },
        Next: "B",
      },
      B: {
        Type: "Task",
        Resource: "arn:aws:states:::sqs:sendMessage",
        Parameters: { QueueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/q" },
        End: true,
      },
    },
  });
  const charge = "arn:aws:lambda:eu-west-1:111122223333:function:charge";
  const expected = [
    { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: charge },
    { Effect: "Allow", Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-west-1:111122223333:q" },
  ];

  test("of a text with substitutions: what baton iam says", () => {
    const { template } = made(() => ({
      definitionBody: sfn.DefinitionBody.fromString(call),
      definitionSubstitutions: { Charge: charge },
    }));
    expect(allowed(template)).toEqual(expected);
    expect(machineOf(template)["Definition"]).toBe(call.replace(`\${Charge}`, charge));
  });

  test("of a file the same", () => {
    const file = join(mkdtempSync(join(tmpdir(), "baton-machine-")), "orders.asl.json");
    writeFileSync(file, call);
    const { template } = made(() => ({
      definitionBody: sfn.DefinitionBody.fromFile(file),
      definitionSubstitutions: { Charge: charge },
    }));
    expect(allowed(template)).toEqual(expected);
    expect(machineOf(template)["Definition"]).toBe(call.replace(`\${Charge}`, charge));
  });

  test("of a YAML file the same, its plain values as numbers", () => {
    const file = join(mkdtempSync(join(tmpdir(), "baton-machine-")), "orders.asl.yaml");
    const plain = `TimeoutSeconds: \${Seconds}\nComment: "\${Seconds}"\n`;
    writeFileSync(file, `${plain}StartAt: Charge\nStates: ${JSON.stringify(JSON.parse(call).States)}\n`);
    const { template } = made(() => ({
      definitionBody: sfn.DefinitionBody.fromFile(file),
      definitionSubstitutions: { Charge: charge, Seconds: "60" },
    }));
    expect(allowed(template)).toEqual(expected);
    expect(JSON.parse(String(machineOf(template)["Definition"]))).toMatchObject({
      TimeoutSeconds: 60,
      Comment: "60",
      States: JSON.parse(call.replace(`\${Charge}`, charge)).States,
    });
    writeFileSync(file, "States: [");
    expect(() => made(() => ({ definitionBody: sfn.DefinitionBody.fromFile(file) }))).toThrow(/is not YAML/);
  });

  test("a value is text inside the definition", () => {
    const definition = pass.replace('"Pass"', `"Pass","Comment":"\${Who} and \${Nobody}"`);
    const { template } = made(() => ({
      definitionBody: sfn.DefinitionBody.fromString(definition),
      definitionSubstitutions: { Who: 'a "quoted" name' },
    }));
    const { States } = JSON.parse(String(machineOf(template)["Definition"]));
    expect(States.A.Comment).toBe(`a "quoted" name and \${Nobody}`);
  });

  test("of a chain: its tasks' own statements, without those for starting executions", () => {
    const { template } = made((stack) => {
      const queue = new sqs.Queue(stack, "Queue");
      const send = new tasks.SqsSendMessage(stack, "Send", { queue, messageBody: sfn.TaskInput.fromText("x") });
      const invoke = new tasks.LambdaInvoke(stack, "Invoke", {
        lambdaFunction: lambda.Function.fromFunctionArn(stack, "Charge", charge),
      });
      const child = sfn.StateMachine.fromStateMachineName(stack, "Child", "child");
      const start = new tasks.StepFunctionsStartExecution(stack, "Start", {
        stateMachine: child,
        integrationPattern: sfn.IntegrationPattern.RUN_JOB,
      });
      return {
        definitionBody: sfn.DefinitionBody.fromChainable(send.next(invoke).next(start)),
        timeout: Duration.minutes(5),
        comment: "made of a chain",
      };
    });
    const statements = JSON.stringify(allowed(template));
    expect(statements).toContain("sqs:SendMessage");
    expect(statements).toContain("lambda:InvokeFunction");
    expect(statements).not.toMatch(/"states:|events:Put/);
    const definition = JSON.stringify(machineOf(template)["Definition"]);
    expect(definition).toContain("TimeoutSeconds");
    expect(definition).toContain("made of a chain");
  });

  test.each([
    ["a text", () => sfn.DefinitionBody.fromString(pass)],
    ["a chain", (stack: Stack) => sfn.DefinitionBody.fromChainable(new sfn.Pass(stack, "A"))],
  ])("of %s that another copy of aws-cdk-lib made, as where this package is linked", (_, body) => {
    const { template } = made((stack) => ({ definitionBody: foreign(body(stack)) }));
    expect(JSON.parse(String(machineOf(template)["Definition"]))).toEqual(JSON.parse(pass));
  });

  test("trusts the installation's task role, which may do the same: tasks are called under it", () => {
    const { template } = made(() => ({
      definitionBody: sfn.DefinitionBody.fromString(call),
      definitionSubstitutions: { Charge: charge },
    }));
    const { AssumeRolePolicyDocument } = onlyResource(template, "AWS::IAM::Role", "OrdersRole").Properties;
    expect(JSON.stringify(AssumeRolePolicyDocument)).toContain("arn:aws:iam::111122223333:role/tasks");
    const { PolicyDocument, Roles } = onlyResource(template, "AWS::IAM::Policy", "OrdersTaskRole").Properties;
    expect((PolicyDocument as { Statement: unknown }).Statement).toEqual(expected);
    expect(Roles).toEqual(["tasks"]);
  });

  test("where tasks are called under it, the installation's task role gets nothing: its policies have an end", () => {
    const its = made((stack) => ({
      baton: Baton.fromBatonAttributes(stack, "Own", { ...attributes, machineRoles: true }),
      definitionBody: sfn.DefinitionBody.fromString(call),
      definitionSubstitutions: { Charge: charge },
    }));
    its.machine.addToRolePolicy(new iam.PolicyStatement({ actions: ["iam:PassRole"], resources: [charge] }));
    const { template } = its;
    expect(resources(template, "AWS::IAM::Policy", "OrdersTaskRole")).toEqual([]);
    expect(allowed(template)).toEqual([...expected, { Effect: "Allow", Action: "iam:PassRole", Resource: charge }]);
  });

  test.each([
    ["another name", { stackName: "shop-test" }, (stack: Stack) => stack],
    ["another Region", { env: { ...env, region: "eu-north-1" } }, (stack: Stack) => stack],
    ["nested in it", {}, (stack: Stack) => new NestedStack(stack, "Nested")],
  ])("the same machine in a stack of %s gives the task role a policy of another name", (_, props, place) => {
    const names = [{}, props].map((more, times) => {
      const stack = new Stack(new App(), "Shop", { env, ...more });
      const scope = times === 0 ? stack : place(stack);
      const definitionBody = sfn.DefinitionBody.fromString(call);
      new BatonStateMachine(scope, "Orders", { baton: installation(scope), bundles, definitionBody });
      return onlyResource(Template.fromStack(scope), "AWS::IAM::Policy", "OrdersTaskRole").Properties["PolicyName"];
    });
    expect(new Set(names).size).toBe(2);
  });

  test("brought along, it is left as it is", () => {
    const { template } = made((stack) => ({
      definitionBody: sfn.DefinitionBody.fromString(call.replace(`\${Charge}`, "charge")),
      role: iam.Role.fromRoleArn(stack, "Mine", "arn:aws:iam::111122223333:role/mine", { mutable: false }),
    }));
    expect(resources(template, "AWS::IAM::Policy").map(([id]) => id.replace(/[0-9A-F]{8}$/, ""))).not.toContain(
      "OrdersRoleDefaultPolicy",
    );
    expect(machineOf(template)["RoleArn"]).toBe("arn:aws:iam::111122223333:role/mine");
  });

  test("an imported installation without a task role says what is missing", () => {
    expect(() =>
      made((stack) => ({
        baton: installation(new Stack(stack.node.root as App, "Other"), { taskRoleArn: undefined }),
      })),
    ).toThrow(/give fromBatonAttributes taskRoleArn/);
  });

  test("what is not JSON is refused with its place", () => {
    expect(() => made(() => ({ definitionBody: sfn.DefinitionBody.fromString("StartAt: A") }))).toThrow(
      /the definition of Shop\/Orders is not JSON/,
    );
  });
});

describe("grants and metrics", () => {
  test.each([
    ["grantStartExecution", [], "start"],
    ["grantStartSyncExecution", [], "start"],
    ["grantRead", [], "read"],
    ["grantTaskResponse", [], "start"],
    ["grantRedriveExecution", [], "operate"],
    ["grantExecution", ["states:GetExecutionHistory"], "read"],
    ["grantExecution", ["states:DescribeExecution", "states:StopExecution"], "operate"],
  ] as const)("%s %j: the key of the role %s", (grant, actions, role) => {
    const { stack, machine } = made(() => ({}));
    const client = new iam.Role(stack, "Client", { assumedBy: new iam.ServicePrincipal("ec2.amazonaws.com") });
    for (let times = 0; times < 2; times++) machine[grant](client, ...actions);
    const { PolicyDocument } = onlyResource(Template.fromStack(stack), "AWS::IAM::Policy", "Client").Properties;
    expect(JSON.stringify(PolicyDocument)).toContain(secret(role));
    expect((PolicyDocument as { Statement: unknown[] }).Statement).toHaveLength(1);
  });

  test("an installation of the same app makes keys for the machine alone, one for each role", () => {
    const stack = new Stack(new App(), "Shop", { env });
    const baton = new Baton(stack, "Baton", { bundles });
    const definitionBody = sfn.DefinitionBody.fromString(pass);
    const orders = new BatonStateMachine(stack, "Orders", {
      baton,
      definitionBody,
      stateMachineName: "orders",
      bundles,
    });
    const bills = new BatonStateMachine(stack, "Bills", { baton, definitionBody, stateMachineName: "bills", bundles });
    const client = new iam.Role(stack, "Client", { assumedBy: new iam.ServicePrincipal("ec2.amazonaws.com") });
    for (let times = 0; times < 2; times++) orders.grantStartExecution(client);
    orders.grantTaskResponse(client);
    orders.grantRead(client);
    bills.grantRead(client);
    const template = Template.fromStack(stack);
    const keys = resources(template, "AWS::SecretsManager::Secret", "BatonKeys").flatMap(([, { Properties }]) => {
      const made = Properties["GenerateSecretString"] as { readonly SecretStringTemplate: string } | undefined;
      const { role, machines } = JSON.parse(made?.SecretStringTemplate ?? "{}");
      return role === undefined ? [] : [`${role} ${machines}`];
    });
    expect(keys.sort()).toEqual(["read bills", "read orders", "start orders"]);
    const granted = JSON.stringify(onlyResource(template, "AWS::IAM::Policy", "Client").Properties);
    expect(granted).toContain(JSON.stringify(stack.resolve(orders.keySecretArn("start"))));
    expect(granted).not.toContain(JSON.stringify(stack.resolve(baton.keySecretArn("start"))));
  });

  test("as many keys as a function's environment has room for, and then a reason", () => {
    const stack = new Stack(new App(), "Shop", { env });
    const baton = new Baton(stack, "Baton", { bundles });
    const client = new iam.Role(stack, "Client", { assumedBy: new iam.ServicePrincipal("ec2.amazonaws.com") });
    const grant = (name: string) => BatonStateMachine.fromStateMachineName(stack, name, baton, name).grantRead(client);
    for (let at = 0; at < 20; at++) grant(`m${at}`);
    expect(() => grant("one-more")).toThrow(/has 20 keys, .*: grant the installation's keys instead/);
  });

  test("an action that no key for one machine has is refused", () => {
    const { stack, machine } = made(() => ({}));
    const client = new iam.Role(stack, "Client", { assumedBy: new iam.ServicePrincipal("ec2.amazonaws.com") });
    expect(() => machine.grantExecution(client, "states:DeleteStateMachine")).toThrow(
      /cannot be granted of one state machine/,
    );
  });

  test.each([
    ["metricFailed", "ExecutionsFailed", "Sum"],
    ["metricAborted", "ExecutionsAborted", "Sum"],
    ["metricSucceeded", "ExecutionsSucceeded", "Sum"],
    ["metricTimedOut", "ExecutionsTimedOut", "Sum"],
    ["metricStarted", "ExecutionsStarted", "Sum"],
    ["metricTime", "ExecutionTime", "Average"],
  ] as const)("%s is %s of this machine", (metric, metricName, statistic) => {
    const { machine } = made(() => ({}));
    const found = machine[metric]();
    expect(found).toMatchObject({ namespace: "Baton/States", metricName, statistic });
    expect(Object.keys(found.dimensions ?? {})).toEqual(["StateMachineArn"]);
  });

  test("a machine of another stack, by name and by ARN", () => {
    const stack = new Stack(new App(), "Other", { env });
    const baton = installation(stack);
    const named = BatonStateMachine.fromStateMachineName(stack, "Named", baton, "orders");
    expect(stack.resolve(named.stateMachineArn)).toEqual({
      "Fn::Join": ["", ["arn:", { Ref: "AWS::Partition" }, ":states:eu-west-1:111122223333:stateMachine:orders"]],
    });
    const arn = "arn:aws:states:eu-west-1:111122223333:stateMachine:bills";
    const byArn = BatonStateMachine.fromStateMachineArn(stack, "ByArn", baton, arn);
    expect([byArn.stateMachineArn, byArn.stateMachineName]).toEqual([arn, "bills"]);
  });
});

test("cdk-nag has nothing to say", () => {
  const app = new App({ context: { "@aws-cdk/core:validateAgainstDefaultRules": false } });
  const stack = new Stack(app, "Shop", { env });
  new BatonStateMachine(stack, "Orders", {
    baton: installation(stack),
    bundles,
    definitionBody: sfn.DefinitionBody.fromString(pass),
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const { directory } = app.synth();
  const { pluginReports } = JSON.parse(readFileSync(join(directory, "validation-report.json"), "utf8"));
  expect(pluginReports).toEqual([]);
});

describe("sixty machines with tasks and a log each", () => {
  const function_ = (name: string) => `arn:aws:lambda:eu-west-1:111122223333:function:${name}`;
  const app = new App({ context: { "@aws-cdk/core:validateAgainstDefaultRules": false } });
  const stack = new Stack(app, "Shop", { env });
  const baton = new Baton(stack, "Baton", { bundles });
  const names = Array.from({ length: 60 }, (_, place) => `charge-the-card-of-order-${place}`);
  for (const name of names) {
    new BatonStateMachine(stack, `Machine-${name}`, {
      baton,
      bundles,
      logs: { destination: new logs.LogGroup(stack, `Log-${name}`) },
      definitionBody: sfn.DefinitionBody.fromString(
        JSON.stringify({ StartAt: "A", States: { A: { Type: "Task", Resource: function_(name), End: true } } }),
      ),
    });
  }
  const template = Template.fromStack(stack);

  /** By role, what its inline or managed policies hold, with ARNs as long as they come to be. */
  function documentsOf(type: string): Map<string, string[]> {
    const documents = new Map<string, string[]>();
    for (const [, { Properties }] of resources(template, type)) {
      const text = JSON.stringify(Properties["PolicyDocument"]).replaceAll(
        /\{"Fn::GetAtt":\["(\w+)","Arn"\]\}/g,
        (_, id: string) => `"arn:aws:logs:eu-west-1:111122223333:log-group:Shop-${id}-ABCDEFGHIJKL:*"`,
      );
      for (const role of Properties["Roles"] as unknown[]) {
        const [id = ""] = /Baton\w*?Role/.exec(JSON.stringify(role)) ?? [];
        documents.set(id, [...(documents.get(id) ?? []), text]);
      }
    }
    return documents;
  }

  test("stay within what IAM takes for each of the installation's roles", () => {
    const inline = documentsOf("AWS::IAM::Policy");
    const managed = documentsOf("AWS::IAM::ManagedPolicy");
    for (const part of ["Advance", "Tasks", "Timers", "DeadLetters", "Heal", "ApiHandler", "Sync"]) {
      const role = `Baton${part}Role`;
      expect(inline.get(role)?.join("").length).toBeLessThan(10_240);
      expect(managed.get(role)?.length ?? 0).toBeLessThanOrEqual(10);
    }
    for (const document of [...managed.values()].flat()) expect(document.length).toBeLessThanOrEqual(6_144);
  });

  test("share policies whose names do not depend on other stacks", () => {
    const ids = (before: number): string[] => {
      const all = new App({ context: { "@aws-cdk/core:validateAgainstDefaultRules": false } });
      const its = new Baton(new Stack(all, "Installation", { env }), "Baton", { bundles });
      const [first, second] = ["First", "Second"].map((id) => new Stack(all, id, { env }));
      for (const [place, where] of [...Array(before).fill(first), ...Array(30).fill(second)].entries()) {
        new BatonStateMachine(where, `M${place < before ? place : place - before}`, {
          baton: its,
          bundles,
          definitionBody: sfn.DefinitionBody.fromString(
            JSON.stringify({
              StartAt: "A",
              States: { A: { Type: "Task", Resource: function_(`${"f".repeat(60)}${place}`), End: true } },
            }),
          ),
        });
      }
      if (second === undefined) throw new Error("two stacks");
      return resources(Template.fromStack(second), "AWS::IAM::ManagedPolicy").map(([id]) => id);
    };
    const alone = ids(0);
    expect(alone).toEqual([expect.stringMatching(/^BatonTasksRights1/)]);
    expect(ids(60)).toEqual(alone);
  });

  test("may call what they call, and write their logs, in one place each", () => {
    const documents = ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"].map(documentsOf);
    const [tasks, advance] = ["BatonTasksRole", "BatonAdvanceRole"].map((role) =>
      documents.flatMap((each) => each.get(role) ?? []).join("\n"),
    );
    for (const name of names) {
      expect(tasks?.split(`"${function_(name)}"`).length).toBe(2);
      const group = new RegExp(`:Shop-Log${name.replaceAll("-", "")}[0-9A-F]{8}-`);
      expect(advance?.split(group).length).toBe(2);
    }
  });
});
