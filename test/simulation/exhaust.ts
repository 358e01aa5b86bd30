/** A fault at each call of a run in turn: whoever makes it dies, or the queues are emptied after it. */
import type { SimulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { run, type Scenario } from "./harness.ts";
import { trace } from "./invariants.ts";
import { judge } from "./oracle.ts";

export type Fault = "crash before" | "crash after" | "purge after";

const plans: Readonly<Record<Fault, (world: SimulatedWorld, call: number) => void>> = {
  "crash before": (world, call) => world.crashAt(call, "before"),
  "crash after": (world, call) => world.crashAt(call, "after"),
  "purge after": (world, call) => world.purgeAt(call),
};

/** How many calls there were, and what the first that was not survived led to. */
export interface Exhausted {
  readonly calls: number;
  readonly found: readonly string[];
}

/** By default at every call; else at the `first` and each so many calls after it. */
export async function exhaust(
  scenario: Scenario,
  fault: Fault,
  { first, stride } = { first: 0, stride: 1 },
): Promise<Exhausted> {
  const calls = (await run(scenario, { seed: "calm" })).world.calls.length;
  for (let call = first % stride; call < calls; call += stride) {
    const ran = await run(scenario, { seed: "calm" }, (world) => plans[fault](world, call));
    const found = await judge(ran);
    if (found.length > 0) return { calls, found: [`${fault} call ${call}`, ...found, trace(ran)] };
  }
  return { calls, found: [] };
}
