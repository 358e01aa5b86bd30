/** Lambda's Invoke API as its own client sees it, with the processes behind it. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DeployedFunction } from "./function.ts";
import { type LambdaApi, startLambdaApi, userFunctions } from "./lambda-api.ts";

const settings = { region: "us-east-1", account: "000000000000", timeoutSeconds: 30, environment: {} };
const [spec] = userFunctions(`${import.meta.dirname}/stubs/functions`, settings);
if (spec === undefined) throw new Error("there is no stub function");
const runner = { limit: 2, variables: () => ({}), onLog: () => {} };
const greet = new DeployedFunction(spec, runner);
const impatient = new DeployedFunction({ ...spec, timeoutSeconds: 1 }, runner);
let api: LambdaApi;
let client: LambdaClient;

beforeAll(async () => {
  api = await startLambdaApi((name) => ({ greet, impatient })[name]);
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  client = new LambdaClient({ endpoint: api.endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
});

afterAll(async () => {
  client.destroy();
  await Promise.all([greet.close(), impatient.close()]);
  await api.close();
});

test.each([
  "greet",
  "greet:PROD",
  "000000000000:function:greet",
  "arn:aws:lambda:us-east-1:000000000000:function:greet",
  "arn:aws:lambda:us-east-1:000000000000:function:greet:7",
])("invokes by '%s'", async (name) => {
  const { StatusCode, FunctionError, ExecutedVersion, payload } = await invoke(name, { name: "Ada" });
  expect({ StatusCode, FunctionError, ExecutedVersion }).toEqual({ StatusCode: 200, ExecutedVersion: "$LATEST" });
  expect(payload).toMatchObject({ greeting: "Hello, Ada", function: "greet" });
});

test.each([
  ["greet", "throw", { errorType: "RangeError", errorMessage: "no such name" }],
  ["greet", "exit", { errorType: "Runtime.ExitError", errorMessage: expect.stringContaining("exit status 1") }],
  [
    "impatient",
    "hang",
    { errorType: "Sandbox.Timedout", errorMessage: expect.stringContaining("timed out after 1.00 seconds") },
  ],
  ["greet", "much", { errorType: "Function.ResponseSizeTooLarge" }],
])("%s: '%s' is a function error", async (name, act, error) => {
  const { FunctionError, payload } = await invoke(name, { act });
  expect(FunctionError).toBe("Unhandled");
  expect(payload).toMatchObject(error);
});

test("an unknown function", async () => {
  await expect(invoke("nobody", {})).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

test.each([
  ["Event", 202],
  ["DryRun", 204],
] as const)("%s: %i", async (InvocationType, status) => {
  const answer = await client.send(new InvokeCommand({ FunctionName: "greet", InvocationType, Payload: "{}" }));
  expect(answer.StatusCode).toBe(status);
});

test("never more than its environments, one invocation at a time in each", async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => greet.invoke('{"name":"Ada"}')));
  const processes = new Set(answers.map((answer) => answer.kind === "returned" && JSON.parse(answer.payload).pid));
  expect(processes.size).toBeLessThanOrEqual(2);
});

async function invoke(FunctionName: string, event: object) {
  const Payload = JSON.stringify(event);
  const answer = await client.send(new InvokeCommand({ FunctionName, Payload }));
  return { ...answer, payload: JSON.parse(answer.Payload?.transformToString() ?? "null") };
}
