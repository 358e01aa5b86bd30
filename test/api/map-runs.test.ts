/** Map Runs over the wire: what of them is described, listed and changed, and how their children are found. */
import { beforeEach, describe, expect, test } from "vitest";
import { createHandler } from "../../lib/api/handler.ts";
import type { Call, CallResult } from "../../lib/engine/ports.ts";
import { distributed, numbers, tenfold } from "../engine/map-run/running.ts";
import { type Setup, setup, tenant } from "../engine/setup.ts";
import { type Answered, type Handler, refusal, rest, wire } from "./requests.ts";

const arn = (what: string): string => `arn:aws:states:${tenant.region}:${tenant.account}:${what}`;
const executionArn = arn("execution:machine:run");
const never = { Wait: { Type: "Wait", Seconds: 800, End: true } };

let stage: Setup;
let handler: Handler;
let send: (operation: string, input: object) => Promise<Answered>;

async function play(states: object, input: string, call?: (asked: Call) => Promise<CallResult>): Promise<void> {
  stage = await setup(states, { input, ...(call && { call }) });
  await stage.pass(60_000);
  handler = createHandler(stage.engine, { authentication: "none" });
  const headers = {
    authorization: `AWS4-HMAC-SHA256 Credential=${tenant.account}/20260115/${tenant.region}/states/aws4_request`,
  };
  send = (operation, given) => wire(handler, operation, given, headers);
}

async function onlyRun(): Promise<string> {
  const { body } = await send("ListMapRuns", { executionArn });
  expect(body.mapRuns).toHaveLength(1);
  return body.mapRuns[0].mapRunArn;
}

const zeros = {
  pending: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  timedOut: 0,
  aborted: 0,
  total: 0,
  resultsWritten: 0,
  failuresNotRedrivable: 0,
  pendingRedrive: 0,
};

test("a run that is over", async () => {
  const state = { ToleratedFailureCount: 2, MaxConcurrency: 3, ItemBatcher: { MaxItemsPerBatch: 2 } };
  const call = async ({ arguments: given }: { arguments: string }): Promise<CallResult> =>
    JSON.parse(given).Items.includes(4)
      ? { kind: "failed", error: "Four", cause: "4" }
      : { kind: "succeeded", output: given };
  await play({ Map: distributed(state) }, "[1,2,3,4,5]", call);
  const mapRunArn = await onlyRun();
  expect(mapRunArn).toMatch(new RegExp(`^${arn("mapRun:machine/Each:")}[-0-9a-f]{36}$`));
  expect((await send("DescribeMapRun", { mapRunArn })).body).toEqual({
    mapRunArn,
    executionArn,
    status: "SUCCEEDED",
    startDate: expect.any(Number),
    stopDate: expect.any(Number),
    maxConcurrency: 3,
    toleratedFailurePercentage: 0,
    toleratedFailureCount: 2,
    itemCounts: { ...zeros, succeeded: 3, failed: 2, total: 5, resultsWritten: 3 },
    executionCounts: { ...zeros, succeeded: 2, failed: 1, total: 3, resultsWritten: 2 },
    redriveCount: 0,
  });
  const children = (await send("ListExecutions", { mapRunArn })).body.executions;
  expect(children.map((one: { status: string; itemCount: number }) => `${one.status} ${one.itemCount}`).sort()).toEqual(
    ["FAILED 2", "SUCCEEDED 1", "SUCCEEDED 2"],
  );
  const { body: failed } = await send("ListExecutions", { mapRunArn, statusFilter: "FAILED" });
  const [child] = failed.executions;
  // As recorded of the run, and as results of the service's show it of its children.
  const stateMachineArn = arn("stateMachine:machine/Each");
  expect(child).toMatchObject({ mapRunArn, stateMachineArn });
  expect((await send("ListMapRuns", { executionArn })).body.mapRuns).toMatchObject([{ stateMachineArn }]);
  expect(child.executionArn).toBe(arn(`execution:machine/Each:${child.name}`));
  const { body: described } = await send("DescribeExecution", { executionArn: child.executionArn });
  expect(described).toMatchObject({
    mapRunArn,
    stateMachineArn,
    status: "FAILED",
    error: "Four",
    redriveStatus: "REDRIVABLE_BY_MAP_RUN",
  });
  const { body: events } = await send("GetExecutionHistory", { executionArn: child.executionArn });
  expect(events.events.at(-1).type).toBe("ExecutionFailed");
  const { body: machine } = await send("DescribeStateMachineForExecution", { executionArn: child.executionArn });
  expect(machine).toMatchObject({ mapRunArn, label: "Each" });
  expect((await send("ListExecutions", { stateMachineArn: arn("stateMachine:machine") })).body.executions).toHaveLength(
    1,
  );
});

