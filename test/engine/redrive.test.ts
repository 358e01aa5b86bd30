/**
 * Redrives, held against what the service recorded (machines with activities, September 2026): which events they
 * add, what these refer to, and what of an execution stays as it was.
 */
import { describe, expect, test, vi } from "vitest";
import { step } from "../../lib/asl/step.ts";
import { handle } from "../../lib/engine/advance.ts";
import { beginningOf } from "../../lib/engine/branch.ts";
import { redriveChild } from "../../lib/engine/child-redrive.ts";
import { decodeCommand, encodeCommand } from "../../lib/engine/codec.ts";
import { describeExecution } from "../../lib/engine/describe.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import { headOf } from "../../lib/engine/head.ts";
import { readHistory } from "../../lib/engine/history.ts";
import { momentAt } from "../../lib/engine/moment.ts";
import type { Call, CallResult, ExecutionId } from "../../lib/engine/ports.ts";
import { recordOf, segmentOf } from "../../lib/engine/record.ts";
import { redriveExecution } from "../../lib/engine/redrive.ts";
import type { Header } from "../../lib/engine/segment.ts";
import { goOnUnsent } from "../../lib/engine/standing.ts";
import { stopExecution } from "../../lib/engine/stop.ts";
import { type Setup, setup } from "./setup.ts";

const succeed = (output: unknown): CallResult => ({ kind: "succeeded", output: JSON.stringify(output) });
const fail = (error = "Broken"): CallResult => ({ kind: "failed", error, cause: "of old age" });

/** Answers of each task in turn, by what its arguments say who it is; after the last one it is repaired. */
function tasks(answers: Readonly<Record<string, readonly CallResult[]>>) {
  const calls: string[] = [];
  const call = async ({ arguments: given }: Call): Promise<CallResult> => {
    const { who } = JSON.parse(given);
    const before = calls.filter((one) => one === who).length;
    calls.push(who);
    return answers[who]?.[before] ?? succeed(`${who} repaired`);
  };
  return { calls, call };
}

const task = (who: unknown, more: object = { End: true }) => ({
  Type: "Task",
  Resource: "arn:aws:states:::sqs:sendMessage",
  Parameters: typeof who === "string" ? { who } : who,
  ...more,
});

/** "23 TaskScheduled <- 8" for each event. */
async function told(engine: Engine, id: ExecutionId, from = 1): Promise<readonly string[]> {
  const events = await readHistory(engine, id);
  return events.slice(from - 1).map(({ id, type, previousEventId }) => `${id} ${type} <- ${previousEventId}`);
}

async function redrive({ engine, id }: Setup, clientToken?: string) {
  return redriveExecution(engine, id, clientToken === undefined ? {} : { clientToken });
}

const statusOf = async ({ engine, id }: Setup) => (await describeExecution(engine, id))?.summary.status;
const outputOf = async ({ engine, id }: Setup) => JSON.parse((await describeExecution(engine, id))?.output ?? "null");

