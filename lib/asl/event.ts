/**
 * History events as a step writes them: AWS's types and details, with payloads as text. Ids are not
 * stored: an event's number follows from its position, and concurrent branches are numbered when the
 * history is read.
 */
import type { Instant } from "./position.ts";

/**
 * What `previousEventId` will be: a number in the branch's own numbering; an event of another branch
 * (the failure that aborted this one); or `"joined"`, the last event of the fork that just ended.
 */
export type EventRef = number | "joined" | { readonly branch: string; readonly event: number };

export interface HistoryEvent {
  readonly type: HistoryEventType;
  readonly previous: EventRef;
  /** When it happened, where that is later than its segment was written (the end of a Wait). */
  readonly at?: Instant;
  /** The content of AWS's `<type>EventDetails` member, payloads as text; absent where AWS sends none. */
  readonly details?: EventDetails;
}

/** Text fields that hold a payload: `input`, `output`, `parameters`, `cause`. */
export interface EventDetails {
  readonly [field: string]: string | number | boolean | { readonly truncated: boolean } | EventDetails;
}

export const historyEventTypes = [
  "ActivityFailed",
  "ActivityScheduled",
  "ActivityScheduleFailed",
  "ActivityStarted",
  "ActivitySucceeded",
  "ActivityTimedOut",
  "ChoiceStateEntered",
  "ChoiceStateExited",
  "EvaluationFailed",
  "ExecutionAborted",
  "ExecutionFailed",
  "ExecutionRedriven",
  "ExecutionStarted",
  "ExecutionSucceeded",
  "ExecutionTimedOut",
  "FailStateEntered",
  "LambdaFunctionFailed",
  "LambdaFunctionScheduled",
  "LambdaFunctionScheduleFailed",
  "LambdaFunctionStartFailed",
  "LambdaFunctionStarted",
  "LambdaFunctionSucceeded",
  "LambdaFunctionTimedOut",
  "MapIterationAborted",
  "MapIterationFailed",
  "MapIterationStarted",
  "MapIterationSucceeded",
  "MapRunAborted",
  "MapRunFailed",
  "MapRunRedriven",
  "MapRunStarted",
  "MapRunSucceeded",
  "MapStateAborted",
  "MapStateEntered",
  "MapStateExited",
  "MapStateFailed",
  "MapStateStarted",
  "MapStateSucceeded",
  "ParallelStateAborted",
  "ParallelStateEntered",
  "ParallelStateExited",
  "ParallelStateFailed",
  "ParallelStateStarted",
  "ParallelStateSucceeded",
  "PassStateEntered",
  "PassStateExited",
  "SucceedStateEntered",
  "SucceedStateExited",
  "TaskFailed",
  "TaskScheduled",
  "TaskStartFailed",
  "TaskStarted",
  "TaskStateAborted",
  "TaskStateEntered",
  "TaskStateExited",
  "TaskSubmitFailed",
  "TaskSubmitted",
  "TaskSucceeded",
  "TaskTimedOut",
  "WaitStateAborted",
  "WaitStateEntered",
  "WaitStateExited",
] as const;

export type HistoryEventType = (typeof historyEventTypes)[number];
