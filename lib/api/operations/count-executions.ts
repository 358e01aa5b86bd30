/**
 * CountExecutions, Baton's own and on REST only: how many executions of a machine started in each part of a stretch
 * of time, and what came of them. Counted from the index, newest first and no more than so many; the answer says
 * how far back that went.
 */
import type { Instant } from "../../asl/position.ts";
import type { ExecutionStatus, ExecutionSummary, MachineRecord } from "../../engine/ports.ts";
import { findMachine } from "../arn.ts";
import { momentText, readMoment } from "../moment.ts";
import { type Answer, type Call, operation } from "../operation.ts";
import { unsuitedType, validationFailed } from "../refusal.ts";
import { arn } from "../settings.ts";
import { integer, structure } from "../shape.ts";

/** Read for one answer. On AWS each is an item of the index, and of the pages about as many again are read and left. */
const mostRead = 5_000;
const readAtOnce = 1_000;

const usualParts = 12;
const mostParts = 100;

const input = structure(
  { stateMachineArn: arn, from: momentText, until: momentText },
  { parts: integer(1, mostParts) },
);

export const countExecutions = operation(input, async (call, asked) => {
  const [from, until] = [readMoment(asked.from, "from"), readMoment(asked.until, "until")];
  if (until <= from)
    throw validationFailed([
      `Value '${asked.until}' at 'until' failed to satisfy constraint: Member must be later than 'from'`,
    ]);
  const machine = await findMachine(call, asked.stateMachineArn);
  if (machine.type === "EXPRESS") throw unsuitedType();
  const { summaries, complete } = await read(call, machine, from, until);
  const oldest = summaries.at(-1)?.startedAt ?? until;
  return {
    read: summaries.length,
    complete,
    since: new Date(complete ? from : oldest),
    parts: counted(summaries, { from, until, parts: asked.parts ?? usualParts }),
  };
});

interface Read {
  readonly summaries: readonly ExecutionSummary[];
  /** There are no others in that time. */
  readonly complete: boolean;
}

async function read({ tenant, engine }: Call, { name }: MachineRecord, from: Instant, until: Instant): Promise<Read> {
  const summaries: ExecutionSummary[] = [];
  let after: string | undefined;
  do {
    const limit = Math.min(readAtOnce, mostRead - summaries.length);
    const query = { tenant, machine: name, from, until, limit, ...(after !== undefined && { after }) };
    const page = await engine.world.executions.list(query);
    summaries.push(...page.items);
    after = page.next;
  } while (after !== undefined && summaries.length < mostRead);
  return { summaries, complete: after === undefined };
}

interface Parted {
  readonly from: Instant;
  readonly until: Instant;
  readonly parts: number;
}

function counted(summaries: readonly ExecutionSummary[], { from, until, parts }: Parted): readonly Answer[] {
  const beginning = (index: number): Instant => from + Math.round(((until - from) * index) / parts);
  const counts = Array.from({ length: parts }, () => new Map<ExecutionStatus, number>());
  for (const { status, startedAt } of summaries) {
    let index = Math.min(parts - 1, Math.floor(((startedAt - from) * parts) / (until - from)));
    if (startedAt < beginning(index)) index--; // by less than a millisecond
    const part = counts[index];
    part?.set(status, (part.get(status) ?? 0) + 1);
  }
  return counts.map((part, index) => ({
    from: new Date(beginning(index)),
    until: new Date(beginning(index + 1)),
    counts: Object.fromEntries(part),
  }));
}