describe("a sequence", () => {
  const states = {
    First: { Type: "Pass", Next: "Work" },
    Work: task(
      { who: "work", "redriven.$": "$$.Execution.RedriveCount", "retry.$": "$$.State.RetryCount" },
      { Retry: [{ ErrorEquals: ["Broken"], IntervalSeconds: 1, MaxAttempts: 1, BackoffRate: 1 }], Next: "Last" },
    ),
    Last: { Type: "Pass", Parameters: { "redriven.$": "$$.Execution.RedriveCount" }, End: true },
  };

  test("the failed state begins again with all of its retries; nothing before it does", async () => {
    const { call } = tasks({ work: [fail(), fail(), fail(), fail()] });
    const run = await setup(states, { call });
    await run.pass(10_000);
    expect(await statusOf(run)).toBe("FAILED");
    const events = (await readHistory(run.engine, run.id)).length;
    expect(await redrive(run)).toMatchObject({ kind: "redriven" });
    expect(await statusOf(run)).toBe("RUNNING");
    await run.pass(10_000);
    expect(await statusOf(run)).toBe("FAILED");
    expect(await told(run.engine, run.id, events)).toEqual([
      "11 ExecutionFailed <- 10",
      "12 ExecutionRedriven <- 11",
      "13 TaskScheduled <- 4",
      "14 TaskStarted <- 13",
      "15 TaskFailed <- 14",
      "16 TaskScheduled <- 15",
      "17 TaskStarted <- 16",
      "18 TaskFailed <- 17",
      "19 ExecutionFailed <- 18",
    ]);
    await redrive(run);
    await run.pass(10_000);
    expect(await told(run.engine, run.id, 20)).toEqual([
      "20 ExecutionRedriven <- 19",
      "21 TaskScheduled <- 4",
      "22 TaskStarted <- 21",
      "23 TaskSucceeded <- 22",
      "24 TaskStateExited <- 23",
      "25 PassStateEntered <- 24",
      "26 PassStateExited <- 25",
      "27 ExecutionSucceeded <- 26",
    ]);
    expect(await outputOf(run)).toEqual({ redriven: 2 });
    const history = await readHistory(run.engine, run.id);
    expect(history[19]).toMatchObject({ executionRedrivenEventDetails: { redriveCount: 2 } });
    expect(JSON.stringify(history[20])).toContain(String.raw`\"redriven\":2,\"retry\":0`);
  });
});

test("a Parallel: the branch that succeeded stays, the failed and the aborted one go on in their states", async () => {
  const branch = (name: string, more?: object) => ({ StartAt: name, States: { [name]: task(name, more) } });
  const { call, calls } = tasks({ Failing: [fail()] });
  const slow = {
    StartAt: "Slow",
    States: { Slow: { Type: "Wait", Seconds: 60, Next: "After" }, After: task("After") },
  };
  const states = { Both: { Type: "Parallel", Branches: [branch("Fine"), branch("Failing"), slow], End: true } };
  const run = await setup(states, { call });
  await run.pass(1_000);
  const events = (await readHistory(run.engine, run.id)).length;
  expect(await statusOf(run)).toBe("FAILED");
  await redrive(run);
  await run.pass(120_000);
  expect(await outputOf(run)).toEqual(["Fine repaired", "Failing repaired", "After repaired"]);
  expect(calls).toEqual(["Fine", "Failing", "Failing", "After"]);
  const history = await readHistory(run.engine, run.id);
  const entered = (name: string) =>
    history.find((event) => JSON.stringify(event.stateEnteredEventDetails ?? "").includes(`"${name}"`))?.id;
  const again = history.slice(events);
  expect(again.map(({ type }) => type)).toEqual([
    "ExecutionRedriven",
    "TaskScheduled",
    "TaskStarted",
    "TaskSucceeded",
    "TaskStateExited",
    "WaitStateExited",
    "TaskStateEntered",
    "TaskScheduled",
    "TaskStarted",
    "TaskSucceeded",
    "TaskStateExited",
    "ParallelStateSucceeded",
    "ParallelStateExited",
    "ExecutionSucceeded",
  ]);
  expect(again[1]?.previousEventId).toBe(entered("Failing"));
  expect(again[5]?.previousEventId).toBe(entered("Slow"));
});

test("a Map: what succeeded stays, the failed item goes on, and what had not begun begins behind it", async () => {
  const { call, calls } = tasks({ "1": [fail()] });
  const states = {
    Each: {
      Type: "Map",
      MaxConcurrency: 1,
      ItemProcessor: { StartAt: "Item", States: { Item: task({ "who.$": "States.Format('{}', $)" }) } },
      End: true,
    },
  };
  const run = await setup(states, { call, input: "[0,1,2]" });
  await run.pass(1_000);
  expect(await statusOf(run)).toBe("FAILED");
  const before = await told(run.engine, run.id);
  await redrive(run);
  await run.pass(10_000);
  expect(await outputOf(run)).toEqual(["0 repaired", "1 repaired", "2 repaired"]);
  expect(calls).toEqual(["0", "1", "1", "2"]);
  // As recorded for the same machine, where the machine begins with a Choice of two events more.
  expect(await told(run.engine, run.id)).toEqual([
    ...before,
    "20 ExecutionRedriven <- 19",
    "21 TaskScheduled <- 12",
    "22 TaskStarted <- 21",
    "23 TaskSucceeded <- 22",
    "24 TaskStateExited <- 23",
    "25 MapIterationSucceeded <- 24",
    "26 MapIterationStarted <- 24",
    "27 TaskStateEntered <- 26",
    "28 TaskScheduled <- 27",
    "29 TaskStarted <- 28",
    "30 TaskSucceeded <- 29",
    "31 TaskStateExited <- 30",
    "32 MapIterationSucceeded <- 31",
    "33 MapStateSucceeded <- 32",
    "34 MapStateExited <- 32",
    "35 ExecutionSucceeded <- 34",
  ]);
});

