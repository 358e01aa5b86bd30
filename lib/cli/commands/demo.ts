/** `baton demo`: the examples, deployed on an embedded server that stays up, and a handful of orders run before your eyes. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Command } from "commander";
import type { LocalBaton } from "../../local/baton.ts";
import { packageFile } from "../../local/package.ts";
import { type Client, connect } from "../client.ts";
import { exportLines, shownSettings } from "../client-settings.ts";
import { readValidDefinition } from "../definition-file.ts";
import { type Deployed, deploy } from "../deploy.ts";
import { ending, follow } from "../follow.ts";
import { defaultPort, jsonOption, readPort } from "../options.ts";
import { paint } from "../paint.ts";
import { openServer, stopRequest } from "../server.ts";

interface Options {
  readonly port: number;
  readonly data: string;
  readonly once?: boolean;
  readonly json?: boolean;
}

const examples = ["order-processing", "user-onboarding", "data-pipeline"];

/** What the orders show. */
const orders: readonly (readonly [name: string, says: string])[] = [
  ["good-order", "an order that goes through"],
  ["declined-card", "the card is declined: what was reserved is released"],
  ["out-of-stock", "an item is out of stock"],
  ["flaky-carrier", "the carrier fails twice and is tried again"],
];

export function demoCommand(): Command {
  return new Command("demo")
    .description("deploy the examples, run a handful of orders, stay up")
    .option("--port <port>", "the port to listen on; 0 takes a free one", readPort, defaultPort)
    .option("--data <dir>", "the folder that keeps the executions", ".baton")
    .option("--once", "end when the orders have run")
    .addOption(jsonOption())
    .action(demo);
}

async function demo(options: Options): Promise<void> {
  const stopped = stopRequest().then(() => "stopped" as const);
  const root = packageFile();
  const baton = await openServer({
    ...options,
    functionFolders: examples.map((example) => join(folderOf(root, example), "functions")),
  });
  try {
    const shown = show(baton, root, options).then(() => "shown" as const);
    if ((await Promise.race([shown, stopped])) === "shown" && !options.once) await stopped;
  } finally {
    await baton.close();
  }
}

function folderOf(root: string, example: string): string {
  return join(root, "asl-examples", example);
}

async function show(baton: LocalBaton, root: string, { json, once }: Options): Promise<void> {
  const client = connect(baton.url);
  const machines: Deployed[] = [];
  for (const example of examples)
    machines.push(await deploy(client, readValidDefinition(join(folderOf(root, example), "definition.asl.json"), {})));
  const shop = machines.find(({ name }) => name === "order-processing");
  if (!json) console.log(`${paint("bold", "Baton")} is up at ${baton.url}, with ${examples.join(", ")} deployed.`);
  for (const [order, says] of orders) {
    const inputFile = join(folderOf(root, "order-processing"), "cases", order, "input.json");
    if (shop) await runOrder(client, shop, inputFile, says, json);
  }
  if (once) return;
  if (!json) invite(baton, relative(process.cwd(), root) || ".");
  console.log(json ? JSON.stringify({ ready: baton.url, machines }) : `ready ${baton.url}`);
}

async function runOrder(
  client: Client,
  shop: Deployed,
  inputFile: string,
  says: string,
  json?: boolean,
): Promise<void> {
  const input = readFileSync(inputFile, "utf8");
  const { executionArn } = await client.call("StartExecution", { stateMachineArn: shop.stateMachineArn, input });
  if (!json) console.log(`\n${paint("bold", says)}  ${paint("dim", executionArn)}`);
  const description = await follow(client, executionArn, json ? undefined : (line) => console.log(line));
  console.log(json ? JSON.stringify(description) : ending(description));
}

function invite(baton: LocalBaton, root: string): void {
  const cli = `node ${join(root, "dist", "bin", "baton.js")}`;
  console.log(`
It stays up until Ctrl-C. In a browser, with every run state by state:
  ${baton.url}/console/
In another terminal:
  ${cli} start order-processing --input @${join(root, "asl-examples/order-processing/cases/big-order/input.json")} --follow
  ${cli} list order-processing
  curl ${baton.url}/state-machines
With the AWS CLI or an SDK:
${exportLines(shownSettings(baton.url, process.env)).replace(/^/gm, "  ")}
  aws stepfunctions list-state-machines
`);
}
