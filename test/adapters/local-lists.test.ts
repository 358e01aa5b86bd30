/** What a page of a list costs on the local store, in rows read: the same for the first page and the tenth, however long the list. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agenda } from "../../lib/adapters/local/agenda.ts";
import { localExecutions } from "../../lib/adapters/local/executions.ts";
import { localLog } from "../../lib/adapters/local/log.ts";
import { openStore, type Store } from "../../lib/adapters/local/store.ts";
import type { ExecutionStatus, Executions } from "../../lib/engine/ports.ts";
import { executionOf, freshTenant, noon, segmentOf, summaryOf } from "../contracts/subject.ts";
import { freshFolder, handClock } from "./local-subject.ts";

const statuses: readonly ExecutionStatus[] = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"];
const listed = 1_500;
const limit = 20;
const tenant = freshTenant();

test("a page reads what it shows and one row more of each status, first or later, before and after a restart", async () => {
  const folder = await freshFolder();
  let { store, executions, rowsRead } = counted(openStore(join(folder, "store")));
  for (let index = 0; index < listed; index++) {
    const id = executionOf(tenant, "m", `e${index}`);
    const status = statuses[index % statuses.length] ?? "RUNNING";
    await executions.start(summaryOf(id, { startedAt: noon + index, status }), segmentOf(id, 0));
  }
  await expectCheapPages();
  await store.close();
  ({ store, executions, rowsRead } = counted(openStore(join(folder, "store"))));
  await expectCheapPages();
  await store.close();
  await rm(folder, { recursive: true });

  async function expectCheapPages(): Promise<void> {
    for (const [status, lists] of [
      [undefined, statuses.length],
      ["FAILED", 1],
    ] as const) {
      let after: string | undefined;
      for (let page = 0; page < 10; page++) {
        const before = rowsRead();
        const query = { tenant, machine: "m", limit, ...(status && { status }), ...(after && { after }) };
        const { items, next } = await executions.list(query);
        const step = status === undefined ? 1 : statuses.length;
        const newest = status === undefined ? listed - 1 : listed - 3;
        const expected = Array.from({ length: limit }, (_, index) => `e${newest - (page * limit + index) * step}`);
        expect(items.map(({ name }) => name)).toEqual(expected);
        expect(rowsRead() - before).toBe(lists * (limit + 1) + limit);
        after = next;
      }
    }
  }
});

interface Counted {
  readonly store: Store;
  readonly executions: Executions;
  rowsRead(): number;
}

function counted(store: Store): Counted {
  let rows = 0;
  const counting: Store = {
    ...store,
    get(key) {
      rows += 1;
      return store.get(key);
    },
    range(range) {
      const found = store.range(range);
      rows += found.length;
      return found;
    },
  };
  const log = localLog(counting, agenda(counting, handClock()));
  return { store, executions: localExecutions(counting, log), rowsRead: () => rows };
}