test("a Fail state fails again, without being entered", async () => {
  const run = await setup({ No: { Type: "Fail", Error: "E", Cause: "C" } });
  await run.pass(1_000);
  await redrive(run);
  await run.pass(1_000);
  expect(await told(run.engine, run.id)).toEqual([
    "1 ExecutionStarted <- 0",
    "2 FailStateEntered <- 0",
    "3 ExecutionFailed <- 2",
    "4 ExecutionRedriven <- 3",
    "5 ExecutionFailed <- 4",
  ]);
});

test("a stopped task goes on, and its old token is no good", async () => {
  const { call } = tasks({ work: [succeed("never heard of: stopped before")] });
  const run = await setup({ Wait: { Type: "Wait", Seconds: 600, Next: "Work" }, Work: task("work") }, { call });
  await run.pass(1_000);
  await stopExecution(run.engine, run.id, { error: "Enough" });
  await redrive(run);
  await run.pass(800_000);
  expect(await told(run.engine, run.id)).toEqual([
    "1 ExecutionStarted <- 0",
    "2 WaitStateEntered <- 0",
    "3 ExecutionAborted <- 0",
    "4 ExecutionRedriven <- 3",
    "5 WaitStateExited <- 2",
    "6 TaskStateEntered <- 5",
    "7 TaskScheduled <- 6",
    "8 TaskStarted <- 7",
    "9 TaskSucceeded <- 8",
    "10 TaskStateExited <- 9",
    "11 ExecutionSucceeded <- 10",
  ]);
});

/** A task for each of four items, one after the other. */
function fourItems(call: (call: Call) => Promise<CallResult>): Promise<Setup> {
  const item = { StartAt: "Item", States: { Item: task({ "who.$": "States.Format('{}', $)" }) } };
  const states = { Each: { Type: "Map", MaxConcurrency: 1, ItemProcessor: item, End: true } };
  return setup(states, { call, input: "[0,1,2,3]" });
}

/** A branch that has never begun, as somebody does who still closes the scope of before any redrive. */
async function fence({ engine, world, id }: Setup, branch: string): Promise<void> {
  const header = await engine.header(id);
  const definition = await engine.definition(header.definition);
  const moment = await momentAt(engine, header, definition, branch, 0);
  const position = await beginningOf(engine, header, { execution: id, branch });
  const transition = await step(definition, position, { kind: "aborted", because: 1 }, moment);
  await world.log.append(recordOf(engine, segmentOf(engine, header, moment, transition, "late")));
}

test("a branch that begins while an older closing still fences it goes on behind the fence", async () => {
  const { call } = tasks({ "1": [fail()] });
  const run = await fourItems(call);
  const { engine, world, id } = run;
  await run.pass(1_000);
  await redrive(run);
  const redriven = await headOf(engine, id, "");
  if (!redriven?.header) throw new Error("it was redriven");
  await fence(run, "/1.3");
  const begin = { events: 30, previous: { branch: "/1.2", event: 29 } };
  const baton = { kind: "advance", execution: id, branch: "/1.3", seq: 0, header: redriven.header, begin } as const;
  const body = encodeCommand({ ...baton, reopened: true });
  expect(await handle(engine, { body, receives: 1, receipt: undefined })).toEqual({ kind: "done" });
  expect(world.waiting("flow")).toBeGreaterThan(1);
  await run.pass(10_000);
  expect(await statusOf(run)).toBe("SUCCEEDED");
  expect((await headOf(engine, id, "/1.3"))?.seq).toBeGreaterThan(1);
});

