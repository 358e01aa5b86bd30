/** Who comes second to what is in memory only is told of it when it is on disk, like the one who came first. */
import { expect, test } from "vitest";
import { type SimulatedWorld, simulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { handle } from "../../lib/engine/advance.ts";
import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import { saveDefinition } from "../../lib/engine/machines.ts";
import { redriveExecution } from "../../lib/engine/redrive.ts";
import { startExecution } from "../../lib/engine/start.ts";
import { tenant } from "./setup.ts";

/** A power cut loses a tail of any length: that of the seed. */
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];

interface Place {
  readonly world: SimulatedWorld;
  readonly engine: Engine;
  /** Of the same process: its disk takes for ever. */
  readonly waiting: Engine;
  start(engine: Engine, invocationId: string): ReturnType<typeof startExecution>;
}

async function placeOf(seed: number, state: object): Promise<Place> {
  const world = simulatedWorld({ seed, kind: "local" });
  const engine = createEngine(world);
  const definitionHash = await saveDefinition(engine, JSON.stringify({ StartAt: "Only", States: { Only: state } }));
  const fixed = { type: "STANDARD", createdAt: 0, revisionId: "1", settings: "{}", roleArn: "role" } as const;
  const machine = { ...tenant, name: "machine", definitionHash, ...fixed };
  await world.log.durable();
  const waiting = createEngine({ ...world, log: { ...world.log, durable: () => new Promise(() => undefined) } });
  const start = (one: Engine, invocationId: string) =>
    startExecution(one, { machine, name: "run", input: "{}", invocationId });
  return { world, engine, waiting, start };
}

async function workOff({ world, engine }: Place): Promise<void> {
  for (const delivery of await world.inbox.receive("flow", 10)) {
    const verdict = await handle(engine, delivery);
    if (verdict.kind === "done") await world.inbox.done([delivery.receipt]);
  }
}

test.each(seeds)("an equal start of an execution that is being started (power cut %i)", async (seed) => {
  const place = await placeOf(seed, { Type: "Wait", Seconds: 60, End: true });
  void place.start(place.waiting, "one");
  await place.world.settle();
  const { kind, id } = await place.start(place.engine, "other");
  expect(kind).toBe("started");
  place.world.powerCut();
  expect(place.world.summary(id)?.status).toBe("RUNNING");
});

test.each(seeds)("a redrive that is repeated after it has gone on (power cut %i)", async (seed) => {
  const place = await placeOf(seed, { Type: "Fail", Error: "Always" });
  const { id } = await place.start(place.engine, "one");
  await workOff(place);
  expect(place.world.summary(id)?.status).toBe("FAILED");
  void redriveExecution(place.waiting, id, { clientToken: "token" });
  await place.world.settle();
  await workOff(place);
  expect(await redriveExecution(place.engine, id, { clientToken: "token" })).toMatchObject({ kind: "redriven" });
  place.world.powerCut();
  expect(place.world.summary(id)).toMatchObject({ epoch: 1 });
});
