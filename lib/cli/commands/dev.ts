/** `baton dev`: Baton on this machine, until it is told to stop. */
import { Command } from "commander";
import type { LocalBaton } from "../../local/baton.ts";
import { connect } from "../client.ts";
import { clientSettings } from "../client-settings.ts";
import { readValidDefinition } from "../definition-file.ts";
import { deploy } from "../deploy.ts";
import {
  corsOriginOption,
  defaultPort,
  functionsOption,
  functionUrlOption,
  jsonOption,
  readPort,
  substituteOption,
} from "../options.ts";
import { paint } from "../paint.ts";
import { openServer, stopRequest } from "../server.ts";

interface Options {
  readonly port: number;
  readonly data: string;
  readonly functions: readonly string[];
  readonly functionUrl: Readonly<Record<string, string>>;
  readonly substitute: Readonly<Record<string, string>>;
  readonly objects?: string;
  readonly corsOrigin: readonly string[];
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function devCommand(): Command {
  return new Command("dev")
    .description("run Baton on this machine: engine, store and API in one process")
    .argument("[definitions...]", "definitions to deploy at the start")
    .option("--port <port>", "the port to listen on; 0 takes a free one", readPort, defaultPort)
    .option("--data <dir>", "the folder that keeps the executions", ".baton")
    .addOption(functionsOption())
    .addOption(functionUrlOption())
    .addOption(substituteOption())
    .option("--objects <dir>", "a folder that stands in for S3: DIR/bucket/key")
    .addOption(corsOriginOption())
    .option("--quiet", "print nothing but the ready line")
    .addOption(jsonOption())
    .action(dev);
}

async function dev(files: readonly string[], options: Options): Promise<void> {
  const stopped = stopRequest();
  const definitions = files.map((file) => readValidDefinition(file, options.substitute));
  const baton = await openServer({
    port: options.port,
    data: options.data,
    functionFolders: options.functions,
    functionUrls: options.functionUrl,
    corsOrigins: options.corsOrigin,
    ...(options.objects === undefined ? {} : { objects: options.objects }),
    showLines: !options.quiet,
  });
  try {
    const machines: string[] = [];
    for (const each of definitions) machines.push((await deploy(connect(baton.url), each)).name);
    if (!options.quiet && !options.json) greet(baton, options.data, machines);
    const ready = { ready: baton.url, resumed: baton.resumed, machines };
    console.log(options.json ? JSON.stringify(ready) : `ready ${baton.url}`);
    await stopped;
  } finally {
    await baton.close();
  }
}

function greet(baton: LocalBaton, data: string, machines: readonly string[]): void {
  console.log(`${paint("bold", "Baton")}  embedded: one process, executions in ${data}`);
  if (baton.resumed > 0) console.log(`resumed ${baton.resumed} execution${baton.resumed === 1 ? "" : "s"}`);
  for (const name of machines) console.log(`machine  ${name}`);
  console.log("for the AWS CLI and SDKs:");
  console.log(clientSettings(baton.url));
}
