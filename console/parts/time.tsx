/** Moments that stay true while the page is open. */
import { useEffect, useState } from "preact/hooks";
import { moment, relative } from "../../lib/cli/explain/words.ts";

/** The time now, anew every second while `moving`. */
export function useNow(moving = true): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!moving) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [moving]);
  return now;
}

export function Moment({ at, now }: { readonly at: number; readonly now: number }) {
  const iso = new Date(at).toISOString();
  return (
    <time dateTime={iso} title={iso}>
      {moment(at, now)} <span class="quiet">({relative(at, now)})</span>
    </time>
  );
}
