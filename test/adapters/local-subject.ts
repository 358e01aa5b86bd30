/** A local world in a folder of its own, with a clock that tests move by hand. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalWorld, openLocalWorld } from "../../lib/adapters/local/world.ts";
import type { Clock, Tasks } from "../../lib/engine/ports.ts";
import { noon, type Subject } from "../contracts/subject.ts";

export const noTasks: Tasks = { call: () => Promise.reject(new Error("nothing is called in these tests")) };

export interface HandClock extends Clock {
  advance(milliseconds: number): void;
}

export function handClock(start = noon): HandClock {
  let now = start;
  let alarms: { moment: number; wake: () => void }[] = [];
  return {
    now: () => now,
    at(moment, wake) {
      const alarm = { moment, wake };
      alarms.push(alarm);
      return () => {
        alarms = alarms.filter((other) => other !== alarm);
      };
    },
    advance(milliseconds) {
      now += milliseconds;
      const due = alarms.filter(({ moment }) => moment <= now);
      alarms = alarms.filter(({ moment }) => moment > now);
      for (const { wake } of due) wake();
    },
  };
}

export async function freshFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "baton-local-"));
}

export async function openLocalSubject(): Promise<Subject & { readonly world: LocalWorld }> {
  const folder = await freshFolder();
  const clock = handClock();
  const world = await openLocalWorld({ folder, tasks: noTasks, clock });
  return {
    world,
    inbox: world.inbox,
    advance: async (milliseconds) => clock.advance(milliseconds),
    async close() {
      await world.close();
      await rm(folder, { recursive: true });
    },
  };
}
