/**
 * Chains of Pass states beside a bare LMDB loop with the same number in flight, in turns in one run:
 * transitions per second and processor time of each. With one in flight it is the latency of an execution alone.
 */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open } from "lmdb";
import { median } from "../print.ts";
import { openEmbedded } from "./open.ts";

export const states = 20;
export const inFlight = 32;
export const executions = 200;
export const rounds = 5;
/** Rounds of both before those that count: a server has run for a while, and all that it does often is compiled. */
const warmUps = 10;

export interface Figures {
  readonly perSecond: number;
  readonly cpuMilliseconds: number;
  /** Of the thread that JavaScript runs on; NaN where the system does not tell. */
  readonly mainMilliseconds: number;
}

export interface Throughput {
  readonly bare: Figures;
  readonly baton: Figures;
}

export async function throughput(): Promise<Throughput> {
  const bare: Figures[] = [];
  const baton: Figures[] = [];
  for (let round = -warmUps; round < rounds; round++) {
    const figures = [await bareLoop(executions * states), await chains(executions, inFlight)] as const;
    if (round < 0) continue;
    bare.push(figures[0]);
    baton.push(figures[1]);
  }
  return { bare: medianOf(bare), baton: medianOf(baton) };
}

function medianOf(figures: readonly Figures[]): Figures {
  return {
    perSecond: median(figures.map(({ perSecond }) => perSecond)),
    cpuMilliseconds: median(figures.map(({ cpuMilliseconds }) => cpuMilliseconds)),
    mainMilliseconds: median(figures.map(({ mainMilliseconds }) => mainMilliseconds)),
  };
}

async function measure(count: number, work: () => Promise<void>): Promise<Figures> {
  const begun = performance.now();
  const cpu = process.cpuUsage();
  const main = mainThread();
  await work();
  const seconds = (performance.now() - begun) / 1_000;
  const used = process.cpuUsage(cpu);
  return {
    perSecond: count / seconds,
    cpuMilliseconds: (used.user + used.system) / 1_000 / count,
    mainMilliseconds: (mainThread() - main) / count,
  };
}

/** Processor time of the main thread so far, in milliseconds, as Linux counts it. */
function mainThread(): number {
  const file = `/proc/self/task/${process.pid}/schedstat`;
  if (!existsSync(file)) return Number.NaN;
  const [nanoseconds = ""] = readFileSync(file, "utf8").split(" ");
  return Number(nanoseconds) / 1_000_000;
}

/** What the store can do at most: conditional puts, each waited for until it is committed, all of them on disk at the end. */
async function bareLoop(count: number): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  const store = open<string, string>({ path: folder, encoding: "string" });
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

/** Executions of the chain, `atOnce` of them open at any time, until all have ended and are on disk. */
export async function chains(count: number, atOnce: number): Promise<Figures> {
  const embedded = await openEmbedded();
  const machine = await embedded.deploy(chain());
  let started = 0;
  const figures = await measure(count * states, async () => {
    const user = async (): Promise<void> => {
      while (started < count) {
        const order = ++started;
        await embedded.run(machine, JSON.stringify({ order, items: ["tea", "milk"], total: 12.5 }));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, user));
    await embedded.durable();
  });
  await embedded.close();
  return figures;
}

export function chain(): object {
  const names = Array.from({ length: states }, (_, index) => `State${index}`);
  const rows = names.map((name, index) => {
    const following = names[index + 1];
    return [name, following === undefined ? { Type: "Pass", End: true } : { Type: "Pass", Next: following }];
  });
  return { StartAt: names[0], States: Object.fromEntries(rows) };
}
