/**
 * What else the recordings tell of an execution, beside result and history: what went to its log, and how
 * StartSyncExecution or DescribeExecution showed it.
 */
import { logRecords } from "../../lib/asl/history/logged.ts";
import type { ExecutionCase, Json } from "./corpus.ts";
import type { Difference, Matcher } from "./match.ts";
import type { Outcome } from "./verdict.ts";

export function compareAnswers(recorded: ExecutionCase, actual: Outcome, matcher: Matcher): readonly Difference[] {
  return [
    ...compareLog(recorded, actual, matcher),
    ...compareEnd(recorded, actual, matcher),
    ...compareDescription("sync_response", recorded.sync_response, recorded, actual, matcher),
    ...compareDescription("describe_execution", recorded.describe_execution, recorded, actual, matcher),
  ];
}

function compareLog(recorded: ExecutionCase, actual: Outcome, matcher: Matcher): readonly Difference[] {
  const { logging, logged_events: expected } = recorded;
  if (logging === undefined || expected === undefined) return [];
  const { level, includeExecutionData } = logging;
  const records = actual.logged ?? logOf(actual, { level, includeExecutionData: includeExecutionData === true });
  if (records.length !== expected.length) return [{ path: "logged_events", expected, actual: records }];
  return expected.flatMap((one, index) =>
    matcher.differences(`logged_events/${index}`, one, records[index], "payloads"),
  );
}

/** The last event of an express execution's log. */
function compareEnd({ end_event: expected }: ExecutionCase, actual: Outcome, matcher: Matcher): readonly Difference[] {
  if (expected === undefined) return [];
  const last = (actual.logged ?? logOf(actual, { level: "ALL", includeExecutionData: true })).at(-1);
  return matcher.differences("end_event", expected, last, "payloads");
}

/** The recordings have no timestamps; an event without details has an empty object for them there, too. */
function logOf(actual: Outcome, settings: Parameters<typeof logRecords>[1]) {
  const execution = { executionArn: actual.description.executionArn, redriveCount: 0 };
  return logRecords(actual.history, settings, execution).map(({ event_timestamp: _, ...record }) => record);
}

/** Decided by the execution; dates, bills and redrives are not. */
const described = new Set([
  "executionArn",
  "stateMachineArn",
  "name",
  "status",
  "input",
  "inputDetails",
  "output",
  "outputDetails",
  "error",
  "cause",
]);

function compareDescription(
  path: string,
  expected: { readonly [member: string]: Json } | undefined,
  recorded: ExecutionCase,
  actual: Outcome,
  matcher: Matcher,
): readonly Difference[] {
  if (expected === undefined) return [];
  const { status, output, error, cause, description } = actual;
  const included = { included: true };
  const whole = {
    ...description,
    status,
    input: recorded.inputText,
    inputDetails: included,
    ...(output === undefined ? {} : { output, outputDetails: included }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  };
  const wanted = Object.fromEntries(Object.entries(expected).filter(([member]) => described.has(member)));
  return matcher.differences(path, wanted, whole, "payloads");
}

/** The records of a log as the recordings have them: without timestamps. */
export function recordsIn(lines: readonly string[]): readonly object[] {
  return lines.map((line) => {
    const { event_timestamp: _, ...record } = JSON.parse(line);
    return record;
  });
}
