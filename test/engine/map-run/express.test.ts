/** EXPRESS children of a Map Run: they run in memory, and what each came to is decided once. */
import { describe, expect, test } from "vitest";
import type { SimulatedWorker } from "../../../lib/adapters/simulated/world.ts";
import { handle } from "../../../lib/engine/advance.ts";
import { createEngine } from "../../../lib/engine/engine.ts";
import { endOf } from "../../../lib/engine/map-run/express.ts";
import type { Call, CallResult, Delivery, MapRunId } from "../../../lib/engine/ports.ts";
import { stopExecution } from "../../../lib/engine/stop.ts";
import { type Setup, setup } from "../setup.ts";
import { distributed, numbers, ranSoFar, runMap, tenfold, tenfoldOf, work } from "./running.ts";

const express = (more: object = {}, states?: object): object => distributed(more, states, "EXPRESS");

const odd = (n: number): boolean => n % 2 === 1;

async function runIdOf({ engine, id }: Pick<Setup, "engine" | "id">): Promise<MapRunId> {
  const [run] = (await engine.world.mapRuns.list(id, 1)).items;
  if (!run) throw new Error("there is no Map Run");
  return run.id;
}

test("they leave no executions, and the parent's history is that of any Map Run", async () => {
  const ran = await runMap({ Map: express() }, { call: tenfold(), input: "[1,2,3]" });
  expect(ran.output).toEqual([10, 20, 30]);
  expect(ran.events.slice(1, 7)).toEqual([
    "MapStateEntered",
    "MapStateStarted",
    "MapRunStarted",
    "MapRunSucceeded",
    "MapStateSucceeded",
    "MapStateExited",
  ]);
  expect(ran.children).toEqual([]);
});

test.each([
  [0, 7],
  [1, 0],
  [256, 0],
  [257, 3],
  [600, 7],
])("%i items, %i at once, each once and in order", async (count, MaxConcurrency) => {
  let [calls, running, most] = [0, 0, 0];
  const call = async ({ arguments: output }: Call): Promise<CallResult> => {
    calls += 1;
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return { kind: "succeeded", output };
  };
  const ran = await runMap({ Map: express({ MaxConcurrency }) }, { call, input: numbers(count) });
  expect(ran.output).toEqual(JSON.parse(numbers(count)));
  expect(calls).toBe(count);
  expect(most).toBeLessThanOrEqual(MaxConcurrency || count);
});

test.each([
  [{ ToleratedFailureCount: 2 }, 5, "SUCCEEDED"],
  [{ ToleratedFailureCount: 1 }, 5, "FAILED"],
  [{ ToleratedFailurePercentage: 39.9 }, 5, "FAILED"],
  [{ ToleratedFailureCount: 149 }, 300, "FAILED"],
  [{ ToleratedFailureCount: 150 }, 300, "SUCCEEDED"],
])("%j of %i items, the odd ones of which fail: %s", async (tolerated, count, status) => {
  const ran = await runMap({ Map: express(tolerated) }, { call: tenfold(odd), input: numbers(count) });
  expect(ran.status).toBe(status);
  if (status === "SUCCEEDED") expect(ran.output).toEqual(tenfoldOf(count, odd));
});

test("batches, and the context of an Express execution", async () => {
  const ItemBatcher = { MaxItemsPerBatch: 2 };
  const Look = {
    Type: "Pass",
    Parameters: { "items.$": "$.Items", "id.$": "$$.Execution.Id" },
    End: true,
  };
  const { output } = await runMap({ Map: express({ ItemBatcher }, { Look }) }, { input: "[7,8,9]" });
  const id = expect.stringMatching(
    /^arn:aws:states:eu-central-1:123456789012:express:machine:Each:[-0-9a-f]{36}:[-0-9a-f]{36}$/,
  );
  expect(output).toEqual([
    { items: [7, 8], id },
    { items: [9], id },
  ]);
});

