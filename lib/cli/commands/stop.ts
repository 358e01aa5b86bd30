/** `baton stop EXECUTION`: ends it as ABORTED, with all of its branches. */
import { Command } from "commander";
import { connect } from "../client.ts";
import { executionArnOf } from "../names.ts";
import { jsonOption, urlOption } from "../options.ts";

interface Options {
  readonly url: string;
  readonly error?: string;
  readonly cause?: string;
  readonly json?: boolean;
}

export function stopCommand(): Command {
  return new Command("stop")
    .description("stop a running execution")
    .argument("<execution>", "an ARN, MACHINE/NAME, or as much of the name as is clear")
    .option("--error <error>", "the error to record")
    .option("--cause <cause>", "the cause to record")
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(async (execution: string, { url, error, cause, json }: Options) => {
      const client = connect(url);
      const executionArn = await executionArnOf(client, execution);
      const stopped = await client.call("StopExecution", { executionArn, error, cause });
      console.log(json ? JSON.stringify(stopped, undefined, 2) : `stopped ${executionArn}`);
    });
}
