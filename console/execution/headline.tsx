/** The first lines about an execution: what it does or came to, why, what it cost, and what happens next. */
import { useMemo } from "preact/hooks";
import type { Visit } from "../../lib/asl/history/visits.ts";
import { readCause } from "../../lib/cli/explain/cause.ts";
import { spent } from "../../lib/cli/explain/spent.ts";
import type { Story } from "../../lib/cli/explain/story.ts";
import { may, useSession } from "../api/session.ts";
import { taskPlace } from "../inbox/open-tasks.ts";
import { link } from "../route.ts";
import type { Read } from "./history.ts";

interface HeadlineProps {
  readonly story: Story;
  readonly read: Read;
  readonly linkTo: (visit: Visit) => string;
}

export function Headline({ story, read, linkTo }: HeadlineProps) {
  const { says, about, cause, because, next, asks } = story;
  const { events, description } = read;
  const { message } = readCause(cause);
  const session = useSession();
  const cost = useMemo(() => spent(events, description.status !== "RUNNING"), [events, description.status]);
  return (
    <div class="headline">
      <p class="says" role="status">
        {says}
      </p>
      {message !== "" && <p class="cause">{message}</p>}
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
