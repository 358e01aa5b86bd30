/**
 * The executions that a command is about where it is not told their names: of one machine, by status, time, error, or
 * what went in and came out. A machine's own are searched by REST, which knows their errors; the wire protocol lists
 * those of a version, an alias or a Map Run.
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Client, Reply } from "./client.ts";
import { readCause } from "./explain/cause.ts";
import { Failure } from "./failure.ts";
import { listAll } from "./list-all.ts";
import { machineArnOf, namesIn } from "./names.ts";
import { duration, shortPayload, table } from "./paint.ts";

export interface Filter {
  readonly status?: string;
  readonly since?: Date;
  readonly until?: Date;
  readonly error?: string;
  readonly search?: string;
}

export function addFilter(command: Command): Command {
  const moment = "90m, 24h or 7d ago, or 2026-01-31 or 2026-01-31T18:00Z";
  return command
    .addOption(new Option("--since <when>", `only what started then or later: ${moment}`).argParser(readWhen))
    .addOption(new Option("--until <when>", "only what started before then").argParser(readWhen))
    .option("--search <text>", "only with this in name, error, cause, input or output; or FIELD=VALUE of those two");
}

export function errorFilter(): Option {
  return new Option("--error <name>", "only what ended with this error");
}

const unitMilliseconds: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const isoDate = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** As times are printed: what names no zone is UTC. */
export function readWhen(text: string, _before?: Date, now = Date.now()): Date {
  const [, number, unit = ""] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const iso = text.includes("T") && !/(Z|[+-]\d{2}:\d{2})$/.test(text) ? `${text}Z` : text;
  const at =
    number === undefined
      ? isoDate.test(text)
        ? Date.parse(iso)
        : Number.NaN
      : now - Number(number) * (unitMilliseconds[unit] ?? 0);
  if (!Number.isNaN(new Date(at).getTime())) return new Date(at);
  throw new InvalidArgumentError(
    "when is 30s, 90m, 24h or 7d (ago), or a date such as 2026-01-31 or 2026-01-31T18:00Z, in UTC unless it says otherwise",
  );
}

export interface Found {
  /** The newest first, as ListExecutions gives them; a machine's own with error and cause. */
  readonly rows: readonly Reply[];
  /** Errors of those that were left out for having another than the one asked for. */
  readonly otherErrors: readonly string[];
}

export function isMapRun(what: string): boolean {
  return /^arn:[^:]+:states:[^:]*:[^:]*:mapRun:/.test(what);
}

/** Those of a machine with one of these statuses, the newest first. */
export async function findWith(
  client: Client,
  machine: string,
  { statuses, ...filter }: Omit<Filter, "status"> & { readonly statuses: readonly string[] },
  limit: number,
): Promise<Found> {
  const parts: Found[] = [];
  for (const status of statuses) parts.push(await findExecutions(client, machine, { ...filter, status }, limit));
  // A page may tell again of one that was on the page before.
  const found = new Map(parts.flatMap(({ rows }) => rows).map((row) => [row.executionArn, row]));
  const rows = [...found.values()].sort((a, b) => b.startDate - a.startDate).slice(0, limit);
  return { rows, otherErrors: parts.flatMap(({ otherErrors }) => otherErrors) };
}

export async function findExecutions(client: Client, what: string, filter: Filter, limit: number): Promise<Found> {
  if (isMapRun(what)) return await listed(client, { mapRunArn: what }, filter, limit);
  const stateMachineArn = await machineArnOf(client, what);
  const question = { stateMachineArn, includedData: "METADATA_ONLY" };
  const { name, type } = await client.call("DescribeStateMachine", question);
  if (type === "EXPRESS")
    throw new Failure(
      `${what} is an EXPRESS machine: nothing is kept of its executions but what it logs (loggingConfiguration)`,
    );
  const isQualified = stateMachineArn.split(":").length > 7;
  if (isQualified) return await listed(client, { stateMachineArn }, filter, limit);
  return await searched(client, name, filter, limit);
}

