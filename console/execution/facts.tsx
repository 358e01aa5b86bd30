/** What there is to know at a glance: when, how long, how many transitions, what it cost here and would cost there. */

import { count, duration, several } from "../../lib/cli/explain/words.ts";
import { Fact } from "../parts/fact.tsx";
import { Moment } from "../parts/time.tsx";
import type { Read } from "./history.ts";
import { StartedBy } from "./origin.tsx";

export function Facts({ read, now }: { readonly read: Read; readonly now: number }) {
  const { description, events } = read;
  const { startDate, stopDate, redriveCount = 0, stateMachineVersionArn, stateMachineAliasArn } = description;
  const started = startDate * 1_000;
  const ended = stopDate === undefined ? now : stopDate * 1_000;
  return (
    <dl class="facts">
      <Fact title="Started">
        <Moment at={started} now={now} />
      </Fact>
      <Fact title={stopDate === undefined ? "Runs for" : "Took"}>{duration(ended - started)}</Fact>
      <Fact title="Events">{count(events.length)}</Fact>
      <StartedBy description={description} />
      {redriveCount > 0 && <Fact title="Redriven">{several(redriveCount, "time")}</Fact>}
      {stateMachineVersionArn !== undefined && <Fact title="Version">{stateMachineVersionArn.split(":").at(-1)}</Fact>}
      {stateMachineAliasArn !== undefined && <Fact title="Alias">{stateMachineAliasArn.split(":").at(-1)}</Fact>}
    </dl>
  );
}
