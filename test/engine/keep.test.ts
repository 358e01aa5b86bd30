/**
 * Executions that are open for years, on a store that forgets each row when its moment has come, as DynamoDB does:
 * all of it stays readable while it is open and for its retention afterwards, and then goes.
 */
import { expect, test } from "vitest";
import { Outage } from "../../lib/adapters/simulated/faults.ts";
import { type SimulatedWorld, simulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { takeActivityTask } from "../../lib/engine/activity.ts";
import { handle } from "../../lib/engine/advance.ts";
import { answerTask } from "../../lib/engine/callback.ts";
import { encodeCommand } from "../../lib/engine/codec.ts";
import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import { healExecution } from "../../lib/engine/heal.ts";
import { readHistory } from "../../lib/engine/history.ts";
import { childId } from "../../lib/engine/identity.ts";
import { saveDefinition } from "../../lib/engine/machines.ts";
import { describeMapRun } from "../../lib/engine/map-run/describe.ts";
import type { ExecutionId, MapRunId, Tasks, Verdict } from "../../lib/engine/ports.ts";
import { redriveExecution } from "../../lib/engine/redrive.ts";
import { startExecution } from "../../lib/engine/start.ts";
import { stopExecution } from "../../lib/engine/stop.ts";
import { tenant } from "./setup.ts";

const hour = 3_600_000;
const day = 24 * hour;
const year = 365 * day;

async function started(definition: object, input = '{"n":1}', forgets = {}, tasks?: Tasks) {
  const world = simulatedWorld({ seed: "years", forgets, ...(tasks && { tasks }) });
  const engine = createEngine(world, { retentionDays: 90 });
  const definitionHash = await saveDefinition(engine, JSON.stringify(definition));
  const fixed = { type: "STANDARD", createdAt: 0, revisionId: "1", settings: "{}", roleArn: "role" } as const;
  const machine = { ...tenant, name: "machine", definitionHash, ...fixed };
  const { id } = await startExecution(engine, { machine, input, name: "run" });
  return { world, engine, id, begun: world.now() };
}

async function pass(world: SimulatedWorld, engine: Engine, until: number): Promise<void> {
  for (;;) {
    for (const lane of ["flow", "tasks"] as const) {
      for (const delivery of await world.inbox.receive(lane, 10)) {
        const verdict = await handle(engine, delivery).catch((error: Error): Verdict => {
          if (!(error instanceof Outage)) throw error;
          return { kind: "later", at: world.now() + 6 * hour };
        });
        if (verdict.kind === "done") await world.inbox.done([delivery.receipt]);
        else await world.inbox.later(delivery.receipt, verdict.at);
      }
    }
    for (const shard of world.shardsDue()) await world.timers.sweep(shard, world.now() + world.timers.queueHorizon);
    const next = world.nextDue();
    if (next === undefined || next > until) break;
    await world.advanceTo(next);
  }
  await world.advanceTo(until);
}

const statusOf = async (engine: Engine, id: ExecutionId) => (await engine.world.executions.find(id))?.status;

test("one that waits two years, beside a branch that ended on the first day", async () => {
  const wait = { Type: "Wait", Seconds: (2 * year) / 1_000, Next: "Done" };
  const { world, engine, id, begun } = await started({
    StartAt: "Both",
    States: {
      Both: {
        Type: "Parallel",
        Branches: [
          { StartAt: "Quick", States: { Quick: { Type: "Pass", Result: "quick", End: true } } },
          { StartAt: "Long", States: { Long: wait, Done: { Type: "Pass", Result: "long", End: true } } },
        ],
        End: true,
      },
    },
  });
  await pass(world, engine, begun + 2 * year - 1_000);
  expect(await statusOf(engine, id)).toBe("RUNNING");
  expect((await readHistory(engine, id)).map(({ type }) => type).slice(0, 3)).toEqual([
    "ExecutionStarted",
    "ParallelStateEntered",
    "ParallelStateStarted",
  ]);
  await pass(world, engine, begun + 2 * year + 1_000);
  expect(await statusOf(engine, id)).toBe("SUCCEEDED");
  const end = (await engine.world.executions.find(id))?.stoppedAt ?? 0;
  expect(Math.abs(end - begun - 2 * year)).toBeLessThan(1_000);
  const history = await readHistory(engine, id);
  expect(history.at(-1)).toMatchObject({
    type: "ExecutionSucceeded",
    executionSucceededEventDetails: { output: '["quick","long"]' },
  });

  // A process that has not seen it before reads all of it as long as it is kept, and nothing afterwards.
  await pass(world, engine, end + 90 * day);
  const other = createEngine(engine.world, { retentionDays: 90 });
  expect(await readHistory(other, id)).toEqual(history);
  await pass(world, engine, end + 123 * day);
  expect(await statusOf(engine, id)).toBeUndefined();
  expect(await engine.world.log.head(id, "")).toBeUndefined();
});

test.each(["Parallel", "Map"])("a %s state that one comes to after half a year", async (Type) => {
  const inner = (name: string) => ({ StartAt: name, States: { [name]: { Type: "Pass", End: true } } });
  const branches = Type === "Map" ? { ItemProcessor: inner("A") } : { Branches: [inner("A"), inner("B")] };
  const States = {
    Nap: { Type: "Wait", Seconds: year / 2 / 1_000, Next: "Fork" },
    Fork: { Type, ...branches, End: true },
  };
  const { world, engine, id, begun } = await started({ StartAt: "Nap", States }, "[1,2]");
  await pass(world, engine, begun + year / 2 + day);
  expect(await statusOf(engine, id)).toBe("SUCCEEDED");
});

test("a Parallel state that is redriven half a year after one of its branches has succeeded", async () => {
  let isBroken = true;
  const call: Tasks["call"] = async () =>
    isBroken ? { kind: "failed", error: "Broken", cause: "" } : { kind: "succeeded", output: "2" };
  const Call = { Type: "Task", Resource: "arn:aws:lambda:eu-central-1:123456789012:function:f", End: true };
  const Branches = [
    { StartAt: "Done", States: { Done: { Type: "Pass", Result: 1, End: true } } },
    { StartAt: "Nap", States: { Nap: { Type: "Wait", Seconds: year / 2 / 1_000, Next: "Call" }, Call } },
  ];
  const States = { Both: { Type: "Parallel", Branches, End: true } };
  const { world, engine, id, begun } = await started({ StartAt: "Both", States }, "{}", {}, { call });
  await pass(world, engine, begun + year / 2 + day);
  expect(await statusOf(engine, id)).toBe("FAILED");
  isBroken = false;
  expect((await redriveExecution(engine, id, {})).kind).toBe("redriven");
  await pass(world, engine, begun + year / 2 + 2 * day);
  expect(await statusOf(engine, id)).toBe("SUCCEEDED");
});

test.each([1, 3])("a Map Run whose children wait for half a year, %i at a time", async (MaxConcurrency) => {
  const wait = { Type: "Wait", Seconds: year / 2 / 1_000, Next: "Done" };
  const Choices = [{ Variable: "$", NumericEquals: 1, Next: "Done" }];
  const ItemProcessor = {
    ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
    StartAt: "Choose",
    States: { Choose: { Type: "Choice", Choices, Default: "Long" }, Long: wait, Done: { Type: "Pass", End: true } },
  };
  const States = { Each: { Type: "Map", MaxConcurrency, ItemProcessor, End: true } };
  const { world, engine, id, begun } = await started({ StartAt: "Each", States }, "[1,2,3]");
  await pass(world, engine, begun + year / 2 - day);
  // What is there is there for whoever has not seen it before.
  const run = (await engine.world.mapRuns.list(id, 1)).items[0];
  const described = run && (await describeMapRun(createEngine(engine.world), run.id));
  expect(described?.executions).toMatchObject({ succeeded: 1, running: MaxConcurrency === 1 ? 1 : 2, total: 3 });
  expect(run?.expires).toBeGreaterThan(begun + year / 2);
  await pass(world, engine, begun + (MaxConcurrency === 1 ? year : year / 2) + day);
  expect(await statusOf(engine, id)).toBe("SUCCEEDED");
  const history = await readHistory(createEngine(engine.world), id);
  expect(history.at(-1)).toMatchObject({ executionSucceededEventDetails: { output: "[1,2,3]" } });
});

test.each([
  ["Each", "Nap", year - day],
  ["Nap", "Each", year + 90 * day],
])(
  "a Map Run that has ended is listed and described as long as its execution is: %s, then %s",
  async (first, then, after) => {
    const ItemProcessor = {
      ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
      StartAt: "Done",
      States: { Done: { Type: "Pass", End: true } },
    };
    const next = (name: string) => (name === first ? { Next: then } : { End: true });
    const States = {
      Each: { Type: "Map", ItemProcessor, ...next("Each") },
      Nap: { Type: "Wait", Seconds: year / 1_000, ...next("Nap") },
    };
    const { world, engine, id, begun } = await started({ StartAt: first, States }, "[1,2,3]");
    await pass(world, engine, begun + after);
    const { items } = await engine.world.mapRuns.list(id, 2);
    expect(items).toMatchObject([{ stoppedAt: expect.any(Number) }]);
    const described = await describeMapRun(createEngine(engine.world), items[0]?.id ?? ("" as MapRunId));
    expect(described?.executions).toMatchObject({ succeeded: 3, total: 3 });
  },
);

/** One child after the other: the first succeeds at once, the second fails half a year later. */
const secondFailsLate = {
  StartAt: "Each",
  States: {
    Each: {
      Type: "Map",
      MaxConcurrency: 1,
      ItemProcessor: {
        ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
        StartAt: "Choose",
        States: {
          Choose: {
            Type: "Choice",
            Choices: [{ Variable: "$", NumericEquals: 2, Next: "Long" }],
            Default: "Done",
          },
          Long: { Type: "Wait", Seconds: year / 2 / 1_000, Next: "Break" },
          Break: { Type: "Fail", Error: "Broken" },
          Done: { Type: "Succeed" },
        },
      },
      End: true,
    },
  },
};

test("a Map Run that is redriven when the store has forgotten its first children does not run them again", async () => {
  const { world, engine, id, begun } = await started(secondFailsLate, "[1,2]");
  await pass(world, engine, begun + year / 2 + day);
  expect(await statusOf(engine, id)).toBe("FAILED");
  const run = (await engine.world.mapRuns.list(id, 1)).items[0]?.id ?? ("" as MapRunId);
  const [first, second] = [childId(run, 0), childId(run, 1)];
  expect([await statusOf(engine, first), await statusOf(engine, second)]).toEqual([undefined, "FAILED"]);
  expect((await redriveExecution(engine, id, {})).kind).toBe("redriven");
  await pass(world, engine, begun + year / 2 + 2 * day);
  expect((await describeMapRun(createEngine(engine.world), run))?.executions).toMatchObject({
    succeeded: 1,
    failed: 1,
  });
  expect((await engine.world.executions.find(second))?.redrives?.count).toBe(1);
  expect([await statusOf(engine, first), await statusOf(engine, id)]).toEqual([undefined, "FAILED"]);
});

test("nor does one that is stopped again before all of it was looked through", async () => {
  const { world, engine, id, begun } = await started(secondFailsLate, "[1,2]");
  await pass(world, engine, begun + year / 2 + day);
  const run = (await engine.world.mapRuns.list(id, 1)).items[0]?.id ?? ("" as MapRunId);
  expect((await redriveExecution(engine, id, { clientToken: "one" })).kind).toBe("redriven");
  await stopExecution(engine, id, {});
  await pass(world, engine, begun + year / 2 + 2 * day);
  expect((await describeMapRun(createEngine(engine.world), run))?.state).toMatchObject({
    redriven: { count: 1 },
    phase: { kind: "ended", outcome: { status: "ABORTED" } },
  });
  expect((await redriveExecution(engine, id, { clientToken: "two" })).kind).toBe("redriven");
  await pass(world, engine, begun + year / 2 + 3 * day);
  expect((await describeMapRun(createEngine(engine.world), run))?.executions).toMatchObject({
    succeeded: 1,
    failed: 1,
  });
  expect([await statusOf(engine, childId(run, 0)), await statusOf(engine, id)]).toEqual([undefined, "FAILED"]);
});

test("nor does one that is redriven twice, and comes to them half a year later each time", async () => {
  const Break = { Type: "Fail", Error: "Broken" };
  const Retry = [{ ErrorEquals: ["Broken"], IntervalSeconds: year / 2 / 1_000, MaxAttempts: 1 }];
  const Choices = [
    { Variable: "$", NumericEquals: 1, Next: "Try" },
    { Variable: "$", NumericEquals: 3, Next: "Break" },
  ];
  const ItemProcessor = {
    ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
    StartAt: "Choose",
    States: {
      Choose: { Type: "Choice", Choices, Default: "Done" },
      Try: { Type: "Parallel", Branches: [{ StartAt: "Fail", States: { Fail: Break } }], Retry, End: true },
      Break,
      Done: { Type: "Succeed" },
    },
  };
  const Each = { Type: "Map", MaxConcurrency: 1, ToleratedFailureCount: 1, ItemProcessor, End: true };
  const { world, engine, id, begun } = await started({ StartAt: "Each", States: { Each } }, "[1,2,3]");
  for (const times of [1, 2, 3]) {
    await pass(world, engine, begun + times * (year / 2 + day));
    expect(await statusOf(engine, id)).toBe("FAILED");
    if (times < 3) expect((await redriveExecution(engine, id, { clientToken: `${times}` })).kind).toBe("redriven");
  }
  const run = (await engine.world.mapRuns.list(id, 1)).items[0]?.id ?? ("" as MapRunId);
  expect(await statusOf(engine, childId(run, 1))).toBeUndefined();
});

test.each([
  ["", {}],
  [", whose log is too long for one worker to give another term", { mostRenewed: 10 }],
])("one that loops slowly for a year%s", async (_, forgets) => {
  const States = {
    Nap: { Type: "Wait", Seconds: (5 * day) / 1_000, Next: "Again" },
    Again: { Type: "Choice", Choices: [{ Variable: "$.n", NumericEquals: 1, Next: "Nap" }], Default: "Never" },
    Never: { Type: "Succeed" },
  };
  const { world, engine, id, begun } = await started({ StartAt: "Nap", States }, '{"n":1}', forgets);
  await pass(world, engine, begun + year);
  const history = await readHistory(createEngine(engine.world), id);
  expect(history[0]?.type).toBe("ExecutionStarted");
  expect(history.filter(({ type }) => type === "WaitStateExited")).toHaveLength(73);
});

test("a task that waits half a year for a worker, who says once that he is at work", async () => {
  const Resource = "arn:aws:states:eu-central-1:123456789012:activity:dig";
  const HeartbeatSeconds = (0.6 * year) / 1_000;
  const Dig = { Type: "Task", Resource, HeartbeatSeconds, TimeoutSeconds: 99_999_999, End: true };
  const { world, engine, id, begun } = await started({ StartAt: "Dig", States: { Dig } });
  await pass(world, engine, begun + year / 2);
  const task = await takeActivityTask(engine, { ...tenant, name: "dig" }, {});
  if (task === undefined) throw new Error("the task is not offered any more");
  await pass(world, engine, begun + 0.6 * year);
  expect(await answerTask(engine, task.token, { kind: "heartbeat" })).toBe("accepted");
  await pass(world, engine, begun + 1.19 * year);
  expect(await statusOf(engine, id)).toBe("RUNNING");
  await pass(world, engine, begun + 1.21 * year);
  expect(await statusOf(engine, id)).toBe("FAILED");
});

test.each([1, 40])("one whose first messages a purge has taken, healed on day %i", async (healed) => {
  const wait = { Type: "Wait", Seconds: year / 1_000, Next: "Done" };
  const { world, engine, id, begun } = await started({
    StartAt: "Long",
    States: { Long: wait, Done: { Type: "Succeed" } },
  });
  world.purgeAt(world.calls.length);
  await pass(world, engine, begun + healed * day);
  const all = { quietMilliseconds: 0, most: 10, dryRun: false };
  await healExecution(engine, id, all);
  await pass(world, engine, begun + year + healed * day);
  expect(await statusOf(engine, id)).toBe("SUCCEEDED");
  expect((await readHistory(createEngine(engine.world), id))[0]?.type).toBe("ExecutionStarted");
});

test.each([
  ["at once", {}],
  ["after two hours", { Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 7_200, MaxAttempts: 1 }] }],
])("one that fails %s, redriven every other week for half a year", async (_, more) => {
  const Try = {
    Type: "Task",
    Resource: "arn:aws:lambda:eu-central-1:123456789012:function:broken",
    ...more,
    End: true,
  };
  const { world, engine, id, begun } = await started({ StartAt: "Try", States: { Try } });
  for (let weeks = 2; weeks < 26; weeks += 2) {
    await pass(world, engine, begun + weeks * 7 * day - day);
    expect((await redriveExecution(engine, id, {})).kind).toBe("redriven");
  }
  await pass(world, engine, begun + year / 2);
  expect(await statusOf(engine, id)).toBe("FAILED");
  const history = await readHistory(createEngine(engine.world), id);
  expect(history[0]?.type).toBe("ExecutionStarted");
  expect(history.filter(({ type }) => type === "ExecutionRedriven")).toHaveLength(12);
  expect(history.map((event) => event.id)).toEqual(history.map((_event, index) => index + 1));
});

