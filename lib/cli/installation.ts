/**
 * Which installation on DynamoDB, SQS and S3 a command works on: by the environment variables that the stack gives
 * its functions, by options, or by one name from which those of all parts follow.
 */
import { InvalidArgumentError, Option } from "commander";
import { environment } from "../adapters/aws/names.ts";
import type { InstallationNames } from "../adapters/aws/parts.ts";
import type { Tenant } from "../engine/ports.ts";
import { partsOfStack } from "./deployed.ts";
import { Failure } from "./failure.ts";

export interface NamedInstallation {
  readonly stack?: string;
  readonly name?: string;
  readonly table?: string;
  readonly bucket?: string;
  readonly flowQueue?: string;
  readonly tasksQueue?: string;
  readonly deadLetterQueue?: string;
  readonly signingKeySecret?: string;
  readonly accessKeySecret?: string;
  readonly account: string;
  readonly retentionDays?: number;
}

export function installationOptions(): readonly Option[] {
  return [
    new Option("--name <name>", "what the parts are named after that are not named themselves"),
    new Option("--table <name>", "the table").env(environment.table),
    new Option("--bucket <name>", "the bucket for large payloads").env(environment.bucket),
    new Option("--flow-queue <name|url>", "the queue of steps").env(environment.flowQueueUrl),
    new Option("--tasks-queue <name|url>", "the queue of tasks").env(environment.tasksQueueUrl),
    new Option("--dead-letter-queue <name|url>", "the queue of dead letters").env(environment.deadLetterQueueUrl),
    new Option("--signing-key-secret <secret>", "the secret that signs task tokens; else it stands in the table").env(
      environment.signingKeySecret,
    ),
    new Option("--access-key-secret <secrets>", "the secrets of the API's access keys").env(
      environment.accessKeySecret,
    ),
    new Option("--account <id>", "the account in ARNs").env(environment.account).default("000000000000"),
    new Option("--retention-days <n>", "days that an execution stays readable after its end")
      .env(environment.retentionDays)
      .argParser(readDays),
  ];
}

const usualName = "baton";

/** What a command needs to know of the installation that it acts on. */
export interface Found {
  readonly names: InstallationNames;
  readonly tenant: Tenant;
  readonly signingKeySecret?: string;
}

/** For commands that act on what is there: whoever names nothing may have meant the embedded store. */
export async function namedInstallation(options: NamedInstallation, embedded: string): Promise<Found> {
  if (options.stack !== undefined) {
    const { region, account, signingKeySecret, ...names } = await partsOfStack(options.stack);
    return { names, tenant: { account, region }, signingKeySecret };
  }
  if (options.name === undefined && options.table === undefined) {
    throw new Failure(`name the installation with --stack, --name or ${environment.table}; ${embedded}`);
  }
  const { account, signingKeySecret } = options;
  return {
    names: installationNames(options),
    tenant: { account, region: process.env["AWS_REGION"] ?? "us-east-1" },
    ...(signingKeySecret !== undefined && { signingKeySecret }),
  };
}

export function installationNames(options: NamedInstallation): InstallationNames {
  const name = options.name ?? usualName;
  return {
    table: options.table ?? name,
    bucket: options.bucket ?? `${name}-payloads`,
    flowQueue: options.flowQueue ?? `${name}-flow`,
    tasksQueue: options.tasksQueue ?? `${name}-tasks`,
    deadLetterQueue: options.deadLetterQueue ?? `${name}-dead-letters`,
  };
}

function readDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1) throw new InvalidArgumentError("a whole number of days from 1");
  return days;
}

/** A plain Error is a sentence for the user or the system's own; anything else is a bug or an outage, whose stack helps. */
export function inWords(error: unknown): unknown {
  return error instanceof Error && error.constructor === Error ? new Failure(error.message) : error;
}
