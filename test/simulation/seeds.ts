/** One seed: which machine, which world, and the judgement; a generated machine that fails is shrunk first. */
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import fc from "fast-check";
import type { SimulatedOptions, SimulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { fewFaults } from "./exhaust.ts";
import { drawnMachine, scenarioOf } from "./generator.ts";
import { drawn, type Run, run, type Scenario } from "./harness.ts";
import { trace } from "./invariants.ts";
import { prng } from "./life.ts";
import { machines } from "./machines.ts";
import { months } from "./month-machines.ts";
import { judge } from "./oracle.ts";
import type { Tally } from "./report.ts";
import type { World } from "./simulate.ts";

/** Worlds of one sort of faults: `duplicates` for counting what is sent, `impatient` for what happens rarely in a swarm. */
const fixedFaults = {
  duplicates: { duplicate: { rate: 0.1, copies: 1 } },
  impatient: {
    shortVisibility: { rate: 0.5, longest: 2_000 },
    latency: { rate: 0.3, longest: 1_000 },
    crashAfter: 0.02,
  },
};

/** A world, and who dies in it where. */
interface Setting {
  readonly options: SimulatedOptions;
  readonly plan?: (world: SimulatedWorld) => void;
}

export async function runSeed(seed: number, only?: string, world: World = "swarm"): Promise<Tally> {
  const which = only ?? choose(seed);
  const setting = settingOf(seed, world);
  if (which === "generated") return runGenerated(seed, setting);
  const scenario = machines[which] ?? months[which];
  if (!scenario) throw new Error(`there is no machine ${which}`);
  const { ran, found } = await attempt(scenario, setting);
  return tallyOf(ran, seed, found.length > 0 ? [`machine ${which}`, ...found, trace(ran)].join("\n") : undefined);
}

/** In a swarm one world of eight is calm but for a few deaths and purges. */
function settingOf(seed: number, world: World): Setting {
  if (world === "duplicates" || world === "impatient") return { options: { seed, faults: fixedFaults[world] } };
  const isCalm = world === "few" || prng(`calm ${seed}`).chance(0.125);
  return isCalm ? { options: { seed }, plan: fewFaults(seed) } : { options: drawn(seed) };
}

/** Those that are not generated. */
export const machineNames: readonly string[] = Object.keys({ ...machines, ...months });

/** Each takes as long as dozens of the others. */
const seldom: ReadonlySet<string> = new Set(["jobs", "wideMended"]);

/** Half of the seeds are for generated machines, and the others for ours. */
function choose(seed: number): string {
  const longer = prng(`months ${seed}`);
  if (longer.chance(0.02)) return Object.keys(months)[longer.below(Object.keys(months).length)] ?? "generated";
  const chance = prng(`machine ${seed}`);
  if (chance.chance(0.5)) return "generated";
  const names = Object.keys(machines).filter((name) => !seldom.has(name) || chance.chance(0.05));
  return names[chance.below(names.length)] ?? "generated";
}

async function attempt(
  scenario: Scenario,
  { options, plan }: Setting,
): Promise<{ ran: Run; found: readonly string[] }> {
  // A run itself makes no turn: here the parent is heard, and the time limit of the shrinking.
  await turnOfTheLoop();
  const ran = await run(scenario, options, plan);
  return { ran, found: await judge(ran) };
}

/** The seed of the machine is the seed of the world; while the machine shrinks, the world's seed stays. */
async function runGenerated(seed: number, setting: Setting): Promise<Tally> {
  let last: { ran: Run; found: readonly string[] } | undefined;
  let failing: typeof last;
  const property = fc.asyncProperty(drawnMachine, async (machine) => {
    last = await attempt(scenarioOf(machine), setting);
    if (last.found.length > 0) failing = last;
    return last.found.length === 0;
  });
  await fc.check(property, { seed, numRuns: 1, unbiased: true, interruptAfterTimeLimit: 60_000 });
  if (!last) throw new Error(`seed ${seed} made no machine`);
  if (!failing) return tallyOf(last.ran, seed, undefined);
  const { ran, found } = failing;
  const { definition, input, stopAfter } = ran.scenario;
  const machine = JSON.stringify({ definition, input, stopAfter });
  return tallyOf(ran, seed, [`generated machine ${machine}`, ...found, trace(ran)].join("\n"));
}

function tallyOf({ world }: Run, seed: number, what: string | undefined): Tally {
  const counts = world.counts();
  return {
    seeds: 1,
    failures: what === undefined ? [] : [{ seed, what }],
    transitions: world.segments().length,
    sends: counts.messages,
    failedWrites: counts.taken,
    seconds: 0,
  };
}
