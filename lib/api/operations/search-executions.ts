/**
 * SearchExecutions, Baton's own and on REST only: executions with what a list of them should say (error and cause
 * too), of one machine or of all, and found by their name, error, or a field or text of input or output.
 */
import { executionArn, machineArn } from "../../engine/identity.ts";
import type { ExecutionStatus, ExecutionSummary } from "../../engine/ports.ts";
import { matching, readSought, type Sought } from "../../engine/search.ts";
import { mayList } from "../access.ts";
import { checkName } from "../name.ts";
import { type Answer, type Call, operation } from "../operation.ts";
import { openPage, pageSize, sealPage } from "../page.ts";
import { noSuchMachine } from "../refusal.ts";
import { oneOf, structure, text } from "../shape.ts";
import { maxResults } from "./list-state-machines.ts";

const input = structure(
  {},
  {
    machine: text({ min: 1, max: 80 }),
    status: oneOf("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"),
    search: text({ min: 1, max: 1024 }),
    maxResults,
    nextToken: text({ min: 1, max: 3096 }),
  },
);

interface Wanted {
  readonly status: ExecutionStatus | undefined;
  readonly sought: Sought | undefined;
  readonly most: number;
}

interface Found {
  readonly summaries: readonly ExecutionSummary[];
  /** How many were looked at. */
  readonly searched: number;
  readonly next?: string;
}

export const searchExecutions = operation(input, async (call, asked) => {
  const { machine, status, search } = asked;
  const sought = search === undefined ? undefined : readSought(search);
  const wanted = { status, sought, most: pageSize(asked.maxResults) };
  const question = ["SearchExecutions", machine, status, search];
  const from = openPage(call, question, asked.nextToken);
  const found =
    machine === undefined
      ? await everywhere(call, wanted)
      : await ofMachine(call, await seenMachine(call, machine), wanted, from);
  return {
    executions: found.summaries.map((summary) => listed(call, summary)),
    searched: found.searched,
    ...(found.next !== undefined && { nextToken: sealPage(call, question, found.next) }),
  };
});

/** A machine that the caller's key does not cover is answered like one that never was. */
async function seenMachine(call: Call, name: string): Promise<string> {
  checkName(name);
  if (mayList(call, name) && (await call.engine.world.machines.find(call.tenant, name))) return name;
  throw noSuchMachine(machineArn(call.tenant, name));
}

/** Executions read for one answer; whoever wants more asks on with the token. */
const mostSearched = 1_000;
const readAtOnce = 100;

async function ofMachine(call: Call, machine: string, wanted: Wanted, from?: string): Promise<Found> {
  const { status, sought, most } = wanted;
  const { tenant, engine } = call;
  const query = { tenant, machine, ...(status !== undefined && { status }) };
  const summaries: ExecutionSummary[] = [];
  let searched = 0;
  let next = from;
  do {
    // No more than may be answered: the store's own token says where the next page begins.
    const limit = Math.min(sought ? readAtOnce : 1_000, most - summaries.length);
    const page = await engine.world.executions.list({ ...query, limit, ...(next !== undefined && { after: next }) });
    summaries.push(...(sought ? await matching(engine, page.items, sought) : page.items));
    searched += page.items.length;
    next = page.next;
  } while (next !== undefined && summaries.length < most && searched < mostSearched);
  return { summaries, searched, ...(next !== undefined && { next }) };
}

/** Machines looked at for an answer about all. */
const mostMachines = 200;

/** The newest of all machines, without a way on: whoever looks for older ones names the machine. */
async function everywhere(call: Call, wanted: Wanted): Promise<Found> {
  const { items } = await call.engine.world.machines.list(call.tenant, mostMachines);
  const seen = items.filter(({ name }) => mayList(call, name));
  const found = await Promise.all(seen.map(({ name }) => ofMachine(call, name, wanted)));
  const summaries = found.flatMap((each) => each.summaries).sort((a, b) => b.startedAt - a.startedAt);
  return {
    summaries: summaries.slice(0, wanted.most),
    searched: found.reduce((sum, each) => sum + each.searched, 0),
  };
}

/** A list shows the beginning of a cause; the execution itself all of it. */
const longestCause = 300;

function listed({ tenant }: Call, summary: ExecutionSummary): Answer {
  const { id, machine, name, status, startedAt, stoppedAt, epoch, error, cause } = summary;
  return {
    executionArn: executionArn(id),
    stateMachineArn: machineArn(tenant, machine),
    name,
    status,
    startDate: new Date(startedAt),
    ...(stoppedAt !== undefined && { stopDate: new Date(stoppedAt) }),
    redriveCount: epoch,
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause: cause.slice(0, longestCause) }),
  };
}
