/**
 * Valid machines from chance: Pass, Choice, Wait, Task with Retry and Catch, Parallel, Map, Succeed, Fail,
 * four levels deep. A plan is a plain tree, so that a failing one shrinks; every failure has the same name
 * and cause, so that what a machine comes to does not depend on which of its branches is first to fail. Only a Map
 * Run's failure has another name, which is taken for theirs (`alike`).
 */
import fc from "fast-check";
import { fnv } from "../../lib/adapters/simulated/prng.ts";
import type { Call, CallResult } from "../../lib/engine/ports.ts";
import type { Scenario } from "./harness.ts";
import { alike } from "./oracle.ts";

interface Manners {
  /** MaxAttempts of a retrier, if there is one. */
  readonly retry: number | undefined;
  readonly caught: boolean;
}

type Step =
  | { readonly kind: "pass" }
  | { readonly kind: "wait"; readonly seconds: number }
  | { readonly kind: "task"; readonly manners: Manners }
  | { readonly kind: "choice"; readonly above: number }
  | { readonly kind: "parallel"; readonly branches: readonly Plan[]; readonly manners: Manners }
  | {
      readonly kind: "map";
      readonly each: Plan;
      readonly concurrency: number;
      readonly few: boolean;
      /** Its children are executions of their own. */
      readonly distributed: boolean;
      readonly manners: Manners;
    };

interface Plan {
  readonly steps: readonly Step[];
  readonly end: "end" | "succeed" | "fail";
}

export interface Drawn {
  readonly plan: Plan;
  readonly items: readonly number[];
  /** One task in so many fails, and always the same; 0: none does. */
  readonly failing: number;
  readonly stopAfter: number | undefined;
}

const deepest = 4;

/** Deep down one more attempt is enough: attempts multiply. */
function mannersAt(depth: number): fc.Arbitrary<Manners> {
  const retry = fc.option(fc.integer({ min: 0, max: depth === 1 ? 2 : 1 }), { nil: undefined });
  return fc.record({ retry, caught: fc.boolean() });
}

function stepAt(depth: number): fc.Arbitrary<Step> {
  const manners = mannersAt(depth);
  const flat: fc.Arbitrary<Step>[] = [
    fc.constant({ kind: "pass" }),
    fc.record({ kind: fc.constant("wait"), seconds: fc.constantFrom(0, 1, 5, 40, 1_000) }),
    fc.record({ kind: fc.constant("task"), manners }),
    fc.record({ kind: fc.constant("choice"), above: fc.integer({ min: -1, max: 4 }) }),
  ];
  if (depth >= deepest) return fc.oneof(...flat);
  const inner = planAt(depth + 1);
  const parallel = fc.record({
    kind: fc.constant("parallel" as const),
    branches: fc.array(inner, { minLength: 1, maxLength: 3 }),
    manners,
  });
  const map = fc.record({
    kind: fc.constant("map" as const),
    each: inner,
    concurrency: fc.integer({ min: 0, max: 3 }),
    // Deep down a few are enough: widths multiply.
    few: depth > 1 ? fc.constant(true) : fc.boolean(),
    distributed: fc.boolean(),
    manners,
  });
  // Near the root there are to be branches; deep down widths multiply.
  const weight = depth === 1 ? 3 : 1;
  return fc.oneof(
    ...flat.map((arbitrary) => ({ arbitrary, weight: 1 })),
    ...[parallel, map].map((arbitrary) => ({ arbitrary, weight })),
  );
}

function planAt(depth: number): fc.Arbitrary<Plan> {
  return fc.record({
    steps: fc.array(stepAt(depth), { minLength: 1, maxLength: depth === 1 ? 4 : 2, size: "max" }),
    end: fc.constantFrom("end", "end", "end", "succeed", "fail"),
  });
}

export const drawnMachine: fc.Arbitrary<Drawn> = fc.record({
  plan: planAt(1),
  items: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 5, size: "max" }),
  failing: fc.constantFrom(0, 0, 3, 6),
  stopAfter: fc.option(fc.integer({ min: 0, max: 60_000 }), { nil: undefined, freq: 5 }),
});

export function scenarioOf({ plan, items: drawn, failing, stopAfter }: Drawn): Scenario {
  const patient = failing === 0;
  const items = drawn.slice(0, widest(plan, drawn.length));
  return {
    definition: new Author(patient).machine(plan),
    input: { n: items.length, items, few: items.slice(0, 2) },
    task: (call) => outcome(call, failing),
    alike: broken,
    ...(stopAfter === undefined ? { confluent: patient ? "always" : "without losses" } : { stopAfter }),
  };
}

