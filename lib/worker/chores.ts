/**
 * What a worker does beside the queues, as the scheduled functions do on AWS: each minute the timers that come due,
 * once a day a look for executions that stand still. Any number of workers may do both: what one has done is gone
 * for the next, and what two do at once is a duplicate.
 */
import type { Engine } from "../engine/engine.ts";
import { healAll } from "../engine/heal.ts";
import type { Tenant } from "../engine/ports.ts";
import { sweep } from "../engine/sweep.ts";

export interface Chores {
  stop(): Promise<void>;
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** Shards swept at the same time. */
const sweepsAtOnce = 8;

/** What stood still for an hour has nobody at work on it; more than a thousand at a time is for a person to look at. */
export const dailyHeal = { quietMilliseconds: 60 * minute, most: 1_000, dryRun: false } as const;

export function startChores(engine: Engine, tenant: Tenant, onError: (error: unknown, chore: string) => void): Chores {
  const running = new Set<Promise<void>>();
  const run = (name: string, work: () => Promise<unknown>): void => {
    const done = work().then(
      () => undefined,
      (error: unknown) => onError(error, name),
    );
    running.add(done);
    void done.finally(() => running.delete(done));
  };
  const sweeping = (): void => run("timers", () => sweepAll(engine, (error) => onError(error, "timers")));
  const healing = (): void => run("heal", () => healAll(engine, tenant, dailyHeal));
  sweeping();
  // Workers that were started together must not look together.
  const timers = [setInterval(sweeping, minute * (0.9 + 0.1 * Math.random()))];
  const first = setTimeout(() => {
    healing();
    timers.push(setInterval(healing, day));
  }, day * Math.random());
  return {
    async stop() {
      clearTimeout(first);
      for (const timer of timers) clearInterval(timer);
      await Promise.all(running);
    },
  };
}

/** In any order: then two workers seldom meet at a shard. A shard that fails does not keep the others waiting. */
async function sweepAll(engine: Engine, onError: (error: unknown) => void): Promise<void> {
  const shards = Array.from({ length: engine.world.timers.shards }, (_, shard) => shard).sort(
    () => Math.random() - 0.5,
  );
  const sweeper = async (): Promise<void> => {
    for (let shard = shards.pop(); shard !== undefined; shard = shards.pop()) {
      await sweep(engine, shard).catch(onError);
    }
  };
  await Promise.all(Array.from({ length: sweepsAtOnce }, sweeper));
}
