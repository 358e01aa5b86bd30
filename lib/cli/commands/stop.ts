/** `baton stop EXECUTION…`: ends them as ABORTED, with all of their branches; with `--machine`, all that run of a machine. */
import { Command } from "commander";
import { type Client, connect, type Reply } from "../client.ts";
import { addChoice, chosen, forEach, type ManyOptions, showWhich, summary } from "../many.ts";
import { duration } from "../paint.ts";

/** `error`: not what is looked for, but what is recorded. */
interface Options extends ManyOptions {
  readonly cause?: string;
}

export function stopCommand(): Command {
  return addChoice(new Command("stop").description("stop running executions"), "run")
    .option("--error <error>", "the error to record")
    .option("--cause <cause>", "the cause to record")
    .action(async (named: readonly string[], { error, cause, ...options }: Options) => {
      const client = connect(options.url);
      const found = await chosen(client, named, options, ["RUNNING"]);
      const [only = "", ...others] = found.arns;
      const record = { error, cause };
      if (options.dryRun) showWhich(found, options.json);
      else if (found.rows === undefined && others.length === 0) {
        const stopped = await stop(client, only, record);
        console.log(options.json ? JSON.stringify(stopped, undefined, 2) : told(only, stopped));
      } else await stopAll(client, found.arns, record, options);
    });
}

type Recorded = Readonly<Record<"error" | "cause", string | undefined>>;

/** With `endedBefore`, how it had. */
async function stop(client: Client, executionArn: string, record: Recorded): Promise<Reply> {
  const before = await client.call("DescribeExecution", { executionArn });
  const stopped = await client.call("StopExecution", { executionArn, ...record });
  // One that ended in between keeps its end, too.
  const { status } = await client.call("DescribeExecution", { executionArn });
  const wasOver = before.status !== "RUNNING" || status !== "ABORTED";
  return { ...stopped, ...(wasOver && { endedBefore: status }) };
}

async function stopAll(client: Client, arns: readonly string[], record: Recorded, { json }: Options): Promise<void> {
  const all = await forEach(arns, async (executionArn) => {
    const stopped = await stop(client, executionArn, record);
    if (!json) console.log(told(executionArn, stopped));
    return { executionArn, ...stopped };
  });
  const over = all.filter((one) => "endedBefore" in one).length;
  const had = over > 0 ? `, ${over} of which had ended before` : "";
  console.log(json ? JSON.stringify(all, undefined, 2) : `${summary(all, "stopped")}${had}`);
}

/** The service answers when it ended. */
function told(executionArn: string, { stopDate, endedBefore }: Reply): string {
  if (endedBefore === undefined) return `stopped ${executionArn}`;
  const at = stopDate * 1_000;
  const ago = duration(Math.max(0, Date.now() - at));
  return `${executionArn} had ended before, ${endedBefore} at ${new Date(at).toISOString()} (${ago} ago)`;
}
