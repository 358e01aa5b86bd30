/**
 * The clients that people have, given nothing but the endpoint: the AWS CLI and the AWS SDK create, describe,
 * list, start, stop, read histories and answer a task token on a running `baton dev`. boto3 goes through all that
 * there is (`python/boto3_suite.py`), Terraform's order of calls included.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as sfn from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { awsCli } from "../servers/python.ts";
import { openAwsCli } from "./embedded/aws-cli.ts";
import { type Dev, startDev } from "./embedded/dev.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-clients-"));
const roleArn = "arn:aws:iam::000000000000:role/anything";
const patience = { timeout: 20_000, interval: 50 };

/** Prints its token, and answers before the task is. */
const askFunction = "export const handler = async ({ token }) => { console.log('token', token); };\n";

const definition = JSON.stringify({
  StartAt: "Ask",
  States: {
    Ask: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      Parameters: { FunctionName: "ask", Payload: { "token.$": "$$.Task.Token" } },
      ResultPath: "$.answer",
      End: true,
    },
  },
});

const python = await awsCli().catch((error: Error) => error);
let dev: Dev;
beforeAll(async () => {
  writeFileSync(join(folder, "ask.mjs"), askFunction);
  dev = await startDev("--data", join(folder, "data"), "--functions", folder);
});
afterAll(async () => {
  await dev.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The token that the function printed for an execution: there is one not seen before. */
const seenTokens = new Set<string>();
async function newToken(): Promise<string> {
  return await vi.waitFor(() => {
    const tokens = [...dev.said().matchAll(/token (\S+)/g)].map(([, token]) => token ?? "");
    const token = tokens.find((each) => !seenTokens.has(each));
    if (token === undefined) throw new Error(`no new token was printed:\n${dev.said()}`);
    seenTokens.add(token);
    return token;
  }, patience);
}

/** One way of calling an operation: its input in, its output out. */
type Call = (operation: string, input: Readonly<Record<string, unknown>>) => Promise<Record<string, unknown>>;

/** The story that each client tells; what it may not know is how the other one spells it. */
async function tellTheStory(client: string, call: Call): Promise<void> {
  const name = `asker-${client}`;
  const { stateMachineArn } = await call("CreateStateMachine", { name, definition, roleArn });
  expect(await call("DescribeStateMachine", { stateMachineArn })).toMatchObject({ name, definition, status: "ACTIVE" });
  const { stateMachines } = await call("ListStateMachines", {});
  expect(stateMachines).toContainEqual(expect.objectContaining({ name, stateMachineArn }));

  const input = '{"order":7}';
  const { executionArn } = await call("StartExecution", { stateMachineArn, name: "answered", input });
  expect(await call("DescribeExecution", { executionArn })).toMatchObject({ status: "RUNNING", input });
  await call("SendTaskSuccess", { taskToken: await newToken(), output: '{"yes":true}' });
  const ended = await vi.waitFor(async () => {
    const described = await call("DescribeExecution", { executionArn });
    expect(described["status"]).not.toBe("RUNNING");
    return described;
  }, patience);
  expect(ended["status"]).toBe("SUCCEEDED");
  expect(JSON.parse(String(ended["output"]))).toEqual({ order: 7, answer: { yes: true } });
  expect(typesOf(await call("GetExecutionHistory", { executionArn }))).toEqual([
    "ExecutionStarted",
    "TaskStateEntered",
    "TaskScheduled",
    "TaskStarted",
    "TaskSubmitted",
    "TaskSucceeded",
    "TaskStateExited",
    "ExecutionSucceeded",
  ]);

  const stopped = await call("StartExecution", { stateMachineArn, name: "stopped", input });
  await newToken();
  await call("StopExecution", { executionArn: stopped["executionArn"], error: "Cancelled", cause: "by its customer" });
  expect(await call("DescribeExecution", { executionArn: stopped["executionArn"] })).toMatchObject({
    status: "ABORTED",
    error: "Cancelled",
    cause: "by its customer",
  });
  const { executions } = await call("ListExecutions", { stateMachineArn });
  expect(executions).toMatchObject([
    { name: "stopped", status: "ABORTED" },
    { name: "answered", status: "SUCCEEDED" },
  ]);
}

function typesOf({ events }: Record<string, unknown>): readonly unknown[] {
  return (events as readonly { type: unknown }[]).map(({ type }) => type);
}

/** `executionArn` is `--execution-arn`; only `output`, which is an option of the CLI itself, has another name. */
function cliOption(member: string): string {
  return member === "output" ? "task-output" : member.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Environment only: no profile, no configuration file, any key. */
const environment = () => ({
  PATH: process.env["PATH"] ?? "",
  AWS_ENDPOINT_URL_SFN: dev.url,
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
  AWS_REGION: "us-east-1",
  AWS_DEFAULT_REGION: "us-east-1",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_DEFAULT_OUTPUT: "json",
  AWS_CONFIG_FILE: join(folder, "none"),
});

describe("clients by endpoint alone", { timeout: 60_000 }, () => {
  test("@aws-sdk/client-sfn", async () => {
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    const client = new sfn.SFNClient({ endpoint: dev.url, region: "us-east-1", credentials });
    const commands = sfn as unknown as Record<string, new (input: object) => sfn.DescribeExecutionCommand>;
    await tellTheStory("sdk", async (operation, input) => {
      const Command = commands[`${operation}Command`];
      if (Command === undefined) throw new Error(`the SDK has no ${operation}`);
      return { ...(await client.send(new Command(input))) };
    });
    client.destroy();
  });

  test.skipIf(python instanceof Error)(
    `the AWS CLI${python instanceof Error ? ` (${python.message})` : ""}`,
    async () => {
      if (python instanceof Error) return;
      const aws = openAwsCli(python.python, environment());
      await tellTheStory("cli", async (operation, input) => {
        const command = cliOption(operation.charAt(0).toLowerCase() + operation.slice(1));
        const options = Object.entries(input).flatMap(([member, value]) => [`--${cliOption(member)}`, String(value)]);
        return JSON.parse((await aws.run(["stepfunctions", command, ...options])) || "{}");
      });
      await expect(aws.run(["stepfunctions", "describe-execution", "--execution-arn", "arn:nonsense"])).rejects.toThrow(
        "An error occurred (InvalidArn) when calling the DescribeExecution operation",
      );
      aws.close();
    },
  );

  test.skipIf(python instanceof Error)(`boto3${python instanceof Error ? ` (${python.message})` : ""}`, async () => {
    if (python instanceof Error) return;
    const suite = join(import.meta.dirname, "python", "boto3_suite.py");
    const env = { ...environment(), AWS_DISABLE_HOST_PREFIX_INJECTION: "true", PYTHONDONTWRITEBYTECODE: "1" };
    const { stderr } = await promisify(execFile)(python.python, [suite], { env });
    expect(stderr).toMatch(/Ran \d+ tests in .*\n\nOK\n$/);
  });
});
