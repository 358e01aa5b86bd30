/** What only the local adapter does: one process per folder, restarts, the bell, forgetting, bounded memory. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockFolder } from "../../lib/adapters/local/lock.ts";
import { type LocalWorld, openLocalWorld } from "../../lib/adapters/local/world.ts";
import { prng } from "../../lib/adapters/simulated/prng.ts";
import type { MapRunId, Message } from "../../lib/engine/ports.ts";
import {
  executionOf,
  freshExecution,
  freshTenant,
  minute,
  noon,
  receiveOne,
  segmentOf,
  summaryOf,
  takeAll,
  takeBodies,
} from "../contracts/subject.ts";
import { freshFolder, handClock, noTasks } from "./local-subject.ts";

let folder: string;
let clock = handClock();
let world: LocalWorld;
const open = () => openLocalWorld({ folder, tasks: noTasks, clock });
const message = (body: string, notBefore?: number): Message => ({
  lane: "flow",
  group: "g",
  body,
  ...(notBefore === undefined ? {} : { notBefore }),
});

beforeEach(async () => {
  folder = await freshFolder();
  clock = handClock();
  world = await open();
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

async function reopen(): Promise<void> {
  await world.close();
  clock.advance(1_000);
  world = await open();
}

describe("after a restart", () => {
  test("everything written is there", async () => {
    const id = freshExecution();
    await world.executions.start(summaryOf(id), segmentOf(id, 0));
    await world.log.append(segmentOf(id, 1));
    await reopen();
    expect(await world.executions.find(id)).toEqual(summaryOf(id));
    expect(await world.log.head(id, "")).toEqual(segmentOf(id, 1));
    expect(await world.log.append(segmentOf(id, 1, "", "late"))).toMatchObject({ kind: "taken" });
    expect(await world.log.append(segmentOf(id, 2))).toEqual({ kind: "appended" });
  });

  test("what was received or put off is due at once, what is done is gone, what waits still waits", async () => {
    await world.queue.send([message("a received"), message("b put off"), message("c done")]);
    const [received, putOff, done] = await world.inbox.receive("flow", 3);
    await world.inbox.later(putOff?.receipt, noon + 60 * minute);
    await world.inbox.done([done?.receipt]);
    await world.queue.send([message("d waits", noon + minute), message("e never received")]);
    await reopen();
    const due = await takeAll(world.inbox, "flow");
    expect(due.map(({ body }) => body).sort()).toEqual(["a received", "b put off", "e never received"]);
    // An earlier process may have been at work on any of them.
    expect(due.map(({ receives }) => receives)).toEqual([2, 2, 2]);
    expect(received?.receives).toBe(1);
    clock.advance(minute);
    expect(await takeBodies(world.inbox, "flow")).toEqual(["d waits"]);
  });

  test("earlier leases are void, running executions are counted, the key is the same", async () => {
    const tenant = freshTenant();
    for (const name of ["one", "two", "three"]) {
      const id = executionOf(tenant, "m", name);
      await world.executions.start(summaryOf(id), segmentOf(id, 0));
    }
    await world.executions.finish(executionOf(tenant, "m", "two"), { status: "FAILED", stoppedAt: noon, epoch: 0 });
    expect(world.openExecutions).toBe(2);
    const signed = world.keys.sign("token");
    await reopen();
    expect(world.openExecutions).toBe(2);
    expect(world.leasesVoidBefore).toBe(noon + 1_000);
    expect(world.keys.sign("token")).toBe(signed);
  });
});

describe("the folder", () => {
  test("belongs to one process, and the error names it", async () => {
    await expect(open()).rejects.toThrow(`the folder '${folder}' is in use by process ${process.pid}`);
  });

  test.each([
    ["whose number no process has", { pid: 2 ** 22 + 12345, host: hostname(), born: "" }],
    ["whose number a younger process has", { pid: process.pid, host: hostname(), born: "another boot 1" }],
  ])("is taken over from a process %s", async (_, owner) => {
    await world.close();
    await writeFile(join(folder, "baton.lock"), JSON.stringify(owner));
    world = await open();
    expect(JSON.parse(await readFile(join(folder, "baton.lock"), "utf8"))).toMatchObject({ pid: process.pid });
  });

  test.skipIf(!existsSync("/proc/self/stat"))("is taken over from a process that nobody has buried", async () => {
    await world.close();
    // The child of a shell that becomes a program which does not ask for its children's ends. It ends once that has
    // happened: a shell asks before each of its commands.
    const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      const [line] = await once(parent.stdout, "data");
      const pid = Number(String(line));
      const stat = () =>
        readFileSync(`/proc/${pid}/stat`, "utf8")
          .replace(/^.*\) /s, "")
          .split(" ");
      await expect.poll(() => readFileSync(`/proc/${parent.pid}/comm`, "utf8").trim()).toBe("sleep");
      process.kill(pid, "SIGKILL");
      await expect.poll(() => stat()[0]).toBe("Z");
      const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
      const owner = { pid, host: hostname(), born: `${boot} ${stat()[19]}` };
      await writeFile(join(folder, "baton.lock"), JSON.stringify(owner));
      world = await open();
      expect(JSON.parse(await readFile(join(folder, "baton.lock"), "utf8"))).toMatchObject({ pid: process.pid });
    } finally {
      parent.kill("SIGKILL");
    }
  });

  test("with something else in the place of the store's file is refused, where LMDB would end the process", async () => {
    await world.close();
    const file = join(folder, "store", "data.mdb");
    const before = await readFile(file);
    await writeFile(file, randomBytes(100_000).fill(7, 0, 64));
    await expect(open()).rejects.toThrow(`'${file}' is damaged: it does not begin as one that Baton wrote`);
    await writeFile(file, before);
    world = await open();
  });

  test("is not taken over from another host, which cannot be asked", async () => {
    const other = join(folder, "other");
    await mkdir(other);
    await writeFile(join(other, "baton.lock"), JSON.stringify({ pid: 1, host: "elsewhere", born: "" }));
    await expect(openLocalWorld({ folder: other, tasks: noTasks })).rejects.toThrow(/process 1 on host 'elsewhere'/);
  });

  test("is let go when it could not be opened", async () => {
    const other = join(folder, "other");
    await mkdir(other);
    await writeFile(join(other, "key"), "too short");
    await expect(openLocalWorld({ folder: other, tasks: noTasks })).rejects.toThrow(/a key has 32/);
    expect(await readdir(other)).toEqual(["key"]);
  });

  test("of many that open it at once, one gets it", async () => {
    await world.close();
    for (let round = 0; round < 25; round += 1) {
      await writeFile(join(folder, "baton.lock"), JSON.stringify({ pid: 2 ** 22 + round, host: hostname(), born: "" }));
      const answers = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
      const locks = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
      expect(locks).toHaveLength(1);
      await locks[0]?.release();
    }
    world = await open();
  });

  test.skipIf(process.platform === "win32")("keeps its key from others", async () => {
    expect((await stat(join(folder, "key"))).mode & 0o777).toBe(0o600);
  });
});

describe("the bell", () => {
  let rung: number;
  beforeEach(() => {
    rung = 0;
    world.onDue(() => {
      rung += 1;
    });
  });

  test("rings once for what is due, until somebody has looked", async () => {
    await world.queue.send([message("a"), message("b")]);
    await world.queue.send([message("c")]);
    expect(rung).toBe(1);
    await takeAll(world.inbox, "flow");
    await world.queue.send([message("d")]);
    expect(rung).toBe(2);
  });

  test("rings when the time of a message comes, and not for one who is busy", async () => {
    await world.inbox.receive("flow", 1);
    await world.queue.send([message("soon", noon + minute), message("sooner", noon + 1_000)]);
    expect(rung).toBe(0);
    clock.advance(1_000);
    expect(rung).toBe(1);
    expect(await world.inbox.receive("flow", 1)).toHaveLength(1);
    clock.advance(minute);
    expect(rung).toBe(1);
    await takeAll(world.inbox, "flow");
  });

  test("rings for what was put off and for what timed out", async () => {
    await world.queue.send([message("put off"), message("lost")]);
    const [first] = await world.inbox.receive("flow", 10);
    await world.inbox.later(first?.receipt, noon + minute);
    await world.inbox.receive("flow", 10);
    const before = rung;
    clock.advance(minute);
    expect(rung).toBe(before + 1);
    expect(await world.inbox.receive("flow", 10)).toHaveLength(1);
    clock.advance(2 * minute);
    expect(rung).toBe(before + 2);
    expect(await world.inbox.receive("flow", 10)).toHaveLength(1);
  });

  test("rings for what an earlier process left", async () => {
    await world.queue.send([message("left", noon + minute)]);
    await reopen();
    world.onDue(() => {
      rung += 1;
    });
    const before = rung;
    await world.inbox.receive("flow", 1);
    clock.advance(minute);
    expect(rung).toBe(before + 1);
  });

  test("is silent for those who left", async () => {
    let heard = false;
    world.onDue(() => {
      heard = true;
    })();
    await world.queue.send([message("a")]);
    expect(heard).toBe(false);
  });
});

test("more messages than the memory's window come all, once and in order, also over a restart", async () => {
  const chance = prng("window");
  const count = 30_000;
  const dues = Array.from({ length: count }, () => noon + 1_000 * chance.below(1_000));
  for (let from = 0; from < count; from += 1_000) {
    await world.queue.send(dues.slice(from, from + 1_000).map((due, at) => message(`${due} ${from + at}`, due)));
  }
  const taken: string[] = [];
  for (let second = 0; second <= 1_000; second += 100) {
    taken.push(...(await takeAll(world.inbox, "flow")).map(({ body }) => body));
    if (second === 500) {
      await world.close();
      world = await open();
    }
    clock.advance(100_000);
  }
  expect(new Set(taken).size).toBe(count);
  expect(taken).toHaveLength(count);
  const order = taken.map((body) => Number(body.split(" ")[0]));
  expect(order).toEqual([...order].sort((a, b) => a - b));
});

describe("retention", () => {
  test("forgets rows whose moment has passed, a few at a time, and an execution's blobs with it", async () => {
    const tenant = freshTenant();
    const [old, recent] = [executionOf(tenant, "m", "old"), executionOf(tenant, "m", "recent")];
    for (const [id, expires] of [
      [old, noon],
      [recent, noon + minute],
    ] as const) {
      await world.executions.start(summaryOf(id, { expires }), { ...segmentOf(id, 0), expires });
      await world.executions.finish(id, { status: "SUCCEEDED", stoppedAt: noon, epoch: 0 });
      await world.joins.report({ execution: id, branch: "", seq: 0, epoch: 0, level: 0, group: 0 }, 0, "x", expires);
      await world.blobs.put(`${id}/payload`, "large");
    }
    expect(await world.expire(noon, 100)).toBe(0);
    let gone = 0;
    for (let call = 0; call < 10; call += 1) gone += await world.expire(noon + 1, 2);
    expect(gone).toBe(4);
    expect(await world.executions.find(old)).toBeUndefined();
    expect(await world.log.head(old, "")).toBeUndefined();
    expect(await world.blobs.get(`${old}/payload`)).toBeUndefined();
    expect(await world.blobs.get(`${recent}/payload`)).toBe("large");
    expect((await world.executions.list({ tenant, machine: "m", limit: 10 })).items.map(({ id }) => id)).toEqual([
      recent,
    ]);
    expect(await world.log.head(recent, "")).toBeDefined();
  });

  test("keeps all of what runs, however old, and as long after its end as of any other", async () => {
    const id = freshExecution();
    const join = { execution: id, branch: "", seq: 0, epoch: 0, level: 0, group: 0 };
    await world.executions.start(summaryOf(id, { expires: noon }), { ...segmentOf(id, 0), expires: noon });
    await world.joins.report(join, 0, "x", noon);
    expect(await world.expire(noon + 365 * 24 * 60 * minute, 100)).toBe(0);
    const stoppedAt = noon + 400 * 24 * 60 * minute;
    const ending = { status: "SUCCEEDED", stoppedAt, epoch: 0, expires: stoppedAt + minute } as const;
    await world.executions.finish(id, ending);
    expect(await world.expire(stoppedAt, 100)).toBe(0);
    expect(await world.log.head(id, "")).toBeDefined();
    expect(await world.expire(stoppedAt + minute + 1, 100)).toBe(4);
    expect(await world.log.head(id, "")).toBeUndefined();
  });

  test("keeps what a Map Run has written as long as the execution that started it", async () => {
    const id = freshExecution();
    const run = `${id.slice(0, id.lastIndexOf("/"))}/Each:0001` as MapRunId;
    const join = { execution: run, branch: "", seq: 0, epoch: 0, level: 0, group: 0 };
    await world.executions.start(summaryOf(id, { expires: noon }), { ...segmentOf(id, 0), expires: noon });
    await world.mapRuns.put({ id: run, execution: id, startedAt: noon, expires: noon });
    await world.log.append({ ...segmentOf(run, 0), expires: noon });
    await world.joins.report(join, 0, "x", noon);
    expect(await world.expire(noon + minute, 100)).toBe(0);
    expect(await world.log.head(run, "")).toBeDefined();
    const ending = { status: "SUCCEEDED", stoppedAt: noon + minute, epoch: 0, expires: noon + 2 * minute } as const;
    await world.executions.finish(id, ending);
    expect(await world.expire(noon + 2 * minute, 100)).toBe(0);
    await world.expire(noon + 3 * minute, 100);
    expect(await world.executions.find(id)).toBeUndefined();
    await world.expire(noon + 3 * minute, 100);
    expect(await world.log.head(run, "")).toBeUndefined();
  });

  test("a name is free when nothing is left of the execution that had it", async () => {
    const id = freshExecution();
    const expires = noon;
    await world.executions.start(summaryOf(id, { expires }), { ...segmentOf(id, 0), expires });
    for (let seq = 1; seq < 4; seq += 1) await world.log.append({ ...segmentOf(id, seq), expires });
    await world.executions.finish(id, { status: "SUCCEEDED", stoppedAt: noon, epoch: 0, expires });
    const again = summaryOf(id, { startedAt: noon + 2 * minute });
    const started: string[] = [];
    for (let call = 0; call < 20 && started.at(-1) !== "started"; call += 1) {
      started.push((await world.executions.start(again, segmentOf(id, 0, "", "again"))).kind);
      await world.expire(noon + minute, 1);
    }
    expect(started).toContain("exists");
    expect(started.at(-1)).toBe("started");
    expect((await world.log.branch(id, "")).map(({ body }) => body)).toEqual(["again"]);
  });

  test("keeps what runs and what has no end", async () => {
    const id = freshExecution();
    await world.executions.start(summaryOf(id, { expires: noon }), { execution: id, branch: "", seq: 0, body: "kept" });
    expect(await world.expire(noon + 1, 100)).toBe(0);
    expect(await world.executions.find(id)).toBeDefined();
    expect((await world.log.head(id, ""))?.body).toBe("kept");
  });
});

test("a branch goes on after its first segments were forgotten", async () => {
  const id = freshExecution();
  for (let seq = 0; seq < 4; seq += 1) await world.log.append({ ...segmentOf(id, seq), expires: noon + seq });
  expect(await world.expire(noon + 2, 100)).toBe(2);
  expect((await world.log.branch(id, "")).map(({ seq }) => seq)).toEqual([2, 3]);
  expect((await world.log.branch(id, "", 0, 1)).map(({ seq }) => seq)).toEqual([2]);
  expect((await world.log.head(id, ""))?.seq).toBe(3);
});

test("a message of an execution that waits for ever costs the next one nothing", async () => {
  await world.queue.send([message("in a thousand years", noon + 365_000 * 24 * 60 * minute), message("now")]);
  expect((await receiveOne(world.inbox, "flow")).body).toBe("now");
});
