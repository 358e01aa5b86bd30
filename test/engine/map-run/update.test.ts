/** UpdateMapRun called twice, at once or because the first call died: no more children run than the last call allows. */
import { expect, test } from "vitest";
import { createEngine, type Engine } from "../../../lib/engine/engine.ts";
import { updateMapRun } from "../../../lib/engine/map-run/update.ts";
import type { MapRunId } from "../../../lib/engine/ports.ts";
import { redriveExecution } from "../../../lib/engine/redrive.ts";
import { stopExecution } from "../../../lib/engine/stop.ts";
import { type Setup, setup } from "../setup.ts";
import { distributed, numbers, ranSoFar } from "./running.ts";

const minute = 60_000;
const rest = { Rest: { Type: "Wait", Seconds: 800, End: true } };

async function begun(MaxConcurrency: number, items = 20): Promise<Setup & { readonly run: MapRunId }> {
  const made = await setup({ Each: distributed({ MaxConcurrency }, rest) }, { input: numbers(items) });
  await made.pass(1_000);
  const [run] = made.world.summaries().flatMap(({ mapRun }) => (mapRun === undefined ? [] : [mapRun]));
  if (run === undefined) throw new Error("no Map Run has begun");
  return { ...made, run };
}

function running({ world }: Setup): number {
  return world.summaries().filter(({ mapRun, status }) => mapRun !== undefined && status === "RUNNING").length;
}

/** Dies at the call of that number. */
function dying({ engine: { world, options } }: Setup, call: number): Engine {
  let calls = 0;
  const counted = <Asked extends unknown[], T>(act: (...asked: Asked) => Promise<T>) => {
    return async (...asked: Asked): Promise<T> => {
      calls += 1;
      if (calls === call) throw new Error("the process died");
      return act(...asked);
    };
  };
  const log = { ...world.log, append: counted(world.log.append), head: counted(world.log.head) };
  const queue = { ...world.queue, send: counted(world.queue.send) };
  return createEngine({ ...world, log, queue }, options);
}

test("two calls at once", async () => {
  const made = await begun(2);
  const calls = [4, 6].map((maxConcurrency) => updateMapRun(made.engine, made.run, { maxConcurrency }));
  expect(await Promise.all(calls)).toEqual(["updated", "updated"]);
  await made.pass(10 * minute);
  expect(running(made)).toBe(6);
});

test.each([1, 2, 3, 4, 5, 6, 7])("a call that dies at its request %i, and is made again", async (request) => {
  const made = await begun(2);
  const died = await updateMapRun(dying(made, request), made.run, { maxConcurrency: 4 }, "call").catch(() => "died");
  expect(await updateMapRun(made.engine, made.run, { maxConcurrency: 4 }, "call")).toBe("updated");
  await made.pass(10 * minute);
  expect([died, running(made)]).toEqual(["died", 4]);
});

test.each([2, 3, 4, 5, 6, 7])(
  "one beyond a chunk's 256 that dies at its request %i, and is made again",
  async (request) => {
    const made = await begun(2, 700);
    const update = (engine: Engine) => updateMapRun(engine, made.run, { maxConcurrency: 300 }, "call");
    await update(dying(made, request)).catch(() => undefined);
    // What it could send has come by then.
    await made.pass(2_000);
    await update(made.engine);
    await made.pass(10 * minute);
    expect(running(made)).toBe(300);
  },
);

test("one that falls short of what runs, and another that goes beyond it", async () => {
  const made = await begun(5);
  await updateMapRun(made.engine, made.run, { maxConcurrency: 2 });
  await updateMapRun(made.engine, made.run, { maxConcurrency: 8 });
  await made.pass(10 * minute);
  // Who runs goes on; of the five that did, three are beyond the two that were left.
  expect(running(made)).toBe(11);
  await made.pass(4 * minute);
  expect(running(made)).toBe(8);
});

test("a tolerance below what has failed already is set, and ends the run", async () => {
  const Choose = { Type: "Choice", Choices: [{ Variable: "$", NumericLessThan: 3, Next: "Fail" }], Default: "Rest" };
  const states = { Choose, Fail: { Type: "Fail" }, ...rest };
  const made = await setup({ Each: distributed({ ToleratedFailureCount: 5 }, states) }, { input: numbers(6) });
  await made.pass(1_000);
  const [run] = made.world.summaries().flatMap(({ mapRun }) => (mapRun === undefined ? [] : [mapRun]));
  if (run === undefined) throw new Error("no Map Run has begun");
  expect(await updateMapRun(made.engine, run, { toleratedFailureCount: 2 })).toBe("updated");
  expect(await updateMapRun(made.engine, run, { toleratedFailureCount: 9 })).toBe("ended");
  await made.pass(minute);
  expect((await ranSoFar(made)).error).toBe("States.ExceedToleratedFailureThreshold");
});

test.each(["before", "meanwhile"])(
  "a call for a run redriven %s that dies before it has sent the tokens",
  async (when) => {
    const made = await begun(1);
    const { world, options } = made.engine;
    const redrive = async (): Promise<void> => {
      await stopExecution(made.engine, made.id, {});
      await made.pass(1_000);
      expect(await redriveExecution(made.engine, made.id, {})).toMatchObject({ kind: "redriven" });
      await made.pass(1_000);
    };
    if (when === "before") await redrive();
    let isGuarded = false;
    const send: typeof world.queue.send = async (messages) => {
      if (isGuarded) throw new Error("the process died");
      await world.queue.send(messages);
      isGuarded = true;
      if (when === "meanwhile") await redrive();
    };
    const dying = createEngine({ ...world, queue: { ...world.queue, send } }, options);
    await expect(updateMapRun(dying, made.run, { maxConcurrency: 3 })).rejects.toThrow("died");
    await made.pass(10 * minute);
    expect(running(made)).toBe(3);
  },
);
