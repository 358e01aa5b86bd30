/** A redriven execution redrives its Map Run: the same run, of which what did not succeed runs again. */
import { describe, expect, test } from "vitest";
import { handle } from "../../../lib/engine/advance.ts";
import { describeMapRun } from "../../../lib/engine/map-run/describe.ts";
import { abandoned, reopened } from "../../../lib/engine/map-run/run.ts";
import type { Appended, Call, CallResult, MapRunId } from "../../../lib/engine/ports.ts";
import { redriveExecution } from "../../../lib/engine/redrive.ts";
import { stopExecution } from "../../../lib/engine/stop.ts";
import { type Setup, setup, slowEngine } from "../setup.ts";
import { distributed, numbers, type Ran, ranSoFar } from "./running.ts";

const hour = 3_600_000;

/** The `times`-th redrive of the execution, and all that follows. */
async function redrive(stage: Setup, times = 1): Promise<Ran> {
  expect(await redriveExecution(stage.engine, stage.id, { clientToken: `redrive ${times}` })).toMatchObject({
    kind: "redriven",
  });
  await stage.pass(hour);
  return ranSoFar(stage);
}

async function run(state: object, options: Parameters<typeof setup>[1]): Promise<Setup> {
  const stage = await setup({ Map: state }, options);
  await stage.pass(hour);
  return stage;
}

async function runsOf({ engine, id }: Setup): Promise<readonly MapRunId[]> {
  return (await engine.world.mapRuns.list(id, 10)).items.map((run) => run.id);
}

/** Fails for those numbers until it is mended; counts the calls for each. */
function repairable(fails: (n: number) => boolean) {
  const calls = new Map<number, number>();
  const world = { broken: true };
  const call = async ({ arguments: given }: Call): Promise<CallResult> => {
    const n: number = JSON.parse(given);
    calls.set(n, (calls.get(n) ?? 0) + 1);
    if (world.broken && fails(n)) return { kind: "failed", error: "Broken", cause: `${n} is broken` };
    return { kind: "succeeded", output: String(10 * n) };
  };
  const called = (times: number) =>
    [...calls].flatMap(([n, count]) => (count === times ? [n] : [])).sort((a, b) => a - b);
  return {
    call,
    called,
    mend: () => {
      world.broken = false;
    },
  };
}

describe.each(["STANDARD", "EXPRESS"] as const)("%s children", (type) => {
  const map = (more: object = {}): object => distributed(more, undefined, type);

  test("only those that failed, and those that had not begun, run", async () => {
    const { call, called, mend } = repairable((n) => n === 3);
    const stage = await run(map({ MaxConcurrency: 1 }), { call, input: numbers(7) });
    expect((await ranSoFar(stage)).status).toBe("FAILED");
    mend();
    const ran = await redrive(stage);
    expect(ran.output).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(called(1)).toEqual([0, 1, 2, 4, 5, 6]);
    expect(called(2)).toEqual([3]);
    expect(ran.events.slice(ran.events.indexOf("ExecutionFailed"))).toEqual([
      "ExecutionFailed",
      "ExecutionRedriven",
      "MapRunRedriven",
      "MapRunSucceeded",
      "MapStateSucceeded",
      "MapStateExited",
      "ExecutionSucceeded",
    ]);
    expect(await runsOf(stage)).toHaveLength(1);
  });

  test("of 700 children in three groups, those that failed", async () => {
    const broken = (n: number): boolean => n === 300 || n === 310;
    const { call, called, mend } = repairable(broken);
    const state = map({ MaxConcurrency: 700, ToleratedFailureCount: 1 });
    const stage = await run(state, { call, input: numbers(700) });
    expect((await ranSoFar(stage)).status).toBe("FAILED");
    mend();
    const ran = await redrive(stage);
    expect(ran.output).toEqual(Array.from({ length: 700 }, (_, n) => 10 * n));
    expect(called(2).filter((n) => !broken(n))).toEqual([]);
  });

  test("again and again, and each failure is counted once", async () => {
    const { call, mend } = repairable((n) => n % 2 === 1);
    const stage = await run(map({ ToleratedFailureCount: 1 }), { call, input: numbers(6) });
    for (const times of [1, 2]) {
      const ran = await redrive(stage, times);
      expect([ran.status, ran.error]).toEqual(["FAILED", "States.ExceedToleratedFailureThreshold"]);
    }
    mend();
    expect((await redrive(stage, 3)).output).toEqual([0, 10, 20, 30, 40, 50]);
    const [id] = await runsOf(stage);
    const described = id && (await describeMapRun(stage.engine, id));
    expect(described).toMatchObject({
      state: { redriven: { count: 3 } },
      executions: { succeeded: 6, failed: 0, aborted: 0, pending: 0, pendingRedrive: 0, total: 6 },
    });
  });

  test("files hold what succeeded in any attempt, and the failures of the last", async () => {
    const files = { out: {} };
    const { call, mend } = repairable((n) => n < 2);
    const ResultWriter = { Resource: "arn:aws:states:::s3:putObject", Parameters: { Bucket: "out", Prefix: "x" } };
    const stage = await run(map({ ResultWriter, ToleratedFailureCount: 1 }), { call, input: numbers(4), files });
    mend();
    const ran = await redrive(stage);
    expect(ran.status).toBe("SUCCEEDED");
    const manifest = [...stage.world.files()].find(([name]) => name.endsWith("manifest.json"))?.[1] ?? "{}";
    const { FAILED, SUCCEEDED } = JSON.parse(manifest).ResultFiles;
    expect(FAILED).toEqual([]);
    const written = stage.world.files().get(`out/${SUCCEEDED[0].Key}`) ?? "[]";
    expect(JSON.parse(written).map(({ Output }: { Output: string }) => Output)).toEqual(["0", "10", "20", "30"]);
  });

  test("of a run that was stopped with its parent, everything that had not succeeded", async () => {
    const { call } = repairable(() => false);
    const stage = await setup({ Map: map({ MaxConcurrency: 2 }) }, { call, input: numbers(5) });
    await stopExecution(stage.engine, stage.id, {});
    await stage.pass(hour);
    expect((await ranSoFar(stage)).status).toBe("ABORTED");
    expect((await redrive(stage)).output).toEqual([0, 10, 20, 30, 40]);
  });
});

