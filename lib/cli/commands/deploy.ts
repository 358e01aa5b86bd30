/** `baton deploy FILE`: the machine as the file says, created or updated; what changes is shown, and the same again changes nothing. */
import { Command, InvalidArgumentError, Option } from "commander";
import { parseDefinitionText } from "../../asl/parse.ts";
import { ApiFailure, type Client, connect, type Reply } from "../client.ts";
import { type DefinitionFile, readDefinitionFile } from "../definition-file.ts";
import { diffOf } from "../diff.ts";
import { Failure } from "../failure.ts";
import { machinesOf } from "../list-all.ts";
import { jsonOption, substituteOption, urlOption } from "../options.ts";
import { paint } from "../paint.ts";
import { substituteFromOption } from "../placeholders.ts";
import { pretty } from "../pretty.ts";
import { problemText } from "../problem-text.ts";

interface Options {
  readonly name?: string;
  readonly type?: "STANDARD" | "EXPRESS";
  readonly role?: string;
  readonly publish?: boolean;
  readonly alias?: string;
  readonly dryRun?: boolean;
  readonly substitute: Readonly<Record<string, string>>;
  readonly url: string;
  readonly json?: boolean;
}

export function deployCommand(): Command {
  return new Command("deploy")
    .description("create a state machine from a definition, or update it, and show what changes")
    .argument("<file>", "the definition: .json, .asl.json, .yaml or .yml, or TEMPLATE#MACHINE")
    .option("--name <name>", "the machine's name; else the file's")
    .addOption(new Option("--type <type>", "of a new machine").choices(["STANDARD", "EXPRESS"]))
    .option("--role <arn>", "the role that its tasks run under")
    .option("--publish", "publish a version of it")
    .addOption(new Option("--alias <name>", "publish a version, and let the alias lead to it").argParser(aliasName))
    .option("--dry-run", "show what would change, and change nothing")
    .addOption(substituteOption())
    .addOption(substituteFromOption())
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(async (file: string, given: Options) => {
      const client = connect(given.url);
      const definition = readDefinitionFile(file, given.substitute);
      const { type = definition.type } = given;
      const options: Options = { ...given, ...(type && { type }) };
      const name = options.name ?? definition.name;
      const before = await describe(client, name);
      judge(file, definition, before, options);
      const change = changeOf(before, definition, options);
      const done = options.dryRun ? {} : await carryOut(client, { name, definition, before, change }, options);
      report({ name, change, ...done }, before, definition, options);
    });
}

/** Seen before anything is published: a number is a version's. */
function aliasName(given: string): string {
  if (/^(?=.*[a-zA-Z_.-])[\w.-]{1,80}$/.test(given)) return given;
  throw new InvalidArgumentError("it may have 1 to 80 of the characters A-Z a-z 0-9 _ - . and is no number alone");
}

type Change = "created" | "updated" | "unchanged";

async function describe(client: Client, name: string): Promise<Reply | undefined> {
  const machines = await machinesOf(client);
  const found = machines.find((machine) => machine.name === name);
  if (found === undefined) return undefined;
  return await client.call("DescribeStateMachine", { stateMachineArn: found.stateMachineArn });
}

function judge(file: string, { text }: DefinitionFile, before: Reply | undefined, { type }: Options): void {
  if (before !== undefined && type !== undefined && before.type !== type) {
    throw new Failure(
      `${before.name} is of type ${before.type}, which nothing changes: delete it, or take another --name`,
    );
  }
  const parsed = parseDefinitionText(text, { type: before?.type ?? type ?? "STANDARD" });
  if (parsed.kind === "definition") return;
  throw new Failure([`${file} is not valid:`, ...parsed.problems.map((each) => problemText(each, file))].join("\n"));
}

function changeOf(before: Reply | undefined, { text }: DefinitionFile, { role }: Options): Change {
  if (before === undefined) return "created";
  const isSame = pretty(before.definition) === pretty(text) && (role === undefined || role === before.roleArn);
  return isSame ? "unchanged" : "updated";
}

