/** `baton stop EXECUTION`: ends it as ABORTED, with all of its branches. */
import { Command } from "commander";
import { connect, type Reply } from "../client.ts";
import { executionArnOf } from "../names.ts";
import { jsonOption, urlOption } from "../options.ts";
import { duration } from "../paint.ts";

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
      const before = await client.call("DescribeExecution", { executionArn });
      const stopped = await client.call("StopExecution", { executionArn, error, cause });
      // One that ended in between keeps its end, too.
      const { status } = await client.call("DescribeExecution", { executionArn });
      const wasOver = before.status !== "RUNNING" || status !== "ABORTED";
      if (json) console.log(JSON.stringify({ ...stopped, ...(wasOver && { endedBefore: status }) }, undefined, 2));
      else console.log(wasOver ? `${executionArn} ${endedBefore(status, stopped)}` : `stopped ${executionArn}`);
    });
}

/** The service answers when it ended. */
function endedBefore(status: string, { stopDate }: Reply): string {
  const at = stopDate * 1_000;
  return `had ended before, ${status} at ${new Date(at).toISOString()} (${duration(Math.max(0, Date.now() - at))} ago)`;
}
