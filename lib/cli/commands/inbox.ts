/** `baton inbox`: what waits for a person, what is asked, until when; and the answer. Tokens stay out of sight unless JSON is asked for. */
import { userInfo } from "node:os";
import { Command, Option } from "commander";
import { type Client, connect, type Reply } from "../client.ts";
import { commandLine } from "../client-settings.ts";
import { Failure } from "../failure.ts";
import { readSchema } from "../inbox/read-schema.ts";
import { problemsOf } from "../inbox/schema.ts";
import { signed } from "../inbox/sign.ts";
import { machineArnOf, namesIn } from "../names.ts";
import { jsonOption, readInput, urlOption } from "../options.ts";
import { duration, paint, shortPayload, table } from "../paint.ts";

interface Options {
  readonly url: string;
  readonly machine?: string;
  readonly json?: boolean;
}

export function inboxCommand(): Command {
  return new Command("inbox")
    .description("what waits for a task token: list it, and answer it")
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(showCommand())
    .addCommand(approveCommand())
    .addCommand(refuseCommand());
}

function listCommand(): Command {
  return new Command("list")
    .description("open tasks of all machines, or of one")
    .addOption(machineOption())
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(async ({ url, machine, json }: Options) => {
      const tasks = await openTasks(connect(url), machine);
      if (json) console.log(JSON.stringify(tasks, undefined, 2));
      else console.log(tasks.length === 0 ? "nothing waits for an answer" : taskTable(tasks, Date.now()));
    });
}

function showCommand(): Command {
  return taskCommand("show", "what is asked, and with which data").action(async (task: string, options: Options) => {
    const found = await findTask(connect(options.url), task, options.machine);
    console.log(
      options.json ? JSON.stringify(found, undefined, 2) : description(found, options.url, Date.now()).join("\n"),
    );
  });
}

interface Answering extends Options {
  readonly by?: string;
  readonly comment?: string;
}

function approveCommand(): Command {
  return taskCommand("approve", "answer a task with success")
    .option("--output <json>", "its result: JSON, or @FILE; without one: that it was approved, by whom")
    .addOption(commentOption())
    .addOption(byOption())
    .action(async (task: string, options: Answering & { readonly output?: string }) => {
      const client = connect(options.url);
      const found = await findTask(client, task, options.machine);
      const output = resultOf(options, found.schema);
      await client.call("SendTaskSuccess", { taskToken: found.token, output });
      const answer: unknown = JSON.parse(output);
      const word = saysNo(answer) ? 'answered "approved": false to' : "approved";
      if (saysNo(answer))
        console.error('warning: the task has succeeded with "approved": false; baton inbox refuse makes it fail');
      say(options, { answered: "approved", ...named(found), output: answer }, `${word} ${titleOf(found)}`);
    });
}

function saysNo(answer: unknown): boolean {
  return typeof answer === "object" && answer !== null && "approved" in answer && answer.approved === false;
}

function refuseCommand(): Command {
  return taskCommand("refuse", "answer a task with failure, which Catch may take by its error")
    .option("--error <error>", "the error's name", "Refused")
    .addOption(commentOption())
    .addOption(byOption())
    .action(async (task: string, options: Answering & { readonly error: string }) => {
      const client = connect(options.url);
      const found = await findTask(client, task, options.machine);
      const cause = `refused by ${options.by ?? userName()}${options.comment === undefined ? "" : `: ${options.comment}`}`;
      await client.call("SendTaskFailure", { taskToken: found.token, error: options.error, cause });
      say(options, { answered: "refused", ...named(found), error: options.error, cause }, `refused ${titleOf(found)}`);
    });
}

function taskCommand(name: string, says: string): Command {
  return new Command(name)
    .description(says)
    .argument(
      "<task>",
      "its id, or as much of it as is clear; or an execution (ARN, MACHINE/NAME or NAME), with /STATE if it has several",
    )
    .addOption(machineOption())
    .addOption(urlOption())
    .addOption(jsonOption());
}

function machineOption(): Option {
  return new Option("--machine <name>", "only this state machine's");
}

function commentOption(): Option {
  return new Option("--comment <text>", "why; it is recorded in the history");
}

function byOption(): Option {
  return new Option("--by <name>", "who answers; it is recorded in the history (default: the user's name)");
}

