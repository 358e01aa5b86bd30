/** Many seeds, in as many processes as are wanted: neighbouring seeds to each. */
import { fork } from "node:child_process";
import { bundled, type Change } from "./bundle.ts";
import { type Tally, total } from "./report.ts";

/**
 * All the faults of the seeds; duplicates only; messages that come again while somebody, who may die, is at work on
 * them; or a few deaths and purges in a world that is calm otherwise.
 */
export type World = "swarm" | "duplicates" | "impatient" | "few";

export interface Order {
  readonly from: number;
  readonly seeds: number;
  /** The name of a machine, or `generated`; by default whichever the seed has. */
  readonly only?: string;
  readonly world: World;
  /** Ends at the first failing seed. */
  readonly first: boolean;
}

/**
 * A process lives for a minute and runs much code a little: the optimising compiler, eager as it is by default, would
 * take a third of the time, beside the work and in its way on a machine whose cores are all taken.
 */
const flags = ["--enable-source-maps", "--always-sparkplug", "--interrupt-budget=1000000"];

/** `change`: of the sources, for this run. */
export async function simulate(order: Order, processes = 1, change?: Change): Promise<Tally> {
  const { path, remove } = await bundled(change);
  const started = performance.now();
  try {
    const parts = await Promise.all(shares(order, processes).map((part) => inProcess(path, part)));
    return { ...total(parts), seconds: (performance.now() - started) / 1_000 };
  } finally {
    remove();
  }
}

function shares(order: Order, processes: number): readonly Order[] {
  const size = Math.ceil(order.seeds / processes);
  return Array.from({ length: Math.ceil(order.seeds / size) }, (_, share) => {
    const seeds = Math.min(size, order.seeds - share * size);
    return { ...order, from: order.from + share * size, seeds };
  });
}

function inProcess(path: string, order: Order): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const child = fork(path, { execArgv: flags, stdio: ["ignore", "ignore", "inherit", "ipc"] });
    child.once("message", (message) => resolve(message as Tally)); // a Tally is what `work.ts` sends
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the seeds from ${order.from} ended with ${code} and no answer`)));
    child.send(order);
  });
}