/** In place of the next redrive of a child, which is handed in. */
function whenChildIsRedriven(
  { engine, id: own }: Setup,
  act: (redriveChild: () => Promise<Appended>) => Promise<Appended>,
): void {
  const { executions } = engine.world;
  const redriveAtOnce = executions.redrive.bind(executions);
  executions.redrive = async (id, ...rest) => {
    if (id === own) return redriveAtOnce(id, ...rest);
    executions.redrive = redriveAtOnce;
    return act(() => redriveAtOnce(id, ...rest));
  };
}

describe("a child that is redriven while its run is closed", () => {
  /** A run of one child that failed: when that is redriven, its run is stopped and closed just before. */
  async function overtaken({ redriverDies = false } = {}) {
    const { call, called, mend } = repairable(() => true);
    const stage = await run(distributed(), { call, input: "[1]" });
    mend();
    whenChildIsRedriven(stage, async (redriveChild) => {
      await stopExecution(stage.engine, stage.id, {});
      await stage.pass(0);
      const answer = await redriveChild();
      if (redriverDies) throw new Error("died");
      return answer;
    });
    return { stage, called };
  }

  test("is stopped, and its task is not tried again", async () => {
    const { stage, called } = await overtaken();
    const ran = await redrive(stage);
    expect(ran.status).toBe("ABORTED");
    expect(ran.children).toMatchObject([{ status: "ABORTED" }]);
    expect(called(1)).toEqual([1]);
  });

  test("is stopped when the message comes again, if whoever redrove it died", async () => {
    const { stage, called } = await overtaken({ redriverDies: true });
    await expect(redrive(stage)).rejects.toThrow("died");
    await stage.pass(hour);
    expect((await ranSoFar(stage)).children).toMatchObject([{ status: "ABORTED" }]);
    expect(called(1)).toEqual([1]);
  });

  test("runs when its run is redriven the next time", async () => {
    const { stage, called } = await overtaken();
    await redrive(stage);
    expect((await redrive(stage, 2)).output).toEqual([10]);
    expect(called(2)).toEqual([1]);
  });
});

test("a child whose redrive was written so slowly that its guard found nothing goes on when the message comes again", async () => {
  const { call, called, mend } = repairable(() => true);
  const stage = await run(distributed(), { call, input: "[1]" });
  mend();
  whenChildIsRedriven(stage, async (redriveChild) => {
    await stage.pass(120_000);
    await redriveChild();
    throw new Error("died");
  });
  await expect(redrive(stage)).rejects.toThrow("died");
  await stage.pass(hour);
  expect(await ranSoFar(stage)).toMatchObject({ status: "SUCCEEDED", output: [10] });
  expect(called(2)).toEqual([1]);
});

test("a child that has failed again in the next redrive stays so when a message of the one before comes late", async () => {
  const { call, called } = repairable(() => true);
  const stage = await run(distributed(), { call, input: "[1]" });
  const { executions } = stage.engine.world;
  const findAtOnce = executions.find.bind(executions);
  executions.find = async (id) => {
    if (id === stage.id) return findAtOnce(id);
    executions.find = findAtOnce;
    await stage.pass(300_000);
    await redrive(stage, 2);
    return findAtOnce(id);
  };
  const ran = await redrive(stage);
  expect(executions.find).toBe(findAtOnce);
  expect(called(3)).toEqual([1]);
  expect(ran).toMatchObject({ status: "FAILED", children: [{ status: "FAILED" }] });
});

