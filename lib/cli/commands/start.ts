/** `baton start MACHINE`: starts an execution on the running server, and follows it if told to. */
import { Command } from "commander";
import { connect } from "../client.ts";
import { afterwards, ending, follow } from "../follow.ts";
import { goingOn } from "../going-on.ts";
import { machineArnOf } from "../names.ts";
import { inputOption, jsonOption, readInput, urlOption } from "../options.ts";
import { paint } from "../paint.ts";

interface Options {
  readonly url: string;
  readonly input: string;
  readonly name?: string;
  readonly follow?: boolean;
  readonly json?: boolean;
}

export function startCommand(): Command {
  return new Command("start")
    .description("start an execution")
    .argument("<machine>", "the state machine's name or ARN")
    .addOption(inputOption())
    .option("--name <name>", "the execution's name; without one, a name is drawn")
    .option("--follow", "show its states as they pass, until it ends")
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(async (machine: string, options: Options) => {
      const input = readInput(options.input);
      const client = connect(options.url);
      const stateMachineArn = await machineArnOf(client, machine);
      const named = options.name === undefined ? {} : { name: options.name };
      const started = await client.call("StartExecution", { stateMachineArn, input, ...named });
      if (!options.follow) {
        console.log(options.json ? JSON.stringify(started, undefined, 2) : started.executionArn);
        return;
      }
      if (!options.json) console.log(`${paint("bold", started.executionArn)}`);
      const print = options.json ? undefined : (line: string) => console.log(line);
      const following = () => follow(client, started.executionArn, print, { printed: !options.json });
      const description = await goingOn(client, started.executionArn, following);
      console.log(options.json ? JSON.stringify(description, undefined, 2) : ending(description));
      if (!options.json) console.log(await afterwards(client, description));
      if (description.status !== "SUCCEEDED") process.exitCode = 1;
    });
}
