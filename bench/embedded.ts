/**
 * The embedded mode beside a bare LMDB loop, in turns in one run: transitions per second with many
 * executions in flight, processor time per transition, and how long one execution alone takes per state.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open } from "lmdb";
import { type LocalWorld, openLocalWorld } from "../lib/adapters/local/world.ts";
import { createEngine, type Engine } from "../lib/engine/engine.ts";
import { saveDefinition } from "../lib/engine/machines.ts";
import type { MachineRecord } from "../lib/engine/ports.ts";
import { startExecution } from "../lib/engine/start.ts";
import { runLoop } from "../lib/local/loop.ts";
import { median, table } from "./print.ts";

const states = 20;
const inFlight = 32;
const executions = 500;
const rounds = 5;

export async function embedded(): Promise<void> {
  const baton: Figures[] = [];
  const bare: Figures[] = [];
  for (let round = 0; round < rounds; round++) {
    bare.push(await bareLoop());
    baton.push(await chains(executions, inFlight));
  }
  const alone = await chains(50, 1);
  const rate = (figures: readonly Figures[]): number => median(figures.map((figure) => figure.perSecond));
  const cpu = (figures: readonly Figures[]): number => median(figures.map((figure) => figure.cpuMilliseconds));
  console.log(
    `\nEmbedded: ${executions} executions of a ${states}-state chain, ${inFlight} in flight, medians of ${rounds} rounds in turns`,
  );
  console.log(
    table([
      ["", "per second", "CPU ms each"],
      ["bare LMDB conditional puts, group commit", rate(bare).toFixed(0), cpu(bare).toFixed(4)],
      ["Baton transitions", rate(baton).toFixed(0), cpu(baton).toFixed(4)],
      ["ratio", (rate(baton) / rate(bare)).toFixed(2), (cpu(baton) / cpu(bare)).toFixed(2)],
    ]),
  );
  console.log(`one execution alone: ${(1_000 / alone.perSecond).toFixed(3)} ms a state, start and end included`);
}

interface Figures {
  readonly perSecond: number;
  readonly cpuMilliseconds: number;
}

async function measure(count: number, work: () => Promise<void>): Promise<Figures> {
  const begun = performance.now();
  const cpu = process.cpuUsage();
  await work();
  const seconds = (performance.now() - begun) / 1_000;
  const used = process.cpuUsage(cpu);
  return { perSecond: count / seconds, cpuMilliseconds: (used.user + used.system) / 1_000 / count };
}

/** What the store can do at most with the same number in flight: a conditional put, waited for until it is on disk. */
async function bareLoop(): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  const store = open<string, string>({ path: folder, encoding: "string" });
  const count = executions * states;
  const value = "x".repeat(500);
  let next = 0;
  const figures = await measure(count, async () => {
    const worker = async (): Promise<void> => {
      while (next < count) {
        const key = `segment/${next++}`;
        await store.ifNoExists(key, () => {
          void store.put(key, value);
        });
      }
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
    await store.flushed;
  });
  await store.close();
  await rm(folder, { recursive: true });
  return figures;
}

/** Executions of a chain of Pass states, `atOnce` of them open at any time, until all have ended and are on disk. */
async function chains(count: number, atOnce: number): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  const world = await openLocalWorld({ folder, tasks: { call: () => Promise.reject(new Error("no tasks here")) } });
  const ends = watchEnds(world);
  const engine = createEngine(ends.world, { leaseMilliseconds: 1e10 });
  const machine = await chainMachine(engine);
  const loop = runLoop(engine, ends.world, {
    atOnce: { flow: 64, tasks: 64 },
    onError: (error) => {
      throw error;
    },
  });
  let started = 0;
  const figures = await measure(count * states, async () => {
    const user = async (): Promise<void> => {
      while (started < count) {
        const order = ++started;
        const input = JSON.stringify({ order, items: ["tea", "milk"], total: 12.5 });
        const answer = await startExecution(engine, { machine, input });
        await ends.of(answer.id);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, user));
    await world.log.durable();
  });
  await loop.stop();
  await world.close();
  await rm(folder, { recursive: true });
  return figures;
}

/** The world, and a promise for each execution's end. */
function watchEnds(world: LocalWorld): { world: LocalWorld; of(id: string): Promise<void> } {
  const waiting = new Map<string, () => void>();
  const ended = new Set<string>();
  const executionsPort = {
    ...world.executions,
    finish: async (...[id, ending]: Parameters<typeof world.executions.finish>) => {
      await world.executions.finish(id, ending);
      ended.add(id);
      waiting.get(id)?.();
    },
  };
  return {
    world: Object.assign(Object.create(world), { executions: executionsPort }) as LocalWorld,
    of: (id) => (ended.has(id) ? Promise.resolve() : new Promise((resolve) => waiting.set(id, resolve))),
  };
}

async function chainMachine(engine: Engine): Promise<MachineRecord> {
  const names = Array.from({ length: states }, (_, index) => `State${index}`);
  const chain = names.map((name, index) => {
    const following = names[index + 1];
    return [name, following === undefined ? { Type: "Pass", End: true } : { Type: "Pass", Next: following }];
  });
  const text = JSON.stringify({ StartAt: names[0], States: Object.fromEntries(chain) });
  return {
    account: "000000000000",
    region: "us-east-1",
    name: "chain",
    definitionHash: await saveDefinition(engine, text),
    roleArn: "arn:aws:iam::000000000000:role/bench",
    type: "STANDARD",
    createdAt: 0,
    revisionId: "1",
    settings: "{}",
  };
}
