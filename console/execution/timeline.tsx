/** Every visit of a state as a bar in time, its attempts within it; long waits folded. A bar leads to its state. */
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { Visit } from "../../lib/asl/history/visits.ts";
import { duration } from "../../lib/cli/explain/words.ts";
import { stateLooks } from "../parts/status.tsx";
import { VirtualList } from "../parts/virtual.tsx";
import { Axis, Grid, percent, useTicks, useWidth } from "./axis.tsx";
import { type TimeAxis, timeAxis } from "./time-axis.ts";

interface TimelineProps {
  readonly visits: readonly Visit[];
  /** When the execution started, from which all times are counted. */
  readonly started: number;
  /** Until when it is drawn: the end, or now. */
  readonly until: number;
  /** It runs: the line ends now. */
  readonly running: boolean;
  /** All visits of the execution: the line begins with its start. */
  readonly whole: boolean;
  readonly chosen: Visit | undefined;
  readonly choose: (visit: Visit) => void;
}

const rowHeight = 34;

export function Timeline(props: TimelineProps) {
  if (props.visits.length === 0) return <p class="empty">No state has been entered yet.</p>;
  return <Line {...props} />;
}

function Line({ visits, started, until, running, whole, chosen, choose }: TimelineProps) {
  const ends = whole ? [started, until] : [];
  const axis = useMemo(() => timeAxis([...ends, ...momentsOf(visits, until)]), [visits, until, whole]);
  const moving = running && (whole || visits.some(({ leftAt }) => leftAt === undefined));
  const [place, width] = useWidth();
  const ticks = useTicks({ axis, started, moving }, width);
  return (
    <div class="timeline">
      {axis.folds.length > 0 && (
        <p class="quiet">
          Folded, because nothing happened meanwhile:{" "}
          {axis.folds.map(({ milliseconds }) => duration(milliseconds)).join(", ")}.
        </p>
      )}
      <VirtualList
        label="Timeline"
        count={visits.length}
        head={<Axis {...{ axis, started, moving, ticks, width, place, until }} />}
        rowHeight={rowHeight}
        current={chosen ? visits.indexOf(chosen) : -1}
        row={(index, { at, tabIndex }) => {
          const visit = visits[index];
          if (!visit) return null;
          return (
            <button
              key={visit.id}
              type="button"
              class="visit"
              {...at}
              tabIndex={tabIndex}
              aria-pressed={visit === chosen}
              onClick={() => choose(visit)}
            >
              <Row visit={visit} axis={axis} until={until} grid={<Grid ticks={ticks} moving={moving} />} />
            </button>
          );
        }}
      />
    </div>
  );
}

interface RowProps {
  readonly visit: Visit;
  readonly axis: TimeAxis;
  readonly until: number;
  readonly grid: ComponentChildren;
}

function Row({ visit, axis, until, grid }: RowProps) {
  const { enteredAt, leftAt = until, status, attempts } = visit;
  const { tone, sign, word } = stateLooks[status];
  const retries = attempts.length > 1 ? `, ${attempts.length} attempts` : "";
  return (
    <>
      <span class="name" style={{ paddingLeft: `${depthOf(visit) * 0.9}rem` }}>
        <span class={`tone-${tone}`} aria-hidden="true">
          {sign}
        </span>{" "}
        {nameOf(visit)}
        <span class="hidden">{`, ${word}${retries}, `}</span>
      </span>
      <span class="number quiet">{duration(leftAt - enteredAt)}</span>
      <span class="track" aria-hidden="true">
        {axis.folds.map(({ at, width }) => (
          <span key={at} class="fold" style={{ left: percent(at), width: percent(width) }}>
            ⋯
          </span>
        ))}
        {grid}
        <span class={`bar ${tone}`} style={span(axis, enteredAt, leftAt)} />
        {attempts.length > 1 &&
          attempts.map(({ event, at, endedAt = until, status: outcome }) => (
            <span key={event} class={`attempt ${outcome}`} style={span(axis, at, endedAt)} />
          ))}
      </span>
    </>
  );
}

/** What is around it stands above it. */
function nameOf({ state, inside }: Visit): string {
  return inside?.index === undefined ? state : `${inside.index}: ${state}`;
}

function depthOf({ inside }: Visit): number {
  let depth = 0;
  for (let at = inside; at; at = at.visit.inside) depth++;
  return depth;
}

function span(axis: TimeAxis, from: number, to: number): Record<string, string> {
  const left = axis.place(from);
  return { left: percent(left), width: `max(3px, ${percent(axis.place(to) - left)})` };
}

function* momentsOf(visits: readonly Visit[], until: number): Iterable<number> {
  for (const { enteredAt, leftAt, attempts } of visits) {
    yield enteredAt;
    yield leftAt ?? until;
    for (const { at, endedAt } of attempts) {
      yield at;
      if (endedAt !== undefined) yield endedAt;
    }
  }
}
