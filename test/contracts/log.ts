/** What every Log promises. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BranchGroup, BranchPath, ExecutionId, SegmentRecord } from "../../lib/engine/ports.ts";
import {
  awkwardTexts,
  executionOf,
  freshExecution,
  freshTenant,
  type Open,
  type Subject,
  segmentOf,
  takeBodies,
} from "./subject.ts";

export function logContract(name: string, open: Open): void {
  describe(`${name}: log`, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());
    const log = () => subject.world.log;

    const readAll = async (execution: ExecutionId, group?: BranchGroup): Promise<readonly SegmentRecord[]> => {
      const found: SegmentRecord[] = [];
      for await (const page of log().read(execution, group)) found.push(...page);
      return found.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
    };
    const placeOf = ({ branch, seq }: SegmentRecord) => `${branch}#${String(seq).padStart(6, "0")}`;
    const write = async (execution: ExecutionId, branch: BranchPath, count: number) => {
      for (let seq = 0; seq < count; seq += 1) await log().append(segmentOf(execution, seq, branch));
    };

    test("another term changes nothing but when segments may be forgotten", async () => {
      const id = freshExecution();
      const [expires, until] = [Date.UTC(2100, 0, 1), Date.UTC(2100, 3, 1)];
      const branches = ["", "/0.0", "/0.1"] as const;
      for (const branch of branches) await log().append({ ...segmentOf(id, 0, branch), expires });
      await log().renew(id, { parent: "", forkSeq: 0, group: 0 }, until);
      const found = await Promise.all(branches.map((branch) => log().head(id, branch)));
      expect(found.map((segment) => segment?.body)).toEqual(branches.map((branch) => segmentOf(id, 0, branch).body));
      expect(found[0]?.expires).toBe(expires);
      // A store that forgets nothing that is open leaves it as it is.
      for (const segment of found.slice(1)) expect([expires, until]).toContain(segment?.expires);
    });

    test("a sequence number is written once, and whoever is second learns who was first", async () => {
      const id = freshExecution();
      const first = segmentOf(id, 0, "", "first");
      expect(await log().append(first)).toEqual({ kind: "appended" });
      expect(await log().append(segmentOf(id, 0, "", "second"))).toEqual({ kind: "taken", winner: first });
      expect(await log().branch(id, "")).toEqual([first]);
    });

    test("of many writers at once one wins, and the others name the same winner", async () => {
      const id = freshExecution();
      await write(id, "/3.0", 1);
      const rivals = Array.from({ length: 20 }, (_, rival) => segmentOf(id, 1, "/3.0", `rival ${rival}`));
      const answers = await Promise.all(rivals.map((rival) => log().append(rival)));
      const winners = rivals.filter((_, rival) => answers[rival]?.kind === "appended");
      expect(winners).toHaveLength(1);
      const losers = answers.filter((answer) => answer.kind === "taken");
      expect(losers.map(({ winner }) => winner)).toEqual(losers.map(() => winners[0]));
      expect(await log().head(id, "/3.0")).toEqual(winners[0]);
    });

    test("the head is the newest segment of its own branch", async () => {
      const id = freshExecution();
      expect(await log().head(id, "")).toBeUndefined();
      await write(id, "", 12);
      await write(id, "/1.1", 2);
      await write(id, "/1.10", 1);
      expect(await log().head(id, "")).toEqual(segmentOf(id, 11));
      expect(await log().head(id, "/1.1")).toEqual(segmentOf(id, 1, "/1.1"));
      expect(await log().head(id, "/1.10")).toEqual(segmentOf(id, 0, "/1.10"));
      expect(await log().head(id, "/1.100")).toBeUndefined();
    });

    test.each([
      // from      limit      sequence numbers
      [undefined, undefined, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
      [9, undefined, [9, 10, 11]],
      [0, 2, [0, 1]],
      [8, 3, [8, 9, 10]],
      [12, undefined, []],
      [11, 5, [11]],
    ])("a branch of 12 segments from %s, at most %s", async (from, limit, seqs) => {
      const id = freshExecution();
      await write(id, "/2.7", 12);
      const found = await log().branch(id, "/2.7", from, limit);
      expect(found).toEqual(seqs.map((seq) => segmentOf(id, seq, "/2.7")));
    });

    test("read answers the root, or the branches of one group and not those below them", async () => {
      const id = freshExecution();
      const neighbour = executionOf({ account: id.split("/")[0] ?? "", region: "eu-north-1" }, "pack", "other");
      for (const branch of ["", "/8.0", "/8.255", "/8.256", "/80.0", "/8.0/2.0", "/8.0/2.1"])
        await write(id, branch, 3);
      await write(neighbour, "", 1);
      const all = (...branches: BranchPath[]) =>
        branches.flatMap((branch) => [0, 1, 2].map((seq) => segmentOf(id, seq, branch)));
      expect(await readAll(id)).toEqual(all(""));
      expect(await readAll(id, { parent: "", forkSeq: 8, group: 0 })).toEqual(all("/8.0", "/8.255"));
      expect(await readAll(id, { parent: "", forkSeq: 8, group: 1 })).toEqual(all("/8.256"));
      expect(await readAll(id, { parent: "/8.0", forkSeq: 2, group: 0 })).toEqual(all("/8.0/2.0", "/8.0/2.1"));
      expect(await readAll(id, { parent: "", forkSeq: 9, group: 0 })).toEqual([]);
    });

    test("read goes on over many pages", async () => {
      const id = freshExecution();
      await Promise.all(Array.from({ length: 256 }, (_, index) => write(id, `/0.${index}`, 3)));
      const found = await readAll(id, { parent: "", forkSeq: 0, group: 0 });
      expect(new Set(found.map(placeOf)).size).toBe(3 * 256);
      expect(found).toHaveLength(3 * 256);
    });

    test("a commit sends its messages if the segment is ours, and none if it is not", async () => {
      const id = freshExecution();
      const message = (body: string) => ({ lane: "flow", group: "g", body }) as const;
      const ours = await log().commit(segmentOf(id, 0), [message(`${id} 1`), message(`${id} 2`)]);
      expect(ours).toEqual({ kind: "appended" });
      const theirs = await log().commit(segmentOf(id, 0, "", "late"), [message(`${id} 3`)]);
      expect(theirs).toEqual({ kind: "taken", winner: segmentOf(id, 0) });
      expect(await log().commit(segmentOf(id, 1), [])).toEqual({ kind: "appended" });
      expect(await takeBodies(subject.inbox, "flow")).toEqual([`${id} 1`, `${id} 2`]);
    });

    test("a body comes back as it was", async () => {
      const id = freshExecution();
      for (const [seq, text] of awkwardTexts.entries()) await log().append(segmentOf(id, seq, "", text));
      expect((await log().branch(id, "")).map(({ body }) => body)).toEqual(awkwardTexts);
      expect((await log().head(id, ""))?.body).toBe(awkwardTexts.at(-1));
    });

    test("a segment need not expire", async () => {
      const id = freshExecution();
      const lasting: SegmentRecord = { execution: id, branch: "", seq: 0, body: "for ever" };
      await log().append(lasting);
      expect(await log().head(id, "")).toEqual(lasting);
    });

    test.each([
      ["a prefix of it", "ship", "ship2"],
      ["encoded", "a%20b", "a b"],
      ["another letter", "größe", "grösse"],
      ["outside the basic plane", "🚂", "🚃"],
    ])("names that look alike are told apart: %s", async (_, one, other) => {
      const tenant = freshTenant();
      const [a, b] = [executionOf(tenant, "m", one), executionOf(tenant, "m", other)];
      await log().append(segmentOf(a, 0, "", "a"));
      await log().append(segmentOf(b, 0, "", "b"));
      expect((await log().head(a, ""))?.body).toBe("a");
      expect((await readAll(b)).map(({ body }) => body)).toEqual(["b"]);
    });

    test("durable resolves", async () => {
      await log().append(segmentOf(freshExecution(), 0));
      await log().durable();
      await log().durable();
    });
  });
}
