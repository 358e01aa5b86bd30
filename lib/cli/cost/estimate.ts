/** What one execution costs, here and on Step Functions, in US dollars at list prices. */
import { billOf } from "./bill.ts";
import { type Counts, pricedOf, type StartedBy } from "./count.ts";
import { stepFunctionsUsd } from "./prices.ts";

export interface Estimate {
  /** As Step Functions counts them: visits of states and retries. */
  readonly transitions: number;
  readonly stepFunctionsUsd: number;
  /** With little traffic: each message by itself. */
  readonly aloneUsd: number;
  /** Under load, where Lambda fills batches of 10. */
  readonly loadedUsd: number;
}

const fullBatch = 10;

export function estimateOf(counts: Counts, startedBy: StartedBy = "api"): Estimate {
  const transitions = counts.states + counts.retries;
  const priced = pricedOf(counts, startedBy);
  const ofOne = (batch: number): number => (billOf(priced, batch).usd * priced.states) / 1e6;
  return {
    transitions,
    stepFunctionsUsd: (transitions * stepFunctionsUsd) / 1e6,
    aloneUsd: ofOne(1),
    loadedUsd: ofOne(fullBatch),
  };
}

export const free: Estimate = { transitions: 0, stepFunctionsUsd: 0, aloneUsd: 0, loadedUsd: 0 };

export function times(
  { transitions, stepFunctionsUsd: theirs, aloneUsd, loadedUsd }: Estimate,
  number: number,
): Estimate {
  return {
    transitions: transitions * number,
    stepFunctionsUsd: theirs * number,
    aloneUsd: aloneUsd * number,
    loadedUsd: loadedUsd * number,
  };
}

export function together(estimates: readonly Estimate[]): Estimate {
  return estimates.reduce(
    (sum, each) => ({
      transitions: sum.transitions + each.transitions,
      stepFunctionsUsd: sum.stepFunctionsUsd + each.stepFunctionsUsd,
      aloneUsd: sum.aloneUsd + each.aloneUsd,
      loadedUsd: sum.loadedUsd + each.loadedUsd,
    }),
    free,
  );
}

/** $0.00023: two digits that say something. */
export function dollars(usd: number): string {
  if (usd === 0) return "$0";
  return `$${usd >= 1 ? usd.toFixed(2) : usd.toFixed(Math.min(20, 1 - Math.floor(Math.log10(usd))))}`;
}

/** For the end of an execution that was followed. */
export function costLine({ transitions, aloneUsd, stepFunctionsUsd: theirs }: Estimate): string {
  const whole = Math.round(transitions);
  return `${whole} ${whole === 1 ? "transition" : "transitions"} · on AWS ${dollars(aloneUsd)} here, ${dollars(theirs)} on Step Functions`;
}