test("goes on past more children that have nothing left to do than one function can look at", async () => {
  const { call, called, mend } = repairable((n) => n === 39);
  const stage = await run(distributed({ MaxConcurrency: 1 }), { call, input: numbers(40) });
  const { world } = stage;
  mend();
  await redriveExecution(stage.engine, stage.id, {});
  // Nobody lives for more than 25 seconds.
  const slow = slowEngine(stage, 1_000, 25);
  for (let turn = 0; turn < 60; turn++) {
    for (const lane of ["flow", "tasks"] as const) {
      for (const delivery of await world.inbox.receive(lane, 10)) {
        slow.begin();
        const verdict = await handle(slow.engine, delivery).catch(() => undefined);
        if (verdict?.kind === "done") await world.inbox.done([delivery.receipt]);
        else await world.inbox.later(delivery.receipt, verdict?.at ?? world.now());
      }
    }
    await world.advanceTo(world.now() + 20_000);
  }
  expect(await ranSoFar(stage)).toMatchObject({ status: "SUCCEEDED" });
  expect(called(2)).toEqual([39]);
});

test("a run whose items could not be read reads them", async () => {
  const ItemReader = { Resource: "arn:aws:states:::s3:getObject", Parameters: { Bucket: "in", Key: "late.json" } };
  const stage = await run(distributed({ ItemReader }), { files: { in: {} } });
  const failed = await ranSoFar(stage);
  expect(failed.error).toBe("States.ItemReaderFailed");
  await stage.engine.world.objects.write({ bucket: "in", key: "late.json" }, "[1,2]");
  const ran = await redrive(stage);
  expect(ran.output).toEqual([1, 2]);
});

test("a redriven child says so", async () => {
  const { call, mend } = repairable((n) => n === 1);
  const stage = await run(distributed(), { call, input: "[1]" });
  mend();
  const ran = await redrive(stage);
  expect(ran.children).toMatchObject([{ status: "SUCCEEDED", redrives: { count: 1 } }]);
});

test("a Map Run that has been redriven a thousand times is redriven no more", async () => {
  const { call } = repairable((n) => n === 3);
  const stage = await run(distributed(), { call, input: numbers(5) });
  const [id] = await runsOf(stage);
  const state = id && (await describeMapRun(stage.engine, id))?.state;
  if (!state) throw new Error("no Map Run");
  const often = { ...state, redriven: { count: 999, at: 0, before: 998 } };
  const occasion = { seq: 9, now: 1, key: "redrive" };
  expect(reopened(often, 1_000, occasion)?.phase.kind).toBe("reopening");
  const last = { ...state, redriven: { count: 1_000, at: 0, before: 999 } };
  expect(reopened(last, 1_001, occasion)).toMatchObject({
    counts: state.counts,
    redriven: { count: 1_001 },
    phase: { kind: "ended", outcome: { status: "FAILED", failure: { error: "States.Runtime" } } },
  });
});

test("a redrive that comes after its parent has ended again opens nothing; the next one does", async () => {
  const stage = await run(distributed(), { call: repairable((n) => n === 3).call, input: numbers(5) });
  const [id] = await runsOf(stage);
  const state = id && (await describeMapRun(stage.engine, id))?.state;
  if (!state) throw new Error("no Map Run");
  const occasion = { seq: 9, now: 1, key: "abandon" };
  const left = abandoned(state, 1, occasion);
  expect(left).toEqual({ ...state, inVain: 1 });
  if (!left) throw new Error("nobody can tell that the redrive comes in vain");
  expect(abandoned(left, 1, occasion)).toBeUndefined();
  expect(abandoned(left, 0, occasion)).toBeUndefined();
  expect(reopened(left, 1, occasion)).toBeUndefined();
  const next = reopened(left, 2, occasion);
  expect(next).toMatchObject({ redriven: { count: 2, before: 0 }, phase: { kind: "reopening" } });
  expect(next).not.toHaveProperty("inVain");
});

test("whoever abandons a run late leaves alone what has been redriven since", async () => {
  const stage = await run(distributed(), { call: repairable(() => false).call, input: numbers(5) });
  const [id] = await runsOf(stage);
  const state = id && (await describeMapRun(stage.engine, id))?.state;
  if (!state) throw new Error("no Map Run");
  const occasion = { seq: 9, now: 1, key: "abandon" };
  const closing = abandoned({ ...state, phase: { kind: "running" } }, 0, occasion);
  if (!closing) throw new Error("an open run was not closed");
  expect(closing.phase.kind).toBe("closing");
  const waiting = reopened(closing, 1, occasion);
  expect(waiting).toMatchObject({ awaited: 1, phase: { kind: "closing" } });
  if (!waiting) throw new Error("the redrive does not wait");
  expect(abandoned(waiting, 0, occasion)).toBeUndefined();
  expect(abandoned(waiting, 1, occasion)).toEqual({ ...closing, inVain: 1 });
  expect(abandoned({ ...waiting, redriven: { count: 2, at: 0, before: 1 } }, 1, occasion)).toBeUndefined();
});
