/** A page that cannot be drawn takes neither the frame around it nor the other pages with it. */
import type { ComponentChildren } from "preact";
import { useEffect, useErrorBoundary } from "preact/hooks";
import { link } from "../route.ts";

interface GuardedProps {
  /** Whoever goes elsewhere leaves the failure behind. */
  readonly where: string;
  readonly children: ComponentChildren;
}

export function Guarded({ where, children }: GuardedProps) {
  const [error, again] = useErrorBoundary((thrown) => console.error(thrown));
  useEffect(() => {
    if (error !== undefined) again();
  }, [where]);
  if (error === undefined) return <>{children}</>;
  return (
    <section class="page">
      <h1>This page cannot be shown</h1>
      <p class="failure" role="alert">
        {String(error)}
      </p>
      <p>
        That is a fault of the console; what it is about goes on, and the command line shows it, too. The browser's
        console has the details for a report.
      </p>
      <p class="acts">
        <button type="button" onClick={again}>
          Try again
        </button>
        <a class="button" href={link([])}>
          Back to the executions
        </a>
      </p>
    </section>
  );
}
