/**
 * SearchExecutions, Baton's own and on REST only: executions with what a list of them should say (error and cause
 * too), of one machine or of all, and found by their name, error, or a field or text of input or output.
 */
import type { Instant } from "../../asl/position.ts";
import { executionArn, machineArn } from "../../engine/identity.ts";
import type { ExecutionStatus, ExecutionSummary } from "../../engine/ports.ts";
import { matching, readSought, type Sought } from "../../engine/search.ts";
import { mayList } from "../access.ts";
import { firstPlace, machinesAtOnce, machinesFrom, type Place, placeBehind } from "../machine-walk.ts";
import { momentText, readMoment } from "../moment.ts";
import { checkName } from "../name.ts";
import { type Answer, type Call, operation } from "../operation.ts";
import { openPage, pageSize, sealPage } from "../page.ts";
import { redriveCount } from "../redrivable.ts";
import { noSuchMachine } from "../refusal.ts";
import { oneOf, structure, text } from "../shape.ts";
import { startedBy } from "../target.ts";
import { maxResults } from "./list-state-machines.ts";

const input = structure(
  {},
  {
    machine: text({ min: 1, max: 80 }),
    status: oneOf("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"),
    search: text({ min: 1, max: 1024 }),
    from: momentText,
    until: momentText,
    maxResults,
    nextToken: text({ min: 1, max: 3096 }),
  },
);

/** When: from then on, and before that. */
interface Started {
  readonly from?: Instant;
  readonly until?: Instant;
}

interface Wanted {
  readonly status: ExecutionStatus | undefined;
  readonly sought: Sought | undefined;
  readonly started: Started;
  readonly most: number;
}

interface Found {
  readonly summaries: readonly ExecutionSummary[];
  /** How many were looked at. */
  readonly searched: number;
  readonly next?: string;
  /** The last that was looked at. */
  readonly last?: Spot;
}

/** Where an execution stands in the lists of all machines put together. */
type Spot = Pick<ExecutionSummary, "startedAt" | "name" | "machine">;

