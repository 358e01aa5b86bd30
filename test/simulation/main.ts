/**
 * `npm run simulate -- --seeds N [--seed S] [--only MACHINE|generated] [--jobs J] [--few|--impatient|--economy]`: one
 * run for each seed, over the machines here and generated ones, with the faults of that seed. A failing seed prints what
 * is wrong; a generated machine is made as small as the failure allows. Ends with the rate and what was sent. With
 * `--few` all worlds are calm but for two or three deaths and purges; with `--impatient` messages come again while
 * somebody, who may die, is at work on them; with `--economy` there are duplicates only, and it fails if more is sent
 * for them than may be.
 */
import { commandOptions, countOf, oneOf } from "../command-options.ts";
import { mostSends, report } from "./report.ts";
import { machineNames } from "./seeds.ts";
import { simulate } from "./simulate.ts";

const config = {
  options: {
    seeds: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    jobs: { type: "string", default: "1" },
    economy: { type: "boolean", default: false },
    few: { type: "boolean", default: false },
    impatient: { type: "boolean", default: false },
    /** End at the first failing seed. */
    first: { type: "boolean", default: false },
  },
} as const;
const { values } = commandOptions("simulate", config);
const count = (name: "seed" | "seeds" | "jobs"): number => countOf("simulate", config, name, values[name]);
const only = oneOf("simulate", config, "only", values.only, ["generated", ...machineNames]);

const order = {
  from: count("seed"),
  seeds: count("seeds"),
  world: values.economy ? "duplicates" : values.few ? "few" : values.impatient ? "impatient" : "swarm",
  first: values.first,
  ...(only === undefined ? {} : { only }),
} as const;

const tally = await simulate(order, count("jobs"));
console.log(report(tally));
const isDear = values.economy && tally.sends / tally.transitions > mostSends;
if (isDear) console.log(`more than ${mostSends} sends per transition at 10 % duplicates`);
process.exitCode = tally.failures.length > 0 || isDear ? 1 : 0;
