/** An activity's tasks under crashes: whatever call is the death of a process, none is lost and none given twice. */
import { expect, test } from "vitest";
import { Crash } from "../../lib/adapters/simulated/faults.ts";
import { type SimulatedWorld, simulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { takeActivityTask } from "../../lib/engine/activity.ts";
import { handle } from "../../lib/engine/advance.ts";
import { answerTask } from "../../lib/engine/callback.ts";
import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import { saveDefinition } from "../../lib/engine/machines.ts";
import type { MachineRecord } from "../../lib/engine/ports.ts";
import { startExecution } from "../../lib/engine/start.ts";
import { readToken } from "../../lib/engine/token.ts";
import { tenant } from "./setup.ts";

const activity = { ...tenant, name: "pack" };
const definition = {
  StartAt: "Pack",
  States: {
    Pack: {
      Type: "Task",
      Resource: "arn:aws:states:eu-central-1:123456789012:activity:pack",
      TimeoutSeconds: 600,
      HeartbeatSeconds: 300,
      Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 5 }],
      Next: "Done",
    },
    Done: { Type: "Succeed" },
  },
};

interface Ran {
  readonly status: string | undefined;
  /** How often each claim was given to a worker. */
  readonly given: ReadonlyMap<number, number>;
  readonly calls: number;
}

async function play(plan: (world: SimulatedWorld) => void): Promise<Ran> {
  const world = simulatedWorld({ seed: "activity" });
  const given = new Map<number, number>();
  plan(world);
  /** Each act in a process of its own; a crash is the end of the act. */
  const act = async <T>(
    work: (engine: Engine, inbox: SimulatedWorld["inbox"]) => Promise<T>,
  ): Promise<T | undefined> => {
    const worker = world.worker();
    try {
      return await work(createEngine(worker), worker.inbox);
    } catch (error) {
      if (error instanceof Crash) return undefined;
      throw error;
    }
  };
  const fixed = { type: "STANDARD", createdAt: 0, revisionId: "1", settings: "{}", roleArn: "role" } as const;
  let definitionHash: string | undefined;
  while (definitionHash === undefined)
    definitionHash = await act((engine) => saveDefinition(engine, JSON.stringify(definition)));
  const machine: MachineRecord = { ...tenant, name: "machine", definitionHash, ...fixed };
  const request = { machine, input: "{}", name: "run", invocationId: "one-invocation" };
  while (!(await act((engine) => startExecution(engine, request))));
  for (let turn = 0; turn < 1_000 && world.summaries()[0]?.status === "RUNNING"; turn++) {
    for (const lane of ["flow", "tasks"] as const) {
      await act(async (engine, inbox) => {
        for (const delivery of await inbox.receive(lane, 10)) {
          const verdict = await handle(engine, delivery);
          if (verdict.kind === "done") await inbox.done([delivery.receipt]);
          else await inbox.later(delivery.receipt, verdict.at);
        }
      });
    }
    const task = await act((engine) => takeActivityTask(engine, activity, {}));
    if (task) {
      const read = readToken(createEngine(world), task.token, world.now());
      if (read.kind === "claim") given.set(read.claim.seq, (given.get(read.claim.seq) ?? 0) + 1);
      await act((engine) => answerTask(engine, task.token, { kind: "succeeded", output: "1" }, "answer-invocation"));
    }
    await world.advanceTo(world.now() + 20_000);
  }
  return { status: world.summaries()[0]?.status, given, calls: world.calls.length };
}

test.each(["before", "after"] as const)("a crash %s any call", async (when) => {
  const calm = await play(() => undefined);
  expect(calm).toMatchObject({ status: "SUCCEEDED", given: new Map([[1, 1]]) });
  for (let number = 0; number < calm.calls; number++) {
    const { status, given } = await play((world) => world.crashAt(number, when));
    expect([number, status]).toEqual([number, "SUCCEEDED"]);
    expect([...given.values()].filter((times) => times > 1)).toEqual([]);
  }
});
