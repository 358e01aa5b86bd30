/**
 * `baton redrive EXECUTION…`: lets those that did not succeed go on from where they ended, one of them followed if
 * wanted; or, with `--machine`, all of a machine that a filter finds.
 */
import { Command, Option } from "commander";
import { type Client, connect, type Reply } from "../client.ts";
import { errorFilter } from "../executions.ts";
import { endedInVain, failsAgain } from "../explain/in-vain.ts";
import { Failure } from "../failure.ts";
import { ending, follow } from "../follow.ts";
import { goingOn } from "../going-on.ts";
import { addChoice, chosen, forEach, type ManyOptions, showWhich, summary } from "../many.ts";
import { paint } from "../paint.ts";

interface Options extends ManyOptions {
  readonly status?: string;
  readonly follow?: boolean;
}

/** What was stopped somebody stopped on purpose. */
const usualStatuses = ["FAILED", "TIMED_OUT"];

export function redriveCommand(): Command {
  const command = new Command("redrive").description(
    "go on with failed, timed out or stopped executions from where they ended",
  );
  return addChoice(command, "failed or timed out")
    .addOption(
      new Option("--status <status>", "of --machine: those that ended so").choices([...usualStatuses, "ABORTED"]),
    )
    .addOption(errorFilter())
    .option("--follow", "show the states of one as they pass, until it ends")
    .action(async (named: readonly string[], options: Options) => {
      const client = connect(options.url);
      if (options.status !== undefined && options.machine === undefined)
        throw new Failure("--status chooses among the executions of a machine: name it with --machine");
      const statuses = options.status === undefined ? usualStatuses : [options.status];
      const found = await chosen(client, named, options, statuses);
      const [only = "", ...others] = found.arns;
      const isOne = found.rows === undefined && others.length === 0;
      if (options.follow && !isOne) throw new Failure("--follow shows one execution: name it");
      if (options.dryRun) showWhich(found, options.json);
      else if (options.follow) await followed(client, only, options);
      else if (isOne) await redriveOne(client, only, options);
      else await redriveAll(client, found.arns, options);
    });
}

async function redriveOne(client: Client, executionArn: string, { json }: Options): Promise<void> {
  const redriven = await redrive(client, executionArn);
  console.log(json ? JSON.stringify(redriven, undefined, 2) : `redriven ${executionArn}`);
}

async function redrive(client: Client, executionArn: string): Promise<Reply> {
  const inVain = await endedInVain(client.call, executionArn);
  const redriven = await client.call("RedriveExecution", { executionArn });
  if (inVain) console.error(`${executionArn} ended in a Fail state: ${failsAgain("it")}`);
  return redriven;
}

async function redriveAll(client: Client, arns: readonly string[], { json }: Options): Promise<void> {
  const all = await forEach(arns, async (executionArn) => {
    const redriven = await redrive(client, executionArn);
    if (!json) console.log(`redriven ${executionArn}`);
    return { executionArn, ...redriven };
  });
  console.log(json ? JSON.stringify(all, undefined, 2) : summary(all, "redriven"));
}

async function followed(client: Client, executionArn: string, options: Options): Promise<void> {
  const redriven = await redrive(client, executionArn);
  if (!options.json) console.log(`${paint("bold", executionArn)}`);
  const print = options.json ? undefined : (line: string) => console.log(line);
  const following = () => follow(client, executionArn, print, { printed: !options.json, redriven: true });
  const description = await goingOn(client, executionArn, following);
  console.log(options.json ? JSON.stringify(description, undefined, 2) : ending(description, redriven.redriveDate));
  if (description.status !== "SUCCEEDED") process.exitCode = 1;
}
