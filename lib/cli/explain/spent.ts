/**
 * What a run cost, in a sentence: an estimate at list prices, as `baton cost` has it. It may have run on one machine,
 * for nothing: so it says what such a run costs. Children of Map Runs are in it, as far as they are kept.
 */
import type { AwsHistoryEvent } from "../../asl/history.ts";
import { type Children, childrenNotes } from "../cost/children.ts";
import { countsOf } from "../cost/count.ts";
import { dollars, estimateOf, together } from "../cost/estimate.ts";

/** Timestamps of the events in milliseconds. */
export function spent(events: readonly AwsHistoryEvent[], isOver: boolean, children: Children): string {
  // There moments are in seconds, as on the wire.
  const counts = countsOf(events.map((event) => ({ ...event, timestamp: event.timestamp / 1_000 })));
  const { aloneUsd, stepFunctionsUsd } = together([estimateOf(counts), children.estimate]);
  const run = isOver ? "Such a run costs" : "What it did so far costs";
  const sum = `${run} about ${dollars(aloneUsd)} on AWS; on Step Functions it would be ${dollars(stepFunctionsUsd)}.`;
  return [sum, ...childrenNotes(children)].join(" ");
}
