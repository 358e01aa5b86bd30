/**
 * What the function of an attempt printed: read from the API where Baton runs the function itself, else the way to
 * its log group.
 */
import type { Attempt } from "../../lib/asl/history/visits.ts";
import { count } from "../../lib/cli/explain/words.ts";
import { rest } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import type { FunctionLines } from "../api/wire.ts";
import { Failed } from "../parts/failure.tsx";
import { executionPath } from "../route.ts";
import { type CalledFunction, functionOf, logGroupLink } from "./called.ts";

interface OutputProps {
  readonly executionArn: string;
  readonly attempt: Attempt;
  readonly now: number;
}

export function FunctionOutput(props: OutputProps) {
  const called = functionOf(props.attempt);
  return called ? <Output {...props} called={called} /> : null;
}

function Output({ executionArn, attempt, now, called }: OutputProps & { readonly called: CalledFunction }) {
  const isOver = attempt.status !== "running";
  const { value, error } = useLive({
    key: `${executionArn} ${attempt.event} ${isOver}`,
    load: () => functionLines(executionArn, attempt.event),
    settled: ({ kept }) => isOver || !kept,
    restMilliseconds: 1_000,
  });
  if (error && !value) return <Failed error={error} />;
  if (!value) return <p class="quiet">…</p>;
  return (
    <section class="payload" aria-label="Function output">
      <header>
        <h3>What {called.name} printed</h3>
      </header>
      {value.kept ? (
        <Lines printed={value} begun={attempt.at} />
      ) : (
        <p>
          <a href={logGroupLink(executionArn, called, attempt.at, attempt.endedAt ?? now)} rel="noreferrer">
            Its lines in CloudWatch Logs
          </a>{" "}
          <span class="quiet">(log group /aws/lambda/{called.name}, around the time of this attempt)</span>
        </p>
      )}
    </section>
  );
}

function Lines({ printed: { lines, dropped }, begun }: { readonly printed: FunctionLines; readonly begun: number }) {
  if (lines.length === 0)
    return <p class="quiet">Nothing. What was printed before Baton was last started is not kept.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre class="lines" tabIndex={0}>
      {dropped > 0 && <span class="fold">{`⋯ ${count(dropped)} earlier lines are not kept\n`}</span>}
      {lines.map(({ at, stream, line }, index) => (
        <span key={index} class={stream}>
          <span class="fold">{`${since(Date.parse(at) - begun)} `}</span>
          {`${line}\n`}
        </span>
      ))}
    </pre>
  );
}

/** Seconds since the attempt began, in a column. */
function since(milliseconds: number): string {
  return `+${(Math.max(0, milliseconds) / 1_000).toFixed(3)}`.padStart(8);
}

async function functionLines(executionArn: string, event: number): Promise<FunctionLines> {
  return await rest<FunctionLines>("GET", `${executionPath(executionArn)}/function-lines?event=${event}`);
}
