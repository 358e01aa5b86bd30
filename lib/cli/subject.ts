/** What a command is about: a definition in a file, a state machine on the server, or one of its executions. */
import { existsSync, statSync } from "node:fs";
import { type Progress, progressOf } from "../asl/graph/progress.ts";
import { JsonSyntaxError, parseJson } from "../asl/json.ts";
import { parseDefinitionText } from "../asl/parse.ts";
import type { Client, Reply } from "./client.ts";
import { machineNamed, readDefinitionFile } from "./definition-file.ts";
import { Failure } from "./failure.ts";
import { listAll, machinesOf } from "./list-all.ts";
import { arnAmong, findExecution } from "./names.ts";
import { machineByItself, noSubject } from "./not-found.ts";
import { problemText } from "./problem-text.ts";

export interface Subject {
  /** What a person calls it. */
  readonly title: string;
  /** The definition. It is JSON; whether it is valid is not judged here. */
  readonly text: string;
  readonly machineArn?: string;
  /** Of a machine, on the server or in a template. */
  readonly isExpress?: boolean;
  readonly executionArn?: string;
  /** Of an execution. */
  readonly progress?: Progress;
  readonly events?: readonly Reply[];
}

export async function findSubject(
  client: Client,
  given: string,
  substitutions: Readonly<Record<string, string>>,
): Promise<Subject> {
  if (isFile(given)) return fromFile(given, substitutions);
  const machineArn = await findMachine(client, given);
  if (machineArn !== undefined) return await fromMachine(client, machineArn);
  const executionArn = await findExecution(client, given);
  if (executionArn !== undefined) return await fromExecution(client, executionArn);
  const unlisted = given.includes("/") ? undefined : await machineByItself(client, given);
  if (unlisted === undefined) throw noSubject(client, given);
  return await fromMachine(client, unlisted);
}

/** Whatever looks like a file is one, so that a misspelt name is told as such. A folder may be called as its machine is. */
function isFile(given: string): boolean {
  const { path } = machineNamed(given);
  if (path === "-" || /\.(json|ya?ml)$/.test(path)) return true;
  return !path.startsWith("arn:") && existsSync(path) && !statSync(path).isDirectory();
}

function fromFile(file: string, substitutions: Readonly<Record<string, string>>): Subject {
  const { name, text, type } = readDefinitionFile(file, substitutions);
  try {
    parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const parsed = parseDefinitionText(text);
    const problems = parsed.kind === "problems" ? parsed.problems : [];
    throw new Failure(problems.map((problem) => problemText(problem, file)).join("\n"));
  }
  return { title: name, text, isExpress: type === "EXPRESS" };
}

async function findMachine(client: Client, given: string): Promise<string | undefined> {
  if (given.startsWith("arn:")) return /^arn:[^:]+:states:[^:]*:[^:]*:stateMachine:/.test(given) ? given : undefined;
  if (given.includes("/")) return undefined;
  return arnAmong(await machinesOf(client), given);
}

async function fromMachine(client: Client, machineArn: string): Promise<Subject> {
  const { name, type, definition } = await client.call("DescribeStateMachine", { stateMachineArn: machineArn });
  return { title: name, text: definition, machineArn, isExpress: type === "EXPRESS" };
}

async function fromExecution(client: Client, executionArn: string): Promise<Subject> {
  const { name, definition, stateMachineArn } = await client.call("DescribeStateMachineForExecution", { executionArn });
  const events = await listAll(client, "GetExecutionHistory", { executionArn, includeExecutionData: false }, "events");
  const title = `${name}/${executionArn.slice(executionArn.lastIndexOf(":") + 1)}`;
  return { title, text: definition, machineArn: stateMachineArn, executionArn, progress: progressOf(events), events };
}
