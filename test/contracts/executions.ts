/** What every Executions promises. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Ending, ExecutionStatus, ExecutionSummary, MapRunId, Tenant } from "../../lib/engine/ports.ts";
import {
  executionOf,
  farAway,
  freshExecution,
  freshTenant,
  noon,
  type Open,
  type Subject,
  segmentOf,
  summaryOf,
} from "./subject.ts";

const succeeded: Ending = { status: "SUCCEEDED", stoppedAt: noon + 5_000, epoch: 0, expires: farAway + 5_000 };
const aborted: Ending = { status: "ABORTED", stoppedAt: noon + 9_000, epoch: 0, error: "Enough", cause: "said so" };

export function executionsContract(name: string, open: Open): void {
  describe(`${name}: executions`, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());
    const executions = () => subject.world.executions;
    const log = () => subject.world.log;

    const start = async (summary: ExecutionSummary) => executions().start(summary, segmentOf(summary.id, 0));
    const started = async () => {
      const id = freshExecution();
      await start(summaryOf(id));
      return id;
    };

    test("start writes summary and first segment", async () => {
      const id = freshExecution();
      expect(await executions().find(id)).toBeUndefined();
      const summary = summaryOf(id, { version: 12, alias: "PROD" });
      expect(await start(summary)).toEqual({ kind: "started" });
      expect(await executions().find(id)).toEqual(summary);
      expect(await log().head(id, "")).toEqual(segmentOf(id, 0));
    });

    test("version and alias are still there at the end", async () => {
      const id = freshExecution();
      await start(summaryOf(id, { version: 12, alias: "PROD" }));
      await executions().finish(id, { status: "SUCCEEDED", stoppedAt: noon + 1, epoch: 0 });
      expect(await executions().find(id)).toMatchObject({ status: "SUCCEEDED", version: 12, alias: "PROD" });
    });

    test("a name that is taken answers who has it, and changes nothing", async () => {
      const id = await started();
      const other = summaryOf(id, { inputHash: "3".repeat(64) });
      const answer = await executions().start(other, segmentOf(id, 0, "", "other"));
      expect(answer).toEqual({ kind: "exists", summary: summaryOf(id) });
      expect(await log().branch(id, "")).toEqual([segmentOf(id, 0)]);
    });

    test("of many starts at once one wins", async () => {
      const id = freshExecution();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, rival) => executions().start(summaryOf(id), segmentOf(id, 0, "", `${rival}`))),
      );
      expect(answers.filter(({ kind }) => kind === "started")).toHaveLength(1);
    });

    test("finish writes the ending, once", async () => {
      const id = await started();
      await executions().finish(id, succeeded);
      await executions().finish(id, aborted);
      expect(await executions().find(id)).toEqual(summaryOf(id, succeeded));
    });

    test("the end of another epoch changes nothing, nor does that of nobody", async () => {
      const id = await started();
      await executions().finish(id, { ...succeeded, epoch: 1 });
      expect(await executions().find(id)).toEqual(summaryOf(id));
      const nobody = freshExecution();
      await executions().finish(nobody, succeeded);
      expect(await executions().find(nobody)).toBeUndefined();
    });

    test("stop writes the segment and the ending together", async () => {
      const id = await started();
      expect(await executions().stop(id, aborted, segmentOf(id, 1))).toEqual({ kind: "appended" });
      expect(await executions().find(id)).toEqual(summaryOf(id, aborted));
      expect(await log().head(id, "")).toEqual(segmentOf(id, 1));
    });

    test("a stop whose sequence number is taken changes nothing", async () => {
      const id = await started();
      await log().append(segmentOf(id, 1));
      const answer = await executions().stop(id, aborted, segmentOf(id, 1, "", "stop"));
      expect(answer).toEqual({ kind: "taken", winner: segmentOf(id, 1) });
      expect(await executions().find(id)).toEqual(summaryOf(id));
    });

    const at = noon + 60_000;
    const calls = [{ token: "one-call", at }];
    const redriving = { epoch: 1, redrives: { count: 1, at, calls }, expires: farAway };

    test("a redrive opens the next epoch, with its segment, and only that one ends then", async () => {
      const id = await started();
      await executions().stop(id, aborted, segmentOf(id, 1));
      expect(await executions().redrive(id, redriving, segmentOf(id, 2))).toEqual({ kind: "appended" });
      expect(await executions().find(id)).toEqual({ ...summaryOf(id), ...redriving });
      expect(await log().head(id, "")).toEqual(segmentOf(id, 2));
      await executions().finish(id, aborted);
      expect(await executions().find(id)).toMatchObject({ status: "RUNNING", epoch: 1 });
      await executions().finish(id, { ...succeeded, epoch: 1 });
      const ended = { ...summaryOf(id, succeeded), ...redriving, expires: succeeded.expires };
      expect(await executions().find(id)).toEqual(ended);
    });

    test("of many redrives at once one wins", async () => {
      const id = await started();
      await executions().stop(id, aborted, segmentOf(id, 1));
      const rivals = Array.from({ length: 5 }, (_, rival) =>
        executions().redrive(id, redriving, segmentOf(id, 2, "", `${rival}`)),
      );
      const answers = await Promise.all(rivals);
      expect(answers.filter(({ kind }) => kind === "appended")).toHaveLength(1);
    });

    test("a redrive of what runs, or whose sequence number is taken, changes nothing", async () => {
      const id = await started();
      await expect(executions().redrive(id, redriving, segmentOf(id, 1))).rejects.toThrow("has not ended");
      expect(await log().head(id, "")).toEqual(segmentOf(id, 0));
      await executions().stop(id, aborted, segmentOf(id, 1));
      const answer = await executions().redrive(id, redriving, segmentOf(id, 1, "", "redrive"));
      expect(answer).toEqual({ kind: "taken", winner: segmentOf(id, 1) });
      expect(await executions().find(id)).toEqual(summaryOf(id, aborted));
    });

    test("lists know a redriven execution by its status", async () => {
      const tenant = freshTenant();
      const id = executionOf(tenant, "m", "again");
      await start(summaryOf(id));
      await executions().stop(id, aborted, segmentOf(id, 1));
      await executions().redrive(id, redriving, segmentOf(id, 2));
      expect(await list(tenant, "m", "RUNNING")).toEqual(["again"]);
      expect(await list(tenant, "m", "ABORTED")).toEqual([]);
    });

    const list = async (tenant: Tenant, machine: string, status?: ExecutionStatus, limit = 100) => {
      const found: ExecutionSummary[] = [];
      const query = { tenant, machine, limit, ...(status === undefined ? {} : { status }) };
      let page = await executions().list(query);
      found.push(...page.items);
      for (let pages = 1; page.next !== undefined; pages += 1) {
        if (pages > 100) throw new Error("the list does not end");
        page = await executions().list({ ...query, after: page.next });
        found.push(...page.items);
      }
      return found.map(({ name }) => name);
    };

    test("the children of a Map Run stand in its list, and not in their machine's", async () => {
      const tenant = freshTenant();
      const mapRun = `${tenant.account}/${tenant.region}/pack/Each:0000` as MapRunId;
      const [one, other] = ["Each:1111", "Each:2222"].map((name) => executionOf(tenant, "pack", name));
      if (!one || !other) throw new Error("two ids");
      for (const id of [one, other]) await start(summaryOf(id, { name: id.slice(-4), mapRun, itemCount: 3 }));
      await start(summaryOf(executionOf(tenant, "pack", "plain"), {}));
      await executions().finish(one, { ...succeeded, mapRun });
      expect(await executions().find(one)).toMatchObject({ status: "SUCCEEDED", mapRun, itemCount: 3 });
      const listed = async (query: { mapRun?: MapRunId; status?: ExecutionStatus }) => {
        const page = await executions().list({ tenant, machine: "pack", limit: 10, ...query });
        return page.items.map(({ name }) => name).sort();
      };
      expect(await listed({ mapRun })).toEqual(["1111", "2222"]);
      expect(await listed({ mapRun, status: "SUCCEEDED" })).toEqual(["1111"]);
      expect(await listed({ mapRun, status: "RUNNING" })).toEqual(["2222"]);
      expect(await listed({})).toEqual(["plain"]);
    });

    test("lists are newest first, by status, page by page, and nobody else's", async () => {
      const tenant = freshTenant();
      const other = freshTenant();
      const at = async (owner: Tenant, machine: string, name: string, startedAt: number) => {
        const id = executionOf(owner, machine, name);
        await start(summaryOf(id, { startedAt }));
        return id;
      };
      await at(tenant, "pack", "first", noon);
      const second = await at(tenant, "pack", "second", noon + 1_000);
      await at(tenant, "pack", "third", noon + 2_000);
      const fourth = await at(tenant, "pack", "fourth", noon + 3_000);
      await at(tenant, "pack2", "another-machine", noon);
      await at(other, "pack", "another-tenant", noon);
      await executions().finish(second, succeeded);
      await executions().finish(fourth, aborted);

      for (const limit of [1, 2, 3, 4, 100]) {
        expect(await list(tenant, "pack", undefined, limit)).toEqual(["fourth", "third", "second", "first"]);
      }
      expect(await list(tenant, "pack", "RUNNING", 1)).toEqual(["third", "first"]);
      expect(await list(tenant, "pack", "SUCCEEDED")).toEqual(["second"]);
      expect(await list(tenant, "pack", "ABORTED")).toEqual(["fourth"]);
      expect(await list(tenant, "pack", "TIMED_OUT")).toEqual([]);
      expect(await list(tenant, "pack2")).toEqual(["another-machine"]);
      expect(await list(other, "pack")).toEqual(["another-tenant"]);
      expect(await list(tenant, "pac")).toEqual([]);
    });

    test("a list of those that started from one moment until another is read page by page, too", async () => {
      const tenant = freshTenant();
      for (const [index, name] of ["a", "b", "c", "d", "e"].entries()) {
        const id = executionOf(tenant, "pack", name);
        await start(summaryOf(id, { startedAt: noon + 1_000 * index }));
        if (name === "c") await executions().finish(id, succeeded);
      }
      const named = async (query: { from?: number; until?: number; status?: ExecutionStatus }, limit: number) => {
        const found: string[] = [];
        let after: string | undefined;
        do {
          const page = await executions().list({ tenant, machine: "pack", limit, ...query, ...(after && { after }) });
          found.push(...page.items.map(({ name }) => name));
          after = page.next;
        } while (after !== undefined);
        return found.join("");
      };
      for (const limit of [1, 2, 10]) {
        expect(await named({ from: noon + 1_000, until: noon + 4_000 }, limit)).toBe("dcb");
        expect(await named({ from: noon + 3_001 }, limit)).toBe("e");
        expect(await named({ until: noon + 1_001 }, limit)).toBe("ba");
        expect(await named({ from: noon + 1_000, until: noon + 4_000, status: "RUNNING" }, limit)).toBe("db");
        expect(await named({ from: noon + 9_000, until: noon + 9_500 }, limit)).toBe("");
        expect(await named({ from: noon + 2_000, until: noon + 1_000 }, limit)).toBe("");
      }
    });

    test("executions of the same millisecond are all listed", async () => {
      const tenant = freshTenant();
      const names = Array.from({ length: 30 }, (_, number) => `run-${number}`);
      await Promise.all(names.map((name) => start(summaryOf(executionOf(tenant, "m", name)))));
      for (const limit of [7, 30])
        expect((await list(tenant, "m", undefined, limit)).sort()).toEqual([...names].sort());
    });

    test("a list shows what it promises", async () => {
      const tenant = freshTenant();
      const id = executionOf(tenant, "m", "one");
      await start(summaryOf(id));
      await executions().finish(id, succeeded);
      const { items } = await executions().list({ tenant, machine: "m", limit: 10 });
      expect(items).toMatchObject([{ id, name: "one", status: "SUCCEEDED", startedAt: noon, stoppedAt: noon + 5_000 }]);
    });
  });
}
