/**
 * What can go wrong in a simulated world, and how often. Swarm testing: each seed first draws which faults
 * there are at all, because a world in which everything fails at once hides what a single fault would show.
 */
import type { Prng } from "./prng.ts";

/** Thrown by the thousand, and nobody asks where: to write down its stack would take longer than what it ends. */
class Fault extends Error {
  constructor(what: string) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(what);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** The worker dies here. Whatever it calls afterwards throws the same. */
export class Crash extends Fault {
  override readonly name = "Crash";
}

/** The service does not answer, or answers that it cannot now. */
export class Outage extends Fault {
  override readonly name = "Outage";
}

/** Rates are per port call or per message; spans are in milliseconds. */
export interface Faults {
  readonly crashBefore: number;
  readonly crashAfter: number;
  /** Nothing done, an outage thrown. */
  readonly refused: number;
  /** Done, and an outage thrown all the same. */
  readonly answerLost: number;
  /** At that rate a call begins a span in which every call to the store or the queue is refused. */
  readonly burst: Span;
  /** Calls that take time, before or after they take effect. */
  readonly latency: Span;
  readonly duplicate: { readonly rate: number; readonly copies: number };
  /** Messages that are done and come again. */
  readonly resurrected: number;
  readonly messageDelay: Span;
  /** Messages that become visible again within that span, while their worker is at work. */
  readonly shortVisibility: Span;
  /** Sends of which only a part goes out before the outage. */
  readonly partialBatch: number;
  /** Messages that are due come in any order. */
  readonly reorder: boolean;
  /** Every delivery says that it is the first. */
  readonly receivesStuck: boolean;
  /** Lists show the world as it was up to so long ago. */
  readonly staleLists: number;
  /** Each worker's clock is wrong by up to that much either way … */
  readonly clockSkew: number;
  /** … and at that rate per call it jumps to another error. */
  readonly clockJump: number;
  /** A message that was received more often goes to the dead letters. */
  readonly mostReceives: number;
  /** Each kind strikes so often, and no more: what goes on for ever shows only how recoveries keep each other busy. */
  readonly most: number;
}

interface Span {
  readonly rate: number;
  readonly longest: number;
}

const never: Span = { rate: 0, longest: 0 };

export const noFaults: Faults = {
  crashBefore: 0,
  crashAfter: 0,
  refused: 0,
  answerLost: 0,
  burst: never,
  latency: never,
  duplicate: { rate: 0, copies: 0 },
  resurrected: 0,
  messageDelay: never,
  shortVisibility: never,
  partialBatch: 0,
  reorder: false,
  receivesStuck: false,
  staleLists: 0,
  clockSkew: 0,
  clockJump: 0,
  mostReceives: Number.POSITIVE_INFINITY,
  most: Number.POSITIVE_INFINITY,
};

type Kind =
  | "crashBefore"
  | "crashAfter"
  | "refused"
  | "answerLost"
  | "burst"
  | "duplicate"
  | "resurrected"
  | "shortVisibility"
  | "partialBatch"
  | "clockJump";

/** Whether a fault of that kind strikes here and now. */
export type Strikes = (kind: Kind) => boolean;

export function strikesOf(chance: Prng, faults: () => Faults): Strikes {
  const struck = new Map<Kind, number>();
  return (kind) => {
    const { most, [kind]: fault } = faults();
    const rate = typeof fault === "number" ? fault : fault.rate;
    if (rate === 0) return false;
    const before = struck.get(kind) ?? 0;
    if (before >= most || !chance.chance(rate)) return false;
    struck.set(kind, before + 1);
    return true;
  };
}

/** Many copies of every second message would only multiply, level by level of a machine's forks. */
function duplicates(rate: number, many: boolean): Faults["duplicate"] {
  return many ? { rate: rate / 5, copies: 10 } : { rate, copies: 1 };
}

/** Each fault is on in about a third of the worlds, at a rate of its own. */
export function drawFaults(chance: Prng): Faults {
  const on = () => chance.chance(0.35);
  const rate = (most: number) => (on() ? most * chance.next() ** 2 : 0);
  const span = (most: number, longest: number): Span => ({ rate: rate(most), longest: 1 + chance.below(longest) });
  const drawn: Faults = {
    crashBefore: rate(0.05),
    crashAfter: rate(0.05),
    refused: rate(0.1),
    answerLost: rate(0.05),
    burst: span(0.005, 30_000),
    latency: span(1, on() ? 200_000 : 200),
    duplicate: duplicates(rate(0.5), on()),
    resurrected: rate(0.1),
    messageDelay: span(0.5, on() ? 900_000 : 5_000),
    shortVisibility: span(0.3, 2_000),
    partialBatch: rate(0.2),
    reorder: on(),
    receivesStuck: on(),
    staleLists: on() ? chance.below(10_000) : 0,
    clockSkew: on() ? chance.below(300_000) : 0,
    clockJump: rate(0.02),
    mostReceives: on() ? 20 + chance.below(20) : Number.POSITIVE_INFINITY,
    most: chance.chance(0.15) ? Number.POSITIVE_INFINITY : 2 + chance.below(30),
  };
  // Then nobody can tell a copy from a message that comes again, and sends once more what follows: ten copies at each hop
  // would feed themselves.
  return drawn.receivesStuck ? { ...drawn, duplicate: { ...drawn.duplicate, copies: 1 } } : drawn;
}
