/**
 * The interpreter alone, in memory: states per second on one core, what a path costs, how long a large
 * definition takes to parse, and that a machine which loops a million times leaves nothing behind.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Definition } from "../lib/asl/definition.ts";
import type { Position } from "../lib/asl/position.ts";
import type { Moment } from "../lib/asl/transition.ts";
import { built } from "./built.ts";

const { compilePath, isProblem, readPath } =
  await built<typeof import("../lib/asl/evaluate/path.ts")>("asl/evaluate/path");
const { parseJson } = await built<typeof import("../lib/asl/json.ts")>("asl/json");
const { parseDefinitionText } = await built<typeof import("../lib/asl/parse.ts")>("asl/parse");
const { simulate } = await built<typeof import("../lib/asl/simulate.ts")>("asl/simulate");
const { begin, step } = await built<typeof import("../lib/asl/step.ts")>("asl/step");

/** A figure beside the budget it has to keep. */
interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly budget: number;
  readonly best: "most" | "least";
}

export async function language(): Promise<void> {
  const first = [await steps(), await simulated()];
  const figures = [...first, plainPath(), largeDefinition(), await flatMemory()];
  for (const figure of figures) console.log(line(figure));
}

function line({ what, value, unit, budget, best }: Figure): string {
  const kept = best === "most" ? value >= budget : value <= budget;
  const sign = best === "most" ? "≥" : "≤";
  return `${what.padEnd(52)}${shown(value).padStart(10)} ${unit.padEnd(9)} budget ${sign} ${shown(budget)} ${kept ? "" : "MISSED"}`.trimEnd();
}

function shown(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}

function parsed(source: object): Definition {
  const found = parseDefinitionText(JSON.stringify(source));
  if (found.kind === "problems") throw new Error(JSON.stringify(found.problems));
  return found.definition;
}

const moment: Moment = {
  now: 0,
  branch: "",
  seq: 1,
  execution: {
    id: "arn:aws:states:us-east-1:123456789012:execution:m:e",
    name: "e",
    roleArn: "arn:aws:iam::123456789012:role/r",
    startTime: 0,
    redriveCount: 0,
    stateMachine: { id: "arn:aws:states:us-east-1:123456789012:stateMachine:m", name: "m" },
    input: '{"n":0}',
    region: "us-east-1",
    account: "123456789012",
    payloadLimitBytes: 262_144,
  },
  chance: () => 0.5,
  taskToken: () => "token",
};

/** Ten states in a circle: nine Passes, and a Choice that always goes on. */
function ring(): Definition {
  const passes = Array.from({ length: 9 }, (_, index) => [`P${index}`, { Type: "Pass", Next: `P${index + 1}` }]);
  const again = { Type: "Choice", Choices: [{ Variable: "$.n", IsPresent: true, Next: "P0" }], Default: "End" };
  return parsed({ StartAt: "P0", States: { ...Object.fromEntries(passes), P9: again, End: { Type: "Succeed" } } });
}

/** So many states from here, one after the other; answers the position after them. */
async function walk(definition: Definition, from: Position, states: number): Promise<Position> {
  let position = from;
  for (let count = 0; count < states; count += 1) {
    position = (await step(definition, position, { kind: "arrived" }, moment)).next;
  }
  return position;
}

/** The step alone, as the engine calls it. */
async function steps(): Promise<Figure> {
  const definition = ring();
  const start = begin(definition, moment).next;
  await walk(definition, start, 100_000);
  const rate = await bestOf(3, async () => {
    const count = 300_000;
    const before = process.cpuUsage();
    await walk(definition, start, count);
    return (count * 1e6) / sinceMicroseconds(before);
  });
  return { what: "states stepped (nine Passes, a Choice)", value: rate, unit: "/s", budget: 150_000, best: "most" };
}

