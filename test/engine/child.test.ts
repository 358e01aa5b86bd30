/** Executions that a Task starts and waits for: their names, their results, and what becomes of them when nobody waits. */
import { describe, expect, test, vi } from "vitest";
import type { SimulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { handle } from "../../lib/engine/advance.ts";
import { answerTask } from "../../lib/engine/callback.ts";
import { decodeCommand, encodeCommand } from "../../lib/engine/codec.ts";
import { describeExecution } from "../../lib/engine/describe.ts";
import { healExecution } from "../../lib/engine/heal.ts";
import { readHistory } from "../../lib/engine/history.ts";
import { originOf } from "../../lib/engine/origin.ts";
import type { CallResult } from "../../lib/engine/ports.ts";
import { redriveExecution } from "../../lib/engine/redrive.ts";
import { stopExecution } from "../../lib/engine/stop.ts";
import { play } from "./processes.ts";
import { type Setup, setup } from "./setup.ts";

const childArn = "arn:aws:states:eu-central-1:123456789012:stateMachine:child";

function start(pattern: string, more: object = {}): object {
  const Parameters = { StateMachineArn: childArn, "Input.$": "$" };
  return { Type: "Task", Resource: `arn:aws:states:::states:startExecution${pattern}`, Parameters, End: true, ...more };
}

const quick = { Double: { Type: "Pass", Result: 1.0, ResultPath: "$.done", End: true } };
const slow = { Rest: { Type: "Wait", Seconds: 600, Next: "Done" }, Done: { Type: "Succeed" } };
const broken = { Break: { Type: "Fail", Error: "Broken", Cause: "it is broken" } };

async function started(states: object, child: object, milliseconds = 60_000): Promise<Setup> {
  const made = await setup(states, { input: '{"n":0.0}' });
  await made.deploy("child", child);
  await made.pass(milliseconds);
  return made;
}

function childOf({ world }: Pick<Setup, "world">) {
  return world.summaries().find(({ machine }) => machine === "child");
}

async function typesOf({ engine, id }: Setup): Promise<readonly string[]> {
  return (await readHistory(engine, id)).map(({ type }) => type);
}

test.each([
  ["", undefined],
  [".sync:2", "Start"],
])("%s: a child knows who waits for it", async (pattern, state) => {
  const made = await started({ Start: start(pattern) }, slow, 5_000);
  const child = childOf(made);
  expect(child && (await originOf(made.engine, child.id))).toEqual(state && { execution: made.id, state });
  expect(await originOf(made.engine, made.id)).toBeUndefined();
});

test("request-response: the parent goes on at once", async () => {
  const made = await started({ Start: start("") }, slow, 5_000);
  const parent = await describeExecution(made.engine, made.id);
  const child = childOf(made);
  expect(child?.status).toBe("RUNNING");
  expect(JSON.parse(parent?.output ?? "")).toMatchObject({
    ExecutionArn: `arn:aws:states:eu-central-1:123456789012:execution:child:${child?.name}`,
    SdkHttpMetadata: { HttpStatusCode: 200 },
    StartDate: child?.startedAt,
  });
});

test.each([
  [".sync", '{"n":0.0}', '{"n":0.0,"done":1}'],
  [".sync:2", { n: 0 }, { n: 0, done: 1 }],
])("%s: the result is the child's description", async (pattern, input, output) => {
  const made = await started({ Start: start(pattern) }, quick);
  expect((await typesOf(made)).slice(2, 6)).toEqual(["TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"]);
  const child = childOf(made);
  const submitted = (await readHistory(made.engine, made.id)).find(({ type }) => type === "TaskSubmitted");
  expect(JSON.stringify(submitted)).toContain(`execution:child:${child?.name}`);
  const parent = await describeExecution(made.engine, made.id);
  expect(JSON.parse(parent?.output ?? "")).toEqual({
    ExecutionArn: `arn:aws:states:eu-central-1:123456789012:execution:child:${child?.name}`,
    Input: input,
    InputDetails: { Included: true },
    Name: child?.name,
    Output: output,
    OutputDetails: { Included: true },
    RedriveCount: 0,
    RedriveStatus: "NOT_REDRIVABLE",
    RedriveStatusReason: "Execution is SUCCEEDED and cannot be redriven",
    StartDate: child?.startedAt,
    StateMachineArn: childArn,
    Status: "SUCCEEDED",
    StopDate: child?.stoppedAt,
  });
});

test("a child's failure is the parent's States.TaskFailed, its cause the child's description", async () => {
  const Catch = [{ ErrorEquals: ["States.TaskFailed"], Next: "Caught" }];
  const made = await started({ Start: start(".sync", { Catch }), Caught: { Type: "Succeed" } }, broken);
  const { output = "" } = (await describeExecution(made.engine, made.id)) ?? {};
  const { Error: error, Cause: cause } = JSON.parse(output);
  expect(error).toBe("States.TaskFailed");
  expect(JSON.parse(cause)).toMatchObject({ Status: "FAILED", Error: "Broken", Cause: "it is broken" });
});

test("a child that is not there is refused as by the service", async () => {
  const made = await setup({ Start: start(".sync") });
  await made.pass(1_000);
  expect((await describeExecution(made.engine, made.id))?.summary).toMatchObject({
    status: "FAILED",
    error: "StepFunctions.StateMachineDoesNotExistException",
  });
});

test("a name that is taken is refused, also while it runs: its end is somebody else's", async () => {
  const Parameters = { StateMachineArn: childArn, Name: "one" };
  const both = {
    Type: "Map",
    ItemsPath: "$.items",
    MaxConcurrency: 1,
    ItemProcessor: { StartAt: "Start", States: { Start: start(".sync", { Parameters }) } },
    End: true,
  };
  const made = await setup({ Both: both }, { input: '{"items":[1,2]}' });
  await made.deploy("child", quick);
  await made.pass(60_000);
  expect((await describeExecution(made.engine, made.id))?.summary).toMatchObject({
    status: "FAILED",
    error: "StepFunctions.ExecutionAlreadyExistsException",
  });
});

test(".waitForTaskToken: the answer comes by the token, whatever the child does", async () => {
  const Parameters = { StateMachineArn: childArn, Input: { "token.$": "$$.Task.Token" } };
  const made = await started({ Start: start(".waitForTaskToken", { Parameters }) }, quick);
  const child = childOf(made);
  expect(child?.status).toBe("SUCCEEDED");
  expect((await describeExecution(made.engine, made.id))?.summary.status).toBe("RUNNING");
  const { input } = (child && (await describeExecution(made.engine, child.id))) ?? { input: "{}" };
  await answerTask(made.engine, JSON.parse(input).token, { kind: "succeeded", output: '"by token"' });
  await made.pass(1_000);
  expect((await describeExecution(made.engine, made.id))?.output).toBe('"by token"');
});

describe("a child that nobody waits for any more is stopped", () => {
  test("when the parent is", async () => {
    const made = await started({ Start: start(".sync") }, slow, 5_000);
    expect(childOf(made)?.status).toBe("RUNNING");
    await stopExecution(made.engine, made.id, {});
    await made.pass(1_000);
    expect(childOf(made)?.status).toBe("ABORTED");
  });

  test("when the state times out", async () => {
    const made = await started({ Start: start(".sync", { TimeoutSeconds: 20 }) }, slow, 25_000);
    expect((await describeExecution(made.engine, made.id))?.summary).toMatchObject({ error: "States.Timeout" });
    expect(childOf(made)?.status).toBe("ABORTED");
  });

  test("when a sibling branch fails", async () => {
    const Fail = { Type: "Wait", Seconds: 5, Next: "Break" };
    const Branches = [
      { StartAt: "Start", States: { Start: start(".sync") } },
      { StartAt: "Fail", States: { Fail, ...broken } },
    ];
    const made = await started({ Both: { Type: "Parallel", Branches, End: true } }, slow, 30_000);
    expect((await describeExecution(made.engine, made.id))?.summary).toMatchObject({ error: "Broken" });
    expect(childOf(made)?.status).toBe("ABORTED");
  });

  test("though the end of its parent was written slowly, and whoever wrote it died", async () => {
    const made = await started({ Start: start(".sync") }, slow, 5_000);
    const { executions } = made.engine.world;
    const { stop } = executions;
    executions.stop = async (...asked) => {
      executions.stop = stop;
      await made.pass(120_000);
      await stop(...asked);
      throw new Error("died");
    };
    await expect(stopExecution(made.engine, made.id, {})).rejects.toThrow("died");
    expect(childOf(made)?.status).toBe("RUNNING");
    await made.pass(120_000);
    expect(childOf(made)?.status).toBe("ABORTED");
  });

  test("though its parent was stopped while its own start was written slowly, and whoever wrote it died", async () => {
    const made = await setup({ Start: start(".sync") });
    await made.deploy("child", slow);
    const { executions } = made.engine.world;
    const begin = executions.start;
    executions.start = async (...asked) => {
      executions.start = begin;
      await stopExecution(made.engine, made.id, {});
      await made.pass(120_000);
      await begin(...asked);
      throw new Error("died");
    };
    await expect(made.pass(1_000)).rejects.toThrow("died");
    expect(childOf(made)?.status).toBe("RUNNING");
    await made.pass(120_000);
    expect(childOf(made)?.status).toBe("ABORTED");
  });

  test("but not one of that name which somebody else has started", async () => {
    const made = await setup({ Rest: { Type: "Wait", Seconds: 600, Next: "Done" }, Done: { Type: "Succeed" } });
    const parent = { execution: made.id, branch: "", seq: 7 };
    const body = encodeCommand({ kind: "abandoned", execution: made.id, branch: "", parent });
    expect(await handle(made.engine, { body, receives: 1, receipt: undefined })).toEqual({ kind: "done" });
    expect((await describeExecution(made.engine, made.id))?.summary.status).toBe("RUNNING");
  });
});

describe("crashes", () => {
  const States = { Start: start(".sync"), Done: { Type: "Succeed" } };
  const parent = { StartAt: "Start", States: { ...States, Start: start(".sync", { End: undefined, Next: "Done" }) } };
  const outcome = ({ world }: { world: SimulatedWorld }) =>
    world.summaries().map(({ machine, status }) => `${machine} ${status}`);

  test.each([
    ["before", quick],
    ["after", quick],
    ["before", broken],
    ["after", broken],
  ] as const)("%s any call: the child runs once, and the parent learns of its end", async (when, child) => {
    const machines = { machine: parent, child: { StartAt: Object.keys(child)[0], States: child } };
    const calm = await play({ machines });
    const ends = child === quick ? "SUCCEEDED" : "FAILED";
    expect(outcome(calm)).toEqual([`machine ${ends}`, `child ${ends}`]);
    for (let number = 0; number < calm.world.calls.length; number++) {
      const crashed = await play({ machines, plan: (world) => world.crashAt(number, when) });
      expect([number, ...outcome(crashed)]).toEqual([number, ...outcome(calm)]);
    }
  });

  test.each(["before", "after"] as const)("%s any call: a stopped parent leaves no child behind", async (when) => {
    const machines = { machine: parent, child: { StartAt: "Rest", States: slow } };
    const script = (plan?: (world: SimulatedWorld) => void) => ({
      machines,
      ...(plan && { plan }),
      turn: async ({ act, world }: Awaited<ReturnType<typeof play>>, turn: number): Promise<void> => {
        const id = world.summaries().find(({ machine }) => machine === "machine")?.id;
        if (id && turn >= 3 && turn < 6) await act((engine) => stopExecution(engine, id, {}, "stop-invocation"));
      },
    });
    const calm = await play(script());
    expect(outcome(calm)).toEqual(["machine ABORTED", "child ABORTED"]);
    for (let number = 0; number < calm.world.calls.length; number++) {
      const left = outcome(await play(script((world) => world.crashAt(number, when))));
      expect([number, ...left.filter((one) => !one.endsWith(" ABORTED"))]).toEqual([number]);
    }
  });
});

describe("a redrive of the parent", () => {
  const lambda = { Type: "Task", Resource: "arn:aws:lambda:eu-central-1:123456789012:function:work" };
  const steps = { First: { ...lambda, Next: "Second" }, Second: { ...lambda, End: true } };

  /** The second state of the child fails until it is mended. */
  async function failing(pattern: string) {
    const world = { calls: 0, broken: true };
    const call = async (): Promise<CallResult> => {
      world.calls += 1;
      return world.broken && world.calls > 1
        ? { kind: "failed", error: "Broken", cause: "still" }
        : { kind: "succeeded", output: String(world.calls) };
    };
    const made = await setup({ Start: start(pattern) }, { input: "{}", call });
    await made.deploy("child", steps);
    await made.pass(60_000);
    return { made, world };
  }

  async function redrive(made: Setup, clientToken: string): Promise<string | undefined> {
    expect(await redriveExecution(made.engine, made.id, { clientToken })).toMatchObject({ kind: "redriven" });
    await made.pass(60_000);
    return (await describeExecution(made.engine, made.id))?.summary.status;
  }

  test.each([".sync", ".sync:2"])("%s: redrives the child that failed, as often as it takes", async (pattern) => {
    const { made, world } = await failing(pattern);
    const child = childOf(made);
    expect(child?.status).toBe("FAILED");
    expect(await redrive(made, "one")).toBe("FAILED");
    world.broken = false;
    expect(await redrive(made, "two")).toBe("SUCCEEDED");
    // The first state once, the second three times.
    expect(world.calls).toBe(4);
    expect(childOf(made)).toMatchObject({ id: child?.id, status: "SUCCEEDED", redrives: { count: 2 } });
    expect(made.world.summaries()).toHaveLength(2);
  });

  test("stops that child when the parent is stopped again", async () => {
    const made = await started({ Start: start(".sync") }, slow, 5_000);
    for (const times of ["one", "two"]) {
      await stopExecution(made.engine, made.id, {});
      await made.pass(5_000);
      expect(childOf(made)?.status).toBe("ABORTED");
      await redriveExecution(made.engine, made.id, { clientToken: times });
      await made.pass(5_000);
      expect(childOf(made)?.status).toBe("RUNNING");
    }
    await made.pass(1_200_000);
    expect((await describeExecution(made.engine, made.id))?.summary.status).toBe("SUCCEEDED");
  });

  test("waits for nobody who is redriven by somebody else at the same time", async () => {
    const { made } = await failing(".sync");
    const { executions } = made.engine.world;
    const { id } = childOf(made) ?? {};
    if (id === undefined) throw new Error("it has a child");
    const find = executions.find;
    const racing = vi.spyOn(executions, "find").mockImplementation(async (asked) => {
      if (asked === id) {
        racing.mockRestore();
        expect(await redriveExecution(made.engine, id, {})).toMatchObject({ kind: "redriven" });
      }
      return find(asked);
    });
    expect(await redrive(made, "one")).toBe("FAILED");
    expect(childOf(made)).toMatchObject({ status: "FAILED", redrives: { count: 1 } });
  });

  test("stops its child first where that has not heard of the stop yet", async () => {
    const made = await started({ Start: start(".sync") }, slow, 5_000);
    const { queue } = made.engine.world;
    const { send } = queue;
    const slowly = vi
      .spyOn(queue, "send")
      .mockImplementation((messages) =>
        send(
          messages.map((each) =>
            decodeCommand(each.body).kind === "abandoned" ? { ...each, delayMilliseconds: 60_000 } : each,
          ),
        ),
      );
    await stopExecution(made.engine, made.id, {});
    slowly.mockRestore();
    expect(childOf(made)?.status).toBe("RUNNING");
    expect(await redrive(made, "one")).toBe("RUNNING");
    expect(childOf(made)).toMatchObject({ status: "RUNNING", redrives: { count: 1 } });
    await made.pass(800_000);
    expect((await describeExecution(made.engine, made.id))?.summary.status).toBe("SUCCEEDED");
  });

  test.each([
    ["has succeeded", { Rest: { Type: "Wait", Seconds: 5, Next: "Done" }, Done: { Type: "Succeed" } }, 0],
    ["has failed", { Rest: { Type: "Wait", Seconds: 5, Next: "Break" }, ...broken }, 1],
  ])("of a child that %s, of which nobody knows yet, learns of its end", async (_, child, count) => {
    const made = await started({ Start: start(".sync") }, child, 1_000);
    const dying = vi.spyOn(made.engine.world.executions, "finish").mockRejectedValueOnce(new Error("it died"));
    await expect(made.pass(10_000)).rejects.toThrow("it died");
    dying.mockRestore();
    expect(childOf(made)?.status).toBe("RUNNING");
    await stopExecution(made.engine, made.id, {});
    const status = count === 0 ? "SUCCEEDED" : "FAILED";
    expect(await redrive(made, "one")).toBe(status);
    expect(childOf(made)).toMatchObject({ status, ...(count > 0 && { redrives: { count } }) });
  });

  test("goes on with a child that a late worker of the attempt before starts in that moment", async () => {
    const made = await setup({ Start: start(".sync") }, { input: "{}" });
    await made.deploy("child", { Rest: { Type: "Wait", Seconds: 100, Next: "Done" }, Done: { Type: "Succeed" } });
    const { executions } = made.engine.world;
    const first = executions.start;
    const late: (() => Promise<unknown>)[] = [];
    const racing = vi.spyOn(executions, "start").mockImplementation(async (summary, record) => {
      if (late.length === 0) {
        late.push(() => first(summary, record));
        throw new Error("it is late");
      }
      racing.mockRestore();
      for (const write of late) await write();
      return first(summary, record);
    });
    await expect(made.pass(1_000)).rejects.toThrow("it is late");
    await stopExecution(made.engine, made.id, {});
    await redriveExecution(made.engine, made.id, {});
    await expect(made.pass(1_000)).rejects.toThrow("has just been started by an earlier attempt");
    await made.pass(1_200_000);
    expect((await describeExecution(made.engine, made.id))?.summary.status).toBe("SUCCEEDED");
  });

  test("that is stopped before it has come to the child leaves that to the next one", async () => {
    const { made, world } = await failing(".sync");
    const child = childOf(made);
    await redriveExecution(made.engine, made.id, { clientToken: "one" });
    await stopExecution(made.engine, made.id, {});
    await made.pass(1_000);
    world.broken = false;
    expect(await redrive(made, "two")).toBe("SUCCEEDED");
    expect(childOf(made)).toMatchObject({ id: child?.id, status: "SUCCEEDED", redrives: { count: 1 } });
    expect(made.world.summaries()).toHaveLength(2);
  });

  test("of one that was never started starts it", async () => {
    const made = await setup({ Start: start(".sync") }, { input: "{}" });
    await made.pass(60_000);
    await made.deploy("child", quick);
    expect(await redrive(made, "one")).toBe("SUCCEEDED");
  });
});

test("a child that is redriven by itself, when nobody waits for it, is not stopped for that", async () => {
  const made = await started({ Start: start(".sync", { TimeoutSeconds: 20 }) }, slow, 25_000);
  const { id } = childOf(made) ?? {};
  if (id === undefined) throw new Error("it has a child");
  expect(childOf(made)?.status).toBe("ABORTED");
  expect(await redriveExecution(made.engine, id, {})).toMatchObject({ kind: "redriven" });
  await made.pass(120_000);
  await healExecution(made.engine, id, { quietMilliseconds: 60_000, most: 10, dryRun: false });
  await made.pass(60_000);
  expect(childOf(made)?.status).toBe("RUNNING");
  await made.pass(600_000);
  expect(childOf(made)?.status).toBe("SUCCEEDED");
});
