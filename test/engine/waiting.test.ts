/** Why an execution does not move, in the words that people get to read. */
import { expect, test } from "vitest";
import { takeActivityTask } from "../../lib/engine/activity.ts";
import { describeExecution } from "../../lib/engine/describe.ts";
import { waitingBranches } from "../../lib/engine/waiting.ts";
import { type Setup, setup, tenant } from "./setup.ts";

const noon = "2026-01-15T12:00:00";
const token = { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken", End: true };
const activity = { Type: "Task", Resource: "arn:aws:states:eu-central-1:123456789012:activity:pack", End: true };
const child = { StateMachineArn: "arn:aws:states:eu-central-1:123456789012:stateMachine:child", Name: "one" };

const submitting = { call: async () => ({ kind: "submitted", output: "{}" }) as const };
const failing = { call: async () => ({ kind: "failed", error: "Broken", cause: "" }) as const };

test.each<[string, object, Parameters<typeof setup>[1], string]>([
  ["a task token", { Ask: token }, submitting, `waits for the task token of state Ask since ${noon}.000Z`],
  [
    "a task token with limits",
    { Ask: { ...token, TimeoutSeconds: 600, HeartbeatSeconds: 60 } },
    submitting,
    `waits for the task token of state Ask since ${noon}.000Z, times out at 2026-01-15T12:10:00.000Z, needs a heartbeat every 60 s`,
  ],
  [
    "a worker",
    { Pack: { ...activity, TimeoutSeconds: 60 } },
    {},
    `waits for a worker of activity pack to take the task of state Pack since ${noon}.000Z`,
  ],
  [
    "a child",
    {
      Start: { Type: "Task", Resource: "arn:aws:states:::states:startExecution.sync", Parameters: child, End: true },
    },
    {},
    `waits for arn:aws:states:eu-central-1:123456789012:execution:child:one, started by state Start, since ${noon}.000Z`,
  ],
  [
    "a job",
    { Run: { ...token, Resource: "arn:aws:states:::glue:startJobRun.sync" } },
    submitting,
    `waits for the result of state Run since ${noon}.000Z`,
  ],
  [
    "a moment",
    { Rest: { Type: "Wait", Seconds: 600, Next: "Go" }, Go: { Type: "Succeed" } },
    {},
    "waits until 2026-01-15T12:10:00.000Z before Go",
  ],
  [
    "the end of a wait",
    { Rest: { Type: "Wait", Seconds: 600, End: true } },
    {},
    "waits until 2026-01-15T12:10:00.000Z in Rest",
  ],
  [
    "its next try",
    {
      Try: {
        ...activity,
        Resource: "arn:aws:states:::sqs:sendMessage",
        Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 600 }],
      },
    },
    failing,
    "waits until 2026-01-15T12:10:00.000Z before it tries Try again",
  ],
])("%s", async (_name, states, options, reason) => {
  const made = await setup(states, options);
  await made.deploy("child", { Rest: { Type: "Wait", Seconds: 600, End: true } });
  await made.pass(5_000);
  expect((await describeExecution(made.engine, made.id))?.waitingFor).toBe(reason);
  expect((await waitingBranches(made.engine, made.id)).map((one) => one.reason)).toEqual([reason]);
});

async function reasons({ engine, id }: Setup): Promise<readonly (readonly [string, string])[]> {
  return (await waitingBranches(engine, id)).map(({ branch, reason }) => [branch, reason] as const);
}

test("branches, down to those of branches, until they have ended", async () => {
  const Inner = { Type: "Parallel", Branches: [{ StartAt: "Pack", States: { Pack: activity } }], End: true };
  const Branches = [
    { StartAt: "Ask", States: { Ask: token } },
    { StartAt: "Inner", States: { Inner } },
    { StartAt: "Quick", States: { Quick: { Type: "Pass", End: true } } },
  ];
  const made = await setup({ Both: { Type: "Parallel", Branches, End: true } }, submitting);
  await made.pass(5_000);
  expect(await reasons(made)).toEqual([
    ["", "waits for the 3 branches of Both"],
    ["/1.0", `waits for the task token of state Ask since ${noon}.000Z`],
    ["/1.1", "waits for the branch of Inner"],
    ["/1.1/0.0", `waits for a worker of activity pack to take the task of state Pack since ${noon}.000Z`],
  ]);
  await takeActivityTask(made.engine, { ...tenant, name: "pack" }, {});
  expect((await reasons(made)).at(-1)?.[1]).toBe(
    `waits for the worker of activity pack that has the task of state Pack since ${noon.replace("12:00:00", "12:00:05")}.000Z`,
  );
});

test("of a wide fork the first are shown", async () => {
  const ItemProcessor = { StartAt: "Ask", States: { Ask: token } };
  const input = JSON.stringify(Array.from({ length: 300 }, () => 0));
  const made = await setup({ Each: { Type: "Map", ItemProcessor, End: true } }, { ...submitting, input });
  await made.pass(5_000);
  expect(await reasons(made)).toHaveLength(20);
});

test("nothing, once it has ended", async () => {
  const made = await setup({ Done: { Type: "Succeed" } });
  await made.pass(5_000);
  expect(await reasons(made)).toEqual([]);
});
