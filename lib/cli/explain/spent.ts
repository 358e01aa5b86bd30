/**
 * What a run cost, in a sentence: an estimate at list prices, as `baton cost` has it. It may have run on one machine,
 * for nothing: so it says what such a run costs.
 */
import type { AwsHistoryEvent } from "../../asl/history.ts";
import { countsOf } from "../cost/count.ts";
import { dollars, estimateOf } from "../cost/estimate.ts";

/** Timestamps of the events in milliseconds. */
export function spent(events: readonly AwsHistoryEvent[], isOver: boolean): string {
  // There moments are in seconds, as on the wire.
  const counts = countsOf(events.map((event) => ({ ...event, timestamp: event.timestamp / 1_000 })));
  const { aloneUsd, stepFunctionsUsd } = estimateOf(counts);
  const run = isOver ? "Such a run costs" : "What it did so far costs";
  return `${run} about ${dollars(aloneUsd)} on AWS; on Step Functions it would be ${dollars(stepFunctionsUsd)}.`;
}
