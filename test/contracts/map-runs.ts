/** What every MapRuns promises: entries of the runs that an execution has started, newest first. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MapRunEntry } from "../../lib/engine/map-run/ports.ts";
import type { ExecutionId, MapRunId } from "../../lib/engine/ports.ts";
import {
  executionOf,
  farAway,
  freshExecution,
  freshTenant,
  longestName,
  noon,
  type Open,
  type Subject,
} from "./subject.ts";

function entryOf(execution: ExecutionId, label: string, startedAt: number): MapRunEntry {
  const machine = execution.slice(0, execution.lastIndexOf("/"));
  const id = `${machine}/${label}:0000` as MapRunId;
  return { id, execution, startedAt, expires: farAway };
}

export function mapRunsContract(name: string, open: Open): void {
  describe(`${name}: map runs`, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    test("runs are listed newest first, a page at a time, each execution's by themselves", async () => {
      const { mapRuns } = subject.world;
      const [execution, other] = [freshExecution(), freshExecution()];
      const entries = [3, 1, 2].map((n) => entryOf(execution, `Each${n}`, noon + n));
      for (const entry of [...entries, entryOf(other, "Each", noon)]) await mapRuns.put(entry);
      const first = await mapRuns.list(execution, 2);
      expect(first.items.map(({ startedAt }) => startedAt - noon)).toEqual([3, 2]);
      const second = await mapRuns.list(execution, 2, first.next);
      expect(second).toEqual({ items: [entries[1]] });
      expect(await mapRuns.list(execution, 3)).toEqual({ items: [entries[0], entries[2], entries[1]] });
    });

    test("names as long as can be, of letters that are not ASCII", async () => {
      const { mapRuns } = subject.world;
      const execution = executionOf(freshTenant(), longestName("m"), longestName("e"));
      const entries = [2, 1].map((n) => entryOf(execution, longestName(`${n}`), noon + n));
      for (const entry of entries) await mapRuns.put(entry);
      const first = await mapRuns.list(execution, 1);
      expect(first.items).toEqual([entries[0]]);
      expect((await mapRuns.list(execution, 1, first.next)).items).toEqual([entries[1]]);
    });

    test("an entry put again stands there once, as it was put last", async () => {
      const { mapRuns } = subject.world;
      const entry = entryOf(freshExecution(), "Each", noon);
      await mapRuns.put(entry);
      await mapRuns.put({ ...entry, stoppedAt: noon + 5 });
      expect(await mapRuns.list(entry.execution, 10)).toEqual({ items: [{ ...entry, stoppedAt: noon + 5 }] });
    });

    test("an entry of an epoch before, put late, does not write over that of a later one", async () => {
      const { mapRuns } = subject.world;
      const entry = entryOf(freshExecution(), "Each", noon);
      await mapRuns.put({ ...entry, stoppedAt: noon + 5 });
      await mapRuns.put({ ...entry, epoch: 1 });
      await mapRuns.put({ ...entry, stoppedAt: noon + 5 });
      expect(await mapRuns.list(entry.execution, 10)).toEqual({ items: [{ ...entry, epoch: 1 }] });
      await mapRuns.put({ ...entry, epoch: 1, stoppedAt: noon + 9 });
      expect(await mapRuns.list(entry.execution, 10)).toEqual({ items: [{ ...entry, epoch: 1, stoppedAt: noon + 9 }] });
    });

    test("an end is not written over by who has seen the run open in the same epoch", async () => {
      const { mapRuns } = subject.world;
      const entry = entryOf(freshExecution(), "Each", noon);
      const put = async (more: Partial<MapRunEntry>) => {
        await mapRuns.put({ ...entry, ...more });
        return (await mapRuns.list(entry.execution, 10)).items;
      };
      const ended = { ...entry, stoppedAt: noon + 5 };
      expect(await put({ stoppedAt: noon + 5 })).toEqual([ended]);
      expect(await put({})).toEqual([ended]);
      expect(await put({ epoch: 1 })).toEqual([{ ...entry, epoch: 1 }]);
      expect(await put({ epoch: 1, expires: farAway + 1_000 })).toMatchObject([{ expires: farAway + 1_000 }]);
      expect(await put({ epoch: 1, stoppedAt: noon + 9 })).toEqual([{ ...ended, epoch: 1, stoppedAt: noon + 9 }]);
      expect(await put({ epoch: 1 })).toEqual([{ ...ended, epoch: 1, stoppedAt: noon + 9 }]);
      expect(await put({ epoch: 2 })).toEqual([{ ...entry, epoch: 2 }]);
    });

    test("an entry is made once: entered again it stays as it is", async () => {
      const { mapRuns } = subject.world;
      const entry = { ...entryOf(freshExecution(), "Each", noon), stoppedAt: noon + 5 };
      await mapRuns.enter(entry);
      await mapRuns.enter(entryOf(entry.execution, "Each", noon));
      expect(await mapRuns.list(entry.execution, 10)).toEqual({ items: [entry] });
    });

    test("an execution that has started none has an empty list", async () => {
      expect(await subject.world.mapRuns.list(freshExecution(), 10)).toEqual({ items: [] });
    });
  });
}
