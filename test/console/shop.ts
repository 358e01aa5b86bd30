/** Baton in this process with the examples deployed, as the console's tests look at it. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openChanges } from "../../lib/cli/changes.ts";
import { type Client, connect } from "../../lib/cli/client.ts";
import { type LocalBaton, type LocalOptions, startLocal } from "../../lib/local/baton.ts";

const examples = resolve(import.meta.dirname, "../../asl-examples");

export interface Shop {
  readonly url: string;
  readonly client: Client;
  /** Answers the execution's ARN. */
  start(machine: string, input: unknown, name?: string): Promise<string>;
  /** Resolves when it is over. */
  ended(executionArn: string): Promise<void>;
  close(): Promise<void>;
}

export async function openShop(options: Partial<LocalOptions> = {}): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), "baton-shop-"));
  const baton: LocalBaton = await startLocal({ folder, port: 0, ...options });
  const client = connect(baton.url);
  return {
    url: baton.url,
    client,
    start: async (machine, input, name) =>
      (
        await client.call("StartExecution", {
          stateMachineArn: arnOf(machine),
          input: JSON.stringify(input),
          ...(name !== undefined && { name }),
        })
      ).executionArn,
    ended: async (executionArn) => {
      const news = openChanges(client, executionArn);
      while ((await client.call("DescribeExecution", { executionArn })).status === "RUNNING") await news.next();
      news.close();
    },
    close: async () => {
      await baton.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function functionsOf(...names: readonly string[]): readonly string[] {
  return names.map((name) => join(examples, name, "functions"));
}

export async function deployExample({ client }: Shop, name: string): Promise<void> {
  await deploy({ client }, name, JSON.parse(readFileSync(join(examples, name, "definition.asl.json"), "utf8")));
}

export async function deploy({ client }: Pick<Shop, "client">, name: string, definition: object): Promise<void> {
  const roleArn = "arn:aws:iam::000000000000:role/test";
  await client.call("CreateStateMachine", { name, roleArn, definition: JSON.stringify(definition) });
}

export async function tag({ client }: Shop, machine: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const given = Object.entries(tags).map(([key, value]) => ({ key, value }));
  await client.call("TagResource", { resourceArn: arnOf(machine), tags: given });
}

export function inputOf(example: string, testCase: string): unknown {
  return JSON.parse(readFileSync(join(examples, example, "cases", testCase, "input.json"), "utf8"));
}

function arnOf(machine: string): string {
  return `arn:aws:states:us-east-1:000000000000:stateMachine:${machine}`;
}
