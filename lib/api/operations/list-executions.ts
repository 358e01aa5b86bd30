/** ListExecutions: the executions of a machine or the children of a Map Run, newest first, a page at a time. */
import type { Instant } from "../../asl/position.ts";
import { executionArn, executionName, mapRunArn } from "../../engine/identity.ts";
import { runHead } from "../../engine/map-run/log.ts";
import type { ExecutionStatus, ExecutionSummary, MapRunId, Page } from "../../engine/ports.ts";
import { findMapRunId, ownMachineArn } from "../arn.ts";
import { type Answer, type Call, operation } from "../operation.ts";
import { openPage, pageSize, sealPage } from "../page.ts";
import { redriveCount } from "../redrivable.ts";
import { invalid, noSuchResource, unsuitedType } from "../refusal.ts";
import { arn } from "../settings.ts";
import { type Input, oneOf, structure, text } from "../shape.ts";
import { findNamed, type Named, startedBy } from "../target.ts";
import { maxResults } from "./list-state-machines.ts";

const input = structure(
  {},
  {
    stateMachineArn: arn,
    statusFilter: oneOf("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"),
    maxResults,
    nextToken: text({ min: 1, max: 3096 }),
    mapRunArn: text({ min: 1, max: 2000 }),
    redriveFilter: oneOf("REDRIVEN", "NOT_REDRIVEN"),
  },
);

export const listExecutions = operation(input, async (call, asked) => {
  const { stateMachineArn, mapRunArn, statusFilter, redriveFilter } = asked;
  if ((stateMachineArn === undefined) === (mapRunArn === undefined))
    throw invalid("Must provide exactly one of stateMachineArn and mapRunArn");
  const within =
    stateMachineArn === undefined ? await childrenOf(call, mapRunArn ?? "") : await ofMachine(call, stateMachineArn);
  const pending = statusFilter === "PENDING_REDRIVE";
  if (pending && "named" in within)
    throw invalid("The statusFilter PENDING_REDRIVE must be used together with a mapRunArn");
  const question = ["ListExecutions", stateMachineArn ?? mapRunArn, statusFilter, redriveFilter];
  const after = openPage(call, question, asked.nextToken);
  const status = pending ? undefined : statusFilter;
  const waitingSince = pending ? await waitingSinceRedrive(call, within) : undefined;
  if (pending && waitingSince === undefined) return { executions: [] };
  const wanted = { within, status, redriveFilter, waitingSince, most: pageSize(asked.maxResults) };
  const found = await search(call, wanted, after);
  return {
    executions: found.items.map((summary) => listed(call, summary)),
    ...(found.next !== undefined && { nextToken: sealPage(call, question, found.next) }),
  };
});

/** What a machine, its version or alias has started, or a Map Run. */
type Within = { readonly named: Named } | { readonly mapRun: MapRunId };

async function ofMachine(call: Call, stateMachineArn: string): Promise<Within> {
  const named = await findNamed(call, stateMachineArn);
  if (named.machine.type === "EXPRESS") throw unsuitedType();
  return { named };
}

async function childrenOf(call: Call, arn: string): Promise<Within> {
  const mapRun = await findMapRunId(call, arn);
  if (!(await call.engine.world.log.head(mapRun, ""))) throw noSuchResource(arn);
  return { mapRun };
}

/** When the Map Run was redriven that is at work; undefined: none of its children waits to be. */
async function waitingSinceRedrive({ engine }: Call, within: Within): Promise<Instant | undefined> {
  const run = "mapRun" in within ? await runHead(engine, within.mapRun) : undefined;
  return run && run.state.phase.kind !== "ended" ? run.state.redriven?.at : undefined;
}

interface Wanted {
  /** Only those that did not succeed and have not been redriven since. */
  readonly waitingSince: Instant | undefined;
  readonly within: Within;
  readonly status: ExecutionStatus | undefined;
  readonly redriveFilter: Input<typeof input>["redriveFilter"];
  readonly most: number;
}

/** Reads of the store for a page: one that finds little is answered short, with a token, before it takes too long. */
const mostReads = 20;

/** The store lists by machine and status; what else is asked for is looked up in what it gives. */
async function search(call: Call, wanted: Wanted, from: string | undefined): Promise<Page<ExecutionSummary>> {
  const { within, status, most } = wanted;
  const list =
    "named" in within
      ? { machine: within.named.machine.name }
      : { machine: executionName(within.mapRun).machine, mapRun: within.mapRun };
  const query = { tenant: call.tenant, ...list, ...(status !== undefined && { status }) };
  const items: ExecutionSummary[] = [];
  let next = from;
  for (let reads = 0; reads < mostReads; reads++) {
    const limit = most - items.length; // no more: the store's own token says where the next page begins
    const page = await call.engine.world.executions.list({
      ...query,
      limit,
      ...(next !== undefined && { after: next }),
    });
    items.push(...page.items.filter((summary) => passes(summary, wanted)));
    next = page.next;
    if (next === undefined || items.length === most) break;
  }
  return { items, ...(next !== undefined && { next }) };
}

function passes(summary: ExecutionSummary, { within, redriveFilter, waitingSince }: Wanted): boolean {
  const { redrives, status, version, alias } = summary;
  const isOver = status !== "RUNNING" && status !== "SUCCEEDED";
  if (waitingSince !== undefined && (!isOver || (redrives?.at ?? 0) >= waitingSince)) return false;
  if (redriveFilter !== undefined && (redriveFilter === "REDRIVEN") !== (redrives !== undefined)) return false;
  if ("mapRun" in within) return true;
  const { named } = within;
  return (!named.version || named.version.number === version) && (!named.alias || named.alias.name === alias);
}

function listed(call: Call, summary: ExecutionSummary): Answer {
  return {
    executionArn: executionArn(summary.id),
    stateMachineArn: ownMachineArn(summary.id),
    name: summary.name,
    ...startedBy(call.tenant, summary),
    ...(summary.mapRun && { mapRunArn: mapRunArn(summary.mapRun), itemCount: summary.itemCount ?? 0 }),
    status: summary.status,
    startDate: new Date(summary.startedAt),
    ...(summary.stoppedAt !== undefined && { stopDate: new Date(summary.stoppedAt) }),
    ...redriveCount(summary),
  };
}