test("children that wait for somebody outside are durable executions", async () => {
  const Ask = {
    Type: "Task",
    Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    Parameters: { "MessageBody.$": "$$.Task.Token" },
    TimeoutSeconds: 5,
    Catch: [{ ErrorEquals: ["States.ALL"], Next: "Late" }],
    End: true,
  };
  const states = { Ask, Late: { Type: "Pass", Result: "nobody answered", End: true } };
  const call = async (): Promise<CallResult> => ({ kind: "submitted", output: "{}" });
  const ran = await runMap({ Map: express({}, states) }, { call, input: "[1,2]" });
  expect(ran.output).toEqual(["nobody answered", "nobody answered"]);
  expect(ran.children).toHaveLength(2);
});

test("a chain longer than a shift: 200 children, one at a time", async () => {
  const ran = await runMap({ Map: express({ MaxConcurrency: 1 }) }, { call: tenfold(), input: numbers(200) });
  expect(ran.output).toHaveLength(200);
});

test("StopExecution of the parent stops children that wait, within seconds, and none begins", async () => {
  const states = {
    Wait: { Type: "Wait", Seconds: 60, Next: "Work" },
    Work: { Type: "Task", Resource: work, End: true },
  };
  const calls: string[] = [];
  const call = async ({ arguments: output }: Call): Promise<CallResult> => {
    calls.push(output);
    return { kind: "succeeded", output };
  };
  const stage = await setup({ Map: express({ MaxConcurrency: 3 }, states) }, { call, input: numbers(9) });
  const { world, engine, id } = stage;
  const stoppedAt = world.now() + 32_000;
  world.clock.at(stoppedAt, () => void stopExecution(engine, id, {}));
  // Whoever runs a child waits with it, so all messages are worked on side by side.
  let atWork = 0;
  const workOff = async (delivery: Delivery): Promise<void> => {
    const verdict = await handle(engine, delivery);
    if (verdict.kind === "done") await world.inbox.done([delivery.receipt]);
    else await world.inbox.later(delivery.receipt, verdict.at);
    atWork -= 1;
  };
  for (let next: number | undefined = world.now(); next !== undefined; next = world.nextDue()) {
    await world.advanceTo(next);
    for (const lane of ["flow", "tasks"] as const) {
      const received = await world.inbox.receive(lane, 10);
      atWork += received.length;
      for (const delivery of received) void workOff(delivery);
    }
    await world.settle();
    if (atWork === 0 && world.now() > stoppedAt) break;
  }
  expect((await ranSoFar(stage)).status).toBe("ABORTED");
  expect(world.now()).toBeLessThanOrEqual(stoppedAt + 5_000);
  expect(calls).toEqual([]);
  const run = await runIdOf(stage);
  const ends = await Promise.all([0, 1, 2, 3].map((index) => endOf(engine, run, index)));
  expect(ends.map((end) => end?.report.outcome.status)).toEqual(["ABORTED", "ABORTED", "ABORTED", undefined]);
});

test.each([1, 3])(
  "an outage while a child's end is written, %i times over, holds nobody up for long",
  async (times) => {
    const stage = await setup({ Map: express({ MaxConcurrency: 2 }) }, { call: tenfold(), input: numbers(6) });
    const { world } = stage;
    let outages = times;
    const engine = createEngine({
      ...world,
      log: {
        ...world.log,
        append: (segment) => {
          // The end of the third child.
          if (segment.branch !== "/0.2" || outages === 0) return world.log.append(segment);
          outages -= 1;
          return Promise.reject(new Error("the store is away"));
        },
      },
    });
    const begun = world.now();
    const workOn = async (delivery: Delivery): Promise<void> => {
      const verdict = await handle(engine, delivery).catch(() => undefined);
      if (verdict?.kind === "done") await world.inbox.done([delivery.receipt]);
      else await world.inbox.later(delivery.receipt, verdict?.at ?? world.now() + 2_000);
    };
    for (let next: number | undefined = begun; next !== undefined; next = world.nextDue()) {
      await world.advanceTo(next);
      for (const lane of ["flow", "tasks"] as const)
        for (const one of await world.inbox.receive(lane, 10)) await workOn(one);
      if (world.summaries()[0]?.status === "SUCCEEDED") break;
    }
    expect(outages).toBe(0);
    const ran = await ranSoFar(stage);
    expect(ran.output).toEqual([0, 10, 20, 30, 40, 50]);
    expect(world.now() - begun).toBeLessThan(times * 3_000);
  },
);

