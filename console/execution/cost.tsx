/** What a run cost, by the arithmetic of `baton cost`: an estimate at list prices, and said to be one. */
import { useMemo } from "preact/hooks";
import { countsOf } from "../../lib/cli/cost/count.ts";
import { dollars, estimateOf } from "../../lib/cli/cost/estimate.ts";
import { Fact } from "../parts/fact.tsx";
import type { Read } from "./history.ts";

export function Cost({ read: { events } }: { readonly read: Read }) {
  const { transitions, aloneUsd, stepFunctionsUsd } = useMemo(() => estimated(events), [events]);
  return (
    <Fact title="Cost, about">
      <span title={`${transitions} transitions at list prices of us-east-1; see docs/costs.md`}>
        {dollars(aloneUsd)} <span class="quiet">on AWS; {dollars(stepFunctionsUsd)} on Step Functions</span>
      </span>
    </Fact>
  );
}

/** There moments are in seconds, as on the wire. */
function estimated(events: Read["events"]) {
  return estimateOf(countsOf(events.map((event) => ({ ...event, timestamp: event.timestamp / 1_000 }))));
}
