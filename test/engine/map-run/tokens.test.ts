/** Tokens that come to chunks: each finds its place once, and those that are too many leave no trace in every list. */
import { expect, test } from "vitest";
import { simulatedWorld } from "../../../lib/adapters/simulated/world.ts";
import { createEngine } from "../../../lib/engine/engine.ts";
import { groupWidth } from "../../../lib/engine/group-width.ts";
import { takersOf } from "../../../lib/engine/map-run/chunks.ts";
import type { RunState } from "../../../lib/engine/map-run/run.ts";
import { type Taken, take, takerOf } from "../../../lib/engine/map-run/tokens.ts";
import type { MapRunId } from "../../../lib/engine/ports.ts";

const run = "123456789012/eu-central-1/machine/Each:run" as MapRunId;

test("2,000 tokens for the children of 5 chunks ask the store once for each, not once for each and chunk", async () => {
  const world = simulatedWorld({ seed: 1 });
  let reports = 0;
  const report: typeof world.joins.report = (...asked) => {
    reports += 1;
    return world.joins.report(...asked);
  };
  const engine = createEngine({ ...world, joins: { ...world.joins, report } });
  const children = 5 * groupWidth;
  // As far as places are concerned, that is all of a run.
  const state = { staged: { chunks: 5, children, items: children, complete: true } } as RunState;
  for (let chunk = 0; chunk < 5; chunk++) await takersOf(engine, run, chunk, 0);
  const takeAll = async (): Promise<readonly Taken[]> => {
    const taken: Taken[] = [];
    for (let slot = 0; slot < 2_000; slot++) {
      const token = { slot, generation: 0 };
      const chunk = slot < 500 ? 0 : 1;
      taken.push(await take(engine, { run, epoch: 0, token }, state, { taker: takerOf(token), chunk }));
    }
    return taken;
  };
  const first = await takeAll();
  const places = first.flatMap((one) => (one.isStaged ? [one.chunk * groupWidth + one.place] : []));
  expect(new Set(places).size).toBe(children);
  expect(places).toHaveLength(children);
  expect(reports).toBeLessThan(2_000 + 5);
  // Copies of their messages find the same, also in a process that has not seen the others.
  const placeOf = ({ chunk, place, isStaged }: Taken) => (isStaged ? [chunk, place] : "none");
  expect((await takeAll()).map(placeOf)).toEqual(first.map(placeOf));
  const other = createEngine(engine.world);
  const token = { slot: 300, generation: 0 };
  const again = await take(other, { run, epoch: 0, token }, state, { taker: takerOf(token), chunk: 0 });
  expect(placeOf(again)).toEqual(placeOf(first[300] ?? again));
});
