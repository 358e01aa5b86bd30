/** The time axis above the bars: round times since the start, with the moment itself on hover; folds; and now. */
import { Fragment, type RefObject } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { duration, moment } from "../../lib/cli/explain/words.ts";
import { type Tick, ticksOf, wordsWidth } from "./ticks.ts";
import type { Fold, TimeAxis } from "./time-axis.ts";

const usualWidth = 600;
const nowWords = "now";

/** How long the line of that element is, in pixels. */
export function useWidth(): readonly [place: RefObject<HTMLSpanElement | null>, width: number] {
  const place = useRef<HTMLSpanElement>(null);
  const [width, setWidth] = useState(usualWidth);
  useLayoutEffect(() => {
    const { current: element } = place;
    if (!element) return;
    const measure = (): void => setWidth(Math.max(1, element.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [place, width];
}

interface Marks {
  readonly axis: TimeAxis;
  readonly started: number;
  /** The end of the line is now. */
  readonly moving: boolean;
}

export function useTicks({ axis, started, moving }: Marks, width: number): readonly Tick[] {
  return useMemo(() => {
    const folds = axis.folds.map((fold): readonly [number, number] => {
      const half = wordsWidth(foldWords(fold, width, moving)) / 2;
      const middle = (fold.at + fold.width / 2) * width;
      return [middle - half, middle + half];
    });
    const now = moving ? [[width - wordsWidth(nowWords), width] as const] : [];
    const ticks = ticksOf(axis, started, width, [...folds, ...now]);
    return moving ? ticks.filter(({ at }) => at < 1) : ticks; // where now stands already
  }, [axis, started, moving, width]);
}

/** How long it is, where there is room for that; the one that lasts until now has no words beside those for now. */
function foldWords({ at, width, milliseconds }: Fold, line: number, moving: boolean): string {
  if (moving && (at + width) * line > line - wordsWidth(nowWords)) return "";
  const words = duration(milliseconds);
  return wordsWidth(words) <= width * line ? words : "⋯";
}

interface AxisProps extends Marks {
  readonly ticks: readonly Tick[];
  readonly width: number;
  readonly place: RefObject<HTMLSpanElement | null>;
  readonly until: number;
}

export function Axis({ axis, started, moving, ticks, width, place, until }: AxisProps) {
  return (
    <div class="axis">
      <span class="from" title={new Date(started).toISOString()}>
        since {moment(started, Date.now())}
      </span>
      <span class="number" />
      <span class="track" ref={place} aria-hidden="true">
        {axis.folds.map((fold) => (
          <span
            key={fold.at}
            class="fold"
            style={{ left: percent(fold.at), width: percent(fold.width) }}
            title={`${duration(fold.milliseconds)} in which nothing happened`}
          >
            {foldWords(fold, width, moving)}
          </span>
        ))}
        {ticks.map(({ at, moment: when, label, labelAt }) => (
          <Fragment key={when}>
            <span class="tick" style={{ left: percent(at) }} />
            {label !== undefined && (
              <span class="since" style={{ left: percent(labelAt) }} title={momentWords(when, started)}>
                {label}
              </span>
            )}
          </Fragment>
        ))}
        {moving && (
          <span class="now" title={momentWords(until, started)}>
            {nowWords}
          </span>
        )}
      </span>
    </div>
  );
}

/** To the millisecond: what lies between two marks may be no more. */
function momentWords(at: number, started: number): string {
  return `${moment(at, Date.now())}.${String(Math.floor(at) % 1_000).padStart(3, "0")}, ${duration(at - started)} after the start`;
}

/** What continues the marks down through a row. */
export function Grid({ ticks, moving }: { readonly ticks: readonly Tick[]; readonly moving: boolean }) {
  return (
    <>
      {ticks.map(({ at, moment: when }) => (
        <span key={when} class="tick" style={{ left: percent(at) }} />
      ))}
      {moving && <span class="now" />}
    </>
  );
}

export function percent(part: number): string {
  return `${(part * 100).toFixed(3)}%`;
}
