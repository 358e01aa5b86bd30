/**
 * What only the AWS adapter has to get right, on real servers: sizes, partitions, transactions, gathering,
 * and how many requests each call makes. What every adapter has to is in the contract suites.
 */
import { randomBytes } from "node:crypto";
import { DeleteObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, PurgeQueueCommand } from "@aws-sdk/client-sqs";
import { afterAll, describe, expect, test } from "vitest";
import { makeClients } from "../../../lib/adapters/aws/clients.ts";
import type {
  BranchGroup,
  ExecutionId,
  ExecutionSummary,
  JoinKey,
  Message,
  SegmentRecord,
} from "../../../lib/engine/ports.ts";
import { openWorldForTests, serversForAws } from "./world.ts";

const servers = await serversForAws();
const skipped = servers.kind === "missing";
const title = `the AWS adapter on real servers${skipped ? ` (skipped: ${servers.reason})` : ""}`;

const tenant = { account: "123456789012", region: "us-east-1" };
const megabyte = randomBytes(750_000).toString("base64");

let names = 0;
function someExecution(): ExecutionId {
  return `${tenant.account}/${tenant.region}/machine/n${names++}` as ExecutionId;
}

function segment(execution: ExecutionId, branch = "", seq = 0, body = `${branch} ${seq}`): SegmentRecord {
  return { execution, branch, seq, body };
}

function summaryOf(id: ExecutionId, startedAt = 1_000, machine = "machine"): ExecutionSummary {
  const name = id.slice(id.lastIndexOf("/") + 1);
  const hashes = { inputHash: "i", definitionHash: "d" };
  return { id, machine, name, status: "RUNNING", startedAt, ...hashes, epoch: 0 };
}

const message = (body: string, notBefore?: number): Message => ({
  lane: "flow",
  group: "123456789012/machine",
  body,
  ...(notBefore === undefined ? {} : { notBefore }),
});

