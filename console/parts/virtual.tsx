/**
 * A long list of rows of one height, of which only those in sight exist: ten thousand cost what thirty do. Rows
 * that are not there yet keep their room, so that the scroll bar tells the truth.
 */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Scroll } from "./scroll.tsx";

export interface VirtualProps {
  readonly label: string;
  readonly count: number;
  /** In pixels. */
  readonly rowHeight: number;
  readonly row: (index: number, style: Readonly<Record<string, string>>) => ComponentChildren;
  /** Above the rows, where it stays while they scroll. */
  readonly head?: ComponentChildren;
  /** Kept in sight when it changes. */
  readonly current?: number;
}

const rowsBeyond = 12;
/** Browsers draw no taller elements; more rows than fit scroll in larger steps. */
const tallest = 8_000_000;

export function VirtualList({ label, count, rowHeight, row, head, current }: VirtualProps) {
  const box = useRef<HTMLElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 600 });
  const measure = (): void => {
    const { scrollTop = 0, clientHeight = 600 } = box.current ?? {};
    setSeen({ top: scrollTop, height: clientHeight });
  };
  useLayoutEffect(measure, [count]);
  useLayoutEffect(() => {
    const { current: element } = box;
    if (!element || current === undefined || current < 0) return;
    const top = current * rowHeight;
    if (top < element.scrollTop || top + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top - element.clientHeight / 2;
  }, [current, rowHeight]);
  const height = Math.min(tallest, count * rowHeight);
  const first = Math.max(0, Math.floor(seen.top / rowHeight) - rowsBeyond);
  const last = Math.min(count, Math.ceil((seen.top + seen.height) / rowHeight) + rowsBeyond);
  const rows: ComponentChildren[] = [];
  for (let index = first; index < last; index++)
    rows.push(
      row(index, {
        position: "absolute",
        top: `${index * rowHeight}px`,
        height: `${rowHeight}px`,
        left: "0",
        right: "0",
      }),
    );
  return (
    <Scroll class="virtual" box={box} onScroll={measure} label={label}>
      {head}
      <div class="virtual-rows" style={{ height: `${height}px`, position: "relative" }}>
        {rows}
      </div>
    </Scroll>
  );
}
