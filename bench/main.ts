/**
 * `npm run bench [-- --only language|embedded|costs] [--peers] [--json]`: how fast Baton is on this machine, and what it
 * costs on AWS by what it asks for. `--peers` fetches other engines from npm and runs them beside it, and nothing else
 * unless `--only` asks for it. Exit code 1 if a budget is exceeded.
 *
 * `--only map-runs [--items 1000,1000000] [--children EXPRESS|STANDARD]`: Distributed Maps of these lengths alone.
 */
import { commandOptions, countOf, oneOf } from "../test/command-options.ts";
import { measureAndPrice, printCosts } from "./costs/costs.ts";
import { measureEmbedded, printEmbedded, printMapRuns } from "./embedded/embedded.ts";
import { childTypes, mapRuns, usualLengths } from "./embedded/map-runs.ts";
import { language } from "./language.ts";
import { besidePeers, printPeers } from "./peers/peers.ts";

const config = {
  options: {
    only: { type: "string" },
    items: { type: "string" },
    children: { type: "string" },
    peers: { type: "boolean" },
    json: { type: "boolean" },
  },
} as const;
const { values: flags } = commandOptions("bench", config);
const parts = ["language", "embedded", "costs", "map-runs"] as const;
const only = oneOf("bench", config, "only", flags.only, parts);
const children = oneOf("bench", config, "children", flags.children, childTypes);
const lengths = flags.items?.split(",").map((length) => countOf("bench", config, "items", length)) ?? usualLengths;
// Map Runs of the usual lengths are among the embedded ones.
const wanted = (part: (typeof parts)[number]): boolean =>
  only === undefined ? !flags.peers && part !== "map-runs" : only === part;

if (wanted("language") && !flags.json) await language();
const embedded = wanted("embedded") ? await measureEmbedded() : undefined;
if (embedded && !flags.json) printEmbedded(embedded);
if (wanted("costs")) console.error("Counting on the deployed shape; the guards come after a minute …");
const costs = wanted("costs") ? await measureAndPrice() : undefined;
if (costs && !flags.json) printCosts(costs);
const runs = wanted("map-runs") ? await measureMapRuns() : undefined;
if (runs && !flags.json) printMapRuns(runs);
const peers = flags.peers ? await besidePeers() : undefined;
if (peers && !flags.json) printPeers(peers);
if (flags.json) console.log(JSON.stringify({ embedded, costs, runs, peers }, null, 2));
if (costs?.over) process.exitCode = 1;

async function measureMapRuns() {
  const figures = [];
  for (const type of children === undefined ? childTypes : [children]) figures.push(...(await mapRuns(type, lengths)));
  return figures;
}