test("a branch that a late copy of an older closing let begin, and died before it ended it, goes on with the redrive", async () => {
  const { call } = tasks({ "1": [fail(), fail()] });
  const run = await fourItems(call);
  const { engine, id } = run;
  await run.pass(1_000);
  await redrive(run);
  await run.pass(1_000);
  expect(await statusOf(run)).toBe("FAILED");
  await fence(run, "/1.3");
  const [root, head] = [await headOf(engine, id, ""), await headOf(engine, id, "/1.3")];
  if (!root?.header || !head) throw new Error("it was redriven");
  const definition = await engine.definition(root.header.definition);
  await goOnUnsent(engine, root.header, definition, head, { events: 30, by: "late" });
  expect((await headOf(engine, id, "/1.3"))?.position.doing.kind).toBe("beginning");
  await redrive(run);
  await run.pass(10_000);
  expect(await statusOf(run)).toBe("SUCCEEDED");
  expect(await outputOf(run)).toHaveLength(4);
});

const napping = {
  StartAt: "Nap",
  States: {
    Nap: { Type: "Wait", SecondsPath: "$.nap", Next: "Item" },
    Item: task({ "who.$": "States.Format('{}', $.who)" }),
  },
};

/** Seven items, of which one fails at once when it is tried again: others have begun before, and have no turn then. */
async function redrivenInVain(): Promise<Setup> {
  const { call } = tasks({ "1": [fail(), fail()] });
  const states = { Each: { Type: "Map", MaxConcurrency: 2, ItemProcessor: napping, End: true } };
  const naps = [0, 10, 0, 0, 100, 0, 0];
  const run = await setup(states, { call, input: JSON.stringify(naps.map((nap, who) => ({ nap, who }))) });
  await run.pass(20_000);
  expect(await statusOf(run)).toBe("FAILED");
  expect((await headOf(run.engine, run.id, "/1.4"))?.position.doing).toMatchObject({ outcome: { status: "ABORTED" } });
  await redrive(run);
  await only(run, "/1.1");
  expect(await statusOf(run)).toBe("FAILED");
  return run;
}

/** Works off what there is for a branch and its parents; the rest comes later. */
async function only({ engine, world }: Setup, branch: string): Promise<void> {
  for (let idle = 0; idle < 2; idle++) {
    for (const lane of ["flow", "tasks"] as const) {
      for (const delivery of await world.inbox.receive(lane, 10)) {
        if (!branch.startsWith(decodeCommand(delivery.body).branch)) {
          await world.inbox.later(delivery.receipt, world.now() + 1_000);
          continue;
        }
        idle = 0;
        const verdict = await handle(engine, delivery);
        if (verdict.kind === "done") await world.inbox.done([delivery.receipt]);
        else await world.inbox.later(delivery.receipt, verdict.at);
      }
    }
  }
}

/** What a late copy of whoever closed the scope last does first, where it takes the branch for one that runs. */
async function letGoOn({ engine, id }: Setup, branch: string, header: Header | undefined): Promise<void> {
  const head = await headOf(engine, id, branch);
  if (!header || !head) throw new Error("it was redriven");
  await goOnUnsent(engine, header, await engine.definition(header.definition), head, { events: 30, by: "late" });
}

test("a branch that has begun once, and that a late copy of an older closing let go on and died, goes on with the redrive", async () => {
  const run = await redrivenInVain();
  const { engine, id } = run;
  await letGoOn(run, "/1.4", (await headOf(engine, id, ""))?.header);
  expect((await headOf(engine, id, "/1.4"))?.position.doing.kind).toBe("retrying");
  await redrive(run);
  await run.pass(300_000);
  expect(await statusOf(run)).toBe("SUCCEEDED");
  expect(await outputOf(run)).toHaveLength(7);
});

