/** `baton dev`: Baton on this machine, until it is told to stop. */
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Command } from "commander";
import { parseLimits, type ResourceLimit } from "../../integrations/limits.ts";
import type { LocalBaton } from "../../local/baton.ts";
import { type Client, connect } from "../client.ts";
import { callerAt, exportLines, type Identity, regionOf, shownSettings } from "../client-settings.ts";
import { readValidDefinition } from "../definition-file.ts";
import { deploy } from "../deploy.ts";
import { Failure } from "../failure.ts";
import {
  corsOriginOption,
  dataOption,
  defaultPort,
  functionsOption,
  functionUrlOption,
  jsonOption,
  mockConfigOption,
  objectsOption,
  otlpOption,
  readPort,
  substituteOption,
} from "../options.ts";
import { paint } from "../paint.ts";
import { substituteFromOption } from "../placeholders.ts";
import { definitionFiles, projectIn } from "../project.ts";
import { type SavedDefinitions, savedDefinitions } from "../saved-definitions.ts";
import { openServer, stopRequest } from "../server.ts";

interface Options {
  readonly port: number;
  readonly data: string;
  readonly functions: readonly string[];
  readonly functionUrl: Readonly<Record<string, string>>;
  readonly substitute: Readonly<Record<string, string>>;
  readonly objects?: string;
  readonly connections?: string;
  readonly httpToLoopback?: boolean;
  readonly limits?: string;
  readonly corsOrigin: readonly string[];
  readonly requireKeys?: boolean;
  readonly mockConfig?: string;
  readonly telemetry?: boolean;
  readonly otlp?: string;
  readonly strictQuotas?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function devCommand(): Command {
  return new Command("dev")
    .description("run Baton on this machine: engine, store and API in one process")
    .argument(
      "[definitions...]",
      "definitions, or folders of them, to deploy now and whenever they are saved; without any: those in machines, with the functions in tasks",
    )
    .option("--port <port>", "the port to listen on; 0 takes a free one", readPort, defaultPort)
    .addOption(dataOption())
    .addOption(functionsOption())
    .addOption(functionUrlOption())
    .addOption(substituteOption())
    .addOption(substituteFromOption())
    .addOption(objectsOption())
    .option(
      "--connections <file>",
      "connections of HTTP tasks by name, as EventBridge's CreateConnection takes them (JSON)",
    )
    .option("--limits <file>", "limits on what tasks call (JSON)")
    .option("--http-to-loopback", "let HTTP tasks call this machine, by plain HTTP too")
    .addOption(corsOriginOption())
    .addOption(mockConfigOption())
    .option(
      "--telemetry",
      "write metrics and status changes to metrics.jsonl and status-changes.jsonl in the data folder",
    )
    .addOption(otlpOption())
    .option("--strict-quotas", "hold AWS's own quotas for payloads, events and time")
    .option("--require-keys", "take signed requests only, with keys of: baton keys create")
    .option("--quiet", "print nothing but the ready line")
    .addOption(jsonOption())
    .action(dev);
}

function readLimits(file: string): readonly ResourceLimit[] {
  try {
    return parseLimits(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Failure(
      `the limits in ${file} cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function dev(files: readonly string[], options: Options): Promise<void> {
  const stopped = stopRequest();
  const project = projectIn(".", { definitions: files, functionFolders: options.functions });
  const saved = savedDefinitions(project.definitions);
  const definitions = definitionFiles(project.definitions).map((file) => readValidDefinition(file, options.substitute));
  const baton = await openServer({
    port: options.port,
    data: options.data,
    functionFolders: project.functionFolders,
    functionUrls: options.functionUrl,
    corsOrigins: options.corsOrigin,
    ...(options.objects === undefined ? {} : { objects: options.objects }),
    ...(options.connections === undefined ? {} : { connections: options.connections }),
    httpToLoopback: options.httpToLoopback ?? false,
    ...(options.limits === undefined ? {} : { limits: readLimits(options.limits) }),
    requireKeys: options.requireKeys ?? false,
    telemetry: options.telemetry ?? false,
    ...(options.otlp !== undefined && { otlp: options.otlp }),
    ...(options.mockConfig && { mockConfig: options.mockConfig }),
    engine: { strictQuotas: options.strictQuotas ?? false },
    showLines: !options.quiet,
  });
  try {
    const machines: string[] = [];
    const client = connect(baton.url, ownIdentity(baton));
    for (const each of definitions) machines.push((await deploy(client, each, each.type)).name);
    if (!options.quiet && !options.json) greet(baton, options.data, machines);
    const ready = { ready: baton.url, resumed: baton.resumed, machines };
    console.log(options.json ? JSON.stringify(ready) : `ready ${baton.url}`);
    await keepDeployed(client, saved, options, stopped);
  } finally {
    await baton.close();
  }
}

const lookMilliseconds = 500;

/** What is saved is deployed; what is wrong with it is said, and the machine stays as it was. */
async function keepDeployed(
  client: Client,
  saved: SavedDefinitions,
  options: Options,
  stopped: Promise<void>,
): Promise<void> {
  const isStopped = stopped.then(() => true);
  while (!(await Promise.race([isStopped, pause(lookMilliseconds, false, { ref: false })]))) {
    for (const file of saved.look()) {
      try {
        const definition = readValidDefinition(file, options.substitute);
        const { name } = await deploy(client, definition, definition.type);
        if (options.json) console.log(JSON.stringify({ deployed: name }));
        else if (!options.quiet) console.log(`machine  ${name}  as saved`);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        console.error(error.message);
      }
    }
  }
}

/** Where keys are required this process has one; else it is whoever the shell says, as other commands are. */
function ownIdentity({ credentials, url }: LocalBaton): Identity | undefined {
  return credentials ? { credentials, region: regionOf(process.env) } : callerAt(url, process.env);
}

function greet(baton: LocalBaton, data: string, machines: readonly string[]): void {
  console.log(`${paint("bold", "Baton")}  embedded: one process, executions in ${data}`);
  if (baton.resumed > 0) console.log(`resumed ${baton.resumed} execution${baton.resumed === 1 ? "" : "s"}`);
  for (const name of machines) console.log(`machine  ${name}`);
  console.log(`console  ${baton.url}/console/`);
  if (machines.length > 0) console.log("definitions are deployed anew whenever they are saved");
  if (baton.credentials) {
    console.log(`keys are required; make one with: baton keys create --role start --data ${data}`);
  } else {
    console.log("for the AWS CLI and SDKs:");
    console.log(exportLines(shownSettings(baton.url, process.env)));
  }
}
