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
  /** Some of the messages are taken up by functions, which know when they end. */
  readonly functions: Functions | undefined;
  readonly updates: Updates | undefined;
  readonly pace: Pace;
  /** There are faults at all. */
  readonly swarm: boolean;
  /** The faults are over. */
  calm: boolean;
}

export interface Functions {
  readonly chance: Prng;
  /** Of the times that somebody looks for messages. */
  readonly rate: number;
  /** How long one lives, in milliseconds, by the lane that it serves. */
  readonly lives: { readonly flow: number; readonly tasks: number };
}

/** In milliseconds: how long there are faults, how long everything may take afterwards, and how often clients do what. */
export interface Pace {
  readonly faults: number;
  readonly calm: number;
  /** Somebody looks whether there is something to redrive: at first, and when it takes longer. */
  readonly look: number;
  readonly lookLater: number;
  readonly beat: number;
  readonly poll: number;
  /** An activity's worker comes after up to that long. */
  readonly idle: number;
}

const day = 24 * 3_600_000;

const paces = {
  "for hours": {
    ...{ faults: 3 * 3_600_000, calm: 60 * day, look: 20_000, lookLater: 600_000, beat: 35_000, poll: 15_000, idle: 0 },
    longestAnswer: 400_000,
  },
  "for months": {
    ...{ faults: 100 * day, calm: 700 * day, look: day, lookLater: day, beat: 20 * day, poll: day, idle: 200 * day },
    longestAnswer: 150 * day,
  },
} as const;

/** How long most machines are under way. */
export type Span = keyof typeof paces;

/** So often somebody changes a Map Run, after pauses of up to so many milliseconds. */
export interface Updates {
  readonly chance: Prng;
  readonly times: number;
  readonly pause: number;
}

/** As everywhere in a swarm: each of these is there in some worlds only. */
export function drawLife({ seed, faults, kind }: SimulatedOptions, span: Span = "for hours"): Life {
  const chance = prng(`life ${seed}`);
  const pace = paces[span];
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
      functions: undefined,
      updates: undefined,
      pace,
      swarm: false,
      calm: true,
    };
  }
  const on = (): boolean => chance.chance(0.4);
  // Within the lease, or beyond it.
  const longestTask = on() ? ([2_000, 600_000, 1_500_000][chance.below(3)] ?? 0) : 0;
  const cuts = kind === "local" && on() ? 1 + chance.below(4) : 0;
  const powerCuts = Array.from({ length: cuts }, () => chance.below(on() ? 3_600_000 : 2_000));
  const longestAnswer = on() ? 1_000 : pace.longestAnswer;
  const purges = kind === "local" ? [] : drawPurges(prng(`purges ${seed}`));
  const redrivers = prng(`redrives ${seed}`);
  const redrives = redrivers.chance(0.5) ? 1 + redrivers.below(3) : 0;
  const rivals = on() ? 0.5 : 0;
  const deployment = drawDeployment(prng(`deployment ${seed}`));
  const functions = kind === "local" ? undefined : drawFunctions(prng(`functions ${seed}`));
  const clients = { longestAnswer, rivals, redrives, updates: drawUpdates(prng(`updates ${seed}`)) };
  return { chance, longestTask, powerCuts, purges, ...clients, deployment, functions, pace, swarm: true, calm: false };
}

/** In one world of six, while most machines are under way. */
function drawDeployment(chance: Prng): Life["deployment"] {
  if (!chance.chance(1 / 6)) return undefined;
  const from = chance.below(chance.chance(0.5) ? 2_000 : 120_000);
  return { from, until: from + 1 + chance.below(chance.chance(0.5) ? 60_000 : 3_600_000) };
}

/** In one world of five. Those of the tasks end before the longer calls do, or live as long as they do on AWS. */
function drawFunctions(chance: Prng): Functions | undefined {
  if (!chance.chance(0.2)) return undefined;
  const tasks = [20_000, 120_000, 900_000][chance.below(3)] ?? 0;
  return { chance, rate: 0.1 + 0.6 * chance.next(), lives: { flow: 30_000, tasks } };
}

/** In one world of eight, while most machines are under way. */
function drawPurges(chance: Prng): readonly number[] {
  const times = chance.chance(0.125) ? 1 + chance.below(3) : 0;
  return Array.from({ length: times }, () => chance.below(150));
}

/** In one world of four. */
function drawUpdates(chance: Prng): Updates | undefined {
  if (!chance.chance(0.25)) return undefined;
  return { chance, times: 1 + chance.below(4), pause: [50, 2_000, 60_000][chance.below(3)] ?? 0 };
}
