/** Which resource goes where, and what is wrong with the others. */
import { describe, expect, test } from "vitest";
import type { FunctionInvoker, Invocation } from "../../lib/integrations/function-invoker.ts";
import { parseFunctionReference } from "../../lib/integrations/function-reference.ts";
import { compact, membersOf } from "../../lib/integrations/json-text.ts";
import { callWith } from "./call-with.ts";

const answering =
  (seen: Invocation[]): FunctionInvoker =>
  async (invocation) => {
    seen.push(invocation);
    return invocation.name === "elsewhere"
      ? undefined
      : { kind: "answered", payload: '{ "ok": true }', statusCode: 200, requestId: "1" };
  };
const outcome = async (resource: string, input: unknown) => {
  const result = await callWith({ functions: [answering([])] }, resource, input);
  return result.kind === "failed" ? `${result.error}: ${result.cause}` : result.output;
};
const withoutId = (text: string) => text.replace(/Request ID: [\da-f-]{36}/, "Request ID: <id>");

test.each([
  ["arn:aws:lambda:us-east-1:111111111111:function:f", {}, '{ "ok": true }'],
  [
    "arn:aws:lambda:us-east-1:111111111111:function:elsewhere",
    {},
    "Lambda.ResourceNotFoundException: Function not found: arn:aws:lambda:us-east-1:111111111111:function:elsewhere (Service: Lambda, Status Code: 404, Request ID: <id>)",
  ],
  [
    "arn:aws:lambda:us-east-1:111111111111:layer:f",
    {},
    "States.Runtime: The provided ARN 'arn:aws:lambda:us-east-1:111111111111:layer:f' is invalid.",
  ],
  [
    "arn:aws:states:::lambda:invoke",
    {},
    "States.Runtime: The parameters of 'lambda:invoke' must have a string 'FunctionName': {}",
  ],
  [
    "arn:aws:states:::lambda:invoke",
    [],
    "States.Runtime: The parameters of 'lambda:invoke' must have a string 'FunctionName': []",
  ],
  [
    "arn:aws:states:::lambda:invoke",
    { FunctionName: "a b" },
    "States.Runtime: 'FunctionName' must be a function's name or ARN, but was: a b",
  ],
  [
    "arn:aws:states:::lambda:invoke",
    { FunctionName: "f", InvocationType: "event" },
    "States.Runtime: 'InvocationType' must be one of RequestResponse, Event, DryRun, but was: event",
  ],
  [
    "arn:aws:states:::lambda:destroy",
    {},
    "States.Runtime: The resource provided arn:aws:states:::lambda:destroy is not recognized.",
  ],
  [
    "arn:aws:states:::nothing:at.all.waitForTaskToken",
    {},
    "States.Runtime: The resource provided arn:aws:states:::nothing:at.all.waitForTaskToken is not recognized.",
  ],
  ["", {}, "States.Runtime: The resource provided  is not recognized."],
])("%s with %j", async (resource, input, expected) => {
  expect(withoutId(await outcome(resource, input))).toBe(expected);
});

test("an error and a cause are cut at Step Functions' lengths", async () => {
  const payload = JSON.stringify({ errorType: "E".repeat(1000), errorMessage: "m".repeat(100_000) });
  const functions: FunctionInvoker[] = [
    async () => ({ kind: "answered", functionError: "Unhandled", payload, statusCode: 200, requestId: "1" }),
  ];
  const result = await callWith({ functions }, "arn:aws:lambda:us-east-1:111111111111:function:f", {});
  expect(result.kind === "failed" && [result.error.length, result.cause.length]).toEqual([256, 32_768]);
});

test("a function that ran without Lambda has the headers that Lambda would send", async () => {
  const { SdkHttpMetadata } = JSON.parse(await outcome("arn:aws:states:::lambda:invoke", { FunctionName: "f" }));
  expect(Object.keys(SdkHttpMetadata.HttpHeaders)).toEqual([
    "x-amzn-Remapped-Content-Length",
    "Connection",
    "x-amzn-RequestId",
    "Content-Length",
    "Date",
    "Content-Type",
  ]);
});

test.each([
  ["charge-card", { name: "charge-card" }],
  ["charge-card:$LATEST", { name: "charge-card", qualifier: "$LATEST" }],
  ["function:f", { name: "f" }],
  ["111111111111:function:f:1", { account: "111111111111", name: "f", qualifier: "1" }],
  ["arn:aws:lambda:us-east-1:111111111111:function:f", { region: "us-east-1", account: "111111111111", name: "f" }],
  [
    "arn:aws-us-gov:lambda:us-gov-west-1:111111111111:function:f:live",
    { region: "us-gov-west-1", account: "111111111111", name: "f", qualifier: "live" },
  ],
  ["../f", undefined],
  ["arn:aws:sqs:us-east-1:111111111111:f", undefined],
  ["", undefined],
])("function reference %s", (text, expected) => {
  expect(parseFunctionReference(text)).toEqual(expected);
});

describe("JSON as text", () => {
  test.each([
    ["{}", {}],
    ['{"a":1.0}', { a: "1.0" }],
    [' { "a" : [1, {"b": 2}] , "c":"x,}\\"" } ', { a: '[1, {"b": 2}]', c: '"x,}\\""' }],
    ['{"a\\"b":{"":null},"\\\\":1e400}', { 'a"b': '{"":null}', "\\": "1e400" }],
    ['{"__proto__":1}', { ["__proto__"]: "1" }],
    ["[1]", undefined],
    ['"{}"', undefined],
    ["", undefined],
  ])("members of %s", (text, expected) => {
    const members = membersOf(text);
    expect(members && Object.fromEntries(members)).toEqual(expected);
  });

  test.each([
    ["null", "null"],
    [' { "a b" : [ 1 , 2 ] ,\n\t"c\\" d" : " " } ', '{"a b":[1,2],"c\\" d":" "}'],
    ['" \\\\" ', '" \\\\"'],
  ])("compact %j", (text, expected) => {
    expect(compact(text)).toBe(expected);
  });

  test("megabytes are scanned quickly", () => {
    const text = JSON.stringify(
      { Payload: { rows: Array.from({ length: 100_000 }, (_, n) => ({ n, text: `row "${n}"` })) } },
      null,
      1,
    );
    const started = performance.now();
    expect(compact(membersOf(text)?.get("Payload") ?? "")).toBe(JSON.stringify(JSON.parse(text).Payload));
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
