/**
 * The log of an execution, as the service sends it to CloudWatch Logs: its history, filtered by log level,
 * in the form that log records have. Where the records go is not decided here.
 */
import type { HistoryEventType } from "../event.ts";
import type { AwsHistoryEvent } from "../history.ts";

export type LogLevel = "ALL" | "ERROR" | "FATAL" | "OFF";

export interface LogSettings {
  readonly level: LogLevel;
  /** Whether records show what went through the execution. Error and cause are shown either way (recorded). */
  readonly includeExecutionData: boolean;
}

/** One line of the log. Numbers are text here (recorded), and details stand under one name for all types. */
export interface LogRecord {
  readonly id: string;
  readonly type: HistoryEventType;
  readonly details: Details;
  readonly previous_event_id: string;
  readonly event_timestamp: string;
  readonly execution_arn: string;
  readonly redrive_count: string;
}

type Details = { readonly [member: string]: unknown };

/** Of which execution the history is. */
export interface Logged {
  readonly executionArn: string;
  readonly redriveCount: number;
}

/** Members of an event's details that show what went through the execution. */
const executionData: ReadonlySet<string> = new Set([
  "input",
  "inputDetails",
  "output",
  "outputDetails",
  "parameters",
  "assignedVariables",
  "assignedVariablesDetails",
]);

export function logRecords(
  history: readonly AwsHistoryEvent[],
  settings: LogSettings,
  execution: Logged,
): readonly LogRecord[] {
  return history
    .filter(({ type }) => isLogged(type, settings.level))
    .map((event) => record(event, settings, execution));
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html, "Log levels": its table follows from the names. */
export function isLogged(type: HistoryEventType, level: LogLevel): boolean {
  switch (level) {
    case "ALL":
      return true;
    case "ERROR":
      return tellsOfFailure(type);
    case "FATAL":
      return type.startsWith("Execution") && tellsOfFailure(type);
    case "OFF":
      return false;
  }
}

function tellsOfFailure(type: HistoryEventType): boolean {
  return type === "FailStateEntered" || /(?:Failed|Aborted|TimedOut)$/.test(type);
}

function record(event: AwsHistoryEvent, settings: LogSettings, execution: Logged): LogRecord {
  return {
    id: String(event.id),
    type: event.type,
    details: settings.includeExecutionData ? detailsOf(event) : withoutExecutionData(detailsOf(event)),
    previous_event_id: String(event.previousEventId),
    event_timestamp: String(event.timestamp),
    execution_arn: execution.executionArn,
    redrive_count: String(execution.redriveCount),
  };
}

/** The one member whose name belongs to the type; an event without details logs an empty object. */
function detailsOf(event: AwsHistoryEvent): Details {
  for (const [member, value] of Object.entries(event)) {
    if (member.endsWith("EventDetails") && typeof value === "object") return value;
  }
  return {};
}

function withoutExecutionData(details: Details): Details {
  return Object.fromEntries(Object.entries(details).filter(([member]) => !executionData.has(member)));
}
