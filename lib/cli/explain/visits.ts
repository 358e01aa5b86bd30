/**
 * The visits of an execution, from its events as the API answers them. As on Step Functions, EvaluationFailed refers to
 * what was before its state was entered, which is the state before it, or the Map around it; its cause says with which
 * event the state was entered, and there it belongs. What Pass, Task or Choice it was that failed, nothing else tells.
 */
import { detailsOf, type Visit, visitsOf } from "../../asl/history/visits.ts";
import type { AwsHistoryEvent } from "../../asl/history.ts";

export function visitsIn(events: Iterable<AwsHistoryEvent>): readonly Visit[] {
  return visitsOf(placed(events));
}

function* placed(events: Iterable<AwsHistoryEvent>): Iterable<AwsHistoryEvent> {
  for (const event of events) yield event.type === "EvaluationFailed" ? atItsState(event) : event;
}

function atItsState(event: AwsHistoryEvent): AwsHistoryEvent {
  const { state, cause } = detailsOf(event);
  if (typeof state !== "string" || typeof cause !== "string") return event;
  const begins = `An error occurred while executing the state '${state}' (entered at the event id #`;
  const entered = cause.startsWith(begins) ? Number.parseInt(cause.slice(begins.length), 10) : Number.NaN;
  return Number.isNaN(entered) ? event : { ...event, previousEventId: entered };
}
