/**
 * How far down a list one was, kept in the entry of the browser's history: whoever comes back from what a row leads to
 * is there again. A new look at the same list begins at its top.
 */
interface Places {
  readonly places?: Readonly<Record<string, number>>;
}

/** In pixels; undefined: nobody has been here, or at the top. */
export function placeLeft(list: string): number | undefined {
  return here().places?.[list];
}

export function leavePlace(list: string, top: number): void {
  const before = here();
  history.replaceState({ ...before, places: { ...before.places, [list]: top } }, "");
}

function here(): Places {
  return (history.state ?? {}) as Places; // only this file writes it
}
