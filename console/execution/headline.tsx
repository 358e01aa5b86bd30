/** The first lines about an execution: what it does or came to, why, what it cost, and what happens next. */
import { useMemo } from "preact/hooks";
import type { Visit } from "../../lib/asl/history/visits.ts";
import { childrenOf, hasMapRuns, noChildren } from "../../lib/cli/cost/children.ts";
import { readCause } from "../../lib/cli/explain/cause.ts";
import { spent } from "../../lib/cli/explain/spent.ts";
import type { Story } from "../../lib/cli/explain/story.ts";
import { call } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import { may, useSession } from "../api/session.ts";
import { taskPlace } from "../inbox/open-tasks.ts";
import { LongText } from "../parts/long-text.tsx";
import { link } from "../route.ts";
import type { Read } from "./history.ts";

interface HeadlineProps {
  readonly story: Story;
  readonly read: Read;
  readonly linkTo: (visit: Visit) => string;
}

export function Headline({ story, read, linkTo }: HeadlineProps) {
  const { says, about, cause, because, next, asks } = story;
  const { description } = read;
  const { message } = readCause(cause);
  const session = useSession();
  const cost = useCost(read);
  return (
    <div class="headline">
      <p class="says" role="status">
        {says}
      </p>
      {message !== "" && (
        <p class="cause">
          <LongText text={message} />
        </p>
      )}
      {because !== undefined && <p>{because}</p>}
      <p class="quiet">{cost}</p>
      <p>{next}</p>
      {about && (
        <p class="doors">
          {asks && may(session, "operate") && (
            <a href={link(["inbox", taskPlace(description.executionArn, about.state)])}>Answer it in the inbox</a>
          )}
          <a href={linkTo(about)}>Look at {about.state}</a>
        </p>
      )}
    </div>
  );
}

/** Children are counted in a few dozen requests, so rarely while they run. */
const restBetweenCounts = 30_000;

function useCost({ events, description }: Read): string {
  const { executionArn, status } = description;
  const isOver = status !== "RUNNING";
  const forks = useMemo(() => hasMapRuns(events), [events]);
  const { value } = useLive({
    key: `${executionArn} ${isOver} ${forks}`,
    load: async () => (forks ? await childrenOf(call, executionArn, events) : noChildren),
    settled: () => isOver || !forks,
    restMilliseconds: restBetweenCounts,
  });
  const children = forks ? value : noChildren;
  return useMemo(
    () => (children ? spent(events, isOver, children) : "What it costs is being counted, with its children."),
    [events, isOver, children],
  );
}
