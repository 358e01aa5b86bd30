/** The log of a standard execution: told as it happens, at least once whoever dies, and never for nothing. */
import { describe, expect, test, vi } from "vitest";
import type { SimulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { type LogLevel, type LogRecord, logRecords } from "../../lib/asl/history/logged.ts";
import { readHistory } from "../../lib/engine/history.ts";
import { executionArn } from "../../lib/engine/identity.ts";
import type { ExecutionId } from "../../lib/engine/ports.ts";
import { redriveExecution } from "../../lib/engine/redrive.ts";
import type { LogTarget } from "../../lib/engine/segment.ts";
import { stopExecution } from "../../lib/engine/stop.ts";
import { play } from "./processes.ts";
import { setup, tenant } from "./setup.ts";

const target = (level: LogLevel, includeExecutionData = true): LogTarget => ({
  level,
  includeExecutionData,
  group: "arn:aws:logs:eu-central-1:123456789012:log-group:mine:*",
  machine: "machine",
});

function told(world: SimulatedWorld): readonly LogRecord[] {
  return world.logged().map(({ text }) => JSON.parse(text));
}

const types = (records: readonly LogRecord[]): readonly string[] => records.map(({ type }) => type);

const failing = {
  A: { Type: "Pass", Next: "W" },
  W: { Type: "Wait", Seconds: 30, Next: "T" },
  T: {
    Type: "Task",
    Resource: "arn:aws:lambda:us-east-1:123456789012:function:work",
    Retry: [{ ErrorEquals: ["E"], MaxAttempts: 1 }],
    End: true,
  },
};

test.each([
  ["ALL", true],
  ["ALL", false],
  ["ERROR", true],
  ["FATAL", false],
] as const)("level %s, data %s: the history's events, as records", async (level, includeExecutionData) => {
  const log = target(level, includeExecutionData);
  const call = async () => ({ kind: "failed", error: "E", cause: "so" }) as const;
  const { world, engine, id, pass } = await setup(failing, { call, log });
  await pass(60_000);
  const execution = { executionArn: executionArn(id), redriveCount: 0 };
  const expected = logRecords(await readHistory(engine, id), log, execution);
  expect(expected.length).toBeGreaterThan(0);
  expect(told(world)).toEqual(expected);
});

describe("a wait", () => {
  test("is told to have ended when it has", async () => {
    const { world, pass } = await setup(failing, { log: target("ALL") });
    await pass(29_000);
    expect(types(told(world))).toEqual(["ExecutionStarted", "PassStateEntered", "PassStateExited", "WaitStateEntered"]);
    await pass(2_000);
    expect(types(told(world)).slice(4, 6)).toEqual(["WaitStateExited", "TaskStateEntered"]);
  });

  test("that is cut short has not ended", async () => {
    const { world, engine, id, pass } = await setup(failing, { log: target("ALL") });
    await pass(10_000);
    await stopExecution(engine, id, { error: "Enough" });
    await pass(120_000);
    expect(types(told(world)).slice(3)).toEqual(["WaitStateEntered", "ExecutionAborted"]);
  });
});

test("a Map: the first iterations, too", async () => {
  const ItemProcessor = { StartAt: "P", States: { P: { Type: "Pass", End: true } } };
  const map = { M: { Type: "Map", ItemProcessor, MaxConcurrency: 2, End: true } };
  const { world, engine, id, pass } = await setup(map, { input: "[1,2,3]", log: target("ALL") });
  await pass(10_000);
  expect(types(told(world)).toSorted()).toEqual((await readHistory(engine, id)).map(({ type }) => type).toSorted());
});

test("children of a Map Run write to their parent's log", async () => {
  const ItemProcessor = {
    ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
    StartAt: "P",
    States: { P: { Type: "Pass", End: true } },
  };
  const { world, pass } = await setup(
    { M: { Type: "Map", ItemProcessor, End: true } },
    { input: "[1]", log: target("ALL") },
  );
  await pass(60_000);
  const child = told(world).filter(
    ({ execution_arn: arn }) => arn !== "arn:aws:states:eu-central-1:123456789012:execution:machine:run",
  );
  expect(types(child)).toEqual(["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]);
});

test("without a log nothing is told", async () => {
  const { world, pass } = await setup(failing);
  await pass(60_000);
  expect(world.counts().byName["logs.write"]).toBeUndefined();
});

test("a log costs neither a write nor a read, but for the end of a wait", async () => {
  const counted = async (log?: LogTarget): Promise<readonly number[]> => {
    const { world, pass } = await setup({ A: { Type: "Pass", Next: "T" }, T: failing.T }, log ? { log } : {});
    await pass(60_000);
    const { writes, reads, sends } = world.counts();
    return [writes, reads, sends];
  };
  expect(await counted(target("ALL"))).toEqual(await counted());
});

const id = `${tenant.account}/${tenant.region}/machine/run` as ExecutionId;

describe.each(["before", "after"] as const)("a crash %s any call", (when) => {
  const pass = (Next?: string): object => ({ Type: "Pass", ...(Next ? { Next } : { End: true }) });
  const branch = { StartAt: "P", States: { P: pass() } };
  const machines = {
    machine: {
      StartAt: "A",
      States: {
        A: pass("W"),
        W: { Type: "Wait", Seconds: 30, Next: "M" },
        M: { Type: "Parallel", Branches: [branch], Next: "T" },
        T: {
          Type: "Task",
          Resource: "arn:aws:lambda:us-east-1:123456789012:function:none",
          Catch: [{ ErrorEquals: ["States.ALL"], Next: "Z" }],
          End: true,
        },
        Z: pass(),
      },
    },
  };
  const ran = async (number: number) => {
    const { world, act } = await play({ machines, log: target("ALL"), plan: (world) => world.crashAt(number, when) });
    const history = await act((engine) => readHistory(engine, id));
    return { world, history };
  };

  test("every event of the history is told", async () => {
    const calm = await ran(Number.POSITIVE_INFINITY);
    for (let number = 0; number < calm.world.calls.length; number++) {
      const { world, history = [] } = await ran(number);
      const seen = new Set(
        told(world).map(({ type, details, event_timestamp: at }) => JSON.stringify([type, at, details])),
      );
      const records = logRecords(history, target("ALL"), { executionArn: executionArn(id), redriveCount: 0 });
      const missing = records.filter(
        ({ type, details, event_timestamp: at }) => !seen.has(JSON.stringify([type, at, details])),
      );
      expect([number, types(missing)]).toEqual([number, []]);
    }
  });
});

describe("somebody dies between an end and the word of it", () => {
  const branches = [
    { StartAt: "Nap", States: { Nap: { Type: "Wait", Seconds: 300, End: true } } },
    {
      StartAt: "Rest",
      States: { Rest: { Type: "Wait", Seconds: 5, Next: "Break" }, Break: { Type: "Fail", Error: "Broken" } },
    },
  ];
  const both = { Both: { Type: "Parallel", Branches: branches, End: true } };

  async function dyingOver(type: string) {
    const made = await setup(both, { log: target("ALL") });
    const { logs } = made.engine.world;
    const { write } = logs;
    const dying = vi.spyOn(logs, "write").mockImplementation((log, lines) => {
      if (!lines.some(({ text }) => text.includes(`"${type}"`))) return write(log, lines);
      dying.mockRestore();
      throw new Error("it died");
    });
    return made;
  }

  test("of a branch that it has fenced", async () => {
    const { world, pass } = await dyingOver("WaitStateAborted");
    await expect(pass(10_000)).rejects.toThrow("it died");
    await pass(400_000);
    const records = types(told(world));
    expect(records.at(-1)).toBe("ExecutionFailed");
    expect(records.filter((type) => type === "WaitStateAborted")).toHaveLength(1);
  });

  test("and the execution is redriven meanwhile", async () => {
    const { world, engine, id, pass } = await dyingOver("ExecutionAborted");
    await pass(1_000);
    await expect(stopExecution(engine, id, {})).rejects.toThrow("it died");
    await redriveExecution(engine, id, {});
    await pass(1_000);
    const records = types(told(world));
    expect(records.indexOf("ExecutionAborted")).toBeGreaterThan(0);
    expect(records.indexOf("ExecutionRedriven")).toBeGreaterThan(records.indexOf("ExecutionAborted"));
  });
});
