/**
 * `npm run bench [-- --only language|embedded|costs] [--peers] [--json]`: how fast Baton is on this machine, and what it
 * costs on AWS by what it asks for. `--peers` fetches other engines from npm and runs them beside it, and nothing else
 * unless `--only` asks for it. Exit code 1 if a budget is exceeded.
 */
import { parseArgs } from "node:util";
import { measureAndPrice, printCosts } from "./costs/costs.ts";
import { measureEmbedded, printEmbedded } from "./embedded/embedded.ts";
import { language } from "./language.ts";
import { besidePeers, printPeers } from "./peers/peers.ts";

const { values: flags } = parseArgs({
  options: { only: { type: "string" }, peers: { type: "boolean" }, json: { type: "boolean" } },
});
const parts = ["language", "embedded", "costs"] as const;
const { only } = flags;
if (only !== undefined && !parts.some((part) => part === only)) {
  throw new Error(`--only takes ${parts.join(", ")}, not '${only}'`);
}
const wanted = (part: (typeof parts)[number]): boolean => (only === undefined ? !flags.peers : only === part);

if (wanted("language") && !flags.json) await language();
const embedded = wanted("embedded") ? await measureEmbedded() : undefined;
if (embedded && !flags.json) printEmbedded(embedded);
if (wanted("costs")) console.error("Counting on the deployed shape; the guards come after a minute …");
const costs = wanted("costs") ? await measureAndPrice() : undefined;
if (costs && !flags.json) printCosts(costs);
const peers = flags.peers ? await besidePeers() : undefined;
if (peers && !flags.json) printPeers(peers);
if (flags.json) console.log(JSON.stringify({ embedded, costs, peers }, null, 2));
if (costs?.over) process.exitCode = 1;
