/** What waits for a person: read page after page, answered by the token that comes with it. */
import { readSchema } from "../../lib/cli/inbox/read-schema.ts";
import type { Schema } from "../../lib/cli/inbox/schema.ts";
import { call, rest } from "../api/client.ts";
import { namesIn } from "../route.ts";
import { firstPages } from "./first-pages.ts";

export interface OpenTask {
  readonly id: string;
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly state: string;
  readonly attempt: number;
  /** ISO 8601. */
  readonly since: string;
  readonly until?: string;
  readonly heartbeatSeconds?: number;
  readonly question?: string;
  readonly description?: string;
  readonly schema?: Schema;
  readonly arguments: unknown;
  readonly token: string;
}

export interface OpenTasks {
  readonly tasks: readonly OpenTask[];
  /** Nothing else waits: otherwise `baton inbox` lists the others. */
  readonly areAll: boolean;
}

/** Pages looked through. */
const mostPages = 50;

export async function openTasks(): Promise<OpenTasks> {
  const { items, areAll } = await firstPages(mostPages, async (nextToken) => {
    const query = nextToken === undefined ? "" : `?${new URLSearchParams({ nextToken })}`;
    const page = await rest<{ tasks: OpenTask[]; nextToken?: string }>("GET", `inbox${query}`);
    return { ...page, items: page.tasks.map(withSchema) };
  });
  return { tasks: items.toSorted((a, b) => pressing(a) - pressing(b)), areAll };
}

function pressing({ until, since }: OpenTask): number {
  return Date.parse(until ?? since);
}

function withSchema({ schema, ...task }: OpenTask): OpenTask {
  return schema === undefined ? task : { ...task, schema: readSchema(schema) };
}

export async function approve({ token }: OpenTask, output: string): Promise<void> {
  await call("SendTaskSuccess", { taskToken: token, output });
}

export async function refuse({ token }: OpenTask, error: string, cause: string): Promise<void> {
  await call("SendTaskFailure", { taskToken: token, error, cause });
}

/** Who answers is a name that one gives: remembered in this browser, recorded with the answer. */
const storedName = "baton.name";

export function ownName(): string {
  return localStorage.getItem(storedName) ?? "";
}

export function keepName(name: string): void {
  localStorage.setItem(storedName, name);
}

/** The arguments without what only the worker should have: a token looks like nothing else. */
export function withoutToken(given: unknown, token: string): string {
  const secret = /^[\w-]{40,}\.[\w-]{20,}$/;
  return JSON.stringify(given, (_, value) =>
    typeof value === "string" && (value === token || secret.test(value)) ? "(the task token)" : value,
  );
}

/** A task is known by its id, and by where it stands: who comes from its execution knows no id. */
export function taskPlace(executionArn: string, state: string): string {
  const { machine, name } = namesIn(executionArn);
  return [machine, name, state].join("/");
}
