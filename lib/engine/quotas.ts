/**
 * AWS's own quotas, for installations and machines that ask for them: what runs here then runs there. What Baton
 * limits by itself stands in the engine's options.
 */
import type { Engine } from "./engine.ts";
import type { Header } from "./segment.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const strict = { payloadBytes: 262_144, events: 25_000, executionSeconds: 365 * 24 * 3_600 };

type Strictness = Pick<Header, "strictQuotas">;

/** Of an execution, or of any request to the installation. */
export function payloadLimit({ options }: Engine, { strictQuotas }: Strictness = {}): number {
  const isStrict = strictQuotas ?? options.strictQuotas;
  return isStrict ? Math.min(strict.payloadBytes, options.payloadLimitBytes) : options.payloadLimitBytes;
}

/** How long the whole execution may take; undefined: as long as it wants. */
export function longestSeconds({ strictQuotas }: Strictness, timeoutSeconds: number | undefined): number | undefined {
  if (!strictQuotas) return timeoutSeconds;
  return Math.min(timeoutSeconds ?? strict.executionSeconds, strict.executionSeconds);
}

/**
 * Why the execution may not go on after so many events. The last one is kept for its own failure. In branches that
 * run side by side it is what came before each of them that counts, so the whole may be a little longer.
 */
export function tooManyEvents({ strictQuotas }: Strictness, events: number): string | undefined {
  if (!strictQuotas || events < strict.events - 1) return undefined;
  return `The execution reached the maximum number of history events (${strict.events}).`;
}
