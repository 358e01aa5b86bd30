/** How far back one looks, and in which parts: whole ones by the clock, so that a bar stays where it is while time goes on. */
const [minute, hour] = [60_000, 3_600_000];

export const periods = {
  hour: { part: 5 * minute, parts: 12 },
  day: { part: hour, parts: 24 },
  week: { part: 6 * hour, parts: 28 },
} as const;

export type Period = keyof typeof periods;

export interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly parts: number;
}

/** The part that has begun, and as many before it as make up the period. */
export function stretchOf(period: Period, now: number): Stretch {
  const { part, parts } = periods[period];
  const until = (Math.floor(now / part) + 1) * part;
  return { from: until - (parts + 1) * part, until, parts: parts + 1 };
}
