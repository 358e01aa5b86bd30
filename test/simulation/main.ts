/**
 * `npm run simulate -- --seeds N [--seed S] [--only MACHINE|generated] [--jobs J]`: one run for each seed, over
 * the machines here and generated ones, with the faults of that seed. A failing seed prints what is wrong;
 * a generated machine is made as small as the failure allows. Ends with the rate and what was sent. With
 * `--economy` there are duplicates only, and it fails if more is sent for them than may be.
 */
import { fork } from "node:child_process";
import { parseArgs } from "node:util";
import { report, type Tally, total } from "./report.ts";
import { runSeed } from "./seeds.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    jobs: { type: "string", default: "1" },
    economy: { type: "boolean", default: false },
    /** End at the first failing seed. */
    first: { type: "boolean", default: false },
  },
});

const seeds = Number(values.seeds);
const from = Number(values.seed);
const jobs = Math.min(Number(values.jobs), seeds);

/** Messages per transition. */
const mostSends = 1.05;

/** A part of the seeds, in this process. */
async function work(): Promise<Tally> {
  const started = performance.now();
  const tallies: Tally[] = [];
  for (let seed = from; seed < from + seeds; seed++) {
    const tally = await runSeed(seed, values.only, values.economy ? "duplicates" : "swarm");
    tallies.push(tally);
    if (values.first && tally.failures.length > 0) break;
  }
  return { ...total(tallies), seconds: (performance.now() - started) / 1_000 };
}

/** Neighbouring parts of the seeds, in as many processes. */
async function share(): Promise<Tally> {
  const size = Math.ceil(seeds / jobs);
  const started = performance.now();
  const parts = Array.from({ length: jobs }, (_, job) => {
    const mine = Math.min(size, seeds - job * size);
    const args = ["--seed", String(from + job * size), "--seeds", String(mine)];
    return inChild([
      ...args,
      ...(values.economy ? ["--economy"] : []),
      ...(values.only === undefined ? [] : ["--only", values.only]),
    ]);
  });
  return { ...total(await Promise.all(parts)), seconds: (performance.now() - started) / 1_000 };
}

function inChild(args: readonly string[]): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, args, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    child.once("message", (message) => resolve(message as Tally)); // a Tally is what this same file sends
    child.once("exit", (code) => reject(new Error(`a part of the seeds ended with ${code} and no answer`)));
  });
}

const tally = await (jobs > 1 ? share() : work());
if (process.send) process.send(tally, () => process.disconnect());
else {
  console.log(report(tally));
  const isDear = values.economy && tally.sends / tally.transitions > mostSends;
  if (isDear) console.log(`more than ${mostSends} sends per transition at 10 % duplicates`);
  process.exitCode = tally.failures.length > 0 || isDear ? 1 : 0;
}
