/** The items of a Map as a field of squares, failed ones named first; each leads to what happened in it. */
import { useMemo, useState } from "preact/hooks";
import type { ItemStatus, Visit } from "../../lib/asl/history/visits.ts";
import { count } from "../../lib/cli/explain/words.ts";
import { itemsTold } from "./item-counts.ts";
import { MapRun } from "./map-run.tsx";

interface ItemsProps {
  readonly visit: Visit;
  readonly itemLink: (visit: Visit, index: number) => string;
}

/** A screen full; beyond it one asks for a number. */
const mostSquares = 400;

export function Items({ visit, itemLink }: ItemsProps) {
  const [from, setFrom] = useState(0);
  const { items, width = items.size, mapRunArn } = visit;
  const failed = useMemo(() => [...items].filter(([, status]) => status === "failed").map(([index]) => index), [items]);
  if (mapRunArn !== undefined) return <MapRun arn={mapRunArn} />;
  const shown = Array.from({ length: Math.min(mostSquares, width - from) }, (_, index) => from + index);
  return (
    <section aria-label="Items">
      <h3>Items</h3>
      <p>{itemsTold(items, width)}</p>
      {failed.length > 0 && (
        <p>
          Failed:{" "}
          {failed.slice(0, 20).map((index) => (
            <>
              <a key={index} href={itemLink(visit, index)}>
                item {index}
              </a>{" "}
            </>
          ))}
          {failed.length > 20 && `and ${count(failed.length - 20)} more`}
        </p>
      )}
      <div class="squares">
        {shown.map((index) => {
          const status: ItemStatus | "waiting" = items.get(index) ?? "waiting";
          return (
            <a key={index} class={status} href={itemLink(visit, index)} title={`item ${index}: ${status}`}>
              <span class="hidden">{`item ${index}: ${status}`}</span>
            </a>
          );
        })}
      </div>
      {width > mostSquares && (
        <p class="buttons">
          <button type="button" disabled={from === 0} onClick={() => setFrom(Math.max(0, from - mostSquares))}>
            earlier
          </button>
          <span class="quiet">
            {count(from)} to {count(Math.min(width, from + mostSquares) - 1)}
          </span>
          <button type="button" disabled={from + mostSquares >= width} onClick={() => setFrom(from + mostSquares)}>
            later
          </button>
        </p>
      )}
    </section>
  );
}
