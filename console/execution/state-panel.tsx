/**
 * One visit of a state: how it went, each attempt, and what became of the data on its way through, step by step.
 * Payloads are shown as they differ from the step before.
 */
import { useState } from "preact/hooks";
import type { Attempt, Visit } from "../../lib/asl/history/visits.ts";
import { readCause } from "../parts/cause.ts";
import { Payload } from "../parts/payload.tsx";
import { StateBadge } from "../parts/status.tsx";
import { duration } from "../parts/words.ts";
import { Items } from "./items.tsx";
import { placeOf } from "./story.ts";

export interface StatePanelProps {
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

export function StatePanel({ visit, visits, attempt, begun, now, linkTo, itemLink }: StatePanelProps) {
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
      {error !== undefined && <Failure error={error} cause={cause} />}
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
      {open?.error !== undefined && <Failure error={open.error} cause={open.cause} />}
      {visit.type === "Map" && <Items visit={visit} itemLink={itemLink} />}
      <DataFlow visit={visit} attempt={open} />
    </section>
  );
}

const mostShown = 12;

function OtherVisits({ visit, visits, linkTo }: Pick<StatePanelProps, "visit" | "visits" | "linkTo">) {
  const at = visits.indexOf(visit);
  const first = Math.max(0, Math.min(at - mostShown / 2, visits.length - mostShown));
  return (
    <nav class="attempts" aria-label="Visits of this state">
      <span class="quiet">
        visit {at + 1} of {visits.length}:
      </span>
      {visits.slice(first, first + mostShown).map((each, index) => (
        <a key={each.id} href={linkTo(each)} aria-current={each === visit ? "true" : undefined} class={each.status}>
          {each.inside?.index === undefined ? first + index + 1 : `item ${each.inside.index}`}
        </a>
      ))}
    </nav>
  );
}

function Failure({ error, cause }: { readonly error: string; readonly cause: string | undefined }) {
  const { message, trace } = readCause(cause);
  return (
    <div class="failure">
      <strong>{error}</strong> {message}
      {trace.length > 0 && (
        <details>
          <summary>stack trace</summary>
          <pre>{trace.join("\n")}</pre>
        </details>
      )}
    </div>
  );
}

interface Step {
  readonly title: string;
  readonly text: string;
}

function DataFlow({ visit, attempt }: { readonly visit: Visit; readonly attempt: Attempt | undefined }) {
  const [all, setAll] = useState(false);
  const steps = stepsOf(visit, attempt);
  return (
    <div class="flow">
      <header>
        <h3>Data</h3>
        <button type="button" class="plain" aria-pressed={all} onClick={() => setAll(!all)}>
          {all ? "show changes" : "show everything"}
        </button>
      </header>
      {steps.map((step, index) => {
        const before = all ? undefined : comparedTo(steps, index);
        return <Payload key={`${step.title}${all}`} title={step.title} text={step.text} {...(before && { before })} />;
      })}
      {visit.assigned && (
        <Payload title="Variables assigned" text={`{${Object.entries(visit.assigned).map(variable).join(",")}}`} />
      )}
    </div>
  );
}

function variable([name, value]: readonly [string, unknown]): string {
  return `${JSON.stringify(name)}:${typeof value === "string" ? value : JSON.stringify(value)}`;
}

/** The output is what the input became; arguments and results are things of their own. */
function comparedTo(steps: readonly Step[], index: number): Step | undefined {
  return steps[index]?.title === "Output" ? steps.find(({ title }) => title === "Input") : undefined;
}

function stepsOf({ input, output }: Visit, attempt: Attempt | undefined): readonly Step[] {
  const known: readonly (readonly [string, string | undefined])[] = [
    ["Input", input],
    ["Arguments", attempt?.arguments],
    ["Result", attempt?.result],
    ["Output", output],
  ];
  return known.flatMap(([title, text]) => (text === undefined ? [] : [{ title, text }]));
}
