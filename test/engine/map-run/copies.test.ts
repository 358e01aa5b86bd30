/**
 * Two copies of a message at work for a Map Run: one is slow, and the other further by then. Whose receipt is the
 * latest answers for the message; when he is done with it, nobody gets it again.
 */
import { expect, test } from "vitest";
import { handle } from "../../../lib/engine/advance.ts";
import { createEngine, type Engine } from "../../../lib/engine/engine.ts";
import { closeChildren } from "../../../lib/engine/map-run/close.ts";
import { changeRun, existing, type RunHead } from "../../../lib/engine/map-run/log.ts";
import { readItems } from "../../../lib/engine/map-run/read.ts";
import { reopenRun } from "../../../lib/engine/map-run/redrive.ts";
import { writeResults } from "../../../lib/engine/map-run/results.ts";
import { lookedThrough, type RunState, readAgain } from "../../../lib/engine/map-run/run.ts";
import { redriveExecution } from "../../../lib/engine/redrive.ts";
import { type Setup, setup } from "../setup.ts";
import { distributed, ranSoFar } from "./running.ts";

const hour = 3_600_000;
const ItemReader = { Resource: "arn:aws:states:::s3:getObject", Parameters: { Bucket: "in", Key: "items.json" } };

interface AtWork {
  readonly head: RunHead;
  readonly key: string;
  /** Word that the message is done with. */
  done(): Promise<void>;
}

/** The run when the message that this phase calls for has come to a worker. */
async function called({ engine, world, id }: Setup, phase: RunState["phase"]["kind"]): Promise<AtWork> {
  for (let turn = 0; turn < 50; turn++) {
    for (const delivery of [...(await world.inbox.receive("flow", 10)), ...(await world.inbox.receive("tasks", 10))]) {
      const [run] = (await world.mapRuns.list(id, 1)).items;
      const head = run && (await existing(engine, run.id));
      if (delivery.body.includes('"run-work"') && head?.state.phase.kind === phase && "charge" in head.state.phase) {
        return { head, key: `work:${head.state.phase.charge.seq}`, done: () => world.inbox.done([delivery.receipt]) };
      }
      await handle(engine, delivery);
      await world.inbox.done([delivery.receipt]);
    }
    await world.settle();
  }
  throw new Error("no message has come to the Map Run");
}

/** The users' files are gone. */
function without({ world, options }: Engine): Engine {
  const read = async () => ({ kind: "refused", why: "There is no such object." }) as const;
  return createEngine({ ...world, objects: { ...world.objects, read } }, options);
}

test("a reader that is late does not fail a run whose items another has read to the end", async () => {
  const made = await setup({ Each: distributed({ ItemReader }) }, { files: { in: { "items.json": "[1,2,3]" } } });
  const { head, key, done } = await called(made, "reading");
  expect(await readItems(made.engine, head, key, Number.POSITIVE_INFINITY)).toBe("done");
  await readItems(without(made.engine), head, key, Number.POSITIVE_INFINITY);
  await done();
  await made.pass(hour);
  expect(await ranSoFar(made)).toMatchObject({ status: "SUCCEEDED", output: [1, 2, 3] });
});

test("the tokens of a redriven run are sent by whoever is done with the message, if another gave them out and died", async () => {
  const made = await setup({ Each: distributed({ ItemReader }) }, { files: { in: { "items.json": "[1,2,3]" } } });
  let isBroken = true;
  const { call } = made.engine.world.tasks;
  made.engine.world.tasks.call = async (asked) =>
    isBroken ? { kind: "failed", error: "Broken", cause: "" } : call(asked);
  await made.pass(hour);
  isBroken = false;
  await redriveExecution(made.engine, made.id, {});
  const { head, key, done } = await called(made, "reopening");
  const change = (by: (state: RunState, at: Parameters<typeof readAgain>[1]) => RunState | undefined) =>
    changeRun(made.engine, head.id, key, by);
  const seen = { group: 1, kept: [], counts: head.state.counts };
  await change((state) => lookedThrough(state, seen));
  await change(readAgain);
  // The other has come to the end of its time.
  await reopenRun(made.engine, head, key, Number.NEGATIVE_INFINITY);
  await done();
  await made.pass(hour);
  expect(await ranSoFar(made)).toMatchObject({ status: "SUCCEEDED", output: [1, 2, 3] });
});

test("a writer that is late does not fail a run whose files another has written further", async () => {
  const Parameters = { Bucket: "out", Prefix: "x" };
  const ResultWriter = { Resource: "arn:aws:states:::s3:putObject", Parameters };
  const made = await setup({ Each: distributed({ ResultWriter }) }, { input: "[1,2,3]", files: { out: {} } });
  const { head, key, done } = await called(made, "writing");
  const { world, options } = made.engine;
  const writing = (write: typeof world.objects.write) =>
    writeResults(
      createEngine({ ...world, objects: { ...world.objects, write } }, options),
      head,
      key,
      Number.POSITIVE_INFINITY,
    );
  const dying = writing(async (place, body) => {
    if (place.key.endsWith("manifest.json")) throw new Error("died");
    return world.objects.write(place, body);
  });
  await expect(dying).rejects.toThrow("died");
  // As the store does with another part for a file that is complete.
  expect(await writing(async () => ({ kind: "refused", why: "There is no such upload." }))).toBe("overtaken");
  // The message of whoever is overtaken comes again.
  const now = await existing(made.engine, head.id);
  expect(await writeResults(made.engine, now, key, Number.POSITIVE_INFINITY)).toBe("done");
  await done();
  await made.pass(hour);
  expect(await ranSoFar(made)).toMatchObject({ status: "SUCCEEDED" });
});

test("whoever closes a run and finds it ended by another copy comes again, to say so if that one has died", async () => {
  const call = async () => ({ kind: "failed", error: "Broken", cause: "" }) as const;
  const made = await setup({ Each: distributed({}) }, { input: "[1,2,3]", call });
  const { head, key, done } = await called(made, "closing");
  const close = () => closeChildren(made.engine, head, key, Number.POSITIVE_INFINITY);
  expect(await close()).toBe("done");
  expect((await existing(made.engine, head.id)).state.phase.kind).toBe("ended");
  expect(await close()).toBe("overtaken");
  await done();
  await made.pass(hour);
  expect(await ranSoFar(made)).toMatchObject({ status: "FAILED" });
});
