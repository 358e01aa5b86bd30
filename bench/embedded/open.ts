/** The embedded engine in a folder of its own, as `baton dev` puts it together but without server and functions of a folder. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LocalWorld } from "../../lib/adapters/local/world.ts";
import type { Engine } from "../../lib/engine/engine.ts";
import type { Objects } from "../../lib/engine/map-run/ports.ts";
import type { ExecutionId, MachineRecord, Tasks } from "../../lib/engine/ports.ts";
import { built } from "../built.ts";

const { openLocalWorld } = await built<typeof import("../../lib/adapters/local/world.ts")>("adapters/local/world");
const { createEngine } = await built<typeof import("../../lib/engine/engine.ts")>("engine/engine");
const { saveDefinition } = await built<typeof import("../../lib/engine/machines.ts")>("engine/machines");
const { startExecution } = await built<typeof import("../../lib/engine/start.ts")>("engine/start");
const { keepHeapSmall } = await built<typeof import("../../lib/local/heap.ts")>("local/heap");
const { runLoop } = await built<typeof import("../../lib/local/loop.ts")>("local/loop");

export interface Embedded {
  /** Where its store is. */
  readonly folder: string;
  deploy(definition: object): Promise<MachineRecord>;
  /** Starts an execution and waits for its end. */
  run(machine: MachineRecord, input: string): Promise<void>;
  durable(): Promise<void>;
  close(): Promise<void>;
}

const noTasks: Tasks = { call: () => Promise.reject(new Error("no tasks here")) };

export async function openEmbedded(tasks: Tasks = noTasks, objects?: Objects): Promise<Embedded> {
  keepHeapSmall();
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  const world = await openLocalWorld({ folder, tasks, ...(objects && { objects }) });
  const ends = watchEnds(world);
  const engine = createEngine(ends.world, { leaseMilliseconds: 1e10 });
  const loop = runLoop(engine, ends.world, {
    atOnce: { flow: 64, tasks: 64 },
    onError: (error) => {
      throw error;
    },
  });
  return {
    folder,
    deploy: (definition) => deploy(engine, JSON.stringify(definition)),
    async run(machine, input) {
      const answer = await startExecution(engine, { machine, input });
      await ends.of(answer.id);
    },
    durable: () => world.log.durable(),
    async close() {
      await loop.stop();
      await world.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function deploy(engine: Engine, definition: string): Promise<MachineRecord> {
  return {
    account: "000000000000",
    region: "us-east-1",
    name: "bench",
    definitionHash: await saveDefinition(engine, definition),
    roleArn: "arn:aws:iam::000000000000:role/bench",
    type: "STANDARD",
    createdAt: 0,
    revisionId: "1",
    settings: "{}",
  };
}

/** The world, and a promise for each execution's end. */
function watchEnds(world: LocalWorld): { world: LocalWorld; of(id: ExecutionId): Promise<void> } {
  const waiting = new Map<string, () => void>();
  const ended = new Set<string>();
  const executions = {
    ...world.executions,
    finish: async (...[id, ending]: Parameters<typeof world.executions.finish>) => {
      await world.executions.finish(id, ending);
      // Nobody waits here for the children of a Map Run, of which there may be a million.
      if (ending.mapRun !== undefined) return;
      ended.add(id);
      waiting.get(id)?.();
    },
  };
  return {
    // The rest of the world is the world itself: what it does not list it finds there.
    world: Object.assign(Object.create(world), { executions }) as LocalWorld,
    of: (id) => (ended.has(id) ? Promise.resolve() : new Promise((resolve) => waiting.set(id, resolve))),
  };
}
