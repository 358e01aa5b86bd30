/** A dead letter gets its new tries where its kind is worked on: who advances branches may call no service. */
import { expect, test } from "vitest";
import type { Command } from "../../lib/engine/command.ts";
import { handleDeadLetter } from "../../lib/engine/dead-letter.ts";
import { redriveDeadLetter } from "../../lib/engine/dead-letter-queue.ts";
import { executionId } from "../../lib/engine/identity.ts";
import { messageOf } from "../../lib/engine/messages.ts";
import type { Delivery, Lane } from "../../lib/engine/ports.ts";
import { setup, tenant } from "./setup.ts";

const of = { execution: executionId(tenant, "machine", "run"), branch: "" } as const;
const job = { resource: "arn:aws:states:::glue:startJobRun.sync", note: "{}" };

test.each<[Exclude<Command, { kind: "advance" }>, Lane]>([
  [{ ...of, kind: "poll", claim: 1, polls: 0 }, "tasks"],
  [{ ...of, kind: "stop-job", claim: 1, ...job }, "tasks"],
  [{ ...of, kind: "heal", seq: 1 }, "tasks"],
  [{ ...of, kind: "task-timer", claim: 1, by: "timeout" }, "flow"],
  [{ ...of, kind: "deadline" }, "flow"],
  [{ ...of, kind: "guard", key: "guard:1" }, "flow"],
])("%j: %s", async (command, lane) => {
  const { engine, world, pass } = await setup({ Go: { Type: "Pass", End: true } });
  await pass(1_000);
  const { body } = messageOf(command, lane);
  const letter = { body, receives: 1, receipt: "one" } as unknown as Delivery;
  for (const revive of [handleDeadLetter, redriveDeadLetter]) {
    await revive(engine, letter);
    expect((await world.inbox.receive(lane, 10)).map((delivery) => JSON.parse(delivery.body))).toMatchObject([
      JSON.parse(body),
    ]);
  }
});

const forgotten = executionId(tenant, "machine", "another");

test.each<[Command]>([
  [{ kind: "task-timer", execution: forgotten, branch: "", claim: 1, by: "timeout" }],
  [{ kind: "advance", execution: forgotten, branch: "/1.2", seq: 4 }],
  [{ kind: "joined", execution: forgotten, branch: "", claim: 1 }],
  [{ kind: "abandoned", execution: of.execution, branch: "", parent: { execution: forgotten, branch: "", seq: 2 } }],
])("a letter of an execution that is there no more is taken out: %j", async (command) => {
  const { engine, world, pass } = await setup({ Go: { Type: "Pass", End: true } });
  await pass(1_000);
  const waiting = () => [world.waiting("flow"), world.waiting("tasks")];
  const before = waiting();
  const letter = { ...messageOf(command, "flow"), receives: 1, receipt: "one" } as unknown as Delivery;
  expect(await handleDeadLetter(engine, letter)).toEqual({ kind: "done" });
  expect(await redriveDeadLetter(engine, letter)).toBe("forgotten");
  expect(waiting()).toEqual(before);
});
