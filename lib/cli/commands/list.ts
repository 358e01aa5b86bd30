/** `baton list [MACHINE]`: state machines, or the executions of one, newest first. */
import { Command, Option } from "commander";
import { type Client, connect, type Reply } from "../client.ts";
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
    .description("list state machines, or the executions of one")
    .argument("[machine]", "the state machine's name or ARN")
    .addOption(
      new Option("--status <status>", "only these").choices(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]),
    )
    .option("--limit <n>", "how many executions at most", readLimit, 50)
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(async (machine: string | undefined, options: Options) => {
      const client = connect(options.url);
      const rows = machine === undefined ? await machinesOf(client) : await executions(client, machine, options);
      if (options.json) console.log(JSON.stringify(rows, undefined, 2));
      else if (rows.length > 0) console.log(machine === undefined ? machineTable(rows) : executionTable(rows));
      else console.log(machine === undefined ? await noMachines(client) : noExecutions(client, machine, options));
    });
}

async function executions(client: Client, machine: string, options: Options): Promise<Reply[]> {
  const stateMachineArn = await machineArnOf(client, machine);
  const filter = options.status === undefined ? {} : { statusFilter: options.status };
  return await listAll(client, "ListExecutions", { stateMachineArn, ...filter }, "executions", options.limit);
}

function noExecutions({ region }: Client, machine: string, { status }: Options): string {
  return `${machine} has no execution${status === undefined ? "" : ` that is ${status}`} in Region ${region}`;
}

function machineTable(rows: readonly Reply[]): string {
  return table([["NAME", "TYPE", "ARN"], ...rows.map((row) => [row.name, row.type, row.stateMachineArn])]);
}

function executionTable(rows: readonly Reply[]): string {
  const cells = rows.map((row) => [
    row.name,
    row.status,
    new Date(row.startDate * 1_000).toISOString(),
    row.stopDate === undefined ? "" : duration((row.stopDate - row.startDate) * 1_000),
  ]);
  return table([["NAME", "STATUS", "STARTED", "TOOK"], ...cells]);
}
