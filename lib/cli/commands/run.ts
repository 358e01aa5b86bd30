/** `baton run FILE`: one execution of a definition, shown live; on the running server, or in this process. */
import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { type Client, connect, isUp, type Reply } from "../client.ts";
import { type DefinitionFile, readValidDefinition } from "../definition-file.ts";
import { deploy } from "../deploy.ts";
import { Failure } from "../failure.ts";
import { ending, follow } from "../follow.ts";
import {
  functionsOption,
  functionUrlOption,
  inputOption,
  jsonOption,
  objectsOption,
  readInput,
  substituteOption,
  urlOption,
  usualUrl,
} from "../options.ts";
import { paint } from "../paint.ts";
import { substituteFromOption } from "../placeholders.ts";
import { openServer, stopRequest } from "../server.ts";

interface Options {
  readonly url: string;
  readonly input: string;
  readonly name?: string;
  readonly functions: readonly string[];
  readonly functionUrl: Readonly<Record<string, string>>;
  readonly objects?: string;
  readonly substitute: Readonly<Record<string, string>>;
  readonly json?: boolean;
}

export function runCommand(): Command {
  return new Command("run")
    .description("deploy a definition and run it once, on the running server or in this process")
    .argument("<file>", "the definition: .json, .asl.json, .yaml or .yml, or TEMPLATE#MACHINE")
    .addOption(inputOption())
    .option("--name <name>", "the execution's name; without one, a name is drawn")
    .addOption(functionsOption())
    .addOption(functionUrlOption())
    .addOption(objectsOption())
    .addOption(substituteOption())
    .addOption(substituteFromOption())
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(run);
}

/**
 * Functions and files given here are this process's, so the execution is too. A server that was asked for by its
 * address, here or in the environment, is not replaced: its machines and tasks are others.
 */
async function run(file: string, options: Options, command: Command): Promise<void> {
  const definition = readValidDefinition(file, options.substitute);
  const input = readInput(options.input);
  const { functions, functionUrl, objects } = options;
  const isOwn = functions.length > 0 || Object.keys(functionUrl).length > 0 || objects !== undefined;
  const askedFor = command.getOptionValueSource("url") === "cli" || options.url !== usualUrl;
  if (!isOwn && (askedFor || (await isUp(options.url)))) await runAt(options.url, definition, input, options);
  else await runHere(definition, input, options);
}

async function runHere(definition: DefinitionFile, input: string, options: Options): Promise<void> {
  const stopped = stopRequest().then(() => {
    throw new Failure("stopped before the execution ended; it ends with this process");
  });
  const data = await mkdtemp(join(tmpdir(), "baton-run-"));
  const remove = (): void => rmSync(data, { recursive: true, force: true });
  process.once("exit", remove); // it may end in the midst: when nobody reads its lines any more
  try {
    const baton = await openServer({
      port: 0,
      data,
      functionFolders: options.functions,
      functionUrls: options.functionUrl,
      ...(options.objects !== undefined && { objects: options.objects }),
      showLines: !options.json,
    });
    try {
      await Promise.race([runAt(baton.url, definition, input, options), stopped]);
    } finally {
      await baton.close();
    }
  } finally {
    remove();
    process.off("exit", remove);
  }
}

async function runAt(url: string, definition: DefinitionFile, input: string, options: Options): Promise<void> {
  const client = connect(url);
  const { stateMachineArn } = await deploy(client, definition);
  const named = options.name === undefined ? {} : { name: options.name };
  const given = { stateMachineArn, input, ...named };
  const { type } = await client.call("DescribeStateMachine", { stateMachineArn });
  const print = options.json ? undefined : (line: string) => console.log(line);
  const description =
    type === "EXPRESS" ? await client.call("StartSyncExecution", given) : await followed(client, given, print);
  console.log(options.json ? JSON.stringify(description, undefined, 2) : ending(description));
  if (description.status !== "SUCCEEDED") process.exitCode = 1;
}

async function followed(client: Client, given: object, print: ((line: string) => void) | undefined): Promise<Reply> {
  const { executionArn } = await client.call("StartExecution", given);
  print?.(paint("bold", executionArn));
  return await follow(client, executionArn, print);
}