test("a branch that is redriven while a late copy of an older closing is at it goes on behind what that has written", async () => {
  const run = await redrivenInVain();
  const { engine, id } = run;
  const before = (await headOf(engine, id, ""))?.header;
  await redrive(run);
  const { commit } = engine.world.log;
  let late = 0;
  const racing = vi.spyOn(engine.world.log, "commit").mockImplementation(async (record, messages, consumed) => {
    if (record.branch === "/1.4" && late++ === 0) await letGoOn(run, "/1.4", before);
    return commit(record, messages, consumed);
  });
  await run.pass(300_000);
  racing.mockRestore();
  expect(late).toBeGreaterThan(1);
  expect(await statusOf(run)).toBe("SUCCEEDED");
  expect(await outputOf(run)).toHaveLength(7);
  expect((await headOf(engine, id, "/1.4"))?.header?.epoch).toBe(2);
});

test("what a redrive fences once more are the branches that ran, and the history of before stays as it was", async () => {
  const { call } = tasks({ "1": [fail()] });
  const states = { Each: { Type: "Map", MaxConcurrency: 3, ItemProcessor: napping, End: true } };
  const naps = [0, 10, 0, 0, 100, 100, 0, 0];
  const run = await setup(states, { call, input: JSON.stringify(naps.map((nap, who) => ({ nap, who }))) });
  await run.pass(20_000);
  await redrive(run);
  await stopExecution(run.engine, run.id, {});
  await run.pass(1_000);
  const before = await told(run.engine, run.id);
  await redrive(run);
  expect((await told(run.engine, run.id)).slice(0, before.length)).toEqual(before);
  await run.pass(300_000);
  expect(await statusOf(run)).toBe("SUCCEEDED");
});

test("a branch that begins while late copies of two older closings fence it goes on behind what they left", async () => {
  const { call } = tasks({ "1": [fail(), fail()] });
  const run = await fourItems(call);
  const { engine, world, id } = run;
  await run.pass(1_000);
  await redrive(run);
  await run.pass(1_000);
  const before = (await headOf(engine, id, ""))?.header;
  await redrive(run);
  const header = (await headOf(engine, id, ""))?.header;
  if (!before || !header) throw new Error("it was redriven");
  await fence(run, "/1.3");
  const head = await headOf(engine, id, "/1.3");
  if (!head) throw new Error("it was fenced");
  const definition = await engine.definition(before.definition);
  await goOnUnsent(engine, before, definition, head, { events: 30, by: "late" });
  const begin = { events: 30, previous: { branch: "/1.2", event: 29 } };
  const baton = { kind: "advance", execution: id, branch: "/1.3", seq: 0, header, begin, reopened: true } as const;
  const waiting = world.waiting("flow");
  expect(await handle(engine, { body: encodeCommand(baton), receives: 1, receipt: undefined })).toEqual({
    kind: "done",
  });
  expect(world.waiting("flow")).toBe(waiting + 1);
  await run.pass(10_000);
  expect(await statusOf(run)).toBe("SUCCEEDED");
});

test("a child whose redrive was written so slowly that its guard found nothing goes on when its parent's call comes again", async () => {
  const run = await setup({ Work: task("work") }, { call: tasks({ work: [fail()] }).call });
  await run.pass(10_000);
  const parent = await setup({ Wait: { Type: "Wait", Seconds: 3_600, End: true } });
  const claim = { execution: parent.id, branch: "", seq: 0 };
  const { executions } = run.engine.world;
  const redriveAtOnce = executions.redrive.bind(executions);
  executions.redrive = async (...all) => {
    executions.redrive = redriveAtOnce;
    await run.pass(120_000);
    await redriveAtOnce(...all);
    throw new Error("died");
  };
  const call = () => redriveChild(run.engine, run.id, claim, "the claim's own");
  await expect(call()).rejects.toThrow("died");
  await run.pass(3_600_000);
  expect(await statusOf(run)).toBe("RUNNING");
  expect(await call()).toEqual({ kind: "awaited" });
  await run.pass(10_000);
  expect(await statusOf(run)).toBe("SUCCEEDED");
});
