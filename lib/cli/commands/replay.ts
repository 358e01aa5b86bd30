/**
 * `baton replay FILE [EXECUTION…]`: what would have come of runs that have been, had their machine been another one.
 * Tasks answer as they did then; nothing is called, and nothing is changed.
 */
import { Command, InvalidArgumentError, Option } from "commander";
import type { Definition } from "../../asl/definition.ts";
import { parseJson, type Value } from "../../asl/json.ts";
import { parseDefinitionText } from "../../asl/parse.ts";
import { type Client, connect } from "../client.ts";
import { readValidDefinition } from "../definition-file.ts";
import { addFilter, errorFilter, type Filter, findWith, otherwise } from "../executions.ts";
import { Failure } from "../failure.ts";
import { executionArnOf } from "../names.ts";
import { jsonOption, readLimit, substituteOption, urlOption } from "../options.ts";
import { paint } from "../paint.ts";
import { substituteFromOption } from "../placeholders.ts";
import { type Replayed, replay } from "../replay/replay.ts";
import { type RecordedRun, runInFile, runOnServer } from "../replay/run.ts";
import { replayLines, summaryLines } from "../replay/told.ts";
import { openScreen } from "../screen.ts";

/** What still runs may do anything. */
const ends = ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"] as const;

type Results = Readonly<Record<string, Value>>;

interface Options extends Filter {
  readonly machine?: string;
  readonly limit: number;
  readonly history: readonly string[];
  readonly result: Results;
  readonly substitute: Readonly<Record<string, string>>;
  readonly url: string;
  readonly json?: boolean;
}

export function replayCommand(): Command {
  return addFilter(new Command("replay"))
    .description("run past executions against an edited definition, with the answers that their tasks had")
    .argument("<file>", "the definition: JSON or YAML, or TEMPLATE#MACHINE")
    .argument("[executions...]", "ARNs, MACHINE/NAME, or as much of the names as is clear; without any: the newest")
    .option("--machine <name>", "whose executions, if the file is not called as the machine is")
    .addOption(new Option("--status <status>", "only these").choices(ends))
    .addOption(errorFilter())
    .option("--limit <n>", "the newest of those, so many at most", readLimit, 20)
    .addOption(
      new Option("--history <file>", "a history, as aws stepfunctions get-execution-history prints it; may be repeated")
        .argParser((file: string, before: readonly string[]) => [...before, file])
        .default([] as readonly string[]),
    )
    .addOption(
      new Option("--result <state=json>", "what a Task answers that was never asked; may be repeated")
        .argParser((pair: string, before: Results) => ({ ...before, ...readResult(pair) }))
        .default({} as Results),
    )
    .addOption(substituteOption())
    .addOption(substituteFromOption())
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(async (file: string, executions: readonly string[], options: Options) => {
      const { name, text } = readValidDefinition(file, options.substitute);
      const parsed = parseDefinitionText(text);
      if (parsed.kind === "problems") throw new Failure(`${file} is not valid`);
      const all: Replayed[] = [];
      if (!options.json) console.log(paint("bold", file));
      for await (const run of runsOf(name, executions, options)) all.push(await show(run, parsed.definition, options));
      if (options.json) console.log(JSON.stringify(all, undefined, 2));
      else console.log(summaryLines(all).join("\n"));
      if (all.some(({ verdict }) => verdict !== "same")) process.exitCode = 1;
    });
}

function readResult(pair: string): Results {
  const equals = pair.indexOf("=");
  if (equals < 1) throw new InvalidArgumentError(`'${pair}' is not of the form STATE=JSON`);
  try {
    return { [pair.slice(0, equals)]: parseJson(pair.slice(equals + 1)) };
  } catch (error) {
    throw new InvalidArgumentError(`what stands behind ${pair.slice(0, equals + 1)} is not JSON: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function show(run: RecordedRun, definition: Definition, { json, result }: Options): Promise<Replayed> {
  const one = await replay(run, definition, result);
  if (!json) console.log(replayLines(one));
  return one;
}

async function* runsOf(name: string, executions: readonly string[], options: Options): AsyncIterable<RecordedRun> {
  for (const file of options.history) yield runInFile(file);
  if (executions.length === 0 && options.history.length > 0) return;
  const client = connect(options.url);
  const arns =
    executions.length === 0
      ? await newest(client, options.machine ?? name, options)
      : await Promise.all(executions.map((each) => executionArnOf(client, each)));
  const screen = openScreen(process.stderr);
  for (const executionArn of arns) {
    const run = await runOnServer(client, executionArn, (text) => screen?.show(text));
    screen?.show("");
    yield run;
  }
}

async function newest(client: Client, machine: string, options: Options): Promise<readonly string[]> {
  const statuses = options.status === undefined ? ends : [options.status];
  const { rows, otherErrors } = await findWith(client, machine, { ...options, statuses }, options.limit);
  if (rows.length === 0) {
    const others = otherwise(otherErrors);
    throw new Failure(`${machine} has no execution that has ended and is meant: there is nothing to replay${others}`);
  }
  return rows.map(({ executionArn }) => executionArn);
}
