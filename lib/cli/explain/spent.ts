/** What a run cost, in a sentence: an estimate at list prices, as `baton cost` has it. */
import type { AwsHistoryEvent } from "../../asl/history.ts";
import { countsOf } from "../cost/count.ts";
import { dollars, estimateOf } from "../cost/estimate.ts";

/** Timestamps of the events in milliseconds. */
export function spent(events: readonly AwsHistoryEvent[], isOver: boolean): string {
  // There moments are in seconds, as on the wire.
  const counts = countsOf(events.map((event) => ({ ...event, timestamp: event.timestamp / 1_000 })));
  const { aloneUsd, stepFunctionsUsd } = estimateOf(counts);
  const sum = `about ${dollars(aloneUsd)} on AWS, and would have on Step Functions ${dollars(stepFunctionsUsd)}`;
  return isOver ? `It cost ${sum}.` : `So far it cost ${sum}.`;
}
