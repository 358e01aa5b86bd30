/** What a number of seeds came to, as figures and as text. */
export interface Failure {
  readonly seed: number;
  readonly what: string;
}

/** Messages per transition, where 10 % of them come twice. */
export const mostSends = 1.05;

export interface Tally {
  readonly seeds: number;
  readonly failures: readonly Failure[];
  readonly transitions: number;
  /** Messages that the engine sent. */
  readonly sends: number;
  /** Writes that found their place taken. */
  readonly failedWrites: number;
  readonly seconds: number;
}

export function total(tallies: readonly Tally[]): Tally {
  const sum = (of: (tally: Tally) => number): number => tallies.reduce((whole, tally) => whole + of(tally), 0);
  return {
    seeds: sum(({ seeds }) => seeds),
    failures: tallies.flatMap(({ failures }) => failures),
    transitions: sum(({ transitions }) => transitions),
    sends: sum(({ sends }) => sends),
    failedWrites: sum(({ failedWrites }) => failedWrites),
    seconds: sum(({ seconds }) => seconds),
  };
}

export function report({ seeds, failures, transitions, sends, failedWrites, seconds }: Tally): string {
  const lines = failures.map(({ seed, what }) => `seed ${seed}\n${what}\n`);
  const per = (count: number): string => (count / transitions).toFixed(3);
  return [
    ...lines,
    `${seeds} seeds in ${seconds.toFixed(1)} s (${(seeds / seconds).toFixed(0)} seeds/s, ${(transitions / seconds).toFixed(0)} transitions/s)`,
    `violations: ${failures.length}${failures.length > 0 ? ` (seeds ${failures.map(({ seed }) => seed).join(", ")})` : ""}`,
    `sends per transition: ${per(sends)}`,
    `failed writes per transition: ${per(failedWrites)}`,
  ].join("\n");
}
