/** One execution alone, state by state, beside what this disk takes for one sync, in turns in one run. */
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open as openStore } from "lmdb";
import { median } from "../print.ts";
import { chain, states } from "./chains.ts";
import { openEmbedded } from "./open.ts";

const runs = 50;
/** Written before each sync: about a segment. */
const bytes = 500;
/** StartExecution answers, and an execution counts as ended, only when they are on disk; the states between need not wait. */
export const syncsOfExecution = 2;

export interface Alone {
  readonly executionMilliseconds: number;
  readonly syncMilliseconds: number;
  /** A put into a bare LMDB store, waited for until it is on disk: what each claim of a task waits for. */
  readonly flushMilliseconds: number;
  /** What a state takes beyond the syncs of its execution. */
  readonly perStateMilliseconds: number;
}

export async function alone(): Promise<Alone> {
  const embedded = await openEmbedded();
  const machine = await embedded.deploy(chain());
  const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
  const file = await open(join(folder, "sync"), "a");
  const store = openStore<string, number>({ path: join(folder, "store"), encoding: "string" });
  const runTimes: number[] = [];
  const flushTimes: number[] = [];
  const syncTimes: number[] = [];
  for (let run = 0; run < runs; run++) {
    runTimes.push(await timeOf(() => embedded.run(machine, JSON.stringify({ order: run }))));
    await embedded.durable();
    await file.write("x".repeat(bytes));
    syncTimes.push(await timeOf(() => file.datasync()));
    flushTimes.push(
      await timeOf(async () => {
        await store.put(run, "x".repeat(bytes));
        await store.flushed;
      }),
    );
  }
  await file.close();
  await store.close();
  await rm(folder, { recursive: true });
  await embedded.close();
  const [executionMilliseconds, syncMilliseconds] = [median(runTimes), median(syncTimes)];
  const perStateMilliseconds = (executionMilliseconds - syncsOfExecution * syncMilliseconds) / states;
  return { executionMilliseconds, syncMilliseconds, flushMilliseconds: median(flushTimes), perStateMilliseconds };
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