describe.skipIf(skipped)(title, async () => {
  if (servers.kind === "missing") return test.skipIf(skipped)("all of them", () => {});
  const { world, settings, requests } = await openWorldForTests();
  const clients = makeClients();
  afterAll(async () => {
    world.close();
    await servers.stop();
  });

  async function readAll(execution: ExecutionId, group?: BranchGroup): Promise<string[]> {
    const found: string[] = [];
    for await (const page of world.log.read(execution, group))
      found.push(...page.map(({ branch, seq }) => `${branch} ${seq}`));
    return found.sort();
  }

  /** All messages that are there, gone after that. */
  async function drain(lane: "flow" | "tasks" = "flow"): Promise<string[]> {
    const bodies: string[] = [];
    for (;;) {
      const deliveries = await world.inbox.receive(lane, 10);
      if (deliveries.length === 0) return bodies.sort();
      bodies.push(...deliveries.map(({ body }) => body));
      await world.inbox.done(deliveries.map(({ receipt }) => receipt));
    }
  }

  /** "PutItem SendMessageBatch×3": operations by name, with the number of entries where it is not 1. */
  async function requestsOf(call: () => Promise<unknown>): Promise<string> {
    requests();
    await call();
    return requests()
      .map(({ operation, entries }) => (entries === 1 ? operation : `${operation}×${entries}`))
      .sort()
      .join(" ");
  }

  describe("requests", () => {
    const id = someExecution();
    const running = someExecution();
    const ending = { status: "SUCCEEDED", stoppedAt: 2_000, epoch: 0 } as const;
    const join: JoinKey = { execution: id, branch: "", seq: 1, epoch: 0, level: 0, group: 0 };
    const later = Date.now() + 3_600_000;
    const machine = {
      ...tenant,
      name: "machine",
      definitionHash: "d",
      roleArn: "arn:aws:iam::123456789012:role/r",
      type: "STANDARD",
      createdAt: 1_000,
      revisionId: "1",
      settings: "{}",
    } as const;

    test.each([
      // call                        makes                                     what
      ["append", "PutItem", () => world.log.append(segment(id))],
      ["append, taken", "PutItem", () => world.log.append(segment(id))],
      ["commit with a message", "PutItem SendMessageBatch", () => world.log.commit(segment(id, "", 1), [message("a")])],
      ["commit, taken", "PutItem", () => world.log.commit(segment(id, "", 1), [message("b")])],
      ["head", "Query", () => world.log.head(id, "")],
      ["branch", "Query", () => world.log.branch(id, "", 0, 1)],
      ["read the root", "Query", () => readAll(id)],
      ["read a group", "Query", () => readAll(id, { parent: "", forkSeq: 1, group: 0 })],
      ["start", "TransactWriteItems×2", () => world.executions.start(summaryOf(running), segment(running))],
      ["start, exists", "TransactWriteItems×2", () => world.executions.start(summaryOf(running, 2), segment(running))],
      ["find", "GetItem", () => world.executions.find(running)],
      ["stop", "TransactWriteItems×2", () => world.executions.stop(running, ending, segment(running, "", 1))],
      ["finish, ended already", "UpdateItem", () => world.executions.finish(running, ending)],
      ["stage", "PutItem", () => world.joins.stage(join, "chunk")],
      ["staged", "GetItem", () => world.joins.staged(join)],
      ["report", "PutItem UpdateItem", () => world.joins.report(join, 3, "output")],
      ["report without a body", "UpdateItem", () => world.joins.report(join, 4, undefined)],
      ["reports of a group", "Query", () => world.joins.reports(join)],
      ["close", "UpdateItem", () => world.joins.close(join)],
      [
        "send 25",
        "SendMessageBatch×10 SendMessageBatch×10 SendMessageBatch×5",
        () => world.queue.send(Array.from({ length: 25 }, () => message("d"))),
      ],
      ["set a timer", "PutItem", () => world.timers.set({ ...message("t"), notBefore: later }, "requests")],
      ["sweep nothing", "Query", () => world.timers.sweep(0, 1)],
      ["beat", "PutItem", () => world.heartbeats.beat(segment(id), 1)],
      ["last beat", "GetItem", () => world.heartbeats.last(segment(id))],
      ["create a machine", "PutItem", () => world.machines.create(machine)],
      ["find a machine", "GetItem", () => world.machines.find(tenant, "machine")],
      ["list machines", "Query", () => world.machines.list(tenant, 10)],
      ["put a blob", "PutObject", () => world.blobs.put("some/name", "text")],
      ["get a blob", "GetObject", () => world.blobs.get("some/name")],
    ])("%s: %s", async (_, expected, call) => {
      expect(await requestsOf(call)).toBe(expected);
    });
  });

  test("the messages of ten commits at a time travel in fewer requests", async () => {
    const id = someExecution();
    requests();
    const commits = Array.from({ length: 10 }, (_, n) => world.log.commit(segment(id, `/1.${n}`), [message("c")]));
    await Promise.all(commits);
    const sends = requests().filter(({ operation }) => operation === "SendMessageBatch");
    expect(sends.reduce((sum, { entries }) => sum + entries, 0)).toBe(10);
    expect(sends.length).toBeLessThan(10);
  });

  describe("sizes", () => {
    test("a segment of a megabyte is spilled, and every way of reading it gives it back", async () => {
      const id = someExecution();
      const large = segment(id, "", 0, megabyte);
      expect(await requestsOf(() => world.log.append(large))).toBe("PutItem PutObject");
      expect((await world.log.head(id, ""))?.body).toBe(megabyte);
      expect((await world.log.branch(id, ""))[0]?.body).toBe(megabyte);
      expect(await world.log.append(segment(id))).toEqual({ kind: "taken", winner: large });
      for await (const page of world.log.read(id)) expect(page[0]?.body).toBe(megabyte);
    });

    test("a message of a megabyte arrives, now and from a timer", async () => {
      await drain();
      await world.queue.send([message(megabyte)]);
      await world.timers.set({ ...message(`${megabyte}!`), notBefore: 1_000 }, "large");
      await sweepAll();
      expect(await drain()).toEqual([megabyte, `${megabyte}!`]);
    });

    test("staged chunks, reports and causes may be as large", async () => {
      const id = someExecution();
      const join: JoinKey = { execution: id, branch: "", seq: 1, epoch: 0, level: 0, group: 1 };
      await world.joins.stage(join, megabyte);
      expect(await world.joins.staged(join)).toBe(megabyte);
      await world.joins.report(join, 300, megabyte);
      expect((await world.joins.reports(join)).get(300)).toBe(megabyte);
      await world.executions.start(summaryOf(id), segment(id));
      await world.executions.finish(id, { status: "FAILED", stoppedAt: 2, epoch: 0, error: "E", cause: megabyte });
      expect((await world.executions.find(id))?.cause).toBe(megabyte);
    });

    test("a cause that the bucket's rules took before its row makes neither execution nor list unreadable", async () => {
      const id = someExecution();
      const summary = summaryOf(id);
      await world.executions.start(summary, segment(id));
      await world.executions.finish(id, { status: "FAILED", stoppedAt: 2, epoch: 0, error: "E", cause: megabyte });
      const objects = await clients.s3.send(new ListObjectsV2Command({ Bucket: settings.bucket, Prefix: id }));
      for (const { Key } of objects.Contents ?? [])
        await clients.s3.send(new DeleteObjectCommand({ Bucket: settings.bucket, Key }));
      expect(await world.executions.find(id)).toMatchObject({ id, status: "FAILED" });
      const { machine } = summary;
      const { items } = await world.executions.list({ tenant, machine, limit: 1_000 });
      expect(items.find((item) => item.id === id)).toMatchObject({ status: "FAILED" });
    });

    test("what has expired is not there any more, though DynamoDB removes it days later and in any order", async () => {
      const [id, expires] = [someExecution(), Date.now() - 1_000];
      const summary = { ...summaryOf(id), expires };
      await world.executions.start(summary, { ...segment(id), expires });
      for (const seq of [1, 2]) await world.log.append({ ...segment(id, "", seq), expires });
      expect(await world.log.head(id, "")).toBeUndefined();
      expect(await world.log.branch(id, "", 0, 10)).toEqual([]);
      for await (const page of world.log.read(id, undefined)) expect(page).toEqual([]);
      expect(await world.executions.find(id)).toBeUndefined();
      const { items } = await world.executions.list({ tenant, machine: summary.machine, limit: 1_000 });
      expect(items.filter((item) => item.id === id)).toEqual([]);
    });

    test("an execution that takes the name of one that is forgotten meets nothing that is left of it", async () => {
      const [id, expires] = [someExecution(), Date.now() - 1_000];
      const claim = { execution: id, branch: "", seq: 0 };
      const join: JoinKey = { execution: id, branch: "", seq: 2, epoch: 0, level: 0, group: 0 };
      const forgotten = { ...summaryOf(id), expires };
      await world.executions.start(forgotten, { ...segment(id), expires });
      await world.log.append({ ...segment(id, "", 1), expires });
      await world.heartbeats.beat(claim, 1, expires);
      await world.joins.stage(join, "old", expires);
      for (const index of [0, 1]) await world.joins.report(join, index, "old", expires);
      await world.joins.close(join, expires);

      expect(await world.executions.start(summaryOf(id), segment(id))).toEqual({ kind: "started" });
      expect(await world.log.append(segment(id, "", 1, "new"))).toEqual({ kind: "appended" });
      expect(await world.log.append(segment(id, "", 1, "late"))).toMatchObject({ kind: "taken" });
      expect(await world.heartbeats.last(claim)).toBeUndefined();
      expect(await world.joins.staged(join)).toBeUndefined();
      expect(await world.joins.report(join, 1, "new")).toEqual({ finished: [1], closed: false, repeated: false });
      expect(await world.joins.report(join, 1, "new")).toEqual({ finished: [1], closed: false, repeated: true });
      expect(await world.joins.reports(join)).toEqual(new Map([[1, "new"]]));
    });

    test("ten messages that together are too large for a batch all arrive", async () => {
      await drain();
      const bodies = Array.from({ length: 30 }, (_, n) => `${n} ${randomBytes(33_000).toString("base64")}`);
      await world.queue.send(bodies.map((body) => message(body)));
      expect(await drain()).toEqual(bodies.sort());
    });

    test("a tenant whose name SQS refuses is a group all the same", async () => {
      await drain();
      await world.queue.send([{ ...message("a"), group: "123456789012/größe" }]);
      await world.queue.send([{ ...message("b"), group: "g".repeat(200) }]);
      expect(await drain()).toEqual(["a", "b"]);
    });

    test("what SQS refuses in a text arrives all the same", async () => {
      await drain();
      await world.queue.send([message('{"a":"\u0001\uffff"}')]);
      expect(await drain()).toEqual(['{"a":"\u0001\uffff"}']);
    });
  });

  describe("read", () => {
    test("beyond the megabyte that one Query answers", async () => {
      const id = someExecution();
      const noise = randomBytes(5_000).toString("base64");
      const segments = Array.from({ length: 250 }, (_, seq) => segment(id, "", seq, `${seq} ${noise}`));
      await Promise.all(segments.map((one) => world.log.append(one)));
      expect((await readAll(id)).length).toBe(250);
      expect((await world.log.branch(id, "", 17)).map(({ seq }) => seq)).toEqual(
        segments.slice(17).map(({ seq }) => seq),
      );
    });
  });

  describe("transactions", () => {
    test("of twenty starts with one name, one wins and the others learn of it", async () => {
      const id = someExecution();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => world.executions.start(summaryOf(id, n), segment(id, "", 0, `${n}`))),
      );
      const winner = answers.findIndex(({ kind }) => kind === "started");
      expect(answers.filter(({ kind }) => kind === "started").length).toBe(1);
      const losers = answers.filter((answer) => answer.kind === "exists");
      expect(losers.map(({ summary }) => summary)).toEqual(losers.map(() => summaryOf(id, winner)));
      expect((await world.log.head(id, ""))?.body).toBe(`${winner}`);
    });

    test("a start whose answer got lost is found again by its caller, and by nobody else", async () => {
      const id = someExecution();
      const [summary, first] = [summaryOf(id), segment(id, "", 0, "nonce a")];
      expect(await world.executions.start(summary, first)).toEqual({ kind: "started" });
      expect(await world.executions.start(summary, first)).toEqual({ kind: "started" });
      const other = await world.executions.start(summary, segment(id, "", 0, "nonce b"));
      expect(other).toEqual({ kind: "exists", summary });
    });

    test("stop against a worker's append: one of them has the sequence number", async () => {
      const ending = { status: "ABORTED", stoppedAt: 5, epoch: 0 } as const;
      for (let round = 0; round < 10; round++) {
        const id = someExecution();
        await world.executions.start(summaryOf(id), segment(id));
        const [stopped, appended] = await Promise.all([
          world.executions.stop(id, ending, segment(id, "", 1, "stop")),
          world.log.append(segment(id, "", 1, "worker")),
        ]);
        expect([stopped.kind, appended.kind].sort()).toEqual(["appended", "taken"]);
        const status = (await world.executions.find(id))?.status;
        expect(status).toBe(stopped.kind === "appended" ? "ABORTED" : "RUNNING");
      }
    });
  });

  test("lists merge all shards and statuses, newest first, page by page", async () => {
    const ids = Array.from({ length: 40 }, (_, n) => `${tenant.account}/${tenant.region}/listed/e${n}` as ExecutionId);
    await Promise.all(ids.map((id, n) => world.executions.start(summaryOf(id, 1_000 + n, "listed"), segment(id))));
    const ended = ids.filter((_, n) => n % 3 === 0);
    await Promise.all(ended.map((id) => world.executions.finish(id, { status: "FAILED", stoppedAt: 2_000, epoch: 0 })));
    const list = async (status?: "RUNNING" | "FAILED"): Promise<string[]> => {
      const found: string[] = [];
      let after: string | undefined;
      do {
        const query = { tenant, machine: "listed", limit: 7, ...(status && { status }), ...(after && { after }) };
        const page = await world.executions.list(query);
        found.push(...page.items.map(({ id }) => id));
        after = page.next;
      } while (after !== undefined);
      return found;
    };
    const newestFirst = [...ids].reverse();
    expect(await list()).toEqual(newestFirst);
    expect(await list("FAILED")).toEqual(newestFirst.filter((id) => ended.includes(id)));
    expect(await list("RUNNING")).toEqual(newestFirst.filter((id) => !ended.includes(id)));
  });

  test("a sweep sends what is due, page after page, and leaves the rest", async () => {
    await drain();
    await sweepAll();
    const due = Array.from({ length: 250 }, (_, n) => `due ${n}`);
    // One id for all: one shard, more rows in it than a page.
    await Promise.all(due.map((body, n) => world.timers.set({ ...message(body), notBefore: 1_000 + n }, "same")));
    await world.timers.set({ ...message("not yet"), notBefore: Date.now() + 3_600_000 }, "same");
    expect(await sweepAll()).toBe(250);
    expect(await drain()).toEqual([...due].sort());
    expect(await sweepAll()).toBe(0);
  });

  async function sweepAll(): Promise<number> {
    let swept = 0;
    for (let shard = 0; shard < world.timers.shards; shard++) swept += await world.timers.sweep(shard, 10_000);
    return swept;
  }

  // ElasticMQ's clock cannot be moved, but it tells what waits and why.
  test.each([
    // what                                 delayed  invisible
    ["due in an hour", 3_600_000, 1, 0],
    ["due in a second", 1_000, 1, 0],
    ["due", 0, 0, 1],
  ])("a message %s: %i ms, %i delayed, %i taken and put off", async (_, milliseconds, delayed, invisible) => {
    await purge();
    await world.queue.send([message("late", Date.now() + milliseconds)]);
    for (const { receipt } of await world.inbox.receive("flow", 10)) {
      await world.inbox.later(receipt, Date.now() + 3_600_000);
    }
    expect(await world.inbox.receive("flow", 10)).toEqual([]);
    expect(await waiting()).toEqual({ delayed, invisible });
    await purge();
  });

  async function waiting(): Promise<{ delayed: number; invisible: number }> {
    const { Attributes } = await clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: settings.flowQueueUrl, AttributeNames: ["All"] }),
    );
    return {
      delayed: Number(Attributes?.ApproximateNumberOfMessagesDelayed),
      invisible: Number(Attributes?.ApproximateNumberOfMessagesNotVisible),
    };
  }

  async function purge(): Promise<void> {
    await clients.sqs.send(new PurgeQueueCommand({ QueueUrl: settings.flowQueueUrl }));
  }

  test("a hundred branches that report at the same time each get a place of their own", async () => {
    const join: JoinKey = { execution: someExecution(), branch: "", seq: 1, epoch: 0, level: 0, group: 0 };
    const states = await Promise.all(Array.from({ length: 100 }, (_, index) => world.joins.report(join, index, "o")));
    const places = states.map(({ finished }, index) => finished.indexOf(index));
    expect(new Set(places).size).toBe(100);
    const again = await Promise.all(Array.from({ length: 100 }, (_, index) => world.joins.report(join, index, "o")));
    expect(again.map(({ finished }, index) => finished.indexOf(index))).toEqual(places);
  });
});
