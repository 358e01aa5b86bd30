/**
 * The driver of a simulation: an execution in memory whose clock is virtual and jumps to whatever happens
 * next, whose tasks are mocked and whose Map Runs find their files among the options.
 */
import type { Home } from "../memory/branch.ts";
import { advance, start } from "../memory/driver.ts";
import { newAgenda, rootOf } from "../memory/run.ts";
import type { Instant } from "../position.ts";
import { step } from "../step.ts";
import { mapRunsOf } from "./map-run.ts";
import { call } from "./tasks.ts";
import { type Given, momentOf, type Simulation } from "./world.ts";

export function prepare(given: Given, home: Home, startTime: Instant): Simulation {
  const { transitionLimit } = given;
  const simulation: Simulation = {
    ...given,
    agenda: newAgenda(),
    schedulings: new Map(),
    written: [],
    root: rootOf(home, "", undefined, 0),
    start,
    advance,
    momentOf: (branch, seq) => momentOf(simulation, branch, seq),
    decide: (branch, signal, moment) => {
      if (simulation.transitions > transitionLimit) throw new Error(tooMany(transitionLimit));
      return step(branch.home.definition, branch.position, signal, moment);
    },
    call: (branch, working) => call(simulation, branch, working),
    mapRuns: mapRunsOf(() => simulation),
    now: startTime,
    transitions: 0,
    characters: 0,
    appointments: 0,
  };
  return simulation;
}

function tooMany(limit: number): string {
  return `the simulation was stopped after ${limit} transitions; does the machine loop for ever?`;
}

/** Runs until the execution and all its branches have ended, or nothing is left that could happen. */
export async function run(simulation: Simulation): Promise<void> {
  const { root, agenda } = simulation;
  await start(simulation, root);
  for (let next = agenda.pop(); next !== undefined; next = agenda.pop()) {
    if (!next.stillDue()) continue;
    if (Number.isFinite(next.at)) simulation.now = Math.max(simulation.now, next.at);
    await next.act();
  }
}