test.each(["", " in a branch"])(
  "one that is stopped while it waits for a year%s stays stopped when the year is over",
  async (where) => {
    const States = { Nap: { Type: "Wait", Seconds: year / 1_000, Next: "Done" }, Done: { Type: "Pass", End: true } };
    const inside = { StartAt: "Nap", States };
    const both = { StartAt: "Both", States: { Both: { Type: "Parallel", Branches: [inside], End: true } } };
    const { world, engine, id, begun } = await started(where === "" ? inside : both);
    await pass(world, engine, begun + day);
    await stopExecution(engine, id, {}, "call");
    await pass(world, engine, begun + year - day);
    const calls = world.calls.length;
    await pass(world, engine, begun + year + day);
    expect(world.calls.slice(calls).filter(({ name }) => /append|commit/.test(name))).toEqual([]);
    expect([world.waiting("flow"), world.waiting("tasks")]).toEqual([0, 0]);
  },
);

test("what ends within a month is given no other term", async () => {
  const { world, engine, begun } = await started({
    StartAt: "Nap",
    States: { Nap: { Type: "Wait", Seconds: (20 * day) / 1_000, Next: "Done" }, Done: { Type: "Succeed" } },
  });
  await pass(world, engine, begun + 100 * day);
  expect(world.calls.filter(({ name }) => name.endsWith(".renew"))).toEqual([]);
  expect(world.waiting("flow")).toBe(0);
});

test("a copy of the timer that comes when all has its term sends and renews nothing", async () => {
  const { world, engine, id, begun } = await started({
    StartAt: "Nap",
    States: { Nap: { Type: "Wait", Seconds: year / 1_000, End: true } },
  });
  await pass(world, engine, begun + 31 * day);
  const before = world.calls.length;
  const body = encodeCommand({ kind: "keep", execution: id, branch: "" });
  await handle(engine, { body, receives: 1, receipt: undefined });
  expect(world.calls.slice(before).filter(({ name }) => /send|set|renew/.test(name))).toEqual([]);
});

test("a timer that comes early by a slow clock is not set again for the same moment", async () => {
  const { world, engine, id, begun } = await started({
    StartAt: "Long",
    States: { Long: { Type: "Wait", Seconds: year / 1_000, End: true } },
  });
  await pass(world, engine, begun + 30 * day - 60_000);
  const calls = world.calls.length;
  const body = encodeCommand({ kind: "keep", execution: id, branch: "" });
  expect(await handle(engine, { body, receives: 1, receipt: undefined })).toEqual({ kind: "done" });
  const made = world.calls.slice(calls).map(({ name }) => name);
  expect(made).toContain("timers.set");
  expect(made).not.toContain("queue.send");
});
