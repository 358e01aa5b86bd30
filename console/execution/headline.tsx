/** The first line about an execution, why it is so, and what happens next. */
import type { Visit } from "../../lib/asl/history/visits.ts";
import { readCause } from "../parts/cause.ts";
import type { Story } from "./story.ts";

export function Headline({ story, linkTo }: { readonly story: Story; readonly linkTo: (visit: Visit) => string }) {
  const { says, about, cause, because, next } = story;
  const { message } = readCause(cause);
  return (
    <div class="headline">
      <p class="says" role="status">
        {says}
      </p>
      {message !== "" && <p class="cause">{message}</p>}
      {because !== undefined && <p>{because}</p>}
      <p class="quiet">
        {next} {about && <a href={linkTo(about)}>Look at {about.state}</a>}
      </p>
    </div>
  );
}
