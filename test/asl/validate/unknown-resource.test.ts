/** Hints about a Task's Resource that names nothing; and the table against what can be called. */
import { expect, test } from "vitest";
import { inspectDefinition } from "../../../lib/asl/validate/inspect.ts";
import { integrations } from "../../../lib/asl/validate/unknown-resource.ts";
import { services } from "../../../lib/integrations/services/services.ts";

function hinted(resource: string): unknown {
  const States = { A: { Type: "Task", Resource: resource, End: true } };
  const found = inspectDefinition({ StartAt: "A", States }).filter(({ code }) => code === "RESOURCE_UNKNOWN");
  return found.map(({ severity, path, hint }) => `${severity} ${path}: ${hint}`)[0];
}

const at = "HINT /States/A/Resource:";
const any = "any action of any service is";

test.each([
  ["lamda:invoke", `${at} did you mean 'lambda'?`],
  ["lambda:invok", `${at} did you mean 'invoke'?`],
  ["sqs:SendMessage", `${at} did you mean 'sendMessage'?`],
  ["sqs:SendMessage.waitForTaskToken", `${at} did you mean 'sendMessage'?`],
  ["dynamodb:query", `${at} ${any} arn:aws:states:::aws-sdk:dynamodb:query`],
  ["timestream:query", `${at} ${any} aws-sdk:SERVICE:ACTION`],
  ["aws-sdk:dynamodb:Query", `${at} did you mean 'query'?`],
  ["aws-sdk:dynamodb:query", undefined],
  ["lambda:invoke.waitForTaskToken", undefined],
  ["states:startExecution.sync:2", undefined],
  ["eks:runJob.sync", undefined],
  [`\${Service}:invoke`, undefined],
  ["activity:ask", undefined],
])("arn:aws:states:::%s", (name, expected) => {
  expect(hinted(`arn:aws:states:::${name}`)).toBe(expected);
});

test("a function's ARN is no integration", () => {
  expect(hinted("arn:aws:lambda:us-east-1:000000000000:function:charge")).toBeUndefined();
});

test("what has a file of its own in integrations/services stands in the table", () => {
  const missing = services.flatMap(({ resource, actions }) =>
    Object.keys(actions).filter((action) => !integrations[resource]?.includes(action)),
  );
  expect(missing).toEqual([]);
});
