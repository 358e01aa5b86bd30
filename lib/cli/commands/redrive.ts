/** `baton redrive EXECUTION`: lets one that did not succeed go on from where it ended, and follows it if told to. */
import { Command } from "commander";
import { connect } from "../client.ts";
import { endedInVain, failsAgain } from "../explain/in-vain.ts";
import { ending, follow } from "../follow.ts";
import { goingOn } from "../going-on.ts";
import { executionArnOf } from "../names.ts";
import { jsonOption, urlOption } from "../options.ts";
import { paint } from "../paint.ts";

interface Options {
  readonly url: string;
  readonly follow?: boolean;
  readonly json?: boolean;
}

export function redriveCommand(): Command {
  return new Command("redrive")
    .description("go on with a failed, timed out or stopped execution from where it ended")
    .argument("<execution>", "an ARN, MACHINE/NAME, or as much of the name as is clear")
    .option("--follow", "show its states as they pass, until it ends")
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(async (execution: string, options: Options) => {
      const client = connect(options.url);
      const executionArn = await executionArnOf(client, execution);
      const inVain = await endedInVain(client.call, executionArn);
      const redriven = await client.call("RedriveExecution", { executionArn });
      if (inVain) console.error(`${executionArn} ended in a Fail state: ${failsAgain("it")}`);
      if (!options.follow) {
        console.log(options.json ? JSON.stringify(redriven, undefined, 2) : `redriven ${executionArn}`);
        return;
      }
      if (!options.json) console.log(`${paint("bold", executionArn)}`);
      const print = options.json ? undefined : (line: string) => console.log(line);
      const following = () => follow(client, executionArn, print, { printed: !options.json, redriven: true });
      const description = await goingOn(client, executionArn, following);
      console.log(options.json ? JSON.stringify(description, undefined, 2) : ending(description, redriven.redriveDate));
      if (description.status !== "SUCCEEDED") process.exitCode = 1;
    });
}
