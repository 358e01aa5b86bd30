/**
 * One visit of a state: how it went, each attempt, and what became of the data on its way through, step by step.
 * Payloads are shown as they differ from the step before.
 */
import { useMemo, useState } from "preact/hooks";
import type { Attempt, Visit } from "../../lib/asl/history/visits.ts";
import { readCause } from "../../lib/cli/explain/cause.ts";
import { placeOf } from "../../lib/cli/explain/story.ts";
import { count, duration } from "../../lib/cli/explain/words.ts";
import { LongText } from "../parts/long-text.tsx";
import { Payload } from "../parts/payload.tsx";
import { StateBadge } from "../parts/status.tsx";
import { executionLink, go, namesIn } from "../route.ts";
import { startedExecution } from "./called.ts";
import { stepsOf } from "./data-steps.ts";
import { FunctionOutput } from "./function-output.tsx";
import { Items } from "./items.tsx";

export interface StatePanelProps {
  readonly executionArn: string;
  readonly visit: Visit;
  /** All visits of the state that are in sight, in order. */
  readonly visits: readonly Visit[];
  /** Which attempt is open, from 1; default: the last. */
  readonly attempt: number | undefined;
  readonly begun: number;
  readonly now: number;
  readonly linkTo: (visit: Visit, attempt?: number) => string;
  readonly itemLink: (visit: Visit, index: number) => string;
}

export function StatePanel(props: StatePanelProps) {
  const { executionArn, visit, visits, attempt, begun, now, linkTo, itemLink } = props;
  const { type, status, enteredAt, leftAt, attempts, error, cause } = visit;
  const open = attempts[(attempt ?? attempts.length) - 1];
  return (
    <section class="panel" aria-label={`State ${visit.state}`}>
      <header>
        <h2>{placeOf(visit)}</h2>
        <StateBadge status={status} />
      </header>
      <p class="quiet">
        {type}, entered after {duration(enteredAt - begun)}, {leftAt === undefined ? "for" : "took"}{" "}
        {duration((leftAt ?? now) - enteredAt)}
      </p>
      {visits.length > 1 && <OtherVisits visit={visit} visits={visits} linkTo={linkTo} />}
      {error !== undefined && <Failure key={visit.id} error={error} cause={cause} />}
      {attempts.length > 1 && (
        <nav class="attempts" aria-label="Attempts">
          {attempts.map(({ status: outcome, error: why }, index) => (
            <a
              key={index}
              href={linkTo(visit, index + 1)}
              aria-current={attempts[index] === open ? "true" : undefined}
              class={outcome}
            >
              {index + 1} {why ?? outcome}
            </a>
          ))}
        </nav>
      )}
      {open?.error !== undefined && <Failure key={open.event} error={open.error} cause={open.cause} />}
      {open && <Started attempt={open} />}
      {open && <FunctionOutput executionArn={executionArn} attempt={open} now={now} key={open.event} />}
      {visit.type === "Map" && <Items key={visit.id} visit={visit} itemLink={itemLink} />}
      <DataFlow key={visit.id} visit={visit} attempt={open} />
    </section>
  );
}

const mostShown = 12;

function OtherVisits({ visit, visits, linkTo }: Pick<StatePanelProps, "visit" | "visits" | "linkTo">) {
  const at = visits.indexOf(visit);
  const first = Math.max(0, Math.min(at - mostShown / 2, visits.length - mostShown));
  const goTo = (number: number): void => {
    const wanted = visits[number - 1];
    if (wanted) go(linkTo(wanted));
  };
  return (
    <nav class="attempts" aria-label="Visits of this state">
      <span class="quiet">
        visit {count(at + 1)} of {count(visits.length)}:
      </span>
      {visits.length > mostShown && (
        <input
          type="number"
          aria-label="Go to visit"
          min={1}
          max={visits.length}
          value={at + 1}
          onChange={(event) => goTo(Number(event.currentTarget.value))}
        />
      )}
      {visits.slice(first, first + mostShown).map((each, index) => (
        <a key={each.id} href={linkTo(each)} aria-current={each === visit ? "true" : undefined} class={each.status}>
          {each.inside?.index === undefined ? first + index + 1 : `item ${each.inside.index}`}
        </a>
      ))}
    </nav>
  );
}

/** The way into an execution that the state started. */
function Started({ attempt }: { readonly attempt: Attempt }) {
  const arn = startedExecution(attempt);
  if (arn === undefined) return null;
  const { machine, name } = namesIn(arn);
  return (
    <p>
      It started{" "}
      <a href={executionLink(machine, name)}>
        {machine} / {name}
      </a>
      {attempt.status === "running" && ", and waits for its end"}.
    </p>
  );
}

function Failure({ error, cause }: { readonly error: string; readonly cause: string | undefined }) {
  const { message, trace } = readCause(cause);
  return (
    <div class="failure">
      <strong>{error}</strong> <LongText text={message} />
      {trace.length > 0 && (
        <details>
          <summary>stack trace</summary>
          <pre>{trace.join("\n")}</pre>
        </details>
      )}
    </div>
  );
}

function DataFlow({ visit, attempt }: { readonly visit: Visit; readonly attempt: Attempt | undefined }) {
  const [all, setAll] = useState(false);
  const steps = useMemo(() => stepsOf(visit, attempt), [visit, attempt]);
  return (
    <div class="flow">
      <header>
        <h3>Data</h3>
        <button type="button" class="plain" aria-pressed={all} onClick={() => setAll(!all)}>
          {all ? "show changes" : "show everything"}
        </button>
      </header>
      {steps.map(({ title, text, before }) => (
        <Payload key={`${title}${all}`} title={title} text={text} {...(before && !all && { before })} />
      ))}
    </div>
  );
}
