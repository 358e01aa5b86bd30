/** Pages read straight from the root's log: what they show is what the merged history shows, and they read no more than they show. */
import { expect, test } from "vitest";
import type { AwsHistoryEvent } from "../../lib/asl/history.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import { readHistory } from "../../lib/engine/history.ts";
import type { ExecutionId } from "../../lib/engine/ports.ts";
import { stopExecution } from "../../lib/engine/stop.ts";
import { type Place, readStraight } from "../../lib/engine/straight-history.ts";
import { setup } from "./setup.ts";

const pass = (Next?: string) => ({ Type: "Pass", ...(Next ? { Next } : { End: true }) });
const wait = { Type: "Wait", Seconds: 60, Next: "Z" };
const task = { Type: "Task", Resource: "arn:aws:lambda:us-east-1:000000000000:function:f", End: true };
const inner = { StartAt: "W", States: { W: { ...pass() } } };
const map = { Type: "Map", ItemProcessor: inner, ItemsPath: "$.items", End: true };

interface Story {
  readonly states: object;
  readonly fails?: true;
  readonly stopped?: true;
  /** How many events can be read straight; absent: all. */
  readonly straight?: number;
}

const stories: Readonly<Record<string, Story>> = {
  "states one after the other": { states: { A: pass("B"), B: pass("C"), C: pass() } },
  "a wait that lasts, and one that is over": { states: { A: pass("B"), B: wait, Z: pass() } },
  "a task": { states: { A: pass("T"), T: task } },
  "a task that fails": { states: { A: pass("T"), T: task }, fails: true },
  "a task that is tried again": {
    states: { T: { ...task, Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 2 }] } },
    fails: true,
  },
  "a wait that is cut off": { states: { A: pass("B"), B: wait, Z: pass() }, stopped: true, straight: 3 },
  "a fork behind two states": { states: { A: pass("B"), B: pass("M"), M: map }, straight: 4 },
  "a fork at once": { states: { M: map }, straight: 0 },
};

test.each(Object.entries(stories))("%s: as merged, while it runs and when it has ended", async (_, story) => {
  const { states, fails, stopped, straight } = story;
  const call = async () =>
    fails ? ({ kind: "failed", error: "No", cause: "" } as const) : ({ kind: "succeeded", output: "{}" } as const);
  const { engine, id, pass } = await setup(states, { call, input: '{"items":[1,2,3]}' });
  for (const milliseconds of [0, 1_000, 30_000, 200_000]) {
    await pass(milliseconds);
    const whole = await readHistory(engine, id);
    for (const most of [1, 2, 3, 100]) {
      const { events, complete } = await straightPages(engine, id, most);
      expect(events).toEqual(whole.slice(0, events.length));
      if (straight === undefined) expect(complete).toBe(true);
    }
    if (stopped && milliseconds === 1_000) await stopExecution(engine, id, {});
  }
  const { events, complete } = await straightPages(engine, id, 1);
  expect({ complete, straight: complete ? undefined : events.length }).toEqual({
    complete: straight === undefined,
    straight,
  });
});

/** `complete`: no page had to be merged. */
async function straightPages(
  engine: Engine,
  id: ExecutionId,
  most: number,
): Promise<{ readonly events: readonly AwsHistoryEvent[]; readonly complete: boolean }> {
  const events: AwsHistoryEvent[] = [];
  let from: Place | undefined;
  do {
    const page = await readStraight(engine, id, most + 1, from);
    if (page === undefined) return { events, complete: false };
    events.push(...page.slice(0, most).map(({ event }) => event));
    from = page[most]?.place;
  } while (from !== undefined);
  return { events, complete: true };
}

test("a page reads the segments that hold it, however long the history is, and wherever the page stands", async () => {
  const loop = {
    A: { Type: "Pass", Parameters: { "n.$": "States.MathAdd($.n, 1)" }, Next: "B" },
    B: { Type: "Choice", Choices: [{ Variable: "$.n", NumericLessThan: 500, Next: "A" }], Default: "Z" },
    Z: { Type: "Succeed" },
  };
  const { engine, id, pass } = await setup(loop, { input: '{"n":0}' });
  await pass(10_000);
  const { log } = engine.world;
  let read = 0;
  const counting: Engine = {
    ...engine,
    world: {
      ...engine.world,
      log: {
        ...log,
        async branch(...asked) {
          const records = await log.branch(...asked);
          read += records.length;
          return records;
        },
      },
    },
  };
  const reads: number[] = [];
  let from: Place | undefined;
  do {
    read = 0;
    const page: Awaited<ReturnType<typeof readStraight>> = await readStraight(counting, id, 101, from);
    from = page?.[100]?.place;
    reads.push(read);
  } while (from !== undefined);
  expect(reads.length).toBe(21); // 2,004 events
  expect(Math.max(...reads)).toBeLessThanOrEqual(128);
});
