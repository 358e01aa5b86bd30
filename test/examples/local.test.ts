/**
 * The same cases on the engine, embedded, over HTTP with the AWS SDK: what comes out and what the
 * histories hold is what the simulator said. Cases in which somebody lets days pass are left to that.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, test, vi } from "vitest";
import { type LocalBaton, startLocal } from "../../lib/local/baton.ts";
import { type Callback, type ExampleCase, examples, outcome } from "./example.ts";
import { inAnyOrder, simplifiedHistory } from "./simplified.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-examples-"));
/** Lines that functions printed and nobody has looked for yet: the mails with their links. */
const printed: string[] = [];
let baton: LocalBaton;
let client: SFNClient;

beforeAll(async () => {
  baton = await startLocal({
    folder,
    port: 0,
    functionFolders: examples.map(({ functions }) => functions),
    onLine: ({ line }) => printed.push(line),
  });
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  client = new SFNClient({ endpoint: baton.url, region: "us-east-1", credentials });
});
afterAll(async () => {
  client.destroy();
  await baton.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(examples)("$name", ({ name, definition, cases }) => {
  let stateMachineArn: string | undefined;
  beforeAll(async () => {
    const roleArn = "arn:aws:iam::000000000000:role/example";
    ({ stateMachineArn } = await client.send(new CreateStateMachineCommand({ name, definition, roleArn })));
  });

  test.concurrent.for(cases.filter(needsNoVirtualTime))("$name", async (example, { expect }) => {
    const { input, callbacks, expected, history } = example;
    const start = new StartExecutionCommand({ stateMachineArn, input, name: example.name });
    const { executionArn } = await client.send(start);
    for (const callback of Object.values(callbacks)) await answer(callback, await mailedToken(JSON.parse(input).email));
    const ended = await endOf(executionArn);
    expect(outcome(ended.status ?? "", ended.output, ended)).toEqual(expected);
    expect(inAnyOrder(simplifiedHistory(await historyOf(executionArn)))).toEqual(inAnyOrder(history));
  });
});

const patience = { timeout: 25_000, interval: 20 };

function needsNoVirtualTime({ history }: ExampleCase): boolean {
  return !history.some((event) => JSON.stringify(event).includes('"TaskTimedOut"'));
}

/** The token in the link that `send-verification` printed. */
async function mailedToken(email: string): Promise<string> {
  return await vi.waitFor(() => {
    const line = printed.find((each) => each.startsWith(`mail to ${email}: Please confirm`));
    if (line === undefined) throw new Error(`no mail to ${email} was printed`);
    return decodeURIComponent(line.split("token=")[1] ?? "");
  }, patience);
}

async function endOf(executionArn: string | undefined): Promise<DescribeExecutionCommandOutput> {
  return await vi.waitFor(async () => {
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    if (described.status === "RUNNING") throw new Error(`${executionArn} is still running`);
    return described;
  }, patience);
}

async function answer({ output, error, cause }: Callback, taskToken: string): Promise<void> {
  if (error === undefined) await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }));
  else await client.send(new SendTaskFailureCommand({ taskToken, error, cause }));
}

async function historyOf(executionArn: string | undefined): Promise<readonly HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(new GetExecutionHistoryCommand({ executionArn, nextToken, maxResults: 1000 }));
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return events;
}
