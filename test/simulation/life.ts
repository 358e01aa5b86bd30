/** What a seed says of the world outside, beside the faults: how long tasks take, when the power goes, what clients do. */
import { type Prng, prng } from "../../lib/adapters/simulated/prng.ts";
import type { SimulatedOptions } from "../../lib/adapters/simulated/world.ts";

export { prng };

export interface Life {
  readonly chance: Prng;
  /** Calls take up to that long, in milliseconds. */
  readonly longestTask: number;
  /** Milliseconds after the start. */
  readonly powerCuts: readonly number[];
  /** Somebody purges the queues after the call of that number; when the faults are over, all is healed. */
  readonly purges: readonly number[];
  /** A token's holder answers after up to that long … */
  readonly longestAnswer: number;
  /** … and at that rate there is another holder, with another answer. */
  readonly rivals: number;
  /** So often somebody redrives what did not succeed. */
  readonly redrives: number;
  /** In milliseconds after the start: between the two, some processes are of a newer build, and afterwards all. */
  readonly deployment: { readonly from: number; readonly until: number } | undefined;
  /** There are faults at all. */
  readonly swarm: boolean;
  /** The faults are over. */
  calm: boolean;
}

/** As everywhere in a swarm: each of these is there in some worlds only. */
export function drawLife({ seed, faults, kind }: SimulatedOptions): Life {
  const chance = prng(`life ${seed}`);
  if (faults === undefined) {
    return {
      chance,
      longestTask: 0,
      powerCuts: [],
      purges: [],
      longestAnswer: 60_000,
      rivals: 0,
      redrives: 2,
      deployment: undefined,
      swarm: false,
      calm: true,
    };
  }
  const on = (): boolean => chance.chance(0.4);
  // Within the lease, or beyond it.
  const longestTask = on() ? ([2_000, 600_000, 1_500_000][chance.below(3)] ?? 0) : 0;
  const cuts = kind === "local" && on() ? 1 + chance.below(4) : 0;
  const powerCuts = Array.from({ length: cuts }, () => chance.below(on() ? 3_600_000 : 2_000));
  const longestAnswer = on() ? 1_000 : 400_000;
  const purges = kind === "local" ? [] : drawPurges(prng(`purges ${seed}`));
  const redrivers = prng(`redrives ${seed}`);
  const redrives = redrivers.chance(0.5) ? 1 + redrivers.below(3) : 0;
  const rivals = on() ? 0.5 : 0;
  const deployment = drawDeployment(prng(`deployment ${seed}`));
  const clients = { longestAnswer, rivals, redrives };
  return { chance, longestTask, powerCuts, purges, ...clients, deployment, swarm: true, calm: false };
}

/** In one world of six, while most machines are under way. */
function drawDeployment(chance: Prng): Life["deployment"] {
  if (!chance.chance(1 / 6)) return undefined;
  const from = chance.below(chance.chance(0.5) ? 2_000 : 120_000);
  return { from, until: from + 1 + chance.below(chance.chance(0.5) ? 60_000 : 3_600_000) };
}

/** In one world of eight, while most machines are under way. */
function drawPurges(chance: Prng): readonly number[] {
  const times = chance.chance(0.125) ? 1 + chance.below(3) : 0;
  return Array.from({ length: times }, () => chance.below(150));
}
