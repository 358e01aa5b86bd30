/** The calls that each construct costs, counted in the simulated world against docs/ARCHITECTURE.md's budgets. */
import { expect, test } from "vitest";
import type { Counts } from "../../lib/adapters/simulated/calls.ts";
import { run, type Scenario } from "../simulation/harness.ts";

const task = "arn:aws:lambda:eu-central-1:123456789012:function:work";

function chain(length: number, state: object): Scenario {
  const states = Array.from({ length }, (_, index) => {
    const following = index + 1 < length ? { Next: `S${index + 1}` } : { End: true };
    return [`S${index}`, { ...state, ...following }];
  });
  return { definition: { StartAt: "S0", States: Object.fromEntries(states) }, input: { n: 1 } };
}

function map(width: number, concurrency: number): Scenario {
  const ItemProcessor = { StartAt: "P", States: { P: { Type: "Pass", End: true } } };
  const fan = { Type: "Map", MaxConcurrency: concurrency, ItemProcessor, End: true };
  return { definition: { StartAt: "Map", States: { Map: fan } }, input: Array.from({ length: width }, (_, n) => n) };
}

async function countsOf(scenario: Scenario): Promise<Counts> {
  return (await run(scenario, { seed: "budget" })).world.counts();
}

/** What each further state costs: a long chain less a short one. Both are over before the guard of the start comes. */
async function perState(state: object): Promise<object> {
  const [long, short] = [await countsOf(chain(6, state)), await countsOf(chain(1, state))];
  const each = (field: "writes" | "reads" | "messages"): number => (long[field] - short[field]) / 5;
  return { writes: each("writes"), reads: each("reads"), sends: each("messages") };
}

test.each([
  ["Pass", { Type: "Pass" }, { writes: 1, reads: 0, sends: 1 }],
  ["Wait", { Type: "Wait", Seconds: 7 }, { writes: 1, reads: 0, sends: 1 }],
  ["Task", { Type: "Task", Resource: task }, { writes: 2, reads: 0, sends: 1 }],
])("%s", async (_name, state, budget) => {
  expect(await perState(state)).toEqual(budget);
});

test("a start and an end: 4 requests, guard included", async () => {
  const one = await countsOf(chain(1, { Type: "Pass" }));
  // guard, summary with first segment, first baton; the end's update. The state itself is one write more.
  expect(one.byName).toMatchObject({ "executions.start": 1, "executions.finish": 1, "queue.send": 2, "log.append": 1 });
});

test.each([
  // width  concurrency
  [100, 40],
  [600, 40],
  [600, 0],
])("a Map of %i, %i at once: for each branch its state, 2 writes and at most 1 send", async (width, concurrency) => {
  const counts = await countsOf(map(width, concurrency));
  const { writes, messages, reads } = counts;
  const branches = width * 2; // the branch's own segment, and its report
  const groups = Math.ceil(width / 256);
  expect(writes - branches).toBeLessThanOrEqual(12 + 3 * groups);
  expect(messages).toBeLessThanOrEqual(width + 12);
  // Each of the workers reads the fork once, or each chunk; nobody reads for each branch.
  expect(reads).toBeLessThanOrEqual(16 + 6 * groups);
});

/** What each further child of a Map Run costs: many children less fewer, within one group of 256. */
async function perChild(ExecutionType: string, length: number) {
  const names = Array.from({ length }, (_, index) => `S${index}`);
  const state = (index: number) => ({
    Type: "Pass",
    ...(names[index + 1] ? { Next: names[index + 1] } : { End: true }),
  });
  const States = Object.fromEntries(names.map((name, index) => [name, state(index)]));
  const ProcessorConfig = { Mode: "DISTRIBUTED", ExecutionType };
  const ItemProcessor = { ProcessorConfig, StartAt: "S0", States };
  const machine = { Type: "Map", Label: "Each", MaxConcurrency: 2, ItemProcessor, End: true };
  const of = (width: number) => {
    const definition = { StartAt: "Each", States: { Each: machine } };
    return countsOf({ definition, input: Array.from({ length: width }, (_, n) => n) });
  };
  const [many, few] = [await of(200), await of(40)];
  const each = (field: "writes" | "reads" | "messages"): number => (many[field] - few[field]) / 160;
  return { writes: each("writes"), reads: each("reads"), sends: each("messages") };
}

test.each([1, 5])("an EXPRESS child of %i states: 3 writes, 1 read and a share of its shift", async (length) => {
  const cost = await perChild("EXPRESS", length);
  // Taking it, its end, its report; each shift of 16 is claimed, looked for and sent for once.
  expect(cost.writes).toBeLessThanOrEqual(3 + 2 / 16);
  expect(cost.reads).toBeLessThanOrEqual(1 + 2 / 16);
  expect(cost.sends).toBeLessThanOrEqual(2 / 16);
});

test.each([1, 5])("a STANDARD child of %i states: 4 writes beside its states, 1 read and its sends", async (length) => {
  const cost = await perChild("STANDARD", length);
  expect(cost.writes).toBeLessThanOrEqual(4 + length + 0.2);
  expect(cost.reads).toBeLessThanOrEqual(1.2);
  expect(cost.sends).toBeLessThanOrEqual(length + 0.2);
});
