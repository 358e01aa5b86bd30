/** An activity's tasks under crashes: whatever call is the death of a process, none is lost and none given twice. */
import { expect, test } from "vitest";
import type { SimulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { takeActivityTask } from "../../lib/engine/activity.ts";
import { answerTask } from "../../lib/engine/callback.ts";
import { readToken } from "../../lib/engine/token.ts";
import { type Play, play } from "./processes.ts";
import { tenant } from "./setup.ts";

const Pack = {
  Type: "Task",
  Resource: "arn:aws:states:eu-central-1:123456789012:activity:pack",
  TimeoutSeconds: 600,
  HeartbeatSeconds: 300,
  Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 5 }],
  Next: "Done",
};
const machines = { machine: { StartAt: "Pack", States: { Pack, Done: { Type: "Succeed" } } } };

interface Ran {
  readonly status: string | undefined;
  /** How often each claim was given to a worker. */
  readonly given: ReadonlyMap<number, number>;
  readonly calls: number;
}

async function ran(plan: (world: SimulatedWorld) => void): Promise<Ran> {
  const given = new Map<number, number>();
  const turn = async ({ act, world }: Play): Promise<void> => {
    const task = await act((engine) => takeActivityTask(engine, { ...tenant, name: "pack" }, {}));
    if (!task) return;
    await act(async (engine) => {
      const read = readToken(engine, task.token, world.now());
      if (read.kind === "claim") given.set(read.claim.seq, (given.get(read.claim.seq) ?? 0) + 1);
      await answerTask(engine, task.token, { kind: "succeeded", output: "1" }, "answer-invocation");
    });
  };
  const { world } = await play({ machines, plan, turn });
  return { status: world.summaries()[0]?.status, given, calls: world.calls.length };
}

test.each(["before", "after"] as const)("a crash %s any call", async (when) => {
  const calm = await ran(() => undefined);
  expect(calm).toMatchObject({ status: "SUCCEEDED", given: new Map([[1, 1]]) });
  for (let number = 0; number < calm.calls; number++) {
    const { status, given } = await ran((world) => world.crashAt(number, when));
    expect([number, status]).toEqual([number, "SUCCEEDED"]);
    expect([...given.values()].filter((times) => times > 1)).toEqual([]);
  }
});
