/** What stands still because its message is gone, how it is named, and that it goes on when it is told to. */
import { expect, test } from "vitest";
import { handle } from "../../lib/engine/advance.ts";
import { describeExecution } from "../../lib/engine/describe.ts";
import { type HealOptions, healAll, healExecution } from "../../lib/engine/heal.ts";
import type { Call, CallResult } from "../../lib/engine/ports.ts";
import { redriveExecution } from "../../lib/engine/redrive.ts";
import { stopExecution } from "../../lib/engine/stop.ts";
import type { Unmoved } from "../../lib/engine/unmoved.ts";
import { distributed, numbers } from "./map-run/running.ts";
import { type Setup, setup, slowEngine, tenant } from "./setup.ts";

const everything = { quietMilliseconds: Number.NEGATIVE_INFINITY, most: 1_000, dryRun: false };
const lambda = { Type: "Task", Resource: "arn:aws:lambda:eu-central-1:123456789012:function:f", End: true };
const token = { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken", End: true };
const child = { StateMachineArn: "arn:aws:states:eu-central-1:123456789012:stateMachine:child", Name: "one" };
const parent = { Type: "Task", Resource: "arn:aws:states:::states:startExecution.sync", Parameters: child, End: true };
const rest = { Type: "Wait", Seconds: 600, End: true };
const inner = (name: string) => ({ StartAt: name, States: { [name]: rest } });
const submitting = { call: async () => ({ kind: "submitted", output: "{}" }) as const };

/** A call that never comes back, and word of when it was made. */
let called = (): void => undefined;
const isCalled = new Promise<void>((resolve) => {
  called = resolve;
});
const never = (): Promise<never> => {
  called();
  return new Promise(() => undefined);
};
const dying = { call: never, options: { leaseMilliseconds: 60_000 } };

/** Both queues are emptied now. */
async function purge({ world }: Setup): Promise<void> {
  world.purgeAt(world.calls.length);
  await world.log.durable();
}

async function heal(made: Setup, options: Partial<HealOptions> = {}): Promise<readonly Unmoved[]> {
  const found: Unmoved[] = [];
  await healAll(made.engine, tenant, { ...everything, ...options, onFound: (one) => found.push(one) });
  return found;
}

const statusOf = async ({ engine, id }: Setup): Promise<string | undefined> =>
  (await describeExecution(engine, id))?.summary.status;

test.each<
  [what: string, states: object, options: Parameters<typeof setup>[1], reasons: readonly string[], end: string]
>([
  ["a start", { Go: { Type: "Pass", End: true } }, {}, ["Go: its next step has not been taken"], "SUCCEEDED"],
  ["a wait", { Rest: rest }, {}, ["Rest: its next step has not been taken"], "SUCCEEDED"],
  ["a task", { Call: lambda }, {}, ["Call: its next step has not been taken"], "SUCCEEDED"],
  [
    "a time-out",
    { Ask: { ...token, TimeoutSeconds: 60 } },
    submitting,
    ["Ask: its next step has not been taken"],
    "FAILED",
  ],
  [
    "branches",
    { Fork: { Type: "Parallel", Branches: [inner("A"), inner("B")], End: true } },
    {},
    ["Fork: its next step has not been taken"],
    "SUCCEEDED",
  ],
])("%s that is lost goes on", async (_what, states, options, reasons, end) => {
  const made = await setup(states, options);
  await purge(made);
  expect((await heal(made)).map(({ state, reason }) => `${state}: ${reason}`)).toEqual(reasons);
  await made.pass(3_600_000);
  expect(await statusOf(made)).toBe(end);
});

test.each<
  [what: string, states: object, options: Parameters<typeof setup>[1], reasons: readonly string[], end: string]
>([
  [
    "both branches' waits",
    { Fork: { Type: "Parallel", Branches: [inner("A"), inner("B")], End: true } },
    {},
    ["/1.0 its next step has not been taken", "/1.1 its next step has not been taken"],
    "SUCCEEDED",
  ],
  [
    "a token's time-out and heartbeat",
    { Ask: { ...token, TimeoutSeconds: 600, HeartbeatSeconds: 60 } },
    submitting,
    [" its timeout has not been judged", " its heartbeat has not been judged"],
    "FAILED",
  ],
  ["an execution that it waits for", { Start: parent }, {}, [" its next step has not been taken"], "SUCCEEDED"],
  ["a call's worker", { Call: lambda }, dying, [" its call has no result"], "FAILED"],
])("%s, lost in the middle, are found and go on", async (_what, states, options, reasons, end) => {
  const made = await setup(states, options);
  await made.deploy("child", { Rest: rest });
  await Promise.race([made.pass(1_000), isCalled]);
  await purge(made);
  expect((await heal(made)).map(({ branch, reason }) => `${branch} ${reason}`)).toEqual(reasons);
  await made.pass(3_600_000);
  expect(await statusOf(made)).toBe(end);
});

test("the word of a child's end, lost, is sent again", async () => {
  const run = async (plan: (world: Setup["world"]) => void): Promise<Setup> => {
    const made = await setup({ Start: parent });
    plan(made.world);
    await made.deploy("child", { Rest: rest });
    await made.pass(601_000);
    return made;
  };
  const { world } = await run(() => undefined);
  const told = world.calls.findIndex(({ name }) => name === "executions.finish") + 1;
  expect(world.calls[told]?.name).toBe("queue.send");
  const made = await run((another) => another.purgeAt(told));
  expect((await heal(made)).map(({ reason }) => reason)).toEqual(["the execution that it started has ended"]);
  await made.pass(1_000);
  expect(await statusOf(made)).toBe("SUCCEEDED");
});

test("only what has been quiet for long enough; a dry run sends nothing; a cap is kept to and said", async () => {
  const made = await setup({ Go: { Type: "Pass", End: true } });
  await purge(made);
  const quiet = { quietMilliseconds: 900_000 };
  expect(await heal(made, quiet)).toEqual([]);
  await made.world.advanceTo(made.world.now() + 900_000);
  expect(await heal(made, { ...quiet, dryRun: true })).toHaveLength(1);
  expect(made.world.waiting("flow")).toBe(0);
  const capped = await healExecution(made.engine, made.id, { ...everything, ...quiet, most: 0 });
  expect(capped).toEqual({ executions: 1, found: 0, capped: true });
  expect(await healAll(made.engine, tenant, { ...everything, ...quiet, machine: "another" })).toMatchObject({
    found: 0,
  });
  expect(await heal(made, quiet)).toHaveLength(1);
  await made.pass(1_000);
  expect(await statusOf(made)).toBe("SUCCEEDED");
  expect(await heal(made)).toEqual([]);
});

test.each(["STANDARD", "EXPRESS"] as const)(
  "a Map Run of %s children goes on after a purge at any moment, and its parent hears of its end",
  async (ExecutionType) => {
    const run = async (plan: (world: Setup["world"]) => void): Promise<Setup> => {
      const made = await setup(
        { Each: distributed({ MaxConcurrency: 1 }, undefined, ExecutionType) },
        { input: "[1,2,3]" },
      );
      plan(made.world);
      await made.pass(60_000);
      return made;
    };
    const { world } = await run(() => undefined);
    const begun = world.calls.findIndex(({ name }) => name === "log.commit" || name === "inbox.receive");
    for (let number = begun; number < world.calls.length; number++) {
      const made = await run((another) => another.purgeAt(number));
      for (let again = 0; again < 4 && (await statusOf(made)) === "RUNNING"; again++) {
        await heal(made);
        await made.pass(3_600_000);
      }
      expect(await statusOf(made), `purge after call ${number}`).toBe("SUCCEEDED");
    }
  },
);

test("a Map Run of more children than one function can look at is healed by several", async () => {
  const made = await setup({ Each: distributed({ MaxConcurrency: 600 }, { Rest: rest }) }, { input: numbers(600) });
  const { world } = made;
  await made.pass(60_000);
  await purge(made);
  await heal(made);
  // Nobody lives for more than 30 seconds.
  const slow = slowEngine(made, 20, 1_500);
  const functions: string[] = [];
  for (let turn = 0; turn < 100; turn++) {
    for (const delivery of await world.inbox.receive("flow", 10)) {
      if (!delivery.body.includes('"run-news"')) continue;
      slow.begin();
      const { kind } = await handle(slow.engine, delivery);
      functions.push(kind);
      await world.inbox.done([delivery.receipt]);
    }
  }
  expect(functions).toEqual(["done", "done", "done"]);
  await made.pass(3_600_000);
  expect(await statusOf(made)).toBe("SUCCEEDED");
});

test("a redriven Map Run whose redriver died before the list had it as open is found, and entered", async () => {
  const answers = ["failed", "succeeded"] as const;
  let calls = 0;
  const call = async () => {
    const kind = answers[calls++] ?? "succeeded";
    return kind === "failed" ? ({ kind, error: "Broken", cause: "" } as const) : ({ kind, output: "1" } as const);
  };
  const made = await setup({ Each: distributed() }, { input: "[1]", call });
  await made.pass(60_000);
  expect(await statusOf(made)).toBe("FAILED");
  const { mapRuns } = made.engine.world;
  const { put } = mapRuns;
  mapRuns.put = async () => {
    throw new Error("died");
  };
  await expect(redriveExecution(made.engine, made.id, {})).rejects.toThrow("died");
  mapRuns.put = put;
  await purge(made);
  expect((await heal(made)).map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/^its Map Run .* has not ended$/),
  ]);
  await made.pass(60_000);
  expect(await statusOf(made)).toBe("SUCCEEDED");
  expect((await mapRuns.list(made.id, 10)).items).toMatchObject([{ epoch: 1, stoppedAt: expect.any(Number) }]);
});

