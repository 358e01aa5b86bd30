/** `baton list [MACHINE|MAP_RUN_ARN]`: state machines, the executions of one, or the children of a Map Run, newest first. */
import { Command, Option } from "commander";
import { type Client, connect, type Reply } from "../client.ts";
import {
  addFilter,
  errorFilter,
  executionTable,
  type Filter,
  type Found,
  findEverywhere,
  findExecutions,
  isMapRun,
  otherwise,
  timesOf,
} from "../executions.ts";
import { Failure } from "../failure.ts";
import { machinesOf } from "../list-all.ts";
import { noMachines } from "../not-found.ts";
import { jsonOption, readLimit, urlOption } from "../options.ts";
import { table } from "../paint.ts";

interface Options extends Filter {
  readonly url: string;
  readonly limit: number;
  readonly json?: boolean;
}

export function listCommand(): Command {
  return addFilter(
    new Command("list")
      .description("list state machines, the executions of one, or the children of a Map Run")
      .argument("[what]", "the state machine's name or ARN, or a Map Run's ARN; with --since, nothing for all machines")
      .addOption(
        new Option("--status <status>", "only these").choices([
          "RUNNING",
          "SUCCEEDED",
          "FAILED",
          "TIMED_OUT",
          "ABORTED",
        ]),
      )
      .addOption(errorFilter()),
  )
    .option("--limit <n>", "how many executions at most", readLimit, 50)
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(async (what: string | undefined, options: Options) => {
      const client = connect(options.url);
      if (what === undefined && options.since === undefined) await listMachines(client, options);
      else await listExecutions(client, what, options);
    });
}

async function listMachines(client: Client, options: Options): Promise<void> {
  const [filter] = (["status", "error", "until", "search"] as const).filter((name) => options[name]);
  if (filter !== undefined)
    throw new Failure(
      `--${filter} is about executions: name a machine, as in baton list MACHINE --${filter} …, or say --since 24h for those of all machines; what runs on all of them shows baton watch --once`,
    );
  const machines = await machinesOf(client);
  if (options.json) console.log(JSON.stringify(machines, undefined, 2));
  else console.log(machines.length === 0 ? await noMachines(client) : machineTable(machines));
}

async function listExecutions(client: Client, what: string | undefined, options: Options): Promise<void> {
  const most = options.limit + 1; // one more than is shown, if there are more
  const found = await (what === undefined
    ? findEverywhere(client, options, most)
    : findExecutions(client, what, options, most));
  const rows = found.rows.slice(0, options.limit);
  if (options.json) return console.log(JSON.stringify(rows, undefined, 2));
  if (rows.length === 0) console.log(noExecutions(client, what, options, found));
  else console.log(what && isMapRun(what) ? childTable(rows) : executionTable(rows, what === undefined));
  // Beside what a script may read.
  if (found.rows.length > rows.length)
    console.error(`the newest ${options.limit} are shown, and there are more: --limit shows as many as you say`);
}

function noExecutions({ region }: Client, what: string | undefined, options: Options, { otherErrors }: Found): string {
  const { status, error, since, until, search } = options;
  const such = (error ?? since ?? until ?? search) ? " such" : "";
  const kept = what && isMapRun(what) ? "; EXPRESS children are not listed" : "";
  const subject = what === undefined ? "no machine has any" : `${what} has no`;
  return `${subject}${such} execution${status === undefined ? "" : ` that is ${status}`} in Region ${region}${kept}${otherwise(otherErrors)}`;
}

function machineTable(rows: readonly Reply[]): string {
  return table([["NAME", "TYPE", "ARN"], ...rows.map((row) => [row.name, row.type, row.stateMachineArn])]);
}

/** A child has no name that could be typed: its ARN is what the other commands take. */
function childTable(rows: readonly Reply[]): string {
  const cells = rows.map((row) => [row.status, ...timesOf(row), String(row.itemCount), row.executionArn]);
  return table([["STATUS", "STARTED", "TOOK", "ITEMS", "EXECUTION"], ...cells]);
}
