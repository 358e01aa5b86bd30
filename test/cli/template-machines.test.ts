/** State machines that stand in templates: their definitions, with the template's values, and what is said where there are none. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readDefinitionFile } from "../../lib/cli/definition-file.ts";
import { startLocal } from "../../lib/local/baton.ts";
import { baton, folderOf } from "./baton.ts";

const task = (Resource: string) => ({ StartAt: "Charge", States: { Charge: { Type: "Task", Resource, End: true } } });
const definition = (Resource: string) => JSON.stringify(task(Resource));
const here = "us-east-1:000000000000";

const folder = folderOf({
  // One machine, its definition written out.
  "inline.yaml": `
AWSTemplateFormatVersion: "2010-09-09"
Parameters: {Stage: {Type: String, Default: test}}
Resources:
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: !Sub 'orders-\${Stage}'
      Type: EXPRESS
      DefinitionSubstitutions: {Pause: 30}
      Definition:
        StartAt: Charge
        States:
          Charge: {Type: Task, Resource: !GetAtt ChargeCard.Arn, Next: Tell}
          Tell: {Type: Task, Resource: 'arn:aws:states:::sns:publish', Parameters: {TopicArn: !Ref Elsewhere, Message: 'after \${Pause} s'}, End: true}
  ChargeCard: {Type: AWS::Serverless::Function, Properties: {FunctionName: charge}}
`,
  // As text, and beside it; two machines.
  "two.yaml": `
Resources:
  Text:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: !Sub |
        ${definition(`\${ChargeCard.Arn}`)}
  Beside:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: beside.asl.json
      DefinitionSubstitutions: {Function: !GetAtt ChargeCard.Arn}
  Joined:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionString: !Join ['', ['${definition("arn:aws:lambda:")}', !Ref Nobody]]}
  Remote:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionS3Location: {Bucket: b, Key: k}}
  ChargeCard: {Type: AWS::Serverless::Function}
`,
  "beside.asl.json": definition(`\${Function}`),
  "quick.yaml": `
Resources:
  Quick:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      Definition:
        StartAt: Has
        States:
          Has: {Type: Choice, Choices: [{Variable: $.n, IsPresent: true, Next: Done}], Default: None}
          Done: {Type: Succeed}
          None: {Type: Fail, Error: None}
`,
  "none.json": JSON.stringify({ Resources: { T: { Type: "AWS::SNS::Topic" } } }),
  "plain.asl.json": definition(`arn:aws:lambda:${here}:function:Resources`),
  "serverless.yml": `
service: shop
provider: {name: aws}
functions:
  charge-card: {handler: charge.handler}
  orders: {handler: orders.handler, name: take-orders}
stepFunctions:
  stateMachines:
    byKey:
      name: \${self:service}-orders
      definition: {StartAt: Charge, States: {Charge: {Type: Task, Resource: {Fn::GetAtt: [charge-card, Arn]}, End: true}}}
    byId:
      name: by-id
      definition: {StartAt: Charge, States: {Charge: {Type: Task, Resource: !GetAtt ChargeDashcardLambdaFunction.Arn, End: true}}}
    byArn:
      definition:
        StartAt: Charge
        States:
          Charge:
            Type: Task
            Resource: 'arn:aws:lambda:#{AWS::Region}:\${aws:accountId}:function:\${self:service}-\${opt:stage, "dev"}-charge-card'
            End: true
    orders: {definition: {StartAt: Charge, States: {Charge: {Type: Task, Resource: {Fn::GetAtt: [orders, Arn]}, End: true}}}}
    beside: {definition: '\${file(function.asl.json)}'}
`,
  "function.asl.json": definition(`arn:aws:lambda:${here}:function:plain`),
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

async function validated(name: string, ...parameters: readonly string[]): Promise<string> {
  const { out, err } = await baton("validate", file(name), ...parameters);
  return (out + err).replaceAll(`${folder}/`, "");
}

describe("baton validate", () => {
  test.each([
    ["inline.yaml", /^WARNING \/States\/Tell\/Parameters\/TopicArn {2}\$\{Elsewhere\} in inline\.yaml has no value/],
    ["inline.yaml#Orders", /✔ inline\.yaml#Orders is valid: 1 warning\n$/],
    ["inline.yaml#Order", /^inline\.yaml has no state machine Order: name inline\.yaml#Orders\n$/],
    [
      "two.yaml",
      /^two\.yaml is a template with 4 state machines: name two\.yaml#Text or two\.yaml#Beside or .*#Remote\n$/,
    ],
    ["two.yaml#Text", /^✔ two\.yaml#Text is valid\n$/],
    ["two.yaml#Beside", /^✔ two\.yaml#Beside is valid\n$/],
    ["two.yaml#Joined", /^ERROR /],
    [
      "two.yaml#Remote",
      /^the definition of Remote is neither in two\.yaml nor in a file beside it: give its own file\n$/,
    ],
    ["none.json", /^none\.json is a template without a state machine\n$/],
    ["plain.asl.json", /^✔ plain\.asl\.json is valid\n$/],
    ["plain.asl.json#Orders", /^plain\.asl\.json is no template, so there is no Orders in it\n$/],
    ["serverless.yml", /^serverless\.yml is a template with 5 state machines: name serverless\.yml#byKey or /],
    ["serverless.yml#byKey", /^✔ /],
  ])("%s", async (name, said) => {
    expect(await validated(name)).toMatch(said);
  });

  test("what the template leaves open can be filled in", async () => {
    const topic = `arn:aws:sns:${here}:news`;
    expect(await validated("inline.yaml", "--substitute", `Elsewhere=${topic}`)).toBe("✔ inline.yaml is valid\n");
  });
});

test.each([
  ["graph", "inline.yaml#Orders", /lambda charge /],
  ["graph", "inline.yaml#Order", /has no state machine Order: name .*inline\.yaml#Orders\n$/],
  ["cost", "inline.yaml#Orders", /orders-test is EXPRESS/],
  ["cost", "two.yaml#Text", /every way +\d/],
  ["iam", "two.yaml#Beside", /"arn:aws:lambda:.*:function:ChargeCard"/],
])("baton %s %s", async (command, name, said) => {
  const { out, err } = await baton(command, file(name));
  expect(out + err).toMatch(said);
});

test.each([
  ["inline.yaml", "orders-test", "charge"],
  ["two.yaml#Text", "Text", "ChargeCard"],
  ["two.yaml#Beside", "Beside", "ChargeCard"],
  ["serverless.yml#byKey", "byKey", "charge-card"],
  ["serverless.yml#byId", "by-id", "charge-card"],
  ["serverless.yml#byArn", "byArn", "charge-card"],
  ["serverless.yml#orders", "orders", "take-orders"],
  ["serverless.yml#beside", "beside", "plain"],
])("%s is called %s and calls %s", (name, called, functionName) => {
  const found = readDefinitionFile(file(name), {});
  expect(found.name).toBe(called);
  expect(found.type).toBe(called === "orders-test" ? "EXPRESS" : undefined);
  const { States } = JSON.parse(found.text);
  expect(States.Charge.Resource).toBe(`arn:aws:lambda:${here}:function:${functionName}`);
});

test("an EXPRESS machine that is on the server already is run to its end there", async () => {
  const server = await startLocal({ port: 0, folder: join(folder, "data") });
  const at = ["--url", server.url] as const;
  try {
    await baton("deploy", file("quick.yaml"), ...at);
    const { code, out } = await baton("run", file("quick.yaml"), "--input", '{"n":1}', ...at);
    expect(out).toMatch(/^✔ SUCCEEDED in \d+ ms {2}\{"n":1\}\n$/);
    expect(code).toBe(0);

    const failed = await baton("run", file("quick.yaml"), "--json", ...at);
    expect(JSON.parse(failed.out)).toMatchObject({ status: "FAILED", error: "None" });
    expect(failed.code).toBe(1);
  } finally {
    await server.close();
  }
});