/** In a container a user may be a number that no name belongs to, and then to ask for one throws. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}

/** What is given as the result stays as it is, unless it is also said who answers or why. */
function resultOf({ output, by, comment }: Answering & { readonly output?: string }, schema?: unknown): string {
  const text = output === undefined ? '{"approved":true}' : readInput(output);
  const problems = problemsOf(readSchema(schema), JSON.parse(text));
  if (problems.length > 0)
    throw new Failure(
      [`the answer is not as the task asks for it; give it with --output`, ...problems.map((each) => `  ${each}`)].join(
        "\n",
      ),
    );
  if (output !== undefined && by === undefined && comment === undefined) return text;
  const result = signed(text, { by: by ?? userName(), ...(comment === undefined ? {} : { comment }) });
  if (result === undefined)
    throw new Failure("who answers and a comment go into the output, which has to be a JSON object for that");
  return result;
}

/** Of one that is deleted executions may be open; so whether it is there is asked where nothing waits. */
async function openTasks(client: Client, given: string | undefined): Promise<readonly Reply[]> {
  const machine = given?.startsWith("arn:") ? nameOf(given) : given;
  const tasks = await tasksOf(client, machine);
  if (tasks.length === 0 && machine !== undefined) await machineArnOf(client, machine);
  return tasks;
}

async function tasksOf(client: Client, machine: string | undefined): Promise<readonly Reply[]> {
  const tasks: Reply[] = [];
  for (let nextToken: string | undefined; ; ) {
    const query = new URLSearchParams({
      ...(machine === undefined ? {} : { machine }),
      ...(nextToken === undefined ? {} : { nextToken }),
    });
    const page = await client.get(`/inbox?${query}`);
    tasks.push(...page.tasks);
    nextToken = page.nextToken;
    if (nextToken === undefined) return tasks;
  }
}

async function findTask(client: Client, wanted: string, machine: string | undefined): Promise<Reply> {
  const tasks = await openTasks(client, machine);
  const found = tasks.filter((task) => task.id.startsWith(wanted) || isOf(task, wanted));
  if (found.length === 1) return found[0];
  if (found.length === 0)
    throw new Failure(`nothing that waits is called '${wanted}'; see: ${commandLine(client.url, "inbox")}`);
  throw new Failure(`'${wanted}' may be ${found.map((task) => `${task.id} (${titleOf(task)})`).join(" or ")}`);
}

function isOf(task: Reply, wanted: string): boolean {
  const { machine, name } = namesIn(task.executionArn);
  return [name, `${machine}/${name}`, task.executionArn].some((each) =>
    [each, `${each}/${task.state}`].includes(wanted),
  );
}

function taskTable(tasks: readonly Reply[], now: number): string {
  const rows = tasks.map((task) => [
    task.id,
    nameOf(task.stateMachineArn),
    nameOf(task.executionArn),
    task.state,
    duration(now - Date.parse(task.since)),
    deadline(task, now),
    shortPayload(task.question),
  ]);
  return table([["TASK", "MACHINE", "EXECUTION", "STATE", "WAITING", "DEADLINE", "ASK"], ...rows]);
}

function deadline({ until }: Reply, now: number): string {
  return until === undefined ? "none" : `in ${duration(Math.max(0, Date.parse(until) - now))}`;
}

function description(task: Reply, url: string, now: number): readonly string[] {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["asks", task.question],
    ["about", task.description],
    ["waits", `for ${duration(now - Date.parse(task.since))}, deadline ${deadline(task, now)}`],
    ["answer", task.schema === undefined ? undefined : JSON.stringify(task.schema)],
    ["data", JSON.stringify(withoutToken(task.arguments, task.token), undefined, 2)],
  ];
  const shown = rows.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(7)} ${value}`]));
  return [
    `${paint("bold", titleOf(task))}  ${task.id}`,
    ...shown,
    `  approve with: ${commandLine(url, `inbox approve ${task.id}`)}`,
  ];
}

/** The token that went out differs from the listed one only behind the name of its claim. */
function withoutToken(given: Reply, token: string): Reply {
  const secret = /^[\w-]{40,}\.[\w-]{20,}$/;
  const text = JSON.stringify(given, (_, value) =>
    typeof value === "string" && (value === token || secret.test(value)) ? "(the task token)" : value,
  );
  return JSON.parse(text);
}

function say({ json }: Options, facts: object, sentence: string): void {
  console.log(json ? JSON.stringify(facts, undefined, 2) : sentence);
}

function named({ id, executionArn, state }: Reply): object {
  return { id, executionArn, state };
}

function titleOf(task: Reply): string {
  return `${nameOf(task.executionArn)}/${task.state}`;
}

function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf(":") + 1);
}
