/** The log of an execution: which events each level lets through, and what a record shows. */
import { describe, expect, test } from "vitest";
import { historyEventTypes } from "../../lib/asl/event.ts";
import { isLogged, type LogLevel, logRecords } from "../../lib/asl/history/logged.ts";
import type { AwsHistoryEvent } from "../../lib/asl/history.ts";

describe("the levels", () => {
  const fatal = ["ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut"];
  // The table of https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
  const error = [
    ...fatal,
    "FailStateEntered",
    "LambdaFunctionFailed",
    "LambdaFunctionScheduleFailed",
    "LambdaFunctionStartFailed",
    "LambdaFunctionTimedOut",
    "MapIterationAborted",
    "MapIterationFailed",
    "MapStateAborted",
    "MapStateFailed",
    "ParallelStateAborted",
    "ParallelStateFailed",
    "TaskFailed",
    "TaskStartFailed",
    "TaskStateAborted",
    "TaskSubmitFailed",
    "TaskTimedOut",
    "WaitStateAborted",
    // Not in the table (it is older than they are, or leaves them out): by their kind.
    "ActivityFailed",
    "ActivityScheduleFailed",
    "ActivityTimedOut",
    "EvaluationFailed",
    "MapRunAborted",
    "MapRunFailed",
  ];

  test.each(historyEventTypes)("%s", (type) => {
    const levels: LogLevel[] = ["ALL", "ERROR", "FATAL", "OFF"];
    expect(levels.map((level) => isLogged(type, level))).toEqual([
      true,
      error.includes(type),
      fatal.includes(type),
      false,
    ]);
  });
});

describe("a record", () => {
  const details = { name: "A", input: "{}", inputDetails: { truncated: false } };
  const entered: AwsHistoryEvent = {
    id: 2,
    previousEventId: 0,
    timestamp: 1_700_000_000_123,
    type: "PassStateEntered",
    stateEnteredEventDetails: details,
  };
  const failed: AwsHistoryEvent = {
    id: 3,
    previousEventId: 2,
    timestamp: 1_700_000_000_124,
    type: "ExecutionFailed",
    executionFailedEventDetails: { error: "E", cause: "because" },
  };
  const execution = { executionArn: "arn:x", redriveCount: 1 };

  test("shows numbers as text and the details under one name", () => {
    expect(logRecords([entered], { level: "ALL", includeExecutionData: true }, execution)).toEqual([
      {
        id: "2",
        type: "PassStateEntered",
        details,
        previous_event_id: "0",
        event_timestamp: "1700000000123",
        execution_arn: "arn:x",
        redrive_count: "1",
      },
    ]);
  });

  test.each([
    [entered, { name: "A" }],
    [{ id: 4, previousEventId: 3, timestamp: 0, type: "LambdaFunctionStarted" } satisfies AwsHistoryEvent, {}],
    [failed, { error: "E", cause: "because" }],
  ])("without execution data, $type", (event, expected) => {
    const [record] = logRecords([event], { level: "ALL", includeExecutionData: false }, execution);
    expect(record?.details).toEqual(expected);
  });
});
