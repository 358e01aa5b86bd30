/**
 * `npm run bench [-- --only embedded|costs] [--json]`: how fast Baton is on this machine, and what it costs on AWS
 * by what it asks for. Exit code 1 if a budget is exceeded.
 */
import { parseArgs } from "node:util";
import { measureAndPrice, printCosts } from "./costs/costs.ts";
import { measureEmbedded, printEmbedded } from "./embedded/embedded.ts";

const { values: flags } = parseArgs({ options: { only: { type: "string" }, json: { type: "boolean" } } });
const { only } = flags;
if (only !== undefined && only !== "embedded" && only !== "costs") {
  throw new Error(`--only takes embedded or costs, not '${only}'`);
}

const embedded = only === "costs" ? undefined : await measureEmbedded();
if (embedded && !flags.json) printEmbedded(embedded);
if (only !== "embedded") console.error("Counting on the deployed shape; the guards come after a minute …");
const costs = only === "embedded" ? undefined : await measureAndPrice();
if (costs && !flags.json) printCosts(costs);
if (flags.json) console.log(JSON.stringify({ embedded, costs }, null, 2));
if (costs?.over) process.exitCode = 1;
