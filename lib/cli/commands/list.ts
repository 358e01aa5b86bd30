/** `baton list [MACHINE|MAP_RUN_ARN]`: state machines, the executions of one, or the children of a Map Run, newest first. */
import { Command, Option } from "commander";
import { type Client, connect, type Reply } from "../client.ts";
import { Failure } from "../failure.ts";
import { listAll, machinesOf } from "../list-all.ts";
import { machineArnOf } from "../names.ts";
import { noMachines } from "../not-found.ts";
import { jsonOption, readLimit, urlOption } from "../options.ts";
import { duration, table } from "../paint.ts";

interface Options {
  readonly url: string;
  readonly status?: string;
  readonly limit: number;
  readonly json?: boolean;
}

export function listCommand(): Command {
  return new Command("list")
    .description("list state machines, the executions of one, or the children of a Map Run")
    .argument("[what]", "the state machine's name or ARN, or a Map Run's ARN")
    .addOption(
      new Option("--status <status>", "only these").choices(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]),
    )
    .option("--limit <n>", "how many executions at most", readLimit, 50)
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(async (what: string | undefined, options: Options) => {
      if (what === undefined && options.status !== undefined)
        throw new Failure(
          "--status is about executions: name a machine, as in baton list MACHINE --status STATUS; what runs on all of them shows baton watch --once",
        );
      const client = connect(options.url);
      const found = what === undefined ? await machinesOf(client) : await executions(client, what, options);
      const rows = what === undefined ? found : found.slice(0, options.limit);
      if (options.json) console.log(JSON.stringify(rows, undefined, 2));
      else if (rows.length === 0)
        console.log(what === undefined ? await noMachines(client) : noExecutions(client, what, options));
      else if (what === undefined) console.log(machineTable(rows));
      else console.log(isMapRun(what) ? childTable(rows) : executionTable(rows));
      // Beside what a script may read.
      if (found.length > rows.length && !options.json)
        console.error(`the newest ${options.limit} are shown, and there are more: --limit shows as many as you say`);
    });
}

function isMapRun(what: string): boolean {
  return /^arn:[^:]+:states:[^:]*:[^:]*:mapRun:/.test(what);
}

/** One more than is shown, if there are more. */
async function executions(client: Client, what: string, options: Options): Promise<Reply[]> {
  const of = isMapRun(what) ? { mapRunArn: what } : { stateMachineArn: await machineArnOf(client, what) };
  const filter = options.status === undefined ? {} : { statusFilter: options.status };
  return await listAll(client, "ListExecutions", { ...of, ...filter }, "executions", options.limit + 1);
}

function noExecutions({ region }: Client, what: string, { status }: Options): string {
  const kept = isMapRun(what) ? "; EXPRESS children are not listed" : "";
  return `${what} has no execution${status === undefined ? "" : ` that is ${status}`} in Region ${region}${kept}`;
}

function machineTable(rows: readonly Reply[]): string {
  return table([["NAME", "TYPE", "ARN"], ...rows.map((row) => [row.name, row.type, row.stateMachineArn])]);
}

/** A child has no name that could be typed: its ARN is what the other commands take. */
function childTable(rows: readonly Reply[]): string {
  const cells = rows.map((row) => [row.status, ...timesOf(row), String(row.itemCount), row.executionArn]);
  return table([["STATUS", "STARTED", "TOOK", "ITEMS", "EXECUTION"], ...cells]);
}

function executionTable(rows: readonly Reply[]): string {
  const cells = rows.map((row) => [row.name, row.status, ...timesOf(row)]);
  return table([["NAME", "STATUS", "STARTED", "TOOK"], ...cells]);
}

function timesOf({ startDate, stopDate }: Reply): readonly [started: string, took: string] {
  const took = stopDate === undefined ? "" : duration((stopDate - startDate) * 1_000);
  return [new Date(startDate * 1_000).toISOString(), took];
}