test("a redriven Map Run that has ended again while the list could not be written is found, and entered", async () => {
  const made = await setup({ Each: distributed() }, { input: "[1]" });
  const { mapRuns } = made.engine.world;
  const { put } = mapRuns;
  mapRuns.put = async (entry) => {
    await put(entry);
    // The next call tells the parent of the end.
    made.world.purgeAt(made.world.calls.length);
  };
  await made.pass(60_000);
  await stopExecution(made.engine, made.id, {}, "stop");
  await made.pass(60_000);
  expect(await statusOf(made)).toBe("ABORTED");
  mapRuns.put = async () => {
    throw new Error("died");
  };
  await expect(redriveExecution(made.engine, made.id, {})).rejects.toThrow("died");
  // All its children have succeeded before.
  await expect(made.pass(60_000)).rejects.toThrow("died");
  await purge(made);
  mapRuns.put = put;
  expect((await heal(made)).map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/^its Map Run .* is listed as it was before its end$/),
    "its Map Run has ended",
  ]);
  await made.pass(60_000);
  expect(await statusOf(made)).toBe("SUCCEEDED");
  expect((await mapRuns.list(made.id, 10)).items).toMatchObject([{ epoch: 1, stoppedAt: expect.any(Number) }]);
});

test.each(["STANDARD", "EXPRESS"] as const)(
  "a redriven Map Run of %s children goes on from those that it passed by, whoever died there",
  async (ExecutionType) => {
    const states = { Each: distributed({ MaxConcurrency: 1 }, undefined, ExecutionType) };
    for (let death = 0; ; death++) {
      let isBroken = true;
      const call = async ({ arguments: output }: Call): Promise<CallResult> =>
        isBroken && output === "3" ? { kind: "failed", error: "Broken", cause: "" } : { kind: "succeeded", output };
      const made = await setup(states, { input: "[1,2,3]", call });
      await made.pass(60_000);
      isBroken = false;
      await redriveExecution(made.engine, made.id, {});
      const { joins } = made.engine.world;
      const { report } = joins;
      let reports = 0;
      joins.report = async (...given) => {
        const answer = await report(...given);
        if (reports++ === death) throw new Error("died");
        return answer;
      };
      const died = await made.pass(60_000).catch(String);
      joins.report = report;
      if (died === undefined) return expect(death).toBeGreaterThan(3);
      await purge(made);
      await heal(made);
      await made.pass(3_600_000);
      expect(await statusOf(made), `death at report ${death}`).toBe("SUCCEEDED");
    }
  },
);

test.each(["STANDARD", "EXPRESS"] as const)(
  "the turn of whoever ended last in its group of 256 %s children goes on, whoever died there",
  async (ExecutionType) => {
    const pass = { Go: { Type: "Pass", End: true } };
    const input = JSON.stringify(Array.from({ length: 257 }, (_, n) => n));
    const made = await setup({ Each: distributed({ MaxConcurrency: 1 }, pass, ExecutionType) }, { input });
    const { joins } = made.engine.world;
    const { report } = joins;
    joins.report = async (join, index, ...given) => {
      // Where it takes its next.
      if (index === 255 && join.level === 1) throw new Error("died");
      return report(join, index, ...given);
    };
    await expect(made.pass(60_000)).rejects.toThrow("died");
    joins.report = report;
    // The run hears that the group is done; the other message is lost before it comes again.
    await made.pass(0);
    await purge(made);
    await heal(made);
    await made.pass(3_600_000);
    expect(await statusOf(made)).toBe("SUCCEEDED");
  },
);
