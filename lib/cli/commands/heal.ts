/** `baton heal [EXECUTION]`: sets going again what stands still because its message is lost, after a purge for instance. */
import { Command } from "commander";
import type { HealOptions } from "../../engine/heal.ts";
import { executionArn, parseExecutionArn } from "../../engine/identity.ts";
import type { ExecutionId } from "../../engine/ports.ts";
import type { Unmoved } from "../../engine/unmoved.ts";
import { Failure } from "../failure.ts";
import { installationOptions, inWords, type NamedInstallation, namedInstallation } from "../installation.ts";
import { jsonOption, readLimit, readSeconds, stackOption } from "../options.ts";
import { paint } from "../paint.ts";

interface Options extends NamedInstallation {
  readonly machine?: string;
  readonly olderThan: number;
  readonly all?: boolean;
  readonly most: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function healCommand(): Command {
  const command = new Command("heal")
    .description("set going again executions whose message is lost")
    .argument("[execution]", "an execution's ARN; without it all that run are looked at")
    .option("--machine <name>", "only those of this state machine")
    .option("--older-than <seconds>", "what should have moved that long ago", readSeconds, 3_600)
    .option("--all", "after a purge: also what may be under way, or waits for a moment to come")
    .option("--most <n>", "messages to send at most", readLimit, 10_000)
    .option("--dry-run", "only say what stands still");
  command.addOption(stackOption());
  for (const option of installationOptions()) command.addOption(option);
  return command.addOption(jsonOption()).action(heal);
}

const embedded =
  "the embedded store keeps its messages in the same file as its executions and loses none, so there is nothing to heal";

async function heal(given: string | undefined, options: Options): Promise<void> {
  const { names, tenant, ...secret } = await namedInstallation(options, embedded);
  const execution = given === undefined ? undefined : executionOf(given);
  const { openOperator } = await import("../../worker/operator.ts"); // the AWS SDK, which other commands do without
  const { healAll, healExecution } = await import("../../engine/heal.ts");
  const { engine, close } = await openOperator(names, secret).catch((error: unknown) => {
    throw inWords(error);
  });
  try {
    const wanted = healOptions(options);
    const healed = execution
      ? await healExecution(engine, execution, wanted)
      : await healAll(engine, tenant, { ...wanted, ...(options.machine && { machine: options.machine }) });
    const done = options.dryRun ? "stand still" : "were set going again";
    const more = healed.capped ? "; there are more, run it again when these have moved" : "";
    const line = `${healed.executions} executions looked at, ${healed.found} places ${done}${more}`;
    console.log(options.json ? JSON.stringify({ healed }) : line);
  } finally {
    close();
  }
}

function executionOf(given: string): ExecutionId {
  const id = parseExecutionArn(given);
  if (!id) throw new Failure(`'${given}' is not the ARN of an execution; baton list MACHINE --json shows them`);
  return id;
}

/** Told at every so many, so that whoever waits sees that it goes on. */
const progressEvery = 1_000;

function healOptions({ olderThan, all, most, dryRun = false, json }: Options): HealOptions {
  return {
    quietMilliseconds: all ? Number.NEGATIVE_INFINITY : olderThan * 1_000,
    most,
    dryRun,
    onFound: (found) => console.log(json ? JSON.stringify(entryOf(found)) : lineOf(found)),
    onProgress: (executions) => {
      if (executions % progressEvery === 0) console.error(paint("dim", `${executions} executions looked at`));
    },
  };
}

function entryOf({ execution, branch, state, since, reason }: Unmoved): object {
  return { execution: executionArn(execution), branch, state, since: new Date(since).toISOString(), reason };
}

function lineOf({ execution, branch, state, since, reason }: Unmoved): string {
  return `${executionArn(execution)}${branch}  ${state}: ${reason}, due ${new Date(since).toISOString()}`;
}