describe("a worker that dies", () => {
  /** Runs the machine in processes that die at this call of the world, one after the other. */
  async function runDyingAt(number: number | undefined) {
    const seen: string[] = [];
    const call = async ({ arguments: given }: Call): Promise<CallResult> => {
      seen.push(given);
      // Another answer for each time that it is asked.
      return { kind: "succeeded", output: JSON.stringify([JSON.parse(given), seen.length]) };
    };
    const stage = await setup({ Map: express({ MaxConcurrency: 2 }) }, { call, input: numbers(5) });
    const { world } = stage;
    if (number !== undefined) world.crashAt(number, "after");
    for (let until = world.now() + 7_200_000; world.now() < until; ) {
      const worker = world.worker();
      const engine = createEngine(worker);
      for (const lane of ["flow", "tasks"] as const) {
        try {
          for (const delivery of await worker.inbox.receive(lane, 10)) {
            const verdict = await handle(engine, delivery);
            if (verdict.kind === "done") await worker.inbox.done([delivery.receipt]);
            else await worker.inbox.later(delivery.receipt, verdict.at);
          }
        } catch {
          // It died; the message comes back, to another.
        }
      }
      await world.advanceTo(Math.max(world.nextDue() ?? until, world.now() + 1));
    }
    const { length } = world.calls;
    return { ...(await ranSoFar(stage)), length, engine: stage.engine, seen };
  }

  test("over and over, with the same child: that one is given up, and those behind it are run", async () => {
    let [worker, deaths] = [undefined as SimulatedWorker | undefined, 0];
    const call = async ({ arguments: output }: Call): Promise<CallResult> => {
      if (output === "1") {
        worker?.kill();
        deaths += 1;
      }
      return { kind: "succeeded", output };
    };
    const tolerant = { MaxConcurrency: 1, ToleratedFailurePercentage: 100 };
    const stage = await setup({ Map: express(tolerant) }, { call, input: numbers(5) });
    const { world } = stage;
    /** As if each time it came again it had been among the dead letters. */
    const revived = ({ body, receives }: Delivery): string =>
      receives > 1 && body.includes("run-shift")
        ? JSON.stringify({ ...JSON.parse(body), revived: receives - 1 })
        : body;
    for (let until = world.now() + 20_000_000; world.now() < until; ) {
      for (const lane of ["flow", "tasks"] as const)
        for (const delivery of await world.inbox.receive(lane, 10)) {
          worker = world.worker();
          const verdict = await handle(createEngine(worker), { ...delivery, body: revived(delivery) }).catch(
            () => undefined,
          );
          if (verdict?.kind === "done") await world.inbox.done([delivery.receipt]);
          else if (verdict) await world.inbox.later(delivery.receipt, verdict.at);
        }
      await world.advanceTo(Math.max(world.nextDue() ?? until, world.now() + 1));
    }
    const ran = await ranSoFar(stage);
    expect(ran.status).toBe("SUCCEEDED");
    expect(ran.output).toMatchObject([0, { Status: "FAILED", Error: "States.Runtime" }, 2, 3, 4]);
    expect(deaths).toBeGreaterThan(3);
    const run = await runIdOf(stage);
    expect((await endOf(stage.engine, run, 1))?.report.outcome).toMatchObject({
      failure: { error: "States.Runtime", cause: expect.stringContaining("died 3 times") },
    });
  });

  test("loses no child, and what one came to is decided once", async () => {
    const whole = await runDyingAt(undefined);
    expect(whole.status).toBe("SUCCEEDED");
    for (let number = 10; number < whole.length; number++) {
      const ran = await runDyingAt(number);
      expect(ran.status, `death at call ${number}`).toBe("SUCCEEDED");
      const run = await runIdOf(ran);
      const ends = await Promise.all([0, 1, 2, 3, 4].map((index) => endOf(ran.engine, run, index)));
      const outputs = ends.map(
        (end) => end?.report.outcome.status === "SUCCEEDED" && JSON.parse(end.report.outcome.output),
      );
      expect(ran.output).toEqual(outputs);
      expect(outputs.map(([n]) => n)).toEqual([0, 1, 2, 3, 4]);
      expect(ran.seen.length).toBeLessThanOrEqual(7);
    }
  });
});
