/** The engine under the faults of many seeds: nothing is lost, nothing runs twice, everything comes to rest. */
import { describe, expect, test } from "vitest";
import { describeExecution } from "../../lib/engine/describe.ts";
import { run } from "./harness.ts";
import { trace, violations } from "./invariants.ts";
import { machines } from "./machines.ts";

const seeds = Number(process.env["BATON_SEEDS"] ?? 60);
const first = Number(process.env["BATON_SEED"] ?? 1);

describe.each(Object.entries(machines))("%s", (_name, scenario) => {
  test("runs without faults", async () => {
    const ran = await run(scenario, { seed: "calm" });
    expect(await violations(ran)).toEqual([]);
  });

  test.each(["before", "after"] as const)("survives a crash %s every single call", async (when) => {
    const calm = await run(scenario, { seed: "calm" });
    const calls = calm.world.calls.length;
    const expected = await describeExecution(...of(calm));
    for (let number = 0; number < calls; number++) {
      const ran = await run(scenario, { seed: "calm" }, (world) => world.crashAt(number, when));
      const found = await violations(ran);
      const crashed = `crash ${when} call ${number}`;
      expect(found, `${crashed}\n${found.length > 0 ? trace(ran) : ""}`).toEqual([]);
      const after = await describeExecution(...of(ran));
      if (scenario.stopAfter === undefined) {
        expect([after?.summary.status, after?.output], crashed).toEqual([expected?.summary.status, expected?.output]);
      }
    }
  });

  test(`survives the faults of ${seeds} seeds, with the same result`, async () => {
    const calm = await describeExecution(...of(await run(scenario, { seed: "calm" })));
    for (let seed = first; seed < first + seeds; seed++) {
      const ran = await run(scenario, { seed, faults: "drawn" });
      const found = await violations(ran);
      expect(found, `seed ${seed}\n${found.length > 0 ? trace(ran) : ""}`).toEqual([]);
      const after = await describeExecution(...of(ran));
      if (after && scenario.stopAfter === undefined) {
        expect([after.summary.status, after.output], `seed ${seed}`).toEqual([calm?.summary.status, calm?.output]);
      }
    }
  });
});

function of({ engine, id }: Awaited<ReturnType<typeof run>>): Parameters<typeof describeExecution> {
  return [engine, id];
}
