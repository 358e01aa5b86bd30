/** `baton aws …`: the user's own AWS CLI, in an environment that points it at Baton. */
import { spawn } from "node:child_process";
import { Command } from "commander";
import { variablesOf } from "../client-settings.ts";
import { Failure } from "../failure.ts";
import { stackOption, urlOption } from "../options.ts";
import { settingsFor } from "./env.ts";

interface Options {
  readonly url: string;
  readonly stack?: string;
}

export function awsCommand(): Command {
  return new Command("aws")
    .description("run the AWS CLI on Baton: baton aws stepfunctions list-state-machines")
    .argument("[words...]", "what the AWS CLI is told")
    .addOption(urlOption())
    .addOption(stackOption())
    .passThroughOptions() // from the first word on, options are the AWS CLI's
    .action(async (words: readonly string[], options: Options) => {
      if (words.length === 0)
        throw new Failure("say what the AWS CLI is to do, for instance: baton aws stepfunctions list-state-machines");
      process.exitCode = await run(words, variablesOf(await settingsFor(options)));
    });
}

function run(words: readonly string[], variables: Readonly<Record<string, string>>): Promise<number> {
  const { AWS_PROFILE: _, ...environment } = process.env; // a profile's key would come before the one given here
  return new Promise((resolve, reject) => {
    const child = spawn("aws", words, { stdio: "inherit", env: { ...environment, ...variables } });
    child.once("error", (error: NodeJS.ErrnoException) => reject(error.code === "ENOENT" ? notInstalled() : error));
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

function notInstalled(): Failure {
  return new Failure("there is no AWS CLI on the path; see https://docs.aws.amazon.com/cli, or: pip install awscli");
}
