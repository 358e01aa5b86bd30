/** Status changes and metrics: told once on a good day, and a change at least once whoever dies. */
import { describe, expect, test, vi } from "vitest";
import { takeActivityTask } from "../../lib/engine/activity.ts";
import { runNow } from "../../lib/engine/express-start.ts";
import type { CallResult } from "../../lib/engine/ports.ts";
import { redriveExecution } from "../../lib/engine/redrive.ts";
import { stopExecution } from "../../lib/engine/stop.ts";
import type { Measurement, StatusEvent } from "../../lib/engine/watch-port.ts";
import { type SetupOptions, setup, tenant } from "./setup.ts";

const lambda = "arn:aws:lambda:us-east-1:123456789012:function:work";
const task = { T: { Type: "Task", Resource: lambda, End: true } };
const waiting = { W: { Type: "Wait", Seconds: 3_600, End: true } };
const pass = { P: { Type: "Pass", End: true } };
const succeeded: CallResult = { kind: "succeeded", output: "1" };
const failed: CallResult = { kind: "failed", error: "E", cause: "so" };

function watching() {
  const events: StatusEvent[] = [];
  const measured: Measurement[] = [];
  return {
    events,
    measured,
    statusEvents: { send: async (event: StatusEvent) => void events.push(event) },
    metrics: { put: (measurement: Measurement) => void measured.push(measurement) },
  };
}

const details = (events: readonly StatusEvent[]) => events.map(({ detail }) => JSON.parse(detail));
const told = (events: readonly StatusEvent[]) => details(events).map(({ status }) => status);
/** Names and values, without what they are of. */
const values = (measured: readonly Measurement[]) =>
  measured.map(({ values }) => Object.fromEntries(values.map(([name, value]) => [name, value])));

async function watched(states: object, { passed = 1_000, ...options }: SetupOptions & { passed?: number } = {}) {
  const { events, measured, ...ports } = watching();
  const run = await setup(states, { ...ports, ...options });
  await run.pass(passed);
  return { ...run, events, measured };
}

describe("events", () => {
  test("start and end, with all that is known of them", async () => {
    const { events, world } = await watched(task, { input: '{"n":0.0}' });
    const [summary] = world.summaries();
    expect(details(events)).toEqual([
      expect.objectContaining({ status: "RUNNING", stopDate: null, output: null, outputDetails: null }),
      {
        executionArn: "arn:aws:states:eu-central-1:123456789012:execution:machine:run",
        stateMachineArn: "arn:aws:states:eu-central-1:123456789012:stateMachine:machine",
        name: "run",
        status: "SUCCEEDED",
        startDate: summary?.startedAt,
        stopDate: summary?.stoppedAt,
        input: '{"n":0.0}',
        inputDetails: { included: true },
        output: '{"n":0.0}',
        outputDetails: { included: true },
        error: null,
        cause: null,
        redriveCount: 0,
        redriveDate: null,
      },
    ]);
  });

  test("payloads that are too large stay out", async () => {
    const { events } = await watched(pass, { input: `"${"x".repeat(250_000)}"` });
    const large = { input: null, inputDetails: { included: false }, output: null, outputDetails: { included: false } };
    expect(details(events)[1]).toMatchObject(large);
  });

  test.each([
    ["where together they are too long, the input stays out", 150_000, 150_000, false, true],
    ["an output that is too long alone stays out with it", 1_000, 250_000, false, false],
  ])("%s", async (_, input, output, hasInput, hasOutput) => {
    const { events } = await watched(
      { Work: { Type: "Pass", Parameters: { to: "x".repeat(output) }, OutputPath: "$.to", End: true } },
      { input: `"${"x".repeat(input)}"` },
    );
    expect(details(events)[1]).toMatchObject({
      inputDetails: { included: hasInput },
      outputDetails: { included: hasOutput },
    });
  });

  test("payloads count as they stand in the event, with each quotation mark escaped", async () => {
    const { events } = await watched(pass, { input: JSON.stringify({ a: '"'.repeat(60_000) }) });
    for (const { detail } of events) expect(Buffer.byteLength(detail)).toBeLessThan(256 * 1_024);
    expect(details(events)[1]).toMatchObject({ input: null, outputDetails: { included: true } });
  });

  test("a failure, and the redrive of it", async () => {
    let works = false;
    const { engine, id, pass, events, measured } = await watched(task, {
      call: async () => (works ? succeeded : failed),
    });
    works = true;
    await redriveExecution(engine, id, {});
    await pass(1_000);
    const shown = details(events).map(({ status, error, redriveCount }) => [status, error, redriveCount]);
    expect(shown).toEqual([
      ["RUNNING", null, 0],
      ["FAILED", "E", 0],
      ["RUNNING", null, 1],
      ["SUCCEEDED", null, 1],
    ]);
    const names = values(measured).map((each) => Object.keys(each).filter((name) => name.includes("Executions")));
    expect(names.filter(({ length }) => length > 0)).toEqual([
      ["ExecutionsStarted"],
      ["ExecutionsFailed"],
      ["ExecutionsRedriven"],
      ["ExecutionsSucceeded", "RedrivenExecutionsSucceeded"],
    ]);
  });

  test("a stop is told once: its guard finds nothing left to do", async () => {
    const { engine, id, pass, events, measured } = await watched(waiting);
    await stopExecution(engine, id, { error: "Enough" });
    await pass(120_000);
    expect(told(events)).toEqual(["RUNNING", "ABORTED"]);
    expect(values(measured)).toEqual([{ ExecutionsStarted: 1 }, { ExecutionsAborted: 1, ExecutionTime: 1_000 }]);
  });

  test("an Express execution sends none, but is measured with its bill", async () => {
    const { engine, deploy, events, measured } = await watched(task);
    const machine = await deploy("quick", task);
    measured.length = 0;
    events.length = 0;
    await runNow(engine, { machine, input: "7", version: 3, alias: "live" });
    expect(events).toEqual([]);
    expect(values(measured)).toEqual([
      expect.objectContaining({ LambdaFunctionsSucceeded: 1 }),
      { ExecutionsStarted: 1 },
      {
        ExecutionsSucceeded: 1,
        ExecutionTime: 0,
        ExpressExecutionBilledDuration: 100,
        ExpressExecutionBilledMemory: 64,
      },
    ]);
    const StateMachineArn = "arn:aws:states:eu-central-1:123456789012:stateMachine:quick";
    expect(measured[2]).toMatchObject({
      of: { StateMachineArn, Version: "3", Alias: "live" },
      by: [["StateMachineArn"], ["StateMachineArn", "Version"], ["StateMachineArn", "Alias"]],
    });
  });
});