interface Deployment {
  readonly name: string;
  readonly definition: DefinitionFile;
  readonly before: Reply | undefined;
  readonly change: Change;
}

interface Done {
  readonly stateMachineArn?: string;
  readonly stateMachineVersionArn?: string;
  readonly stateMachineAliasArn?: string;
}

/** What is published is what was put there: a definition that somebody else deploys in between is his to publish. */
async function carryOut(client: Client, deployment: Deployment, options: Options): Promise<Done> {
  const { stateMachineArn, revisionId } = await put(client, deployment, options);
  if (!options.publish && options.alias === undefined) return { stateMachineArn };
  const { stateMachineVersionArn } = await client.call("PublishStateMachineVersion", { stateMachineArn, revisionId });
  if (options.alias === undefined) return { stateMachineArn, stateMachineVersionArn };
  const stateMachineAliasArn = await lead(client, stateMachineArn, options.alias, stateMachineVersionArn);
  return { stateMachineArn, stateMachineVersionArn, stateMachineAliasArn };
}

const usualRole = "arn:aws:iam::000000000000:role/baton";

/** The API's name for what a machine was created with. */
const firstRevision = "INITIAL";

interface Put {
  readonly stateMachineArn: string;
  readonly revisionId: string;
}

async function put(
  client: Client,
  { name, definition, before, change }: Deployment,
  { type, role }: Options,
): Promise<Put> {
  const given = { definition: definition.text };
  if (before === undefined) {
    const created = await client.call("CreateStateMachine", {
      name,
      type: type ?? "STANDARD",
      roleArn: role ?? usualRole,
      ...given,
    });
    return { stateMachineArn: created.stateMachineArn, revisionId: firstRevision };
  }
  const { stateMachineArn } = before;
  const { revisionId = firstRevision } =
    change === "updated"
      ? await client.call("UpdateStateMachine", {
          stateMachineArn,
          ...given,
          ...(role === undefined ? {} : { roleArn: role }),
        })
      : before;
  return { stateMachineArn, revisionId };
}

async function lead(client: Client, machineArn: string, name: string, versionArn: string): Promise<string> {
  const routingConfiguration = [{ stateMachineVersionArn: versionArn, weight: 100 }];
  const stateMachineAliasArn = `${machineArn}:${name}`;
  try {
    await client.call("UpdateStateMachineAlias", { stateMachineAliasArn, routingConfiguration });
    return stateMachineAliasArn;
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.name !== "ResourceNotFound") throw error;
    return (await client.call("CreateStateMachineAlias", { name, routingConfiguration })).stateMachineAliasArn;
  }
}

const signs: Readonly<Record<Change, string>> = { created: "+", updated: "~", unchanged: "=" };
const futures: Readonly<Record<Change, string>> = {
  created: "would be created",
  updated: "would be updated",
  unchanged: "would stay as it is",
};

function report(
  { name, change, ...done }: Done & { readonly name: string; readonly change: Change },
  before: Reply | undefined,
  definition: DefinitionFile,
  { dryRun, json }: Options,
): void {
  const diff = before === undefined ? [] : diffOf(pretty(before.definition), pretty(definition.text));
  if (json) {
    const changed = diff.filter(({ kind }) => kind !== "same");
    console.log(JSON.stringify({ name, change, dryRun: dryRun ?? false, ...done, diff: changed }, undefined, 2));
    return;
  }
  for (const { kind, text } of diff) {
    if (kind === "same") console.log(paint("dim", `    ${text}`));
    else console.log(paint(kind === "added" ? "green" : "red", `  ${kind === "added" ? "+" : "-"} ${text}`));
  }
  const arn = done.stateMachineAliasArn ?? done.stateMachineVersionArn ?? done.stateMachineArn;
  console.log(`${signs[change]} ${name} ${dryRun ? futures[change] : change}${arn === undefined ? "" : `  ${arn}`}`);
}
