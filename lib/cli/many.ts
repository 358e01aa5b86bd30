/**
 * Commands that change one execution or many: those that are named, or those of a machine that a filter finds. One
 * that the service refuses does not keep the others from their turn.
 */
import { type Command, Option } from "commander";
import { ApiFailure, type Client, type Reply } from "./client.ts";
import { addFilter, executionTable, type Filter, findWith, otherwise } from "./executions.ts";
import { Failure } from "./failure.ts";
import { executionArnOf } from "./names.ts";
import { jsonOption, readLimit, urlOption } from "./options.ts";

export interface ManyOptions extends Omit<Filter, "status"> {
  readonly url: string;
  readonly machine?: string;
  readonly limit?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `which`: of a machine's executions, those that are meant where nothing else is said. */
export function addChoice(command: Command, which: string): Command {
  return addFilter(
    command
      .argument("[executions...]", "each an ARN, MACHINE/NAME, or as much of the name as is clear")
      .addOption(new Option("--machine <name>", `instead of names: all of this state machine's that ${which}`)),
  )
    .option("--limit <n>", "the newest of those, so many at most", readLimit)
    .option("--dry-run", "show which they are, and change nothing")
    .addOption(urlOption())
    .addOption(jsonOption());
}

/** What is chosen: by names, or as rows of a list. */
export interface Chosen {
  readonly arns: readonly string[];
  /** By their machine. */
  readonly rows?: readonly Reply[];
}

export async function chosen(
  client: Client,
  named: readonly string[],
  options: ManyOptions,
  statuses: readonly string[],
): Promise<Chosen> {
  const { machine, error, since, until, search, limit } = options;
  if ((machine === undefined) === (named.length === 0))
    throw new Failure("name executions, or with --machine the state machine whose executions are meant");
  if (machine !== undefined) return await ofMachine(client, machine, options, statuses);
  if ([error, since, until, search, limit].some((given) => given !== undefined))
    throw new Failure("executions that are named need no filter: it chooses among those of --machine NAME");
  const arns: string[] = [];
  for (const name of named) arns.push(await executionArnOf(client, name));
  return { arns: [...new Set(arns)] };
}

async function ofMachine(
  client: Client,
  machine: string,
  filter: ManyOptions,
  statuses: readonly string[],
): Promise<Chosen> {
  const limit = filter.limit ?? Number.POSITIVE_INFINITY;
  const { rows, otherErrors } = await findWith(client, machine, { ...filter, statuses }, limit);
  if (rows.length === 0)
    console.error(`${machine} has no execution that is meant (${statuses.join(", ")})${otherwise(otherErrors)}`);
  return { arns: rows.map(({ executionArn }) => executionArn), rows };
}

/** Instead of changing them. */
export function showWhich({ arns, rows }: Chosen, json: boolean | undefined): void {
  if (json) console.log(JSON.stringify(rows ?? arns.map((executionArn) => ({ executionArn })), undefined, 2));
  else if (arns.length > 0) console.log(rows ? executionTable(rows) : arns.join("\n"));
}

export interface Refused {
  readonly executionArn: string;
  readonly refused: string;
}

/** One after the other, each told of when it is done. Rejects at once where nobody answers, or the key may not. */
export async function forEach<Done extends object>(
  arns: readonly string[],
  act: (executionArn: string) => Promise<Done>,
): Promise<readonly (Done | Refused)[]> {
  const all: (Done | Refused)[] = [];
  for (const executionArn of arns) {
    try {
      all.push(await act(executionArn));
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.name === "AccessDeniedException") throw error;
      console.error(`${executionArn}: ${error.message}`);
      process.exitCode = 1;
      all.push({ executionArn, refused: error.message });
    }
  }
  return all;
}

/** `what`: what has become of those that were not refused. */
export function summary(all: readonly object[], what: string): string {
  const refused = all.filter((one) => "refused" in one).length;
  return [`${all.length - refused} ${what}`, ...(refused > 0 ? [`${refused} refused`] : [])].join(", ");
}
