/**
 * kill -9 while some fifty orders run, again and again, on one folder. Nothing that was acknowledged is lost, every
 * order ends, no attempt of a task is invoked twice. The functions run, and are counted, outside.
 */
import { join } from "node:path";
import { expect, vi } from "vitest";
import { type Prng, prng } from "../../../lib/adapters/simulated/prng.ts";
import { connect } from "../../../lib/cli/client.ts";
import { type Dev, startDev } from "./dev.ts";
import { complaints, executionsOf, submit } from "./orders.ts";
import type { Shop } from "./shop.ts";

export interface KillLoop {
  readonly kills: number;
  readonly seed: string;
  /** Files of the test: the definition is there, the store will be. */
  readonly folder: string;
  readonly definition: string;
  readonly shop: Shop;
}

export interface Restart {
  /** Open executions found. */
  readonly resumed: number;
  /** From the start of the process to its ready line, in milliseconds. */
  readonly readyAfter: number;
  /** From the ready line to the first task of an execution that was found; undefined: it was killed before, or found none. */
  readonly progressAfter: number | undefined;
}

/** A few more than fifty, because some end and some are not started before the next kill. */
const inFlight = 60;
const patience = { timeout: 120_000, interval: 50 };
/** A process that does nothing for so long is killed all the same. */
const longestRun = 5_000;

export async function killAgainAndAgain(loop: KillLoop): Promise<readonly Restart[]> {
  const { shop, kills } = loop;
  const chance = prng(loop.seed);
  const parameters = ["--data", join(loop.folder, "data"), "--json", ...shop.functionUrls];
  const acknowledged = new Set<string>();
  const orders: string[] = [];
  const restarts: Restart[] = [];

  let dev = await startDev(...parameters, loop.definition);
  for (let kill = 0; kill < kills; kill++) {
    const open = resumedBy(dev);
    const missing = inFlight - open - (orders.length - acknowledged.size);
    for (let more = 0; more < missing; more++) orders.push(`ord-${orders.length + 1}`);
    const firstCall = callOn(shop, dev.readyAt);
    const submitting = submit(connect(dev.url), orders, acknowledged);
    if (chance.chance(0.5)) await submitting;
    await Promise.all([killSoon(shop, chance, dev), submitting]);
    const calledAt = firstCall();
    const progressAfter = open > 0 && calledAt !== undefined ? calledAt - dev.readyAt : undefined;
    restarts.push({ resumed: open, readyAfter: dev.startedInMilliseconds, progressAfter });
    dev = await startDev(...parameters);
  }
  await judge(dev, shop, orders, acknowledged);
  expect(await dev.stop()).toBe(0);
  await expectAtRest(parameters, orders.length);
  return restarts;
}

function resumedBy(dev: Dev): number {
  return JSON.parse(dev.said().trim().split("\n")[0] ?? "").resumed;
}

/** After some calls, a moment later: then some are not answered. Now and then before there is any. */
function killSoon(shop: Shop, chance: Prng, dev: Dev): Promise<void> {
  return new Promise((resolve) => {
    const now = (): void => {
      clearTimeout(deadline);
      shop.onCall = () => undefined;
      resolve(dev.kill());
    };
    const deadline = setTimeout(now, longestRun);
    const milliseconds = chance.below(30);
    if (chance.chance(0.1)) {
      setTimeout(now, milliseconds);
      return;
    }
    let left = 1 + chance.below(40);
    const before = shop.onCall;
    shop.onCall = (connectedAt) => {
      before(connectedAt);
      left -= 1;
      if (left === 0) setTimeout(now, milliseconds);
    };
  });
}

/** When the first call came over a connection opened since: what a killed process had sent may still come in. */
function callOn(shop: Shop, since: number): () => number | undefined {
  let calledAt: number | undefined;
  shop.onCall = (connectedAt) => {
    if (connectedAt > since) calledAt ??= performance.now();
  };
  return () => calledAt;
}

async function judge(dev: Dev, shop: Shop, orders: readonly string[], acknowledged: Set<string>): Promise<void> {
  const client = connect(dev.url);
  await submit(client, orders, acknowledged);
  expect([...acknowledged].sort()).toEqual([...orders].sort());
  const executions = await vi.waitFor(async () => {
    const all = await executionsOf(client);
    expect(all.filter(({ status }) => status === "RUNNING")).toEqual([]);
    return all;
  }, patience);
  expect(executions.map(({ name }) => name).sort()).toEqual([...orders].sort());
  expect([...shop.calls].filter(([, count]) => count !== 1)).toEqual([]);
  // These functions never fail by themselves: a second attempt is one whose first was lost in a kill.
  const second = /(ReserveStock|CheckFraud|PackItem line \d) attempt 1$/;
  expect([...shop.calls.keys()].filter((key) => second.test(key))).not.toEqual([]);
  for (const execution of executions) expect(await complaints(client, execution, shop.calls)).toEqual([]);
}

async function expectAtRest(parameters: readonly string[], orders: number): Promise<void> {
  const again = await startDev(...parameters);
  expect(resumedBy(again)).toBe(0);
  expect(await executionsOf(connect(again.url))).toHaveLength(orders);
  expect(await again.stop()).toBe(0);
}

/** What the restarts were like, in one line. */
export function summary(restarts: readonly Restart[]): string {
  const progress = progressTimes(restarts);
  const ready = restarts.map(({ readyAfter }) => readyAfter);
  const resumed = restarts.map((restart) => restart.resumed);
  return [
    `${restarts.length} kills`,
    `${median(resumed)} executions in flight`,
    `ready after ${Math.round(median(ready))} ms`,
    `progress ${Math.round(median(progress))} ms after that (at most ${Math.round(Math.max(...progress))} ms)`,
  ].join(", ");
}

export function progressTimes(restarts: readonly Restart[]): readonly number[] {
  return restarts.flatMap(({ progressAfter }) => (progressAfter === undefined ? [] : [progressAfter]));
}

/** Of several, so that a busy machine does not fail it once. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0;
}
