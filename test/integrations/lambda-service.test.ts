/** Both Lambda integrations through the AWS SDK, against a server that speaks Lambda's Invoke API. */
import { Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createIdentity, RoleNotAssumed } from "../../lib/integrations/identity.ts";
import { createTasks } from "../../lib/integrations/integrations.ts";
import { lambdaService } from "../../lib/integrations/lambda-service.ts";
import { callWith } from "./call-with.ts";
import { type Answer, type LambdaServer, startLambdaServer } from "./lambda-server.ts";

const functionArn = "arn:aws:lambda:us-east-1:111111111111:function:charge-card";
const invoke = "arn:aws:states:::lambda:invoke";
const settings = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_LAMBDA", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] as const;
const before = Object.fromEntries(settings.map((name) => [name, process.env[name]]));
let server: LambdaServer;

beforeAll(async () => {
  server = await startLambdaServer();
});
afterAll(async () => {
  await server.close();
  for (const name of settings) {
    const value = before[name];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});
beforeEach(() => {
  process.env["AWS_ENDPOINT_URL_LAMBDA"] = server.url;
  process.env["AWS_ACCESS_KEY_ID"] = "test";
  process.env["AWS_SECRET_ACCESS_KEY"] = "test";
  server.answer = () => ({});
  server.asked.length = 0;
});

const call = (resource: string, input: unknown, more = {}) =>
  callWith({ functions: [lambdaService()] }, resource, input, more);
const failing = (status: number, type: string, message: string): Answer => ({
  status,
  headers: { "x-amzn-ErrorType": type },
  body: JSON.stringify({ Type: "User", Message: message }),
});
const functionError = (body: string): Answer => ({ headers: { "X-Amz-Function-Error": "Unhandled" }, body });

describe("what comes back", () => {
  const python =
    '{"errorMessage": "Some exception was raised.", "errorType": "Exception", "requestId": "1", "stackTrace": []}';
  const noType = '{"errorMessage":"2026-01-01T00:00:00.000Z 1 Task timed out after 3.00 seconds"}';
  const unknown = (payload: string) =>
    `Lambda.Unknown: The cause could not be determined because Lambda did not return an error type. Returned payload: ${payload}`;
  const service = (status: number) =>
    `(Service: Lambda, Status Code: ${status}, Request ID: 8a1b33a4-0000-4000-8000-000000000000)`;
  const rows: readonly (readonly [what: string, resource: string, answer: Answer, expected: string])[] = [
    ["a result", functionArn, { body: '{"a": 1.0}' }, 'succeeded {"a": 1.0}'],
    ["nothing", functionArn, { body: "" }, "succeeded null"],
    ["a failure keeps its spacing", functionArn, functionError(python), `Exception: ${python}`],
    [
      "a failure is compacted",
      invoke,
      functionError(python),
      `Exception: ${python.replaceAll('": ', '":').replaceAll(', "', ',"')}`,
    ],
    ["a failure without a type", functionArn, functionError(noType), unknown(noType)],
    ["a failure that is not an object", invoke, functionError('"bad"'), unknown('"bad"')],
    ["something that is not JSON", functionArn, { body: "<html>" }, unknown("<html>")],
    [
      "no such function",
      invoke,
      failing(404, "ResourceNotFoundException", `Function not found: ${functionArn}`),
      `Lambda.ResourceNotFoundException: Function not found: ${functionArn} ${service(404)}`,
    ],
    [
      "throttled",
      functionArn,
      failing(429, "TooManyRequestsException", "Rate Exceeded."),
      `Lambda.TooManyRequestsException: Rate Exceeded. ${service(429)}`,
    ],
    [
      "Lambda is ill",
      functionArn,
      failing(500, "ServiceException", "Internal error"),
      `Lambda.ServiceException: Internal error ${service(500)}`,
    ],
    [
      "too much",
      invoke,
      failing(413, "RequestTooLargeException", "6 MB"),
      `Lambda.RequestTooLargeException: 6 MB ${service(413)}`,
    ],
    [
      "not allowed",
      invoke,
      failing(403, "AccessDeniedException", "not authorized"),
      `Lambda.AWSLambdaException: not authorized ${service(403)}`,
    ],
  ];
  test.each(rows)("%s", async (_what, resource, answer, expected) => {
    server.answer = () => answer;
    const result = await call(resource, resource === invoke ? { FunctionName: "charge-card", Payload: {} } : {});
    expect(result.kind === "failed" ? `${result.error}: ${result.cause}` : `${result.kind} ${result.output}`).toBe(
      expected,
    );
    expect(server.asked).toHaveLength(1);
  });

  test("lambda:invoke answers as the service was recorded to", async () => {
    server.answer = () => ({ body: '{"Input": {"n": 1.0}}' });
    const result = await call(invoke, { FunctionName: "charge-card", Payload: { n: 1 } });
    const { Payload, SdkHttpMetadata, ...rest } = JSON.parse(result.kind === "succeeded" ? result.output : "{}");
    expect(result.kind === "succeeded" && result.output).toContain('"Payload":{"Input":{"n":1.0}}');
    expect(Payload).toEqual({ Input: { n: 1 } });
    expect(rest).toEqual({
      ExecutedVersion: "$LATEST",
      SdkResponseMetadata: { RequestId: "8a1b33a4-0000-4000-8000-000000000000" },
      StatusCode: 200,
    });
    expect(SdkHttpMetadata).toMatchObject({
      AllHttpHeaders: {
        "X-Amz-Executed-Version": ["$LATEST"],
        "Content-Length": ["21"],
        "x-amzn-RequestId": [expect.any(String)],
      },
      HttpHeaders: {
        "X-Amzn-Trace-Id": "Root=1-5e0b1a2c-0",
        "Content-Type": "application/json",
        Date: expect.any(String),
      },
      HttpStatusCode: 200,
    });
  });

  test("with a task token the accepted call is submitted, the failed one is not", async () => {
    const input = { FunctionName: "charge-card", Payload: { token: "t" } };
    expect((await call(`${invoke}.waitForTaskToken`, input)).kind).toBe("submitted");
    server.answer = () => functionError('{"errorType":"Boom","errorMessage":"x"}');
    expect(await call(`${invoke}.waitForTaskToken`, input)).toEqual({
      kind: "failed",
      error: "Boom",
      cause: '{"errorType":"Boom","errorMessage":"x"}',
    });
  });
});

describe("what is asked", () => {
  const asked = async (resource: string, input: unknown) => {
    await call(resource, input);
    const [question] = server.asked;
    return `${question?.method} ${question?.url} ${question?.headers["x-amz-invocation-type"]} ${question?.body}`;
  };
  const path = (name: string) => `POST /2015-03-31/functions/${encodeURIComponent(name)}/invocations`;

  test.each([
    [functionArn, '{"amount": 0.0}', `${path(functionArn)} RequestResponse {"amount": 0.0}`],
    [`${functionArn}:live`, "[1]", `${path(`${functionArn}:live`)} RequestResponse [1]`],
    [invoke, { FunctionName: "charge-card" }, `${path("charge-card")} RequestResponse {}`],
    [
      invoke,
      '{"FunctionName":"charge-card","Payload": {"n": 1e400}}',
      `${path("charge-card")} RequestResponse {"n": 1e400}`,
    ],
    [invoke, { FunctionName: "charge-card:live", Payload: null }, `${path("charge-card:live")} RequestResponse {}`],
    [
      invoke,
      { FunctionName: functionArn, Qualifier: "2", Payload: "s" },
      `${path(functionArn)}?Qualifier=2 RequestResponse "s"`,
    ],
    [invoke, { FunctionName: "charge-card", InvocationType: "Event" }, `${path("charge-card")} Event {}`],
    ["arn:aws-cn:states:::lambda:invoke", { FunctionName: "charge-card" }, `${path("charge-card")} RequestResponse {}`],
  ])("%s with %j", async (resource, input, expected) => {
    expect(await asked(resource, input)).toBe(expected);
  });

  test("is signed for the function's own Region", async () => {
    await call("arn:aws:lambda:eu-central-1:222222222222:function:f", {});
    expect(server.asked[0]?.headers.authorization).toContain("/eu-central-1/lambda/aws4_request");
  });

  test("goes to AWS_ENDPOINT_URL where Lambda has no endpoint of its own", async () => {
    delete process.env["AWS_ENDPOINT_URL_LAMBDA"];
    process.env["AWS_ENDPOINT_URL"] = server.url;
    await call(functionArn, {});
    delete process.env["AWS_ENDPOINT_URL"];
    expect(server.asked).toHaveLength(1);
  });
});

describe("what goes wrong on the way", () => {
  test("an attempt that is over is ended", async () => {
    server.answer = "hang";
    const stop = new AbortController();
    const result = call(functionArn, {}, { signal: stop.signal });
    await expect.poll(() => server.asked.length).toBe(1);
    stop.abort(new Error("the attempt is over"));
    await expect(result).rejects.toThrow("the attempt is over");
  });

  test("each call has a connection of its own", async () => {
    const tasks = createTasks({ functions: [lambdaService()] });
    const asked = { resource: functionArn, arguments: "{}", region: "us-east-1", account: "1", idempotencyKey: "k" };
    for (let times = 0; times < 2; times++) await tasks.call({ ...asked, signal: new AbortController().signal });
    expect(new Set(server.asked.map(({ port }) => port)).size).toBe(2);
  });

  test("a connection shows that it is there while its call takes long", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const shown = vi.spyOn(Socket.prototype, "setKeepAlive");
    onTestFinished(() => {
      vi.useRealTimers();
      shown.mockRestore();
    });
    server.answer = () => {
      vi.advanceTimersByTime(5_000);
      return {};
    };
    await call(functionArn, {});
    expect(shown).toHaveBeenCalledWith(true, 60_000);
  });

  test("a broken connection fails the attempt and is not tried again", async () => {
    server.answer = "break";
    expect(await call(functionArn, {})).toMatchObject({
      kind: "failed",
      error: "Lambda.SdkClientException",
      cause: expect.stringMatching(/^Unable to execute HTTP request: /),
    });
    expect(server.asked).toHaveLength(1);
  });

  test("a package that is not installed is named", async () => {
    const missing = Object.assign(new Error("Cannot find package '@aws-sdk/client-lambda' imported from x"), {
      code: "ERR_MODULE_NOT_FOUND",
    });
    const functions = [lambdaService({ load: () => Promise.reject(missing) })];
    expect(await callWith({ functions }, functionArn, {})).toEqual({
      kind: "failed",
      error: "States.Runtime",
      cause: expect.stringContaining("npm install @aws-sdk/client-lambda"),
    });
  });

  test("another identity is not silently replaced by this one's", async () => {
    const identity = createIdentity({
      assume: async ({ roleArn }) => {
        throw new RoleNotAssumed(`no ${roleArn}`);
      },
    });
    const options = { functions: [lambdaService({ identity })] };
    const result = await callWith(options, functionArn, {}, { roleArn: "arn:aws:iam::222222222222:role/other" });
    expect(result).toEqual({
      kind: "failed",
      error: "States.Permissions",
      cause: "no arn:aws:iam::222222222222:role/other",
    });
    expect(server.asked).toEqual([]);
  });
});

test("the execution's trace goes along, and none where there is none", async () => {
  const traceHeader = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
  await call(functionArn, {}, { traceHeader });
  await call(invoke, { FunctionName: "charge-card" }, { traceHeader });
  await call("arn:aws:states:::aws-sdk:lambda:invoke", { FunctionName: "charge-card" }, { traceHeader });
  await call(functionArn, {});
  const named = server.asked.map(({ headers }) => headers["x-amzn-trace-id"]);
  expect(named).toEqual([traceHeader, traceHeader, traceHeader, undefined]);
});
