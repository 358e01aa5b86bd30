/** What an installation costs a month that nobody uses: polls of empty queues, the minute's sweep, secrets, alarms. */
import { assumed, type PriceName, prices } from "../../lib/cli/cost/prices.ts";

const minutesPerMonth = (365.25 * 24 * 60) / 12;

/** Lambda polls a queue that has nothing with five connections, twenty seconds each. */
const pollsPerMinute = 5 * 3;
const queues = 3;
const timerShards = 64;
const sweepMilliseconds = 500;
const sweepGigabytes = 0.25;
/** A Query that finds nothing, read consistently. */
const emptyQueryUnits = 1;
/** Of signatures, of the first access key, of the issued ones. */
const secrets = 3;
const alarms = 6;

export interface StandingLine {
  readonly what: string;
  readonly price: PriceName;
  readonly quantity: number;
  readonly usd: number;
}

export function standingCosts(): readonly StandingLine[] {
  const lines: readonly (readonly [string, PriceName, number])[] = [
    ["polls of three empty queues", "queueRequest", queues * pollsPerMinute * minutesPerMonth],
    [`sweeps of ${timerShards} shards, each minute`, "readUnit", timerShards * emptyQueryUnits * minutesPerMonth],
    ["invocations of the sweep", "invocation", minutesPerMonth],
    ["duration of the sweep", "gigabyteSecond", (minutesPerMonth * sweepMilliseconds * sweepGigabytes) / 1_000],
    ["logs of the sweep", "logGigabyte", (minutesPerMonth * assumed.logBytesPerInvocation) / 1e9],
    ["secrets", "secretMonth", secrets],
    ["alarms", "alarmMonth", alarms],
  ];
  return lines.map(([what, price, quantity]) => ({
    what,
    price,
    quantity,
    usd: (quantity * prices[price].usd) / prices[price].per,
  }));
}