test("a child's name has the form of a run's, and is none", async () => {
  await play({ Map: distributed({}, never) }, "[1]");
  const { body } = await send("ListExecutions", { mapRunArn: await onlyRun() });
  const mapRunArn: string = body.executions[0].executionArn.replace(":execution:", ":mapRun:");
  for (const [operation, input] of [
    ["DescribeMapRun", {}],
    ["UpdateMapRun", { maxConcurrency: 1 }],
    ["ListExecutions", {}],
    ["ListExecutions", { statusFilter: "PENDING_REDRIVE" }],
  ] as const) {
    const answer = await send(operation, { mapRunArn, ...input });
    expect(refusal(answer), operation).toBe(`ResourceNotFound: Resource not found: '${mapRunArn}'`);
  }
});

describe("a run at work", () => {
  beforeEach(() => play({ Map: distributed({ MaxConcurrency: 2 }, never) }, numbers(30)));

  test("shows what runs and what is to come", async () => {
    const mapRunArn = await onlyRun();
    const { body } = await send("DescribeMapRun", { mapRunArn });
    expect(body).toMatchObject({ status: "RUNNING", itemCounts: { running: 2, pending: 28, total: 30 } });
    expect(body).not.toHaveProperty("stopDate");
  });

  test("runs more of its children when MaxConcurrency is raised, and no new ones when it falls", async () => {
    const mapRunArn = await onlyRun();
    const running = async () => (await send("DescribeMapRun", { mapRunArn })).body.executionCounts.running;
    expect((await send("UpdateMapRun", { mapRunArn, maxConcurrency: 25 })).status).toBe(200);
    await stage.pass(60_000);
    expect(await running()).toBe(25);
    await send("UpdateMapRun", { mapRunArn, maxConcurrency: 1 });
    await stage.pass(850_000);
    expect(await running()).toBe(1);
    await send("UpdateMapRun", { mapRunArn, maxConcurrency: 0 });
    await stage.pass(60_000);
    expect(await running()).toBe(5);
    await stage.pass(850_000);
    expect((await send("DescribeMapRun", { mapRunArn })).body).toMatchObject({ status: "SUCCEEDED" });
  });

  test("is stopped with its execution", async () => {
    const mapRunArn = await onlyRun();
    await send("StopExecution", { executionArn });
    await stage.pass(60_000);
    const { body } = await send("DescribeMapRun", { mapRunArn });
    expect(body).toMatchObject({ status: "ABORTED", executionCounts: { aborted: 2, pending: 28, running: 0 } });
    const refused = await send("UpdateMapRun", { mapRunArn, maxConcurrency: 1 });
    expect(refusal(refused)).toMatch(/^ValidationException: /);
    expect(refused.body.reason).toBe("CANNOT_UPDATE_COMPLETED_MAP_RUN");
  });
});

test("a redriven run says how often, and who waits for the redrive", async () => {
  const states = {
    Choose: { Type: "Choice", Choices: [{ Variable: "$", NumericLessThan: 4, Next: "Fail" }], Default: "Wait" },
    Fail: { Type: "Fail", Error: "Small" },
  };
  const state = distributed({ MaxConcurrency: 1, ToleratedFailureCount: 2 }, { ...states, ...never });
  await play({ Map: state }, "[1,2,3,9]");
  const mapRunArn = await onlyRun();
  const { body: failed } = await send("DescribeMapRun", { mapRunArn });
  expect(failed).toMatchObject({ status: "FAILED", redriveCount: 0, executionCounts: { failed: 3 } });
  const pending = { mapRunArn, statusFilter: "PENDING_REDRIVE" };
  expect((await send("ListExecutions", pending)).body.executions).toEqual([]);
  await send("UpdateMapRun", { mapRunArn, toleratedFailureCount: 9 });
  await send("RedriveExecution", { executionArn });
  // Looked at before anything has been worked on: those that failed, and the one that was stopped with the run.
  expect((await send("DescribeMapRun", { mapRunArn })).body).toMatchObject({
    status: "RUNNING",
    redriveCount: 1,
    redriveDate: expect.any(Number),
    executionCounts: { pendingRedrive: 4, failed: 0, aborted: 0, pending: 0 },
  });
  expect((await send("ListExecutions", pending)).body.executions).toHaveLength(4);
  await stage.pass(60_000);
  const { body: again } = await send("DescribeMapRun", { mapRunArn });
  expect(again).toMatchObject({ status: "FAILED", redriveCount: 1, executionCounts: { failed: 3, pendingRedrive: 0 } });
  expect((await send("ListMapRuns", { executionArn })).body.mapRuns).toHaveLength(1);
});

