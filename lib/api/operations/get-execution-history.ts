/**
 * GetExecutionHistory: the events in order or in reverse, a page at a time. A page token names the event
 * to go on with, so that a running execution can grow between two pages.
 */
import type { AwsHistoryEvent } from "../../asl/history.ts";
import { readHistory } from "../../engine/history.ts";
import { findExecutionId } from "../arn.ts";
import { type Answer, operation } from "../operation.ts";
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
  const history = await readHistory(call.engine, id);
  const ordered = reverseOrder ? history.toReversed() : history;
  const start = from === undefined ? 0 : ordered.findIndex((event) => event.id === Number(from));
  const page = withinSize(
    ordered.slice(start, start + pageSize(asked.maxResults)).map((event) => wireEvent(event, includeExecutionData)),
  );
  const next = ordered[start + page.length];
  return {
    events: page,
    ...(next && { nextToken: sealPage(call, question, String(next.id)) }),
  };
});

/** A Lambda function may answer 6 MB; payloads are larger here than the service's, so a page may have to end earlier. */
const mostCharacters = 4 * 1024 * 1024;

/** As many as fit, and at least one. */
function withinSize(events: readonly Answer[]): readonly Answer[] {
  let size = 0;
  const excess = events.findIndex((event, index) => {
    size += JSON.stringify(event).length;
    return size > mostCharacters && index > 0;
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

function wireEvent(event: AwsHistoryEvent, withData: boolean): Answer {
  const dated = { ...event, timestamp: new Date(event.timestamp) };
  if (withData) return dated;
  return Object.fromEntries(
    Object.entries(dated).map(([member, value]) => [member, isDetails(value) ? withoutData(value) : value]),
  );
}

function isDetails(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Date);
}

function withoutData(details: object): object {
  return Object.fromEntries(Object.entries(details).filter(([member]) => !executionData.has(member)));
}
