/**
 * How many executions of a machine started when in the last hour, day or week, and what came of them: a bar for each
 * part of the time, which leads to the list of what it counts. Kinds of end differ in pattern as well as in colour.
 * What has not been read, because there was too much, is shown as that and not as nothing.
 */
import { count, language, several } from "../../lib/cli/explain/words.ts";
import { rest } from "../api/client.ts";
import { useLive } from "../api/live.ts";
import type { Counts, CountsOfPart, Status } from "../api/wire.ts";
import { Failed } from "../parts/failure.tsx";
import { looks } from "../parts/status.tsx";
import { statusWords } from "../parts/words.ts";
import { link } from "../route.ts";
import { type Period, periods, stretchOf } from "./periods.ts";

interface OverTimeProps {
  readonly machine: string;
  readonly period: Period;
}

const restMilliseconds = 15_000;
/** Of more than that it is counted once, and again when somebody asks for it: each time reads them all. */
const mostReadAgain = 1_000;

export function OverTime({ machine, period }: OverTimeProps) {
  const { value, error, again } = useLive({
    key: `${machine} ${period}`,
    load: () => read(machine, period),
    settled: ({ read: all }) => all > mostReadAgain,
    restMilliseconds,
  });
  return (
    <section class="panel over-time" aria-label="Executions over time">
      <header>
        <h2>Started in the last {period}</h2>
        <nav class="choices" aria-label="Period">
          {Object.keys(periods).map((each) => (
            <a
              key={each}
              href={link(["machines", machine], { period: each === "day" ? undefined : each })}
              aria-current={each === period ? "true" : undefined}
            >
              {each}
            </a>
          ))}
        </nav>
        {value && value.read > mostReadAgain && (
          <button type="button" class="plain" onClick={again}>
            Count again
          </button>
        )}
      </header>
      {error && <Failed error={error} />}
      {value ? <Chart machine={machine} period={period} counts={value} /> : !error && <p class="empty">Loading…</p>}
    </section>
  );
}

async function read(machine: string, period: Period): Promise<Counts> {
  const { from, until, parts } = stretchOf(period, Date.now());
  const query = new URLSearchParams({
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
    parts: String(parts),
  });
  return await rest("GET", `state-machines/${encodeURIComponent(machine)}/counts?${query}`);
}

/** From the bottom up: what went wrong stands on top. */
const stacked = ["SUCCEEDED", "RUNNING", "ABORTED", "TIMED_OUT", "FAILED"] as const satisfies readonly Status[];

interface ChartProps extends OverTimeProps {
  readonly counts: Counts;
}

function Chart({ machine, period, counts }: ChartProps) {
  const { parts, complete, since } = counts;
  const highest = Math.max(1, ...parts.map(total));
  const unread = (part: CountsOfPart): boolean => !complete && Date.parse(part.from) < Date.parse(since);
  return (
    <>
      <Totals counts={counts} />
      <div class="chart">
        <span class="highest quiet" aria-hidden="true">
          {count(highest)}
        </span>
        <ol class="bars">
          {parts.map((part) => (
            <li key={part.from} class={unread(part) ? "unread" : undefined}>
              {total(part) > 0 && (
                <Bar machine={machine} part={part} highest={highest} label={labelOf(part, period, unread(part))} />
              )}
            </li>
          ))}
        </ol>
        <Times parts={parts} period={period} />
      </div>
      {!complete && (
        <p class="quiet">
          The newest {count(counts.read)} were read; they go back to {timeOf(since, "week")}. What started before is not
          counted: its part is hatched.
        </p>
      )}
    </>
  );
}

function Totals({ counts: { read: all, complete, parts } }: { readonly counts: Counts }) {
  const sums = stacked.map(
    (status) => [status, parts.reduce((sum, part) => sum + (part.counts[status] ?? 0), 0)] as const,
  );
  return (
    <ul class="legend">
      <li>
        {complete ? "" : "at least "}
        {several(all, "execution")}
      </li>
      {sums.map(
        ([status, sum]) =>
          sum > 0 && (
            <li key={status}>
              <span class={`segment ${status}`} aria-hidden="true" /> {looks[status].sign} {count(sum)}{" "}
              {statusWords[status].toLowerCase()}
            </li>
          ),
      )}
    </ul>
  );
}

interface BarProps {
  readonly machine: string;
  readonly part: CountsOfPart;
  readonly highest: number;
  readonly label: string;
}

function Bar({ machine, part, highest, label }: BarProps) {
  const { from, until, counts } = part;
  return (
    <a href={link(["executions"], { machine, from, until })} title={label}>
      <span class="hidden">{label}</span>
      <span class="stack" aria-hidden="true" style={{ height: `${(total(part) / highest) * 100}%` }}>
        {stacked.map(
          (status) =>
            (counts[status] ?? 0) > 0 && (
              <span key={status} class={`segment ${status}`} style={{ flexGrow: String(counts[status]) }} />
            ),
        )}
      </span>
    </a>
  );
}

function total({ counts }: CountsOfPart): number {
  return stacked.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
}

function labelOf(part: CountsOfPart, period: Period, partly: boolean): string {
  const ends = stacked.flatMap((status) => {
    const number = part.counts[status] ?? 0;
    return number === 0 ? [] : [`${count(number)} ${statusWords[status].toLowerCase()}`];
  });
  return `${timeOf(part.from, period)} to ${timeOf(part.until, period)}: ${ends.join(", ")}${partly ? ", the rest not read" : ""}`;
}

const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(language, { weekday: "short", day: "numeric", month: "short" });

function timeOf(at: string, period: Period): string {
  const moment = Date.parse(at);
  return period === "week" ? `${day.format(moment)}, ${clock.format(moment)}` : clock.format(moment);
}

/** Where the bars begin, at the middle, and where they end. */
function Times({ parts, period }: { readonly parts: readonly CountsOfPart[]; readonly period: Period }) {
  const [first, middle] = [parts[0], parts[Math.floor(parts.length / 2)]];
  return (
    <p class="times quiet">
      <span>{first && timeOf(first.from, period)}</span>
      <span>{middle && timeOf(middle.from, period)}</span>
      <span>now</span>
    </p>
  );
}
