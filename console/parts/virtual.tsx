/**
 * A long list of rows of one height, of which only those in sight exist: ten thousand cost what thirty do. Rows
 * that are not there yet keep their room, so that the scroll bar tells the truth. By keyboard it is one stop, or nobody
 * would come to what is behind it: arrows lead from row to row.
 */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { leavePlace, placeLeft } from "./place.ts";
import { Scroll } from "./scroll.tsx";

export interface RowPlace {
  /** For the row's outermost element. */
  readonly at: { readonly style: Readonly<Record<string, string>>; readonly "data-row": number };
  /** For what takes the focus in it. */
  readonly tabIndex: 0 | -1;
}

export interface VirtualProps {
  readonly label: string;
  readonly count: number;
  /** In pixels. */
  readonly rowHeight: number;
  readonly row: (index: number, place: RowPlace) => ComponentChildren;
  /** Above the rows, where it stays while they scroll. */
  readonly head?: ComponentChildren;
  /** Kept in sight when it changes. */
  readonly current?: number;
}

const rowsBeyond = 12;
/** Browsers take only so many changes of an entry in their history. */
const scrollPause = 100;
/** Browsers draw no taller elements; more rows than fit scroll in larger steps. */
const tallest = 8_000_000;

/** How many rows a key leads on, where so many are in sight. */
const steps: Readonly<Record<string, (inSight: number) => number>> = {
  ArrowDown: () => 1,
  ArrowUp: () => -1,
  PageDown: (inSight) => inSight,
  PageUp: (inSight) => -inSight,
  Home: () => Number.NEGATIVE_INFINITY,
  End: () => Number.POSITIVE_INFINITY,
};

export function VirtualList({ label, count, rowHeight, row, head, current }: VirtualProps) {
  const box = useRef<HTMLElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 600 });
  /** The row that Tab leads to, if it is in sight. */
  const [stop, setStop] = useState(0);
  const wanted = useRef<Wanted>(undefined);
  const measure = (): void => {
    const { scrollTop = 0, clientHeight = 600 } = box.current ?? {};
    setSeen({ top: scrollTop, height: clientHeight });
  };
  const heightOfHead = (): number => (head ? (rows.current?.offsetTop ?? 0) : 0);
  const isInSight = (index: number): boolean => {
    const { scrollTop = 0, clientHeight = 0 } = box.current ?? {};
    const top = index * rowHeight;
    return top >= scrollTop && heightOfHead() + top + rowHeight <= scrollTop + clientHeight;
  };
  useLayoutEffect(measure, [count]);
  useLayoutEffect(() => {
    const { current: element } = box;
    const top = placeLeft(label);
    if (element && top !== undefined) element.scrollTop = top;
    return () => clearTimeout(leaving.current);
  }, []);
  const leaving = useRef<ReturnType<typeof setTimeout>>(undefined);
  const scrolled = (): void => {
    measure();
    clearTimeout(leaving.current);
    leaving.current = setTimeout(() => leavePlace(label, box.current?.scrollTop ?? 0), scrollPause);
  };
  useLayoutEffect(() => {
    const { current: element } = box;
    if (!element || current === undefined || current < 0) return;
    setStop(current);
    if (!isInSight(current)) element.scrollTop = current * rowHeight - element.clientHeight / 2;
  }, [current, rowHeight]);
  useLayoutEffect(() => {
    if (wanted.current && focusOn(rows.current, wanted.current)) wanted.current = undefined;
  });
  const go = (event: KeyboardEvent): void => {
    const step = steps[event.key];
    const from = placeOf(event.target);
    const { current: element } = box;
    if (!step || !from || !element || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const inSight = Math.max(1, Math.floor((element.clientHeight - heightOfHead()) / rowHeight) - 1);
    const index = Math.max(0, Math.min(count - 1, from.index + step(inSight)));
    const top = index * rowHeight;
    if (!isInSight(index))
      element.scrollTop = index < from.index ? top : heightOfHead() + top + rowHeight - element.clientHeight;
    wanted.current = { ...from, index };
    setStop(index);
    measure();
  };
  const height = Math.min(tallest, count * rowHeight);
  const first = Math.max(0, Math.floor(seen.top / rowHeight) - rowsBeyond);
  const last = Math.min(count, Math.ceil((seen.top + seen.height) / rowHeight) + rowsBeyond);
  const firstSeen = Math.ceil(seen.top / rowHeight);
  const tabbed = stop >= first && stop < last ? stop : Math.min(firstSeen, count - 1);
  const drawn: ComponentChildren[] = [];
  for (let index = first; index < last; index++) {
    const style = {
      position: "absolute",
      top: `${index * rowHeight}px`,
      height: `${rowHeight}px`,
      left: "0",
      right: "0",
    };
    drawn.push(row(index, { at: { style, "data-row": index }, tabIndex: index === tabbed ? 0 : -1 }));
  }
  return (
    <Scroll class="virtual" box={box} onScroll={scrolled} label={label}>
      {head}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the rows in it are what takes the focus */}
      <div
        ref={rows}
        class="virtual-rows"
        style={{ height: `${height}px`, position: "relative" }}
        onKeyDown={go}
        onFocusIn={(event) => setStop(placeOf(event.target)?.index ?? stop)}
      >
        {drawn}
      </div>
    </Scroll>
  );
}

/** What takes the focus: in which row, and as which of those in it. */
interface Wanted {
  readonly index: number;
  readonly nth: number;
}

const focusable = "a, button, input";

/** The row itself, or what is in it. */
function focusablesIn(row: Element): readonly HTMLElement[] {
  return row.matches(focusable) ? [row as HTMLElement] : [...row.querySelectorAll<HTMLElement>(focusable)]; // as the selector has it
}

function placeOf(target: EventTarget | null): Wanted | undefined {
  const row = target instanceof HTMLElement ? target.closest<HTMLElement>("[data-row]") : null;
  if (!row) return undefined;
  const nth = focusablesIn(row).indexOf(target as HTMLElement); // as has been asked
  return { index: Number(row.dataset["row"]), nth: Math.max(0, nth) };
}

/** False: it is not drawn yet. */
function focusOn(rows: Element | null, { index, nth }: Wanted): boolean {
  const row = rows?.querySelector(`[data-row="${index}"]`);
  const found = row ? focusablesIn(row)[nth] : undefined;
  found?.focus();
  return found !== undefined;
}
