/**
 * Random machines: nested Maps and Parallels with failures, retries, catchers and waits. Whatever comes
 * out, its history is one well-formed account of it, whoever tells it and in whatever order.
 */
import { describe, expect, test } from "vitest";
import { type AwsHistoryEvent, mergeHistory } from "../../lib/asl/history.ts";
import { type Simulated, type SimulateOptions, simulate } from "../../lib/asl/simulate.ts";
import { machine } from "./states/stepping.ts";

/** Mulberry32: one seed, one machine. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

type Drawn = { readonly Type: string; readonly [field: string]: unknown };
type States = Record<string, Drawn>;

const sqs = "arn:aws:states:::sqs:sendMessage";

/** Draws machines; every state has a name of its own. */
class Author {
  readonly #random: () => number;
  #names = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** States in a row; what is caught goes to a last state beside it. */
  chain(depth: number): { readonly StartAt: string; readonly States: States } {
    const fallback = this.#name();
    const states: States = {};
    const start = this.#name();
    let name = start;
    for (let left = this.#below(3); ; left -= 1) {
      const state = this.#state(depth, fallback);
      const next = this.#name();
      const isLast = left === 0 || state.Type === "Fail";
      states[name] = state.Type === "Fail" ? state : { ...state, ...(isLast ? { End: true } : { Next: next }) };
      if (isLast) break;
      name = next;
    }
    const isCaught = Object.values(states).some((state) => "Catch" in state);
    return { StartAt: start, States: isCaught ? { ...states, [fallback]: { Type: "Pass", End: true } } : states };
  }

  #state(depth: number, fallback: string): Drawn {
    const kind = this.#below(depth > 0 ? 9 : 6);
    if (kind === 0) return { Type: "Pass" };
    if (kind === 1) return { Type: "Wait", Seconds: this.#below(3) };
    if (kind === 2 && this.#random() < 0.3) return { Type: "Fail", Error: "Planned" };
    if (kind <= 5) return this.#judged({ Type: "Task", Resource: sqs, ...this.#timeout() }, fallback);
    if (kind === 6) {
      const branches = Array.from({ length: 1 + this.#below(4) }, () => this.chain(depth - 1));
      return this.#judged({ Type: "Parallel", Branches: branches }, fallback);
    }
    const map = { Type: "Map", ItemsPath: "$$.Execution.Input", MaxConcurrency: this.#below(4) };
    return this.#judged({ ...map, Iterator: this.chain(depth - 1) }, fallback);
  }

  #judged(state: Drawn, fallback: string): Drawn {
    const retry = this.#random() < 0.3 ? { Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 1 }] } : {};
    const caught = this.#random() < 0.3 ? { Catch: [{ ErrorEquals: ["States.ALL"], Next: fallback }] } : {};
    return { ...state, ...retry, ...caught };
  }

  #timeout(): object {
    return this.#random() < 0.3 ? { TimeoutSeconds: 1 + this.#below(2) } : {};
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #name(): string {
    this.#names += 1;
    return `S${this.#names}`;
  }
}

function tasksOf(random: () => number): NonNullable<SimulateOptions["tasks"]> {
  return () => {
    const after = Math.floor(random() * 4) * 500;
    return random() < 0.25 ? { error: "Random", after } : { result: { ok: true }, after };
  };
}

function simulated(seed: number, stop?: SimulateOptions["stop"]) {
  const random = randomOf(seed);
  const { StartAt, States } = new Author(random).chain(3);
  const definition = machine(States, { StartAt });
  const items = JSON.stringify(Array.from({ length: 1 + Math.floor(random() * 5) }, (_, index) => index));
  return simulate(definition, items, { tasks: tasksOf(random), ...(stop === undefined ? {} : { stop }) });
}

function check(history: readonly AwsHistoryEvent[]): readonly string[] {
  const problems: string[] = [];
  history.forEach((event, index) => {
    const what = `${event.id} ${event.type}`;
    const before = history[index - 1];
    if (event.id !== index + 1) problems.push(`${what} is at ${index + 1}`);
    if (event.previousEventId >= event.id) problems.push(`${what} follows from ${event.previousEventId}`);
    if (before !== undefined && event.timestamp < before.timestamp) problems.push(`${what} is before its predecessor`);
    const first = index <= 1 || event.type === "ExecutionAborted";
    if (event.previousEventId === 0 && !first) problems.push(`${what} follows from nothing`);
  });
  return problems;
}

const seeds = Array.from({ length: 300 }, (_, index) => index + 1);

describe("random machines", () => {
  test.each(seeds)("seed %i", async (seed) => {
    const result = await simulated(seed);
    const history = result.history();
    expect(check(history)).toEqual([]);
    expect(history.at(-1)?.type).toMatch(/^Execution(Succeeded|Failed)$/);
    const again = await simulated(seed);
    expect(again.history()).toEqual(history);
    const shuffled = [...result.segments].reverse();
    expect(mergeHistory(shuffled)).toEqual(history);
    expect(starts(history)).toEqual(ends(history));
    if (!history.some((event) => event.type === "WaitStateAborted")) expect(counted(result)).toBe(history.length);
  });

  test.each(seeds.slice(0, 100))("seed %i, stopped on the way", async (seed) => {
    const result = await simulated(seed, { after: 700, failure: { error: "Stop" } });
    const history = result.history();
    expect(check(history).filter((problem) => !problem.includes("Aborted follows from nothing"))).toEqual([]);
    expect(history.at(-1)?.type).toMatch(/^Execution(Succeeded|Failed|Aborted)$/);
    expect(starts(history)).toEqual(ends(history));
  });
});

/** How many events the root has counted on the way, those of all its branches with it. */
function counted({ segments }: Simulated): number {
  const last = segments.findLast((one) => one.branch === "");
  return last === undefined ? 0 : last.firstEvent + last.events.length - 1;
}

/** Every iteration that started came to an end. */
function starts(history: readonly AwsHistoryEvent[]): number {
  return history.filter((event) => event.type === "MapIterationStarted").length;
}

function ends(history: readonly AwsHistoryEvent[]): number {
  return history.filter((event) => /^MapIteration(Succeeded|Failed|Aborted)$/.test(event.type)).length;
}
