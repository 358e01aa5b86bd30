/** Whoever makes a call dies, or the queues are emptied after it: at each call of a run in turn, or at a few of them. */
import type { SimulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { run, type Scenario } from "./harness.ts";
import { trace } from "./invariants.ts";
import { prng } from "./life.ts";
import { judge } from "./oracle.ts";

export type Fault = "crash before" | "crash after" | "purge after";

const plans: Readonly<Record<Fault, (world: SimulatedWorld, call: number) => void>> = {
  "crash before": (world, call) => world.crashAt(call, "before"),
  "crash after": (world, call) => world.crashAt(call, "after"),
  "purge after": (world, call) => world.purgeAt(call),
};

const faults: readonly Fault[] = ["crash before", "crash after", "purge after"];

/** Most runs are over by one of these calls. */
const lastCalls: readonly number[] = [60, 150, 400];

/** Two or three of them, which is what it takes to lose a chain of events whose every link heals by itself. */
export function fewFaults(seed: number): (world: SimulatedWorld) => void {
  const chance = prng(`few ${seed}`);
  const last = lastCalls[chance.below(lastCalls.length)] ?? 0;
  const drawn = Array.from({ length: 2 + chance.below(2) }, () => ({
    fault: faults[chance.below(faults.length)] ?? "purge after",
    call: chance.below(last),
  }));
  return (world) => {
    for (const { fault, call } of drawn) plans[fault](world, call);
  };
}

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
