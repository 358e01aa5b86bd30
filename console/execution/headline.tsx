/** The first line about an execution, why it is so, and what happens next. */
import type { Visit } from "../../lib/asl/history/visits.ts";
import { may, useSession } from "../api/session.ts";
import { readCause } from "../parts/cause.ts";
import { link } from "../route.ts";
import type { Story } from "./story.ts";

export function Headline({ story, linkTo }: { readonly story: Story; readonly linkTo: (visit: Visit) => string }) {
  const { says, about, cause, because, next, asks } = story;
  const { message } = readCause(cause);
  const session = useSession();
  return (
    <div class="headline">
      <p class="says" role="status">
        {says}
      </p>
      {message !== "" && <p class="cause">{message}</p>}
      {because !== undefined && <p>{because}</p>}
      <p class="quiet">
        {next} {asks && may(session, "operate") && <a href={link(["inbox"])}>Answer it in the inbox</a>}{" "}
        {about && <a href={linkTo(about)}>Look at {about.state}</a>}
      </p>
    </div>
  );
}
