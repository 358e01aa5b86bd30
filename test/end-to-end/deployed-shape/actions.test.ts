/** What IAM is asked for a call, and what it answers from the policies of a template. */
import { expect, test } from "vitest";
import { needsOf, type Service } from "./actions.ts";
import { allows, readPolicies } from "./policy.ts";

const arns = {
  table: (name: string) => `table/${name}`,
  queue: (url: string) => `queue/${url}`,
  lambda: (name: string) => `function/${name}`,
};

test.each<[Service, operation: string, body: object, path: string, needs: string[]]>([
  ["DYNAMODB", "GetItem", { TableName: "t" }, "/", ["dynamodb:GetItem table/t"]],
  ["DYNAMODB", "Query", { TableName: "t" }, "/", ["dynamodb:Query table/t"]],
  ["DYNAMODB", "Query", { TableName: "t", IndexName: "i" }, "/", ["dynamodb:Query table/t/index/i"]],
  ["DYNAMODB", "BatchWriteItem", { RequestItems: { t: [] } }, "/", ["dynamodb:BatchWriteItem table/t"]],
  [
    "DYNAMODB",
    "TransactWriteItems",
    { TransactItems: [{ Put: { TableName: "t" } }, { ConditionCheck: { TableName: "u" } }] },
    "/",
    ["dynamodb:PutItem table/t", "dynamodb:ConditionCheckItem table/u"],
  ],
  ["SQS", "SendMessageBatch", { QueueUrl: "q" }, "/", ["sqs:SendMessage queue/q"]],
  ["SQS", "ChangeMessageVisibility", { QueueUrl: "q" }, "/", ["sqs:ChangeMessageVisibility queue/q"]],
  ["SECRETS_MANAGER", "GetSecretValue", { SecretId: "s" }, "/", ["secretsmanager:GetSecretValue s"]],
  ["S3", "", {}, "/bucket/a%2Fb/c?x-id=PutObject", ["s3:PutObject arn:aws:s3:::bucket/a/b/c"]],
  ["S3", "", {}, "/bucket/?list-type=2", ["s3:ListBucket arn:aws:s3:::bucket"]],
  ["LAMBDA", "", {}, "/2015-03-31/functions/f%3A1/invocations", ["lambda:InvokeFunction function/f:1"]],
])("%s %s %j %s needs %j", (service, operation, body, path, needs) => {
  const call = { method: "PUT", path, operation, body: Buffer.from(JSON.stringify(body)) };
  expect(needsOf(service, call, arns).map(({ action, resource }) => `${action} ${resource}`)).toEqual(needs);
});

const policies = readPolicies([
  { Roles: ["worker"], PolicyDocument: { Statement: [{ Effect: "Allow", Action: "a:Read", Resource: "x" }] } },
  { Roles: ["worker"], PolicyDocument: { Statement: [{ Effect: "Allow", Action: ["a:Put"], Resource: ["y/*"] }] } },
]);

test.each([
  ["worker", "a:Read", "x", true],
  ["worker", "a:Put", "y/1", true],
  ["worker", "a:Read", "xy", false],
  ["worker", "a:Read", "y/1", false],
  ["worker", "a:Delete", "x", false],
  ["somebody", "a:Read", "x", false],
])("%s may %s %s: %s", (role, action, resource, expected) => {
  expect(allows(policies, role, { action, resource })).toBe(expected);
});

test("a statement that this does not understand is an error", () => {
  const Statement = [{ Effect: "Deny", Action: "*", Resource: "*" }];
  expect(() => readPolicies([{ Roles: ["r"], PolicyDocument: { Statement } }])).toThrow("not understood");
});
