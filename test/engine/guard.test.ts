/**
 * Guards where clocks jump: a guard that comes before its call has appended finds nothing to finish and is gone; so
 * no clock may bring it early, or the call that dies behind its append is finished by nobody.
 */
import { expect, test } from "vitest";
import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import { updateMapRun } from "../../lib/engine/map-run/update.ts";
import type { MachineRecord, MapRunId } from "../../lib/engine/ports.ts";
import { startExecution } from "../../lib/engine/start.ts";
import { stopExecution } from "../../lib/engine/stop.ts";
import { distributed } from "./map-run/running.ts";
import { type Setup, setup } from "./setup.ts";

const minute = 60_000;

/**
 * A process whose clock jumps ten minutes ahead between the engine's look at it and the queue's, which works off at
 * once whatever is due after each of its `sends`, and which dies of the next one.
 */
function dying({ engine: { world, options }, pass }: Setup, sends: number): Engine {
  let sent = 0;
  const clock = { ...world.clock, now: () => world.clock.now() - 10 * minute };
  const queue = {
    ...world.queue,
    async send(messages: Parameters<typeof world.queue.send>[0]) {
      sent += 1;
      if (sent > sends) throw new Error("the process died");
      await world.queue.send(messages);
      await pass(0);
    },
  };
  return createEngine({ ...world, clock, queue }, options);
}

const resting = { Rest: { Type: "Wait", Seconds: 3_600, End: true } };

const startsChild = {
  Start: {
    Type: "Task",
    Resource: "arn:aws:states:::states:startExecution.sync",
    Parameters: { StateMachineArn: "arn:aws:states:eu-central-1:123456789012:stateMachine:child" },
    End: true,
  },
};

function statuses({ world }: Setup, which: string): readonly string[] {
  return world
    .summaries()
    .filter(({ machine, mapRun }) => (which === "children" ? mapRun !== undefined : machine === which))
    .map(({ status }) => status);
}

test("a start that dies before its first baton is finished", async () => {
  const made = await setup(resting);
  const machine: MachineRecord = await made.deploy("other", { Done: { Type: "Succeed" } });
  await expect(startExecution(dying(made, 1), { machine, input: "{}" })).rejects.toThrow("the process died");
  expect(statuses(made, "other")).toEqual(["RUNNING"]);
  await made.pass(2 * minute);
  expect(statuses(made, "other")).toEqual(["SUCCEEDED"]);
});

test("a stop that dies before it has told the child stops it all the same", async () => {
  const made = await setup(startsChild);
  await made.deploy("child", resting);
  await made.pass(1_000);
  // The guards of the stop and of the child.
  await expect(stopExecution(dying(made, 2), made.id, {})).rejects.toThrow("the process died");
  expect([statuses(made, "machine"), statuses(made, "child")]).toEqual([["ABORTED"], ["RUNNING"]]);
  await made.pass(2 * minute);
  expect(statuses(made, "child")).toEqual(["ABORTED"]);
});

test("an update that dies before it has started the children it allows starts them all the same", async () => {
  const made = await setup({ Each: distributed({ MaxConcurrency: 1 }, resting) }, { input: "[1,2]" });
  await made.pass(1_000);
  expect(statuses(made, "children")).toEqual(["RUNNING"]);
  const [run] = made.world.summaries().flatMap(({ mapRun }) => (mapRun === undefined ? [] : [mapRun as MapRunId]));
  if (run === undefined) throw new Error("no Map Run has begun");
  await expect(updateMapRun(dying(made, 1), run, { maxConcurrency: 2 })).rejects.toThrow("the process died");
  expect(statuses(made, "children")).toEqual(["RUNNING"]);
  await made.pass(2 * minute);
  expect(statuses(made, "children")).toEqual(["RUNNING", "RUNNING"]);
});