/** The server's most for one answer. */
const mostAtOnce = 1_000;

/** Those of all machines: after the newest, the server tells them machine by machine, so only all of them are the newest first. */
export async function findEverywhere(client: Client, filter: Filter, limit: number): Promise<Found> {
  const { rows, otherErrors } = await searched(client, undefined, filter, Number.POSITIVE_INFINITY);
  return { rows: [...rows].sort((a, b) => b.startDate - a.startDate).slice(0, limit), otherErrors };
}

async function searched(client: Client, machine: string | undefined, filter: Filter, limit: number): Promise<Found> {
  const { status, since, until, error, search } = filter;
  const asked = { machine, status, search, from: since?.toISOString(), until: until?.toISOString() };
  const rows: Reply[] = [];
  const otherErrors = new Set<string>();
  for (let nextToken: string | undefined; ; ) {
    const maxResults = String(error === undefined ? Math.min(mostAtOnce, limit - rows.length) : mostAtOnce);
    const page = await client.get(`/executions?${queryOf({ ...asked, maxResults, nextToken })}`);
    for (const row of page.executions) {
      if (error === undefined || row.error === error) rows.push(asListed(row));
      else if (row.error !== undefined) otherErrors.add(row.error);
    }
    nextToken = page.nextToken;
    if (nextToken === undefined || rows.length >= limit) break;
  }
  return { rows: rows.slice(0, limit), otherErrors: [...otherErrors] };
}

function queryOf(members: Readonly<Record<string, string | undefined>>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) if (value !== undefined) query.set(name, value);
  return query;
}

/** REST writes moments as text, the wire protocol in seconds. */
function asListed(row: Reply): Reply {
  const dates = ["startDate", "stopDate", "redriveDate"].filter((name) => row[name] !== undefined);
  return { ...row, ...Object.fromEntries(dates.map((name) => [name, Date.parse(row[name]) / 1_000])) };
}

async function listed(client: Client, of: object, filter: Filter, limit: number): Promise<Found> {
  const { status, since, until, error, search } = filter;
  if (error !== undefined || search !== undefined)
    throw new Failure(
      "--error and --search are for the executions of a machine, not of a version, an alias or a Map Run: the service lists those without errors and payloads",
    );
  const isTimed = since !== undefined || until !== undefined;
  const question = { ...of, ...(status !== undefined && { statusFilter: status }) };
  const all = await listAll(client, "ListExecutions", question, "executions", isTimed ? undefined : limit);
  const started = ({ startDate }: Reply): number => startDate * 1_000;
  const rows = all.filter(
    (row) => (!since || started(row) >= since.getTime()) && (!until || started(row) < until.getTime()),
  );
  return { rows: rows.slice(0, limit), otherErrors: [] };
}

/** `named`: by what the other commands take, where they are of several machines. */
export function executionTable(rows: readonly Reply[], named = false): string {
  const why = rows.some(({ error }) => error !== undefined) ? ["WHY"] : [];
  const nameOf = ({ executionArn, name }: Reply): string => (named ? `${namesIn(executionArn).machine}/${name}` : name);
  const cells = rows.map((row) => [nameOf(row), row.status, ...timesOf(row), ...why.map(() => reasonOf(row))]);
  return table([[named ? "EXECUTION" : "NAME", "STATUS", "STARTED", "TOOK", ...why], ...cells]);
}

function reasonOf({ error, cause }: Reply): string {
  return shortPayload([error, readCause(cause).message].filter(Boolean).join(": "));
}

export function timesOf({ startDate, stopDate }: Reply): readonly [started: string, took: string] {
  const took = stopDate === undefined ? "" : duration((stopDate - startDate) * 1_000);
  return [new Date(startDate * 1_000).toISOString(), took];
}

/** Behind the word that there is none. */
export function otherwise(otherErrors: readonly string[]): string {
  return otherErrors.length === 0 ? "" : `; there are the errors ${otherErrors.join(", ")}`;
}