/** Newest first, and at one moment as each machine's own list has them; negative: `a` comes first. */
function inOrder(a: Spot, b: Spot): number {
  return b.startedAt - a.startedAt || byBytes(b.name, a.name) || byBytes(b.machine, a.machine);
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export const searchExecutions = operation(input, async (call, asked) => {
  const { machine, status, search } = asked;
  const sought = search === undefined ? undefined : readSought(search);
  const wanted = { status, sought, started: startedIn(asked), most: pageSize(asked.maxResults) };
  const question = ["SearchExecutions", machine, status, search, asked.from, asked.until];
  const from = openPage(call, question, asked.nextToken);
  const found =
    machine === undefined
      ? await everywhere(call, wanted, from)
      : await ofMachine(call, await seenMachine(call, machine), wanted, from === undefined ? {} : { after: from });
  return {
    executions: found.summaries.map((summary) => listed(call, summary)),
    searched: found.searched,
    ...(found.next !== undefined && { nextToken: sealPage(call, question, found.next) }),
  };
});

function startedIn({ from, until }: { readonly from?: string; readonly until?: string }): Started {
  return {
    ...(from !== undefined && { from: readMoment(from, "from") }),
    ...(until !== undefined && { until: readMoment(until, "until") }),
  };
}

/** A machine that the caller's key does not cover is answered like one that never was. */
async function seenMachine(call: Call, name: string): Promise<string> {
  checkName(name);
  if (mayList(call, name) && (await call.engine.world.machines.find(call.tenant, name))) return name;
  throw noSuchMachine(machineArn(call.tenant, name));
}

/** Executions read for one answer; whoever wants more asks on with the token. */
const mostSearched = 1_000;
const readAtOnce = 100;

/** `told`: it and what comes before it have been told of. */
interface From {
  readonly after?: string;
  readonly told?: Spot;
}

async function ofMachine(call: Call, machine: string, wanted: Wanted, from: From = {}): Promise<Found> {
  const { status, sought, started, most } = wanted;
  const { tenant, engine } = call;
  const { told } = from;
  const query = { tenant, machine, ...started, ...(status !== undefined && { status }) };
  const summaries: ExecutionSummary[] = [];
  let searched = 0;
  let next = from.after;
  let last: Spot | undefined;
  do {
    // No more than may be answered: the store's own token says where the next page begins.
    const limit = Math.min(sought ? readAtOnce : 1_000, most - summaries.length);
    const page = await engine.world.executions.list({ ...query, limit, ...(next !== undefined && { after: next }) });
    const items = page.items.filter((item) => told === undefined || inOrder(told, item) < 0);
    summaries.push(...(sought ? await matching(engine, items, sought) : items));
    searched += page.items.length;
    next = page.next;
    last = page.items.at(-1) ?? last;
  } while (next !== undefined && summaries.length < most && searched < mostSearched);
  return { summaries, searched, ...(next !== undefined && { next }), ...(last && { last }) };
}

/**
 * Of all machines the newest come first, together; what follows comes machine after machine. Nothing is told of
 * twice, and nothing is left out that had started when the first answer was given.
 */
async function everywhere(call: Call, wanted: Wanted, from: string | undefined): Promise<Found> {
  return from === undefined
    ? await newestOfAll(call, wanted)
    : await machineAfterMachine(call, wanted, JSON.parse(from));
}

/** Where to go on; of the machines that were looked at first, what has been told of. */
interface Cursor extends Place {
  readonly told?: Spot;
}

async function newestOfAll(call: Call, wanted: Wanted): Promise<Found> {
  const machines = await call.engine.world.machines.list(call.tenant, machinesAtOnce);
  const seen = machines.items.filter(({ name }) => mayList(call, name));
  const found = await Promise.all(seen.map(({ name }) => ofMachine(call, name, wanted)));
  // Each machine was looked at as far as this, some further: what was found there is found again, in its turn.
  const [farthest] = found.flatMap(({ next, last }) => (next !== undefined && last ? [last] : [])).sort(inOrder);
  const sorted = found.flatMap((each) => each.summaries).sort(inOrder);
  const all = sorted.filter((one) => farthest === undefined || inOrder(one, farthest) <= 0);
  const summaries = all.slice(0, wanted.most);
  const told = all.length === summaries.length ? farthest : summaries.at(-1);
  const next = told ? { ...firstPlace, told: spotOf(told) } : behindThe(machines.next);
  return {
    summaries,
    searched: found.reduce((sum, each) => sum + each.searched, 0),
    ...(next && { next: JSON.stringify(next) }),
  };
}

function spotOf({ startedAt, name, machine }: Spot): Spot {
  return { startedAt, name, machine };
}

function behindThe(machines: string | undefined): Cursor | undefined {
  return machines === undefined ? undefined : { machines, index: 0 };
}

async function machineAfterMachine(call: Call, wanted: Wanted, { told, ...from }: Cursor): Promise<Found> {
  const summaries: ExecutionSummary[] = [];
  let searched = 0;
  for await (const { name, at } of machinesFrom(call, from)) {
    const most = wanted.most - summaries.length;
    const limited = told !== undefined && at.machines === undefined ? { told } : {};
    const begun = at.executions === undefined ? {} : { after: at.executions };
    const found = await ofMachine(call, name, { ...wanted, most }, { ...limited, ...begun });
    summaries.push(...found.summaries);
    searched += found.searched;
    if (summaries.length < wanted.most && searched < mostSearched && found.next === undefined) continue;
    const cursor: Cursor = { ...placeBehind(at, found.next), ...limited };
    return { summaries, searched, next: JSON.stringify(cursor) };
  }
  return { summaries, searched };
}

/** A list shows the beginning of a cause; the execution itself all of it. */
const longestCause = 300;

function listed({ tenant }: Call, summary: ExecutionSummary): Answer {
  const { id, machine, name, status, startedAt, stoppedAt, error, cause } = summary;
  return {
    executionArn: executionArn(id),
    stateMachineArn: machineArn(tenant, machine),
    name,
    ...startedBy(tenant, summary),
    status,
    startDate: new Date(startedAt),
    ...(stoppedAt !== undefined && { stopDate: new Date(stoppedAt) }),
    ...redriveCount(summary),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause: cause.slice(0, longestCause) }),
  };
}
