/**
 * The world on one machine: one folder, one process, nothing to install. The parts share one store, which is
 * what makes a step one transaction: its segment, the end of its message and the next messages.
 */
import { join } from "node:path";
import type { Objects } from "../../engine/map-run/ports.ts";
import type { Clock, Inbox, Keys, Tasks, World } from "../../engine/ports.ts";
import { localActivities } from "./activities.ts";
import { agenda } from "./agenda.ts";
import { localBlobs } from "./blobs.ts";
import { systemChance } from "./chance.ts";
import { systemClock } from "./clock.ts";
import { localExecutionLogs } from "./execution-logs.ts";
import { localExecutions } from "./executions.ts";
import { makeFolder, writable } from "./folder.ts";
import { localHeartbeats } from "./heartbeats.ts";
import { localJoins } from "./joins.ts";
import { localKeys } from "./keys.ts";
import { type Lock, lockFolder } from "./lock.ts";
import { localLog } from "./log.ts";
import { localMachines } from "./machines.ts";
import { localMapRuns } from "./map-runs.ts";
import { noObjects } from "./objects.ts";
import { type Expire, retention } from "./retention.ts";
import { openStore } from "./store.ts";

export interface LocalWorldOptions {
  /** Made if it is not there; it belongs to this process until `close`. */
  readonly folder: string;
  readonly tasks: Tasks;
  /** The users' files; default: there are none. */
  readonly objects?: Objects;
  readonly clock?: Clock;
  /** Told once when the store can no longer be written: every call throws from then on. */
  readonly onBroken?: (error: unknown) => void;
}

export interface LocalWorld extends World {
  readonly inbox: Inbox;
  /**
   * `wake` runs when a message may be due that no `receive` has answered; the answer unsubscribes. It is called
   * in the turn of whoever sent the message: note it down and return.
   */
  onDue(wake: () => void): () => void;
  /** How many executions are running. */
  readonly openExecutions: number;
  readonly expire: Expire;
  /** Writes what is left and lets go of the folder. */
  close(): Promise<void>;
}

export async function openLocalWorld(options: LocalWorldOptions): Promise<LocalWorld> {
  const { folder } = options;
  await makeFolder(folder);
  return writable(folder, async () => {
    const lock = await lockFolder(folder);
    try {
      return assemble(options, lock, await localKeys(join(folder, "key")));
    } catch (error) {
      await lock.release();
      throw error;
    }
  });
}

function assemble(options: LocalWorldOptions, lock: Lock, keys: Keys): LocalWorld {
  const { folder, tasks, objects = noObjects, clock = systemClock } = options;
  const store = openStore(join(folder, "store"), options.onBroken);
  const work = agenda(store, clock);
  const log = localLog(store, work);
  const executions = localExecutions(store, log);
  const blobs = localBlobs(join(folder, "blobs"));
  return {
    log,
    queue: work.queue,
    timers: work.timers,
    inbox: work.inbox,
    onDue: work.onDue,
    blobs,
    machines: localMachines(store),
    executions,
    joins: localJoins(store),
    mapRuns: localMapRuns(store),
    objects,
    heartbeats: localHeartbeats(store),
    activities: localActivities(store),
    tasks,
    logs: localExecutionLogs(join(folder, "logs")),
    clock,
    chance: systemChance(),
    keys,
    // The lock proves that every earlier owner of a lease is gone.
    leasesVoidBefore: clock.now(),
    get openExecutions() {
      return executions.open;
    },
    expire: retention(store, executions, blobs),
    async close() {
      work.close();
      await store.close();
      await lock.release();
    },
  };
}