/** A row of Passes. */
function passes(count: number): object {
  const states = Array.from({ length: count }, (_, index) => [`P${index}`, { Type: "Pass", Next: `P${index + 1}` }]);
  return { StartAt: "P0", States: { ...Object.fromEntries(states), [`P${count}`]: { Type: "Succeed" } } };
}

async function simulated(): Promise<Figure> {
  const definition = parsed(passes(100));
  const rate = await bestOf(4, async () => {
    const before = process.cpuUsage();
    for (let done = 0; done < 2_000; done += 1) (await simulate(definition, '{"n":0}')).history();
    return (2_000 * 100 * 1e6) / sinceMicroseconds(before);
  });
  return { what: "Pass states simulated, with histories", value: rate, unit: "/s", budget: 150_000, best: "most" };
}

function sinceMicroseconds(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** What others do on the same processors meanwhile is not what is measured. */
async function bestOf(times: number, measure: () => Promise<number>): Promise<number> {
  let best = 0;
  for (let time = 0; time < times; time += 1) best = Math.max(best, await measure());
  return best;
}

function plainPath(): Figure {
  const path = compilePath("$.a.b[0].c");
  if (isProblem(path)) throw new Error(path.message);
  const scope = {
    input: parseJson('{"a":{"b":[{"c":1}]}}'),
    context: () => null,
    variables: new Map(),
    now: 0,
    chance: () => 0.5,
  };
  const count = 3_000_000;
  for (let warm = 0; warm < 300_000; warm += 1) readPath(path, scope);
  const before = process.cpuUsage();
  for (let index = 0; index < count; index += 1) readPath(path, scope);
  return { what: "path $.a.b[0].c", value: sinceMicroseconds(before) / count, unit: "µs", budget: 0.3, best: "least" };
}

function largeDefinition(): Figure {
  const state = { Type: "Pass", Parameters: { "x.$": "$.a.b", "y.$": "States.Format('{}', $.c)" }, ResultPath: "$.r" };
  const states: Record<string, object> = {};
  for (let index = 0; JSON.stringify(states).length < 1_000_000; index += 200) {
    for (let more = index; more < index + 200; more += 1) states[`S${more}`] = { ...state, Next: `S${more + 1}` };
  }
  states[`S${Object.keys(states).length}`] = { Type: "Succeed" };
  const text = JSON.stringify({ StartAt: "S0", States: states });
  const before = process.cpuUsage();
  const found = parseDefinitionText(text);
  const seconds = sinceMicroseconds(before) / 1e6;
  if (found.kind === "problems") throw new Error(JSON.stringify(found.problems.slice(0, 3)));
  return {
    what: `definition of ${(text.length / 1e6).toFixed(2)} MB parsed`,
    value: seconds,
    unit: "s",
    budget: 1,
    best: "least",
  };
}

/** The heap after a loop of a million rounds, against what it was after a loop of a few. */
async function flatMemory(): Promise<Figure> {
  const definition = countingTo();
  const rounds = async (most: number) => {
    const result = await simulate(definition, `{"n":0,"most":${most}}`, {
      keepHistory: false,
      transitionLimit: 5_000_000,
    });
    if (result.status !== "SUCCEEDED") throw new Error(`the loop came to ${JSON.stringify(result.failure)}`);
  };
  await rounds(20_000);
  const before = heap();
  await rounds(1_000_000);
  const grown = Math.max(0, heap() - before) / 2 ** 20;
  return { what: "heap after a loop of a million rounds", value: grown, unit: "MiB more", budget: 8, best: "least" };
}

function countingTo(): Definition {
  const more = {
    Type: "Choice",
    Choices: [{ Variable: "$.n", NumericLessThanPath: "$.most", Next: "Count" }],
    Default: "End",
  };
  const count = { Type: "Pass", Parameters: { "n.$": "States.MathAdd($.n, 1)", "most.$": "$.most" }, Next: "More" };
  return parsed({ StartAt: "More", States: { More: more, Count: count, End: { Type: "Succeed" } } });
}

function heap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void; // what the flag puts there