/** About so many transitions. What a large machine shows, one of the many small ones shows sooner. */
const most = 30;

/** Of so many items or fewer, so many as keep the machine small: widths multiply. */
function widest(plan: Plan, items: number): number {
  return items <= 1 || transitions(plan, items) <= most ? items : widest(plan, items - 1);
}

function transitions({ steps }: Plan, items: number): number {
  return steps.reduce((sum, step) => {
    if (step.kind === "parallel") return step.branches.reduce((all, each) => all + transitions(each, items), sum + 2);
    if (step.kind !== "map") return sum + (step.kind === "task" ? 2 : 1);
    const width = step.few ? Math.min(items, 2) : items;
    return sum + 2 + width * ((step.distributed ? 4 : 1) + transitions(step.each, items));
  }, 1);
}

const broken = { error: "Broken", cause: "it is broken" };

/** A function of the state (each has a resource of its own) and its arguments, whichever failure was caught in them. */
function outcome({ resource, arguments: given }: Call, failing: number): CallResult {
  const hash = fnv(alike(broken, given), fnv(resource, 0x811c9dc5));
  if (failing > 0 && hash % failing === 0) return { kind: "failed", ...broken };
  return { kind: "succeeded", output: JSON.stringify({ hash }) };
}

type State = Readonly<Record<string, unknown>>;

/** Every state has a name of its own; data are objects that keep `n`, `items` and `few` all the way. */
class Author {
  private names = 0;
  private readonly patient: boolean;

  constructor(patient: boolean) {
    this.patient = patient;
  }

  machine({ steps, end }: Plan): { readonly StartAt: string; readonly States: Readonly<Record<string, State>> } {
    const names = steps.map(() => this.name());
    const last = this.name();
    const fallback = this.name();
    const states: Record<string, State> = { [last]: ending(end) };
    steps.forEach((step, index) => {
      const [name = "", next = last] = [names[index], names[index + 1]];
      states[name] = this.state(step, name, next, names[index + 2] ?? last, fallback);
    });
    const isCaught = Object.values(states).some((state) => "Catch" in state);
    if (isCaught) states[fallback] = { Type: "Pass", Result: "caught", ResultPath: "$.caught", End: true };
    return { StartAt: names[0] ?? last, States: states };
  }

  private name(): string {
    this.names += 1;
    return `S${this.names}`;
  }

  private state(step: Step, name: string, next: string, later: string, fallback: string): State {
    switch (step.kind) {
      case "pass":
        return {
          Type: "Pass",
          Assign: { [`v${name}.$`]: "$.at" },
          Result: { at: name },
          ResultPath: "$.pass",
          Next: next,
        };
      case "wait":
        return { Type: "Wait", Seconds: step.seconds, Next: next };
      case "choice":
        return {
          Type: "Choice",
          Choices: [{ Variable: "$.n", NumericGreaterThan: step.above, Next: later }],
          Default: next,
        };
      case "task": {
        const Resource = `arn:aws:lambda:eu-central-1:123456789012:function:${name}`;
        return {
          Type: "Task",
          Resource,
          ResultPath: "$.task",
          ...this.judged(step.manners, fallback, "task"),
          Next: next,
        };
      }
      case "parallel": {
        const Branches = step.branches.map((branch) => this.machine(branch));
        return { Type: "Parallel", Branches, ResultPath: "$.all", ...this.judged(step.manners, fallback), Next: next };
      }
      case "map":
        return {
          Type: "Map",
          ItemsPath: step.few ? "$.few" : "$$.Execution.Input.items",
          MaxConcurrency: step.concurrency,
          ItemSelector: { "n.$": "$$.Map.Item.Value", "items.$": "$.items", "few.$": "$.few" },
          ItemProcessor: { ...(step.distributed && distributed), ...this.machine(step.each) },
          ResultPath: "$.each",
          ...this.judged(step.manners, fallback),
          Next: next,
        };
    }
  }

  /** Where no task fails, an attempt that was lost is made again until it is not. */
  private judged({ retry, caught }: Manners, fallback: string, kind?: "task"): State {
    const always = kind === "task" && this.patient;
    const most = always ? 99 : retry;
    const retrier = { ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: most, BackoffRate: 1 };
    return {
      ...(most === undefined ? {} : { Retry: [retrier] }),
      ...(caught ? { Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: fallback }] } : {}),
    };
  }
}

const distributed = { ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } };

function ending(end: Plan["end"]): State {
  if (end === "succeed") return { Type: "Succeed" };
  return end === "fail" ? { Type: "Fail", Error: broken.error, Cause: broken.cause } : { Type: "Pass", End: true };
}
