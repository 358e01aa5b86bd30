/** `baton replay` as a user types it: runs that have been, against machines that are otherwise. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Client, connect } from "../../../lib/cli/client.ts";
import { type LocalBaton, startLocal } from "../../../lib/local/baton.ts";
import { role } from "../../api/requests.ts";
import { baton, folderOf, type Said } from "../baton.ts";

const called = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

const order = {
  StartAt: "Charge",
  States: {
    Charge: {
      Type: "Task",
      Resource: called("charge"),
      Parameters: {
        "amount.$": "$.amount",
        "at.$": "$$.State.EnteredTime",
        "attempt.$": "$$.State.RetryCount",
        "for.$": "$$.Execution.Name",
      },
      ResultPath: "$.charge",
      Retry: [{ ErrorEquals: ["Busy"], IntervalSeconds: 1, MaxAttempts: 1 }],
      Catch: [{ ErrorEquals: ["Declined"], Next: "Refused" }],
      Next: "Ask",
    },
    Ask: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      Parameters: { FunctionName: "ask", Payload: { "token.$": "$$.Task.Token" } },
      ResultPath: "$.answer",
      Next: "Done",
    },
    Refused: { Type: "Fail", Error: "Refused" },
    Done: { Type: "Succeed" },
  },
};

const fleet = {
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Charge",
        States: { Charge: { Type: "Task", Resource: called("charge"), End: true } },
      },
      End: true,
    },
  },
};

const functions = {
  "charge.mjs": `export const handler = async ({ amount, attempt }) => {
  if (amount > 100) throw Object.assign(new Error("too much"), { name: "Declined" });
  if (amount === 3 && attempt === 0) throw Object.assign(new Error("later"), { name: "Busy" });
  return { charged: amount };
};`,
  "ask.mjs": "export const handler = async () => ({});",
};

const tasks = folderOf(functions);
const folder = folderOf({ "order.asl.json": order, "fleet.asl.json": fleet });
let server: LocalBaton;
let client: Client;

const file = (name: string, definition: object): string => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(definition));
  return path;
};
const replay = async (...parameters: readonly string[]): Promise<Said> =>
  await baton("replay", ...parameters, "--url", server.url);
const arnOf = (kind: string, name: string): string => `arn:aws:states:us-east-1:000000000000:${kind}:${name}`;

async function run(machine: string, name: string, input: unknown): Promise<void> {
  await client.call("StartExecution", {
    stateMachineArn: arnOf("stateMachine", machine),
    name,
    input: JSON.stringify(input),
  });
}

const statusOf = async (name: string): Promise<string> =>
  (await client.call("DescribeExecution", { executionArn: arnOf("execution", name) })).status;

beforeAll(async () => {
  server = await startLocal({ port: 0, folder: join(folder, "data"), functionFolders: [tasks] });
  client = connect(server.url);
  for (const [name, definition] of Object.entries({ order, fleet }))
    await client.call("CreateStateMachine", { name, definition: JSON.stringify(definition), roleArn: role });
  await run("order", "small", { amount: 3 });
  await run("order", "large", { amount: 300 });
  await run("order", "stopped", { amount: 4 });
  await run("order", "open", { amount: 5 });
  await run("fleet", "all", [{ amount: 1 }, { amount: 2 }]);
  const tokenOf = async (name: string): Promise<string> => {
    const executionArn = arnOf("execution", `order:${name}`);
    const { events } = await client.call("GetExecutionHistory", { executionArn });
    const asked = events.findLast(({ type }: { readonly type: string }) => type === "TaskScheduled");
    return asked ? JSON.parse(asked.taskScheduledEventDetails.parameters).Payload.token : "";
  };
  for (const name of ["small", "stopped", "open"])
    await vi.waitUntil(async () => (await tokenOf(name)) !== "", { timeout: 20_000 });
  await client.call("SendTaskSuccess", { taskToken: await tokenOf("small"), output: '"yes"' });
  await client.call("StopExecution", { executionArn: arnOf("execution", "order:stopped"), error: "Enough" });
  await vi.waitUntil(
    async () => {
      const left = await Promise.all(["order:small", "order:large", "fleet:all"].map(statusOf));
      return !left.includes("RUNNING");
    },
    { timeout: 20_000 },
  );
});
afterAll(async () => {
  await server.close();
  for (const each of [folder, tasks]) rmSync(each, { recursive: true, force: true });
});

test("a machine against itself: retries, tokens, a stop, times that pass; what still runs is left out", async () => {
  const { code, out } = await replay(join(folder, "order.asl.json"));
  expect(out.split("\n").slice(1).toSorted().join("\n")).toBe(`
  ✔ order/large  FAILED Refused
  ✔ order/small  SUCCEEDED
  ✔ order/stopped  ABORTED Enough
3 as before, 0 otherwise, 0 unknown`);
  expect(code).toBe(0);
});

test("chosen as in a list: by end, error and time", async () => {
  const { out } = await replay(join(folder, "order.asl.json"), "--error", "Refused", "--since", "1h");
  expect(out).toMatch(/✔ order\/large {2}FAILED Refused\n1 as before/);
  const { err } = await replay(join(folder, "order.asl.json"), "--error", "Wrong");
  expect(err).toMatch(/nothing to replay; there are the errors Refused, Enough/);
});

test("the children of a Map Run answer as they did", async () => {
  expect(await replay(join(folder, "fleet.asl.json"))).toMatchObject({
    code: 0,
    out: expect.stringContaining("✔ fleet/all  SUCCEEDED"),
  });
});

describe("another machine", () => {
  const with_ = (name: keyof typeof order.States, more: object): object => ({
    ...order,
    States: { ...order.States, [name]: { ...order.States[name], ...more } },
  });

  test("another way: states, calls that are not made any more, another end, other times and prices", async () => {
    const path = file("no-retry.json", with_("Charge", { Retry: [] }));
    const { code, out } = await replay(path, "order/small", "order/large");
    expect(out).toMatch(/✔ order\/large {2}FAILED Refused/);
    expect(out).toMatch(/≠ order\/small {2}SUCCEEDED → FAILED Busy: later\n/);
    expect(out).toMatch(/states {3}− Ask, − Done\n/);
    expect(out).toMatch(/no more {2}Charge {2}\S+:function:charge \{"amount":3,/);
    expect(out).toMatch(/no more {2}Ask {2}lambda:invoke.waitForTaskToken \{"FunctionName":"ask"/);
    expect(out).toMatch(/takes {4}\S+ m?s, not \d+\.\d s\n/);
    expect(out).toMatch(/\n1 as before, 1 otherwise, 0 unknown\nstate transitions 6 → 3; on Step Functions /);
    expect(code).toBe(1);
  });

  test("another question is answered as the one before, and that is said; renamed, the state asks the same", async () => {
    const { Charge, ...others } = order.States;
    const asks = { ...Charge.Parameters, vat: 20 };
    const path = file("vat.json", with_("Charge", { Parameters: asks }));
    expect((await replay(path, "order/small", "--machine", "order")).out).toMatch(
      /≠ order\/small {2}SUCCEEDED\n {6}asks {5}Charge: \+ vat 20, and is answered as before\n/,
    );
    const renamed = { StartAt: "Pay", States: { ...others, Pay: Charge } };
    const { out } = await replay(file("renamed.json", renamed), "order/small");
    expect(out).toMatch(/≠ order\/small {2}SUCCEEDED\n {6}states {3}\+ Pay, − Charge\n0 as before, 1 otherwise/);
  });

  const more = {
    ...order,
    States: {
      ...order.States,
      Charge: { ...order.States.Charge, Next: "Tell" },
      Tell: { Type: "Task", Resource: called("tell"), Next: "Ask", ResultPath: "$.told" },
    },
  };

  test("what was never asked has no answer, unless one is given", async () => {
    const path = file("tell.json", more);
    const { code, out } = await replay(path, "order/small");
    expect(out).toMatch(/\? order\/small {2}asks what was never asked: .*\n {6}asks {5}Tell {2}\S+:function:tell \{/);
    expect(out).toMatch(/0 as before, 0 otherwise, 1 unknown/);
    expect(code).toBe(1);
    const given = await replay(path, "order/small", "--result", 'Tell={"sent":true}', "--json");
    expect(JSON.parse(given.out)).toMatchObject([
      {
        executionArn: arnOf("execution", "order:small"),
        verdict: "differs",
        before: { status: "SUCCEEDED" },
        after: { status: "SUCCEEDED", output: expect.stringContaining('"told":{"sent":true}') },
        states: { Tell: 1 },
        calls: { changed: [], gone: [], added: [{ state: "Tell", resource: called("tell") }] },
      },
    ]);
  });

  test("another function is not asked in the place of another service", async () => {
    const { out } = await replay(
      file("sqs.json", with_("Charge", { Resource: "arn:aws:states:::sqs:sendMessage" })),
      "order/small",
    );
    expect(out).toMatch(/\? order\/small .*\n {6}asks {5}Charge {2}sqs:sendMessage /);
  });

  test("what is in a file, nobody has recorded", async () => {
    const [Each, ItemReader] = [fleet.States.Each, { Resource: "arn:aws:states:::s3:getObject" }];
    const reader = { ...ItemReader, ReaderConfig: { InputType: "JSON" }, Parameters: { Bucket: "b", Key: "k" } };
    const path = file("reads.json", { ...fleet, States: { Each: { ...Each, ItemReader: reader } } });
    const { out } = await replay(path, "fleet/all");
    expect(out).toMatch(/\? fleet\/all {2}Each reads a file, and files are not recorded\n/);
  });

  test("a machine that loops for ever is told as that", async () => {
    const Choices = [{ Variable: "$.never", IsPresent: true, Next: "Done" }];
    const States = {
      Again: { Type: "Choice", Choices, Default: "Pass" },
      Pass: { Type: "Pass", Next: "Again" },
      Done: { Type: "Succeed" },
    };
    const round = { StartAt: "Again", States };
    const { out } = await replay(file("loop.json", round), "order/large");
    expect(out).toMatch(
      /\? order\/large {2}the simulation was stopped after 100000 transitions; does the machine loop/,
    );
  });
});

describe("a history from a file", () => {
  test("as the AWS CLI prints it, with or without what describes the execution", async () => {
    const executionArn = arnOf("execution", "order:small");
    const described = await client.call("DescribeExecution", { executionArn });
    const { events } = await client.call("GetExecutionHistory", { executionArn });
    const dated = events.map((event: { readonly timestamp: number }) => ({
      ...event,
      timestamp: new Date(event.timestamp * 1_000).toISOString(),
    }));
    const whole = file("whole.json", { ...described, events: dated });
    expect(await replay(join(folder, "order.asl.json"), "--history", whole)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/✔ \S+whole.json {2}SUCCEEDED\n1 as before/),
    });
    const nameless = file("nameless.json", events);
    const { out } = await replay(join(folder, "order.asl.json"), "--history", nameless);
    expect(out).toMatch(/asks {5}Charge: ~ for "simulated", and is answered as before/);
  });

  test.each([
    ["no events", { nothing: 1 }, /holds no events; give what `aws stepfunctions get-execution-history` prints/],
    ["half of one", { events: [{ id: 2, type: "PassStateEntered", timestamp: 1 }] }, /has no whole history/],
    ["no object", null, /holds no events/],
  ])("with %s", async (_, content, message) => {
    const path = join(folder, "broken.json");
    writeFileSync(path, JSON.stringify(content));
    const { code, err } = await replay(join(folder, "order.asl.json"), "--history", path);
    expect(err).toMatch(message);
    expect(code).toBe(1);
  });
});

test.each([
  [["order/open"], /order\/open still runs: what it will do, nobody knows yet/],
  [
    ["--machine", "fleet", "--status", "FAILED"],
    /fleet has no execution that has ended and is meant: there is nothing to replay/,
  ],
  [["--result", "Tell"], /'Tell' is not of the form STATE=JSON/],
  [["--result", "Tell={"], /what stands behind Tell= is not JSON/],
])("%j is refused", async (parameters, message) => {
  const { code, err } = await replay(join(folder, "order.asl.json"), ...parameters);
  expect(err).toMatch(message);
  expect(code).toBe(1);
});

test("what was redriven is not run again", async () => {
  const executionArn = arnOf("execution", "order:large");
  await client.call("RedriveExecution", { executionArn });
  await vi.waitUntil(async () => (await statusOf("order:large")) !== "RUNNING", { timeout: 20_000 });
  const { out } = await replay(join(folder, "order.asl.json"), "order/large");
  expect(out).toMatch(/\? order\/large {2}it was redriven, and a redrive is not run again/);
});
