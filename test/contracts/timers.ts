/** What every Timers promises: with its sweeps a message comes once its time has come, however far that is. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Abilities, freshName, minute, type Open, type Subject, takeBodies } from "./subject.ts";

export function timersContract(name: string, open: Open, { movesTime }: Abilities): void {
  describe(`${name}: timers`, () => {
    let subject: Subject;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.close());
    const now = () => subject.world.clock.now();
    const sweep = async () => {
      const { timers } = subject.world;
      let sent = 0;
      for (let shard = 0; shard < timers.shards; shard += 1) {
        sent += await timers.sweep(shard, now() + timers.queueHorizon);
      }
      return sent;
    };

    test("overdue timers come with the next sweep, and the one after finds none", async () => {
      const names = [freshName(), freshName(), freshName()];
      for (const body of names) {
        await subject.world.timers.set({ lane: "flow", group: "g", body, notBefore: now() - 1_000 }, body);
      }
      await sweep();
      expect(await takeBodies(subject.inbox, "flow")).toEqual(names.sort());
      expect(await sweep()).toBe(0);
    });

    test.runIf(movesTime)("a timer beyond the queue's horizon comes at its time", async () => {
      await subject.world.timers.set(
        { lane: "flow", group: "g", body: "in 2 h", notBefore: now() + 120 * minute },
        "id",
      );
      for (let passed = 0; passed < 119; passed += 1) {
        await sweep();
        expect(await subject.inbox.receive("flow", 1)).toEqual([]);
        await subject.advance?.(minute);
      }
      await sweep();
      await subject.advance?.(minute);
      expect(await takeBodies(subject.inbox, "flow")).toEqual(["in 2 h"]);
    });
  });
}
