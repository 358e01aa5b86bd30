/**
 * GetExecutionHistory: the events in order or in reverse, a page at a time. A page token names the event
 * to go on with, so that a running execution can grow between two pages, and, where nothing was forked so far,
 * the segment that holds it: then no page costs more for those before it.
 */
import type { AwsHistoryEvent } from "../../asl/history.ts";
import type { Engine } from "../../engine/engine.ts";
import { readHistory } from "../../engine/history.ts";
import type { ExecutionId } from "../../engine/ports.ts";
import { readStraight } from "../../engine/straight-history.ts";
import { findExecutionId } from "../arn.ts";
import { type Call, operation } from "../operation.ts";
import { openPage, pageSize, sealPage } from "../page.ts";
import { noSuchExecution } from "../refusal.ts";
import { arn } from "../settings.ts";
import { flag, structure } from "../shape.ts";
import { maxResults, nextToken } from "./list-state-machines.ts";

const input = structure(
  { executionArn: arn },
  { maxResults, reverseOrder: flag, nextToken, includeExecutionData: flag },
);

export const getExecutionHistory = operation(input, async (call, asked) => {
  const id = findExecutionId(call, asked.executionArn);
  if (!(await call.engine.world.executions.find(id))) throw noSuchExecution(asked.executionArn);
  const { reverseOrder = false, includeExecutionData = true } = asked;
  const question = ["GetExecutionHistory", id, reverseOrder];
  const from = openPage(call, question, asked.nextToken);
  const size = pageSize(asked.maxResults);
  // One more than is shown: the page after begins with it.
  const found = await eventsFrom(call, id, reverseOrder, size + 1, from);
  const shown = found.slice(0, size).map(({ event }) => (includeExecutionData ? event : withoutData(event)));
  const page = withinSize(shown);
  const next = found[page.length];
  return {
    events: page.map((event) => ({ ...event, timestamp: new Date(event.timestamp) })),
    ...(next && { nextToken: sealPage(call, question, next.name) }),
  };
});

/** `name`: how a page token names the event. */
interface Named {
  readonly event: AwsHistoryEvent;
  readonly name: string;
}

async function eventsFrom(
  { engine }: Call,
  id: ExecutionId,
  reverseOrder: boolean,
  most: number,
  from: string | undefined,
): Promise<readonly Named[]> {
  const [event = 0, seq, clock] = from?.split(" ").map(Number) ?? [];
  const place = seq !== undefined && clock !== undefined ? { event, seq, clock } : undefined;
  if (!reverseOrder && (from === undefined || place)) {
    const straight = await readStraight(engine, id, most, place);
    if (straight)
      return straight.map(({ event, place }) => ({ event, name: `${event.id} ${place.seq} ${place.clock}` }));
  }
  // Events are numbered from 1 on, without a gap.
  const events = reverseOrder
    ? lastUpTo(await readHistory(engine, id), from === undefined ? undefined : event, most)
    : await nextFrom(engine, id, from === undefined ? 1 : event, most);
  return events.map((event) => ({ event, name: String(event.id) }));
}

function lastUpTo(
  history: readonly AwsHistoryEvent[],
  event: number | undefined,
  most: number,
): readonly AwsHistoryEvent[] {
  const last = event ?? history.length;
  return history.slice(Math.max(0, last - most), last).reverse();
}

async function nextFrom(
  engine: Engine,
  id: ExecutionId,
  event: number,
  most: number,
): Promise<readonly AwsHistoryEvent[]> {
  const end = event - 1 + most;
  return (await readHistory(engine, id, end)).slice(event - 1, end);
}

/**
 * A Lambda function may answer 6 MB, in which the answer is a string: each of its quotes is escaped once more. Payloads
 * are larger here than the service's, so a page may have to end earlier.
 */
const mostBytes = 5.5 * 1024 * 1024;

/** As many as fit, and at least one. */
function withinSize(events: readonly AwsHistoryEvent[]): readonly AwsHistoryEvent[] {
  let size = 0;
  const excess = events.findIndex((event, index) => {
    size += Buffer.byteLength(JSON.stringify(JSON.stringify(event)));
    return size > mostBytes && index > 0;
  });
  return excess < 0 ? events : events.slice(0, excess);
}

/** Members of an event's details that show what went through the execution. */
const executionData = new Set([
  "input",
  "inputDetails",
  "output",
  "outputDetails",
  "parameters",
  "assignedVariables",
  "assignedVariablesDetails",
]);

function withoutData(event: AwsHistoryEvent): AwsHistoryEvent {
  const { id, previousEventId, timestamp, type, ...details } = event;
  const shown = Object.entries(details).map(([member, value]) => [member, value && bare(value)]);
  return { id, previousEventId, timestamp, type, ...Object.fromEntries(shown) };
}

function bare(details: object): object {
  return Object.fromEntries(Object.entries(details).filter(([member]) => !executionData.has(member)));
}
