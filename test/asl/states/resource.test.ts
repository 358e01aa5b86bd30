/** What a Task's Resource names. */
import { expect, test } from "vitest";
import { readResource } from "../../../lib/asl/states/resource.ts";

test.each([
  ["arn:aws:lambda:us-east-1:123456789012:function:f", "LambdaFunction request-response"],
  ["arn:aws:lambda:us-east-1:123456789012:function:f:alias", "LambdaFunction request-response"],
  ["arn:aws-cn:lambda:cn-north-1:123456789012:function:f", "LambdaFunction request-response"],
  ["arn:aws:states:us-east-1:123456789012:activity:a", "Activity activity"],
  ["arn:aws:states:::lambda:invoke", "lambda invoke request-response"],
  ["arn:aws:states:::lambda:invoke.waitForTaskToken", "lambda invoke.waitForTaskToken token"],
  ["arn:aws:states:::states:startExecution.sync", "states startExecution.sync sync"],
  ["arn:aws:states:::states:startExecution.sync:2", "states startExecution.sync:2 sync"],
  ["arn:aws:states:::aws-sdk:dynamodb:putItem", "aws-sdk:dynamodb putItem request-response"],
  ["arn:aws:states:::aws-sdk:sfn:startExecution.waitForTaskToken", "aws-sdk:sfn startExecution.waitForTaskToken token"],
  ["arn:aws:states:us-east-1:123456789012:http:invoke", "http invoke request-response"],
  ["something:else", "something:else something:else request-response"],
])("%s", (arn, expected) => {
  const resource = readResource(arn);
  const names = resource.family === "Task" ? `${resource.resourceType} ${resource.resource}` : resource.family;
  expect(`${names} ${resource.pattern}`).toBe(expected);
});
