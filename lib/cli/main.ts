/** The command `baton`: one program, a file for each command. Failures end with a sentence and exit code 1. */
import { Command, CommanderError } from "commander";
import { awsCommand } from "./commands/aws.ts";
import { completionCommand } from "./commands/completion.ts";
import { costCommand } from "./commands/cost.ts";
import { demoCommand } from "./commands/demo.ts";
import { deployCommand } from "./commands/deploy.ts";
import { describeCommand } from "./commands/describe.ts";
import { devCommand } from "./commands/dev.ts";
import { dlqCommand } from "./commands/dlq.ts";
import { envCommand } from "./commands/env.ts";
import { explainCommand } from "./commands/explain.ts";
import { graphCommand } from "./commands/graph.ts";
import { healCommand } from "./commands/heal.ts";
import { historyCommand } from "./commands/history.ts";
import { iamCommand } from "./commands/iam.ts";
import { inboxCommand } from "./commands/inbox.ts";
import { initCommand } from "./commands/init.ts";
import { keysCommand } from "./commands/keys.ts";
import { listCommand } from "./commands/list.ts";
import { redriveCommand } from "./commands/redrive.ts";
import { replayCommand } from "./commands/replay.ts";
import { runCommand } from "./commands/run.ts";
import { startCommand } from "./commands/start.ts";
import { stopCommand } from "./commands/stop.ts";
import { testCommand } from "./commands/test.ts";
import { validateCommand } from "./commands/validate.ts";
import { watchCommand } from "./commands/watch.ts";
import { workerCommand } from "./commands/worker.ts";
import { Failure } from "./failure.ts";
import { guarded } from "./output.ts";
import { version } from "./version.ts";

export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("baton")
    .description("Runs Amazon States Language state machines, here or on AWS.")
    .version(version())
    .exitOverride()
    .enablePositionalOptions() // what follows `aws` is the AWS CLI's
    .showHelpAfterError("(add --help for the options)");
  const commands = [
    devCommand,
    validateCommand,
    runCommand,
    deployCommand,
    startCommand,
    listCommand,
    describeCommand,
    explainCommand,
    stopCommand,
    redriveCommand,
    historyCommand,
    graphCommand,
    inboxCommand,
    costCommand,
    iamCommand,
    testCommand,
    replayCommand,
    watchCommand,
    initCommand,
    completionCommand,
    demoCommand,
    keysCommand,
    envCommand,
    awsCommand,
    workerCommand,
    dlqCommand,
    healCommand,
  ];
  for (const command of commands) program.addCommand(withoutExit(command()));
  nameRegion(process.env);
  await guarded(async () => {
    try {
      await program.parseAsync(argv);
    } catch (error) {
      process.exitCode = explain(error);
    }
  });
}

/** The AWS CLI reads either variable, the SDK that is asked for what is deployed only the one. */
function nameRegion(environment: NodeJS.ProcessEnv): void {
  const region = environment["AWS_DEFAULT_REGION"];
  if (region && !environment["AWS_REGION"]) environment["AWS_REGION"] = region;
}

/** A mistake is thrown, here and in the commands of a command, so that there is one place to end. */
function withoutExit(command: Command): Command {
  for (const each of command.commands) withoutExit(each);
  return command.exitOverride();
}

/** The exit code, after saying why where nobody has yet. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof Failure || isAboutFile(error)) {
    console.error(error.message);
    return 1;
  }
  console.error(error instanceof Error ? error.stack : String(error));
  return 70; // EX_SOFTWARE: a bug of ours, so the stack is what helps
}

/** The system's own sentence: which file or folder could not be read or written, and why. */
function isAboutFile(error: unknown): error is Error {
  return error instanceof Error && "syscall" in error && "path" in error;
}
