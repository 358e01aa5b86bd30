/**
 * Histories as AWS shows them: the wire name of every event's details, and the one numbering of the logs
 * of all branches. Branches are written at the same time by different workers, so an event gets its
 * number when the history is read: by time, and never before what it follows from.
 */
import type { HistoryEvent, HistoryEventType } from "./event.ts";
import { numbering, type SegmentEvents } from "./history/merge.ts";
import type { Instant } from "./position.ts";

const stateEntered = "stateEnteredEventDetails";
const stateExited = "stateExitedEventDetails";

/** The member of AWS's HistoryEvent that holds the details; `undefined`: this event has none. */
const detailsMember = {
  ActivityFailed: "activityFailedEventDetails",
  ActivityScheduled: "activityScheduledEventDetails",
  ActivityScheduleFailed: "activityScheduleFailedEventDetails",
  ActivityStarted: "activityStartedEventDetails",
  ActivitySucceeded: "activitySucceededEventDetails",
  ActivityTimedOut: "activityTimedOutEventDetails",
  ChoiceStateEntered: stateEntered,
  ChoiceStateExited: stateExited,
  EvaluationFailed: "evaluationFailedEventDetails",
  ExecutionAborted: "executionAbortedEventDetails",
  ExecutionFailed: "executionFailedEventDetails",
  ExecutionRedriven: "executionRedrivenEventDetails",
  ExecutionStarted: "executionStartedEventDetails",
  ExecutionSucceeded: "executionSucceededEventDetails",
  ExecutionTimedOut: "executionTimedOutEventDetails",
  FailStateEntered: stateEntered,
  LambdaFunctionFailed: "lambdaFunctionFailedEventDetails",
  LambdaFunctionScheduled: "lambdaFunctionScheduledEventDetails",
  LambdaFunctionScheduleFailed: "lambdaFunctionScheduleFailedEventDetails",
  LambdaFunctionStartFailed: "lambdaFunctionStartFailedEventDetails",
  LambdaFunctionStarted: undefined,
  LambdaFunctionSucceeded: "lambdaFunctionSucceededEventDetails",
  LambdaFunctionTimedOut: "lambdaFunctionTimedOutEventDetails",
  MapIterationAborted: "mapIterationAbortedEventDetails",
  MapIterationFailed: "mapIterationFailedEventDetails",
  MapIterationStarted: "mapIterationStartedEventDetails",
  MapIterationSucceeded: "mapIterationSucceededEventDetails",
  MapRunAborted: undefined,
  MapRunFailed: "mapRunFailedEventDetails",
  MapRunRedriven: "mapRunRedrivenEventDetails",
  MapRunStarted: "mapRunStartedEventDetails",
  MapRunSucceeded: undefined,
  MapStateAborted: undefined,
  MapStateEntered: stateEntered,
  MapStateExited: stateExited,
  MapStateFailed: undefined,
  MapStateStarted: "mapStateStartedEventDetails",
  MapStateSucceeded: undefined,
  ParallelStateAborted: undefined,
  ParallelStateEntered: stateEntered,
  ParallelStateExited: stateExited,
  ParallelStateFailed: undefined,
  ParallelStateStarted: undefined,
  ParallelStateSucceeded: undefined,
  PassStateEntered: stateEntered,
  PassStateExited: stateExited,
  SucceedStateEntered: stateEntered,
  SucceedStateExited: stateExited,
  TaskFailed: "taskFailedEventDetails",
  TaskScheduled: "taskScheduledEventDetails",
  TaskStartFailed: "taskStartFailedEventDetails",
  TaskStarted: "taskStartedEventDetails",
  TaskStateAborted: undefined,
  TaskStateEntered: stateEntered,
  TaskStateExited: stateExited,
  TaskSubmitFailed: "taskSubmitFailedEventDetails",
  TaskSubmitted: "taskSubmittedEventDetails",
  TaskSucceeded: "taskSucceededEventDetails",
  TaskTimedOut: "taskTimedOutEventDetails",
  WaitStateAborted: undefined,
  WaitStateEntered: stateEntered,
  WaitStateExited: stateExited,
} satisfies Record<HistoryEventType, DetailsMember | undefined>;

type DetailsMember = `${string}EventDetails`;

/** An event as GetExecutionHistory shows it, its timestamp in milliseconds, its payloads as text. */
export interface AwsHistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: Instant;
  readonly type: HistoryEventType;
  /** `stateEnteredEventDetails` and so on: the one that belongs to the type. */
  readonly [details: DetailsMember]: HistoryEvent["details"];
}

/** A spread would copy every event of a history twice. */
type Writable<T> = { -readonly [Member in keyof T]: T[Member] };

export function toAwsEvent(
  event: Pick<HistoryEvent, "type" | "details">,
  id: number,
  previousEventId: number,
  timestamp: Instant,
): AwsHistoryEvent {
  const { type, details } = event;
  const member: DetailsMember | undefined = detailsMember[type];
  const shown: Writable<AwsHistoryEvent> = { id, previousEventId, timestamp, type };
  if (member !== undefined && details !== undefined) shown[member] = details;
  return shown;
}

export type { SegmentEvents } from "./history/merge.ts";

/**
 * The numbered history of an execution, from the segments of all its branches in any order. Events that
 * lie after `until` (the end of a wait that still lasts) have not happened yet and are left out.
 */
export function mergeHistory(segments: Iterable<SegmentEvents>, until?: Instant): readonly AwsHistoryEvent[] {
  return unfoldHistory(segments, until).first(Number.POSITIVE_INFINITY);
}

/** A history that is merged as far as somebody wants to see it. */
export interface UnfoldingHistory {
  /** At least so many events from the beginning, all if there are fewer. Always the same array, which grows. */
  first(count: number): readonly AwsHistoryEvent[];
}

/** What `mergeHistory` gives, a page at a time: most readers of a long history look at its first page. */
export function unfoldHistory(segments: Iterable<SegmentEvents>, until?: Instant): UnfoldingHistory {
  const numbered = numbering(segments, until);
  const shown: AwsHistoryEvent[] = [];
  return {
    first(count) {
      for (const { event, id, previousEventId, timestamp } of numbered.first(count).slice(shown.length))
        shown.push(toAwsEvent(event, id, previousEventId, timestamp));
      return shown;
    },
  };
}
