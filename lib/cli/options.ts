/** Options that several commands share, read and checked in one place. */
import { readFileSync, writeFileSync } from "node:fs";
import { InvalidArgumentError, Option } from "commander";
import { Failure } from "./failure.ts";

export const defaultPort = 4599;
export const usualUrl = `http://127.0.0.1:${defaultPort}`;

/** `--endpoint` as the AWS CLI nearly has it, or `--url`; else what the AWS tools are told, else the usual place. */
export function urlOption(): Option {
  return new Option("--endpoint, --url <url>", "where Baton listens")
    .env("AWS_ENDPOINT_URL_SFN")
    .argParser(readUrl)
    .default(usualUrl);
}

export function dataOption(): Option {
  return new Option("--data <dir>", "the folder that keeps the executions").default(".baton");
}

/** As Step Functions Local is told. */
export function mockConfigOption(): Option {
  return new Option("--mock-config <file>", "mocked tasks for <arn>#TestCase, as Step Functions Local has them").env(
    "SFN_MOCK_CONFIG",
  );
}

export function otlpOption(): Option {
  return new Option(
    "--otlp <url>",
    "the OpenTelemetry collector that gets a span for each state; else OTEL_EXPORTER_OTLP_ENDPOINT says",
  );
}

export function stackOption(): Option {
  return new Option("--stack <name>", "the CloudFormation stack of a deployed Baton");
}

export function jsonOption(): Option {
  return new Option("--json", "print JSON");
}

export function inputOption(): Option {
  return new Option("--input <json>", "the input: JSON, or @FILE, or @- for standard input").default("{}");
}

/** Instead of what the help would make of an empty list. */
const none = "none";

export function functionsOption(): Option {
  return new Option("--functions <dir>", "a folder whose files are Lambda handlers; may be repeated")
    .argParser((dir: string, before: readonly string[]) => [...before, dir])
    .default([] as readonly string[], none);
}

export function corsOriginOption(): Option {
  return new Option("--cors-origin <origin>", "whose pages may call from a browser, * for all; may be repeated")
    .argParser((origin: string, before: readonly string[]) => [...before, origin])
    .default([] as readonly string[], none);
}

export function functionUrlOption(): Option {
  return new Option("--function-url <name=url>", "a function behind a URL; may be repeated")
    .argParser((pair: string, before: Readonly<Record<string, string>>) => ({ ...before, ...readPair(pair) }))
    .default({} as Readonly<Record<string, string>>, none);
}

export function objectsOption(): Option {
  return new Option("--objects <dir>", "a folder that stands in for S3: DIR/bucket/key");
}

export function substituteOption(): Option {
  return new Option(
    "--substitute <name=value>",
    "a value for a placeholder of the definition (dollar, brace, name, brace); may be repeated",
  )
    .argParser((pair: string, before: Readonly<Record<string, string>>) => ({ ...before, ...readPair(pair) }))
    .default({} as Readonly<Record<string, string>>, none);
}

function readPair(pair: string): Record<string, string> {
  const equals = pair.indexOf("=");
  if (equals < 1) throw new InvalidArgumentError(`'${pair}' is not of the form NAME=VALUE`);
  return { [pair.slice(0, equals)]: pair.slice(equals + 1) };
}

function readUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return withoutPassword(text);
  throw new InvalidArgumentError("an address begins with http:// or https://");
}

/** No request can be made to one that has; and as an argument that is invalid it would be printed, password and all. */
function withoutPassword(address: string): string {
  const { username, password } = new URL(address);
  if (username === "" && password === "") return address;
  throw new Failure(
    "an address takes no user name and no password: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key of Baton's",
  );
}

/** How many of a list. */
export function readLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1) throw new InvalidArgumentError("a limit is a whole number from 1");
  return limit;
}

export function readSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0 && seconds <= 43_000)) throw new InvalidArgumentError("a number of seconds from 0 to 43000");
  return seconds;
}

export function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidArgumentError("a port is a number from 0 to 65535; 0 takes a free one");
  }
  return port;
}

/** JSON, `@FILE` or `@-`, as text; broken JSON is refused here, with its place. */
export function readInput(given: string): string {
  const text = given.startsWith("@") ? readText(given.slice(1)) : given;
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    const from = given === "@-" ? "standard input" : given.startsWith("@") ? `the file ${given.slice(1)}` : "--input";
    throw new Failure(`${from} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Editors and shells of Windows put it before UTF-8; it is no part of the text. */
const byteOrderMark = /^\uFEFF/;

export function readText(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8").replace(byteOrderMark, "");
  } catch (error) {
    throw new Failure(unreadable(file, error));
  }
}

/** Where a disk is full, the system does not say of which file. */
export function writeText(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    if (!(error instanceof Error) || "path" in error) throw error;
    throw new Failure(`${error.message} '${file}'`);
  }
}

function unreadable(file: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return `there is no file ${file}`;
  if (code === "EISDIR") return `${file} is a folder; name a file in it`;
  return `cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`;
}