test("tolerating less ends a run whose failures are too many now", async () => {
  const states = {
    Choose: { Type: "Choice", Choices: [{ Variable: "$", NumericLessThan: 3, Next: "Fail" }], Default: "Wait" },
  };
  const state = distributed({ ToleratedFailureCount: 3 }, { ...states, Fail: { Type: "Fail" }, ...never });
  await play({ Map: state }, "[1,2,3]");
  const mapRunArn = await onlyRun();
  await send("UpdateMapRun", { mapRunArn, toleratedFailureCount: 1 });
  await stage.pass(60_000);
  expect((await send("DescribeMapRun", { mapRunArn })).body).toMatchObject({ status: "FAILED" });
  expect((await send("DescribeExecution", { executionArn })).body).toMatchObject({ status: "FAILED" });
});

test("runs are listed newest first, page by page", async () => {
  const again = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 2 }];
  await play(
    { Map: distributed({ Retry: again }) },
    "[1]",
    tenfold(() => true),
  );
  const first = (await send("ListMapRuns", { executionArn, maxResults: 2 })).body;
  const second = (await send("ListMapRuns", { executionArn, maxResults: 2, nextToken: first.nextToken })).body;
  const dates = [...first.mapRuns, ...second.mapRuns].map(({ startDate }: { startDate: number }) => startDate);
  expect(dates).toEqual([...dates].sort((a, b) => b - a));
  expect(new Set(dates).size).toBe(3);
  expect(second).not.toHaveProperty("nextToken");
});

describe("what is not there", () => {
  beforeEach(() => play({ Map: { Type: "Pass", End: true } }, "[]"));

  test.each([
    ["DescribeMapRun", { mapRunArn: arn("mapRun:machine/Each:none") }, "ResourceNotFound"],
    ["DescribeMapRun", { mapRunArn: arn("execution:machine:run") }, "InvalidArn"],
    ["DescribeMapRun", { mapRunArn: "arn:aws:states:eu-west-1:1:mapRun:m/E:n" }, "InvalidArn"],
    [
      "DescribeMapRun",
      { mapRunArn: arn("mapRun:machine/Each:none").replace("eu-central-1", "eu-west-1") },
      "ResourceNotFound",
    ],
    ["UpdateMapRun", { mapRunArn: arn("mapRun:machine/Each:none") }, "ResourceNotFound"],
    [
      "UpdateMapRun",
      { mapRunArn: arn("mapRun:machine/Each:none"), toleratedFailurePercentage: 101 },
      "ValidationException",
    ],
    ["UpdateMapRun", { mapRunArn: arn("mapRun:machine/Each:none"), maxConcurrency: -1 }, "ValidationException"],
    ["ListExecutions", { mapRunArn: arn("mapRun:machine/Each:none") }, "ResourceNotFound"],
    ["ListMapRuns", { executionArn: arn("execution:machine:other") }, "ExecutionDoesNotExist"],
  ])("%s %j: %s", async (operation, input, error) => {
    expect(refusal(await send(operation, input))).toMatch(new RegExp(`^${error}: `));
  });

  test("an execution without a Distributed Map has started none", async () => {
    expect((await send("ListMapRuns", { executionArn })).body).toEqual({ mapRuns: [] });
  });
});

test("REST has them under their machine, label and name", async () => {
  await play({ Map: distributed({}, never) }, "[1,2]");
  const { body } = await send("ListMapRuns", { executionArn });
  const run = body.mapRuns[0].mapRunArn.split(":").at(-1);
  const path = `/state-machines/machine/map-runs/Each/${run}`;
  const answers = [await rest(handler, `POST ${path}`, { maxConcurrency: 5 }), await rest(handler, `GET ${path}`)];
  // Unsigned requests are those of another tenant: they are answered like those for what never was.
  expect(answers.map(({ status }) => status)).toEqual([404, 404]);
});
