/** What a template's DefinitionSubstitutions come to on one machine. */
import { expect, test } from "vitest";
import { isTemplate, templateValues } from "../../lib/cli/template.ts";
import { parseYaml, templateIn } from "../../lib/cli/yaml.ts";

const place = { region: "eu-west-1", account: "000000000000" };

const resources = `
Parameters:
  Stage: {Type: String, Default: test}
  Secret: {Type: String}
Resources:
  Charge: {Type: AWS::Serverless::Function, Properties: {CodeUri: charge/}}
  Ship: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Sub 'ship-\${Stage}'}}
  Orders: {Type: AWS::DynamoDB::Table}
  Jobs: {Type: AWS::SQS::Queue}
  News: {Type: AWS::SNS::Topic}
  Child: {Type: AWS::Serverless::StateMachine, Properties: {Name: child}}
  Files: {Type: AWS::S3::Bucket, Properties: {BucketName: files}}
  Cluster: {Type: AWS::ECS::Cluster}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionSubstitutions:
        Value: `;

const valueFrom = (written: string): string | undefined => {
  const read = templateValues(templateIn(parseYaml(`${resources}${written}\n`), "sam.yaml"), place);
  return read.kind === "values" ? read.values["Value"] : undefined;
};

const here = "eu-west-1:000000000000";

test.each([
  ["3", "3"],
  ["true", "true"],
  ["!Ref Stage", "test"],
  ["!Ref AWS::Region", "eu-west-1"],
  ["!Ref Charge", "Charge"],
  ["!GetAtt Charge.Arn", `arn:aws:lambda:${here}:function:Charge`],
  ["!GetAtt Ship.Arn", `arn:aws:lambda:${here}:function:ship-test`],
  ["{Fn::GetAtt: [Charge, Arn]}", `arn:aws:lambda:${here}:function:Charge`],
  ["!Ref Orders", "Orders"],
  ["!GetAtt Orders.Arn", `arn:aws:dynamodb:${here}:table/Orders`],
  ["!Ref Jobs", "https://sqs.eu-west-1.amazonaws.com/000000000000/Jobs"],
  ["!GetAtt Jobs.QueueName", "Jobs"],
  ["!Ref News", `arn:aws:sns:${here}:News`],
  ["!GetAtt News.TopicName", "News"],
  ["!Ref Child", `arn:aws:states:${here}:stateMachine:child`],
  ["!GetAtt Child.Name", "child"],
  ["!Ref Files", "files"],
  [`!Sub '\${Charge.Arn}:\${Stage}'`, `arn:aws:lambda:${here}:function:Charge:test`],
  [`!Sub 'arn:\${AWS::Partition}:s3:::\${Files}/\${!stays}'`, `arn:aws:s3:::files/\${stays}`],
  [`!Sub ['\${A}-\${Stage}', {A: !Ref Orders}]`, "Orders-test"],
  ["!Join ['/', ['s3:', '', !Ref Files]]", "s3://files"],
])("%s is %s", (written, value) => {
  expect(valueFrom(written)).toBe(value);
});

test.each([
  "!Ref Secret",
  "!Ref AWS::StackId",
  "!Ref Nothing",
  "!Ref Cluster",
  "!GetAtt Charge.Version",
  "!ImportValue shared-table",
  "!FindInMap [A, B, C]",
  `!Sub 'x-\${Secret}'`,
  "!Join [',', [a, !Ref Secret]]",
  "[a]",
  "",
])("'%s' has no value before it is deployed", (written) => {
  expect(valueFrom(written)).toBeUndefined();
});

test.each<[string, boolean]>([
  ["AWSTemplateFormatVersion: '2010-09-09'", true],
  ["Resources: {M: {Type: AWS::StepFunctions::StateMachine}}", true],
  ["Resources: orders", false],
  ["Table: orders", false],
  ["[]", false],
  ["", false],
])("%j is a template: %j", (text, expected) => {
  expect(isTemplate(templateIn(parseYaml(text), "sam.yaml"))).toBe(expected);
});
