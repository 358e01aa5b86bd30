/**
 * `npm run bench [-- --only embedded|costs] [--json]`: what Baton costs on AWS by what it asks for, and how fast
 * it is on this machine. Exit code 1 if a budget is exceeded.
 */
import { parseArgs } from "node:util";
import { type Costs, measureAndPrice, printCosts } from "./costs/costs.ts";

const parts = ["costs", "embedded"] as const;
type Part = (typeof parts)[number];

const { values: flags } = parseArgs({ options: { only: { type: "string" }, json: { type: "boolean" } } });
const wanted = parts.filter((part) => flags.only === undefined || flags.only === part);
if (wanted.length === 0) throw new Error(`--only takes one of ${parts.join(", ")}, not '${flags.only}'`);

const costs: Costs | undefined = wanted.includes("costs" satisfies Part) ? await measureAndPrice() : undefined;
if (flags.json) console.log(JSON.stringify({ costs }));
else if (costs) printCosts(costs);
if (costs?.over) process.exitCode = 1;
