/**
 * What a run cost, by list prices of us-east-1: on the service 25 USD for a million transitions (a retry is one
 * more), here what `npm run bench` measures for the same (docs/costs.md). An estimate, and said to be one.
 */
import { Fact } from "../parts/fact.tsx";
import type { Read } from "./history.ts";

const serviceUsd = 25 / 1_000_000;
const batonUsd = 1.97 / 1_000_000;

export function Cost({ read: { visits } }: { readonly read: Read }) {
  const transitions = visits.reduce((sum, { attempts }) => sum + Math.max(1, attempts.length), 0);
  return (
    <Fact title="Cost, about">
      <span title={`${transitions} transitions at list prices of us-east-1; see docs/costs.md`}>
        {usd(transitions * batonUsd)}{" "}
        <span class="quiet">on AWS; {usd(transitions * serviceUsd)} on Step Functions</span>
      </span>
    </Fact>
  );
}

/** Two digits that count. */
function usd(amount: number): string {
  if (amount === 0) return "$0";
  return `$${amount.toFixed(Math.max(2, 1 - Math.floor(Math.log10(amount))))}`;
}