describe("metrics", () => {
  test("of the machine, and of the version that it was started by", async () => {
    const { measured } = await watched(pass, { version: 2 });
    const StateMachineArn = "arn:aws:states:eu-central-1:123456789012:stateMachine:machine";
    const of = { StateMachineArn, Version: "2" };
    const by = [["StateMachineArn"], ["StateMachineArn", "Version"]];
    expect(measured.map(({ of, by }) => ({ of, by }))).toEqual([
      { of, by },
      { of, by },
    ]);
  });

  test.each<[string, CallResult, Record<string, number>]>([
    [lambda, succeeded, { LambdaFunctionsSucceeded: 1, LambdaFunctionRunTime: 0, LambdaFunctionTime: 0 }],
    [lambda, failed, { LambdaFunctionsFailed: 1, LambdaFunctionRunTime: 0, LambdaFunctionTime: 0 }],
    [
      "arn:aws:states:::sqs:sendMessage",
      succeeded,
      { ServiceIntegrationsSucceeded: 1, ServiceIntegrationRunTime: 0, ServiceIntegrationTime: 0 },
    ],
  ])("of a call: %s, %j", async (Resource, result, expected) => {
    const { measured } = await watched({ T: { ...task.T, Resource } }, { call: async () => result });
    const one = Object.keys(expected)[1]?.replace("RunTime", "") ?? "";
    const begun = { [`${one}sScheduled`]: 1, [`${one}sStarted`]: 1, [`${one}ScheduleTime`]: 0 };
    const dimension = one === "LambdaFunction" ? "LambdaFunctionArn" : "ServiceIntegrationResourceArn";
    expect(values(measured)[1]).toEqual({ ...begun, ...expected });
    expect(measured[1]).toMatchObject({ of: { [dimension]: Resource }, by: [[dimension]] });
  });

  test("of a call that waits for its token: when it was made, and when its time is over", async () => {
    const Resource = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
    const { measured } = await watched(
      { T: { ...task.T, Resource, TimeoutSeconds: 60 } },
      { passed: 100_000, call: async () => ({ kind: "submitted", output: "{}" }) },
    );
    expect(values(measured).slice(1, 3)).toEqual([
      { ServiceIntegrationsScheduled: 1, ServiceIntegrationsStarted: 1, ServiceIntegrationScheduleTime: 0 },
      { ServiceIntegrationsTimedOut: 1, ServiceIntegrationRunTime: 60_000, ServiceIntegrationTime: 60_000 },
    ]);
  });

  test.each([
    ["TimeoutSeconds", "ActivitiesTimedOut"],
    ["HeartbeatSeconds", "ActivitiesHeartbeatTimedOut"],
  ])("of an activity whose worker says nothing: %s", async (limit, name) => {
    const Resource = "arn:aws:states:eu-central-1:123456789012:activity:pack";
    const { engine, pass, measured } = await watched({ T: { ...task.T, Resource, [limit]: 60 } }, { passed: 5_000 });
    await takeActivityTask(engine, { ...tenant, name: "pack" }, {});
    await pass(100_000);
    expect(values(measured).slice(1, 4)).toEqual([
      { ActivitiesScheduled: 1 },
      { ActivitiesStarted: 1, ActivityScheduleTime: 5_000 },
      { [name]: 1, ActivityRunTime: 60_000, ActivityTime: 65_000 },
    ]);
    expect(measured[1]).toMatchObject({ of: { ActivityArn: Resource }, by: [["ActivityArn"]] });
  });
});

test("an end that nobody has told is told by whoever redrives the execution, and only then", async () => {
  const { engine, id, events, pass } = await watched(waiting);
  const { statusEvents } = engine.world;
  if (!statusEvents) throw new Error("it is watched");
  const dying = vi.spyOn(statusEvents, "send").mockRejectedValueOnce(new Error("it died"));
  await expect(stopExecution(engine, id, {})).rejects.toThrow("it died");
  dying.mockRestore();
  await redriveExecution(engine, id, {});
  expect(told(events)).toEqual(["RUNNING", "ABORTED", "RUNNING"]);
  await stopExecution(engine, id, {});
  await redriveExecution(engine, id, {});
  await pass(120_000);
  expect(told(events)).toEqual(["RUNNING", "ABORTED", "RUNNING", "ABORTED", "RUNNING"]);
});
