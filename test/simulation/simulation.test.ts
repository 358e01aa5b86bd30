/** The engine under the faults of many seeds: nothing is lost, nothing runs twice, everything comes to rest. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { exhaust, type Fault } from "./exhaust.ts";
import { drawn, run, type Scenario } from "./harness.ts";
import { trace } from "./invariants.ts";
import { machines } from "./machines.ts";
import { judge } from "./oracle.ts";
import { report } from "./report.ts";
import { runSeed } from "./seeds.ts";

vi.mock("../../lib/engine/group-width.ts", () => import("./narrow-groups.ts"));

const seeds = Number(process.env["BATON_SEEDS"] ?? 40);
const first = Number(process.env["BATON_SEED"] ?? 1);

/** A fault at each call of the larger machines takes a busy machine longer than a test usually may. */
const patience = 120_000;

/** Too many calls for a fault at each: the faults of the seeds reach them, and `npm run soak` tries each call. */
const isLong = (name: string): boolean => /^(jobs|wide|mapRun)/.test(name);

/** Many calls: every fourth, each fault beginning at another, for `npm run soak` tries them all. */
const strides: Readonly<Record<string, number>> = { mended: 4, closing: 4, longStop: 4, deadline: 4 };

const faults: readonly Fault[] = ["crash before", "crash after", "purge after"];

describe.each(Object.entries(machines))("%s", (name, scenario) => {
  test("runs without faults", async () => {
    const ran = await run(scenario, { seed: "calm" });
    expect(await judge(ran)).toEqual([]);
  });

  const stride = strides[name] ?? 1;
  const calls = stride === 1 ? "every single call" : `every call of ${stride}`;
  test.each(isLong(name) ? [] : faults)(`survives a %s ${calls}`, { timeout: patience }, async (fault) => {
    const { calls, found } = await exhaust(scenario, fault, { first: faults.indexOf(fault), stride });
    expect(calls).toBeGreaterThan(10);
    expect(found, found.join("\n")).toEqual([]);
  });

  const few = isLong(name) ? Math.ceil(seeds / 10) : seeds;
  test(`survives the faults of ${few} seeds`, { timeout: patience }, async () => {
    for (let seed = first; seed < first + few; seed++) expect(await failuresOf(seed, name)).toEqual([]);
  });
});

test(`${10 * seeds} generated machines come to what the interpreter says`, { timeout: patience }, async () => {
  for (let seed = first; seed < first + 10 * seeds; seed++) expect(await failuresOf(seed, "generated")).toEqual([]);
});

test("the same seed gives the same run, call by call", async () => {
  for (const scenario of Object.values(machines)) {
    const [one, other] = [await run(scenario, drawn(7)), await run(scenario, drawn(7))];
    expect(one.world.traceHash()).toBe(other.world.traceHash());
  }
});

interface Kept extends Pick<Scenario, "definition" | "input"> {
  readonly machine?: string;
  readonly seed: number;
  /** What it once showed. */
  readonly found: string;
}

/** Every seed that once failed: `machine` names one of ours, or the definition stands there. */
function keptSeeds(): readonly Kept[] {
  // The file is ours.
  return JSON.parse(readFileSync(join(import.meta.dirname, "kept.json"), "utf8")) as readonly Kept[];
}

test.each(keptSeeds().map((kept) => [kept.found, kept] as const))("%s", async (_, { machine, seed, ...own }) => {
  const ran = await run((machine === undefined ? undefined : machines[machine]) ?? own, drawn(seed));
  const found = await judge(ran);
  expect(found, found.length > 0 ? trace(ran) : "").toEqual([]);
});

test("a receive count that is stuck at 1 holds nothing up for long, whoever dies where", async () => {
  const nested = machines["nested"];
  if (!nested) throw new Error("there is no machine 'nested'");
  const calls = (await run(nested, { seed: "calm" })).world.calls.length;
  for (let number = 0; number < calls; number++) {
    const ran = await run(nested, { seed: "calm", faults: { receivesStuck: true } }, (world) =>
      world.crashAt(number, "after"),
    );
    const [summary] = ran.world.summaries();
    const took = (summary?.stoppedAt ?? Number.POSITIVE_INFINITY) - (summary?.startedAt ?? 0);
    expect(took, `crash after call ${number}`).toBeLessThan(30 * 60_000);
  }
});

test("at 10 % duplicates the engine sends at most 1.05 messages per transition", async () => {
  let [sends, transitions] = [0, 0];
  const duplicate = { rate: 0.1, copies: 1 };
  for (const [name, scenario] of Object.entries(machines)) {
    for (let seed = 0; seed < (isLong(name) ? 1 : 20); seed++) {
      const { world } = await run(scenario, { seed, faults: { duplicate } });
      sends += world.counts().messages;
      transitions += world.segments().length;
    }
  }
  expect(sends / transitions).toBeLessThanOrEqual(1.05);
});

/** As `npm run simulate` would show it. */
async function failuresOf(seed: number, name: string): Promise<readonly string[]> {
  const tally = await runSeed(seed, name);
  return tally.failures.length === 0 ? [] : [report(tally)];
}
