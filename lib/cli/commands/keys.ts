/**
 * `baton keys create|list|revoke|token`: who may call the API. Of the folder that `baton dev` keeps, or of a
 * deployed stack. A secret is shown once, when it is made.
 */
import { Command, InvalidArgumentError, Option } from "commander";
import { systemChance } from "../../adapters/local/chance.ts";
import { newAccessKey, roles } from "../../api/access.ts";
import { mintBearer } from "../../api/bearer.ts";
import type { AccessKey, AccessKeys, Role } from "../../engine/ports.ts";
import { identityFrom } from "../client-settings.ts";
import { describeStack, withSecretKeys } from "../deployed.ts";
import { Failure } from "../failure.ts";
import { dataOption, jsonOption, stackOption } from "../options.ts";
import { table } from "../paint.ts";

interface Place {
  readonly data: string;
  readonly stack?: string;
  readonly secret?: string;
  readonly json?: boolean;
}

export function keysCommand(): Command {
  const command = new Command("keys").description("say who may call the API: create, list and revoke access keys");
  return command
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand())
    .addCommand(tokenCommand());
}

function somewhere(command: Command): Command {
  return command
    .addOption(dataOption())
    .addOption(stackOption())
    .option("--secret <id>", "the secret that holds the keys: ARN or name")
    .addOption(jsonOption());
}

async function withKeys<T>({ data, stack, secret }: Place, use: (keys: AccessKeys) => Promise<T>): Promise<T> {
  const secretId = secret ?? (stack === undefined ? undefined : (await describeStack(stack)).issuedKeysSecret);
  if (secretId === undefined) {
    const { accessKeysOf } = await import("../../local/access-keys.ts");
    return await use(accessKeysOf(data));
  }
  return await withSecretKeys(secretId, use);
}

interface Creation extends Place {
  readonly role: Role;
  readonly machines: readonly string[];
}

function createCommand(): Command {
  return somewhere(new Command("create").description("make a key; its secret is shown this once"))
    .addOption(new Option("--role <role>", "what it may do").choices(roles).makeOptionMandatory())
    .addOption(
      new Option("--machines <pattern>", "only machines and activities of such names, as orders-*; may be repeated")
        .argParser((pattern: string, before: readonly string[]) => [...before, readPattern(pattern)])
        .default([] as readonly string[]),
    )
    .action(async (options: Creation) => {
      const limits = { role: options.role, ...(options.machines.length > 0 && { machines: options.machines }) };
      const key = { ...newAccessKey(limits, systemChance()), createdAt: Date.now() };
      await withKeys(options, (keys) => keys.add(key));
      const bearerToken = mintBearer(key);
      if (options.json) return printJson({ ...shown(key), secretAccessKey: key.secretAccessKey, bearerToken });
      console.log(`AWS_ACCESS_KEY_ID=${key.accessKeyId}`);
      console.log(`AWS_SECRET_ACCESS_KEY=${key.secretAccessKey}`);
      console.log(`for REST: Authorization: Bearer ${bearerToken}`);
      console.error("note: the secret and the token are not shown again");
    });
}

/** As machines may be called, and `*`. */
function readPattern(pattern: string): string {
  if (/^[^\s?<>{}[\]"#%\\^|~`$&,;:/]{1,80}$/u.test(pattern)) return pattern;
  throw new InvalidArgumentError("a pattern is a machine's name, in which * stands for any characters");
}

function listCommand(): Command {
  return somewhere(new Command("list").description("the keys that were made and not revoked")).action(
    async (options: Place) => {
      const found = (await withKeys(options, (keys) => keys.list())).map(shown);
      if (options.json) return printJson(found);
      const rows = found.map(({ accessKeyId, role, machines = ["*"], createdAt = "" }) => [
        accessKeyId,
        role,
        machines.join(" "),
        createdAt,
      ]);
      console.log(table([["KEY", "ROLE", "MACHINES", "CREATED"], ...rows]));
    },
  );
}

function shown({ accessKeyId, role, machines, createdAt }: AccessKey) {
  return {
    accessKeyId,
    role,
    ...(machines && { machines }),
    ...(createdAt !== undefined && { createdAt: new Date(createdAt).toISOString() }),
  };
}

function printJson(value: unknown): void {
  console.log(JSON.stringify(value, undefined, 2));
}

function revokeCommand(): Command {
  return somewhere(new Command("revoke").description("end a key, and the bearer tokens made from it"))
    .argument("<key>", "its id")
    .action(async (accessKeyId: string, options: Place) => {
      const outcome = await withKeys(options, (keys) => keys.remove(accessKeyId));
      if (outcome === "absent") throw new Failure(`there is no key '${accessKeyId}'; see: baton keys list`);
      console.log(options.json ? JSON.stringify({ revoked: accessKeyId }) : `revoked ${accessKeyId}`);
    });
}

interface TokenOptions {
  readonly hours?: number;
  readonly json?: boolean;
}

/** Nobody is asked: whoever holds a key can make as many as are wanted. */
function tokenCommand(): Command {
  return new Command("token")
    .description("a bearer token for REST, made from the key in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    .option("--hours <n>", "how long it is good for; without, as long as the key", readHours)
    .addOption(jsonOption())
    .action(({ hours, json }: TokenOptions) => {
      const credentials = identityFrom(process.env)?.credentials;
      if (!credentials) throw new Failure("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to a key of Baton's");
      const expires = hours === undefined ? 0 : Math.ceil(Date.now() / 1000 + hours * 3600);
      const bearerToken = mintBearer(credentials, expires);
      console.log(json ? JSON.stringify({ bearerToken, ...(expires && { expires }) }) : bearerToken);
    });
}

function readHours(text: string): number {
  const hours = Number(text);
  if (hours > 0 && hours < 1e6) return hours;
  throw new InvalidArgumentError("a number of hours, such as 8 or 0.5");
}
