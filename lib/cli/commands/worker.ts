/** `baton worker`: a long-lived process that works for a deployed installation, or makes one on endpoints of its own. */
import { Command } from "commander";
import { otlpSettings } from "../../adapters/otlp/settings.ts";
import type { WorkerOptions } from "../../worker/worker.ts";
import { Failure } from "../failure.ts";
import { installationNames, installationOptions, inWords, type NamedInstallation } from "../installation.ts";
import {
  functionsOption,
  functionUrlOption,
  jsonOption,
  otlpOption,
  readLimit,
  readPort,
  readSeconds,
} from "../options.ts";
import { paint } from "../paint.ts";
import { stopRequest } from "../server.ts";

interface Options extends NamedInstallation {
  readonly host: string;
  readonly port: number;
  readonly create?: boolean;
  readonly taskTimeout: number;
  readonly flowAtOnce: number;
  readonly tasksAtOnce: number;
  readonly grace: number;
  readonly functions: readonly string[];
  readonly functionUrl: Readonly<Record<string, string>>;
  readonly otlp?: string;
  readonly json?: boolean;
}

export function workerCommand(): Command {
  const command = new Command("worker")
    .description("work for an installation on DynamoDB, SQS and S3, or servers that speak their protocols")
    .option("--host <host>", "the address to listen on; only loopback without access keys", "127.0.0.1")
    .option("--port <port>", "the port to listen on; 0 takes a free one", readPort, 4599);
  for (const option of installationOptions()) command.addOption(option);
  return command
    .option("--create", "make the table, queues and bucket that are missing")
    .option("--task-timeout <seconds>", "with --create: the longest that a task's call may take", readSeconds, 900)
    .option("--flow-at-once <n>", "steps at work at once", readLimit, 64)
    .option("--tasks-at-once <n>", "tasks at work at once", readLimit, 256)
    .option("--grace <seconds>", "how long what runs may take to end on SIGTERM", readSeconds, 25)
    .addOption(functionsOption())
    .addOption(functionUrlOption())
    .addOption(otlpOption())
    .addOption(jsonOption())
    .action(work);
}

async function work(options: Options): Promise<void> {
  const stopped = stopRequest();
  const print = printer(options);
  const settings = settingsOf(options, print);
  const { startWorker } = await import("../../worker/worker.ts"); // the AWS SDK, which other commands do without
  const worker = await startWorker(settings).catch((error: unknown) => {
    throw inWords(error);
  });
  print({ ready: worker.url }, `ready ${worker.url}`);
  await stopped;
  print({ stopping: true }, "stopping: takes no more work");
  const { handled, givenUp } = await worker.stop();
  print({ stopped: true, handled, givenUp }, `stopped after ${handled} messages, ${givenUp} calls given up`);
}

type Print = (entry: object, line: string) => void;

function printer({ json }: Options): Print {
  return (entry, line) => console.log(json ? JSON.stringify({ ...entry, time: new Date().toISOString() }) : line);
}

const loopback = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

function settingsOf(options: Options, print: Print): WorkerOptions {
  const traces = otlpSettings(process.env, options.otlp);
  const accessKeySecrets = (options.accessKeySecret ?? "").split(",").filter(Boolean);
  if (accessKeySecrets.length === 0 && !loopback.test(options.host)) {
    throw new Failure(
      `on ${options.host} the API must know who calls: name the secret of its access keys with --access-key-secret, or listen on 127.0.0.1`,
    );
  }
  return {
    names: installationNames(options),
    installation: {
      create: options.create ?? false,
      taskTimeoutSeconds: options.taskTimeout,
      onCreated: (what) => print({ created: what }, `created ${what}`),
    },
    tenant: { account: options.account, region: process.env["AWS_REGION"] ?? "us-east-1" },
    host: options.host,
    port: options.port,
    accessKeySecrets,
    ...(options.signingKeySecret !== undefined && { signingKeySecret: options.signingKeySecret }),
    ...(options.retentionDays !== undefined && { retentionDays: options.retentionDays }),
    atOnce: { flow: options.flowAtOnce, tasks: options.tasksAtOnce },
    graceMilliseconds: options.grace * 1_000,
    ...(traces && { traces }),
    functionFolders: options.functions,
    functionUrls: options.functionUrl,
    onLine: ({ functionName, line }) => print({ function: functionName, line }, `    [${functionName}] ${line}`),
    onError: (error, about) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (options.json) print({ level: "ERROR", about, error: text }, "");
      else console.error(`${paint("red", about)}: ${text}`);
    },
    ...(process.env["BATON_PRINT_REQUESTS"] && {
      onRequest: (request) => print({ request }, JSON.stringify({ request })),
    }),
  };
}
