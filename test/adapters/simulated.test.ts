/** What only the simulated world does: faults from a seed, planned crashes, virtual time, counts, power cuts. */
import { describe, expect, test } from "vitest";
import { Crash, drawFaults, type Faults, noFaults, Outage } from "../../lib/adapters/simulated/faults.ts";
import { prng } from "../../lib/adapters/simulated/prng.ts";
import { type SimulatedOptions, type SimulatedWorld, simulatedWorld } from "../../lib/adapters/simulated/world.ts";
import type { ExecutionId, Message } from "../../lib/engine/ports.ts";
import { executionOf, freshTenant, minute, segmentOf, summaryOf, takeBodies } from "../contracts/subject.ts";

const id = "1/r/m/n" as ExecutionId;
const message = (body: string): Message => ({ lane: "flow", group: "g", body });
const certainly = 1;

/** Some traffic of every kind, by workers that die and are replaced. */
async function traffic(options: SimulatedOptions): Promise<SimulatedWorld> {
  const world = simulatedWorld(options);
  let worker = world.worker();
  const attempt = async (act: () => Promise<unknown>) => {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Crash) && !(error instanceof Outage)) throw error;
    }
    if (worker.dead) worker = world.worker();
  };
  let running = 0;
  for (let step = 0; step < 300; step += 1) {
    const chain = `1/r/m/${step % 7}` as ExecutionId;
    running += 1;
    void attempt(async () => {
      const head = await worker.log.head(chain, "");
      await worker.log.commit(segmentOf(chain, (head?.seq ?? -1) + 1), [message(`${step}`), message(`${step}b`)]);
      for (const { receipt } of await worker.inbox.receive("flow", 3)) await worker.inbox.done([receipt]);
      await worker.joins.report({ execution: chain, branch: "", seq: 0, epoch: 0, level: 0, group: 0 }, step, "x");
    }).finally(() => {
      running -= 1;
    });
    await world.advanceTo(world.now() + 1_000);
  }
  while (running > 0) await world.advanceTo(world.now() + minute);
  return world;
}

describe("a seed", () => {
  test("gives the same trace again, and another seed another", async () => {
    const hashes = new Map<number, string>();
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const once = (await traffic({ seed, faults: "drawn" })).traceHash();
      expect((await traffic({ seed, faults: "drawn" })).traceHash()).toBe(once);
      hashes.set(seed, once);
    }
    expect(new Set(hashes.values()).size).toBe(hashes.size);
  });

  test("draws some of the faults, and over many seeds all of them", () => {
    const drawn = Array.from({ length: 200 }, (_, seed) => drawFaults(prng(`faults ${seed}`)));
    const names = Object.keys(noFaults) as (keyof Faults)[];
    for (const name of names) {
      const on = drawn.filter((faults) => isOn(faults[name]));
      expect(on.length, name).toBeGreaterThan(20);
      expect(on.length, name).toBeLessThan(180);
    }
  });

  test("has numbers that are spread evenly", () => {
    const chance = prng("even");
    const buckets = new Array(10).fill(0);
    for (let draw = 0; draw < 10_000; draw += 1) buckets[chance.below(10)] += 1;
    for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});

function isOn(fault: Faults[keyof Faults]): boolean {
  if (typeof fault === "object") return fault.rate > 0;
  return typeof fault === "boolean" ? fault : fault > 0 && Number.isFinite(fault);
}

describe("a planned crash", () => {
  test.each([
    ["before", 0],
    ["after", 1],
  ] as const)("%s a call leaves %i segments", async (when, segments) => {
    const world = simulatedWorld({ seed: 1 });
    const worker = world.worker();
    world.crashAt(0, when);
    await expect(worker.log.append(segmentOf(id, 0))).rejects.toBeInstanceOf(Crash);
    expect(world.segments()).toHaveLength(segments);
    expect(worker.dead).toBe(true);
    await expect(worker.log.head(id, "")).rejects.toBeInstanceOf(Crash);
    expect(world.calls.map(({ name, outcome }) => [name, outcome])).toEqual([["log.append", `crashed ${when}`]]);
    await world.worker().log.head(id, "");
  });

  test("finds every call of a commit: append and send apart from each other", async () => {
    const left: string[] = [];
    for (const when of ["before", "after"] as const) {
      for (const call of [0, 1]) {
        const world = simulatedWorld({ seed: 1 });
        world.crashAt(call, when);
        await expect(world.worker().log.commit(segmentOf(id, 0), [message("next")])).rejects.toBeInstanceOf(Crash);
        left.push(`${when} ${call}: ${world.segments().length} segments, ${world.waiting("flow")} messages`);
      }
    }
    expect(left).toEqual([
      "before 0: 0 segments, 0 messages",
      "before 1: 1 segments, 0 messages",
      "after 0: 1 segments, 0 messages",
      "after 1: 1 segments, 1 messages",
    ]);
  });

  test("spares the world itself, for tests of one process", async () => {
    const world = simulatedWorld({ seed: 1 });
    world.crashAt(0, "before");
    await expect(world.log.append(segmentOf(id, 0))).rejects.toBeInstanceOf(Crash);
    expect(await world.log.append(segmentOf(id, 0))).toEqual({ kind: "appended" });
  });
});

describe("a fault", () => {
  test("answer lost: it is done all the same", async () => {
    const world = simulatedWorld({ seed: 1, faults: { answerLost: certainly } });
    await expect(world.log.append(segmentOf(id, 0))).rejects.toBeInstanceOf(Outage);
    expect(world.segments()).toHaveLength(1);
    world.calm();
    expect(await world.log.append(segmentOf(id, 1))).toEqual({ kind: "appended" });
  });

  test("burst: everything is refused until it is over", async () => {
    const world = simulatedWorld({ seed: 1, faults: { burst: { rate: 0.2, longest: 30_000 } } });
    let refused = 0;
    for (let call = 0; call < 200; call += 1) {
      await world.log.head(id, "").catch(() => {
        refused += 1;
      });
    }
    expect(refused).toBeGreaterThan(150);
  });

  test("duplicates, partial batches, resurrection", async () => {
    const twice = simulatedWorld({ seed: 1, faults: { duplicate: { rate: certainly, copies: 1 } } });
    await twice.queue.send([message("a")]);
    expect(await takeBodies(twice.inbox, "flow")).toEqual(["a", "a"]);

    const partly = simulatedWorld({ seed: 1, faults: { partialBatch: certainly } });
    await expect(partly.queue.send([message("a"), message("b"), message("c")])).rejects.toBeInstanceOf(Outage);
    expect(partly.waiting("flow")).toBeLessThan(3);

    const undead = simulatedWorld({ seed: 1, faults: { resurrected: certainly } });
    await undead.queue.send([message("a")]);
    const [delivery] = await undead.inbox.receive("flow", 1);
    await undead.inbox.done([delivery?.receipt]);
    expect(undead.waiting("flow")).toBe(1);
  });

  test("order: any; receives: always the first; visibility: over while the worker is at work", async () => {
    const faults = { reorder: true, receivesStuck: true, shortVisibility: { rate: certainly, longest: 100 } };
    const world = simulatedWorld({ seed: 3, faults });
    const bodies = Array.from({ length: 20 }, (_, number) => `${number + 10}`);
    await world.queue.send(bodies.map(message));
    const first = await world.inbox.receive("flow", 20);
    expect(first.map(({ body }) => body)).not.toEqual(bodies);
    await world.advanceTo(world.now() + 100);
    const second = await world.inbox.receive("flow", 20);
    expect(second.map(({ body }) => body).sort()).toEqual(bodies);
    expect(new Set(second.map(({ receives }) => receives))).toEqual(new Set([1]));
  });

  test("latency: the call waits for virtual time, and a worker that died meanwhile gets no answer", async () => {
    const world = simulatedWorld({ seed: 1, faults: { latency: { rate: 2, longest: 1_000 } } });
    const worker = world.worker();
    let answered = false;
    const append = worker.log.append(segmentOf(id, 0)).then(() => {
      answered = true;
    });
    await world.settle();
    expect(answered).toBe(false);
    await world.advanceTo(world.now() + 2_000);
    await append;
    expect(answered).toBe(true);
    const late = worker.log.append(segmentOf(id, 1));
    worker.kill();
    await Promise.all([expect(late).rejects.toBeInstanceOf(Crash), world.advanceTo(world.now() + 2_000)]);
  });

  test("clocks: each worker has its own, and its alarms and delays go by it", async () => {
    const world = simulatedWorld({ seed: 5, faults: { clockSkew: 5 * minute } });
    const workers = Array.from({ length: 5 }, () => world.worker());
    const skews = workers.map(({ clock }) => clock.now() - world.now());
    expect(new Set(skews).size).toBe(5);
    for (const skew of skews) expect(Math.abs(skew)).toBeLessThanOrEqual(5 * minute);
    for (const { clock, queue } of workers) await queue.send([{ ...message("m"), notBefore: clock.now() + minute }]);
    expect(await takeBodies(world.inbox, "flow")).toEqual([]);
    let woken = 0;
    for (const { clock } of workers) {
      clock.at(clock.now() + minute, () => {
        woken += 1;
      });
    }
    await world.advanceTo(world.now() + minute);
    expect(woken).toBe(5);
    expect(await takeBodies(world.inbox, "flow")).toHaveLength(5);
  });

  test("clocks that jump: a moment may come early, a delay does not", async () => {
    const arrivals = async (made: (now: number) => Partial<Message>): Promise<number> => {
      const world = simulatedWorld({ seed: 5, faults: { clockSkew: 5 * minute, clockJump: 1 } });
      for (let sent = 0; sent < 10; sent += 1) {
        const { clock, queue } = world.worker();
        await queue.send([{ ...message("m"), ...made(clock.now()) }]);
      }
      return (await takeBodies(world.inbox, "flow")).length;
    };
    expect(await arrivals((now) => ({ notBefore: now + minute }))).toBeGreaterThan(0);
    expect(await arrivals(() => ({ delayMilliseconds: minute }))).toBe(0);
  });

  test("lists show the past, single reads do not", async () => {
    const world = simulatedWorld({ seed: 1, faults: { staleLists: 10_000 } });
    const tenant = freshTenant();
    const one = executionOf(tenant, "m", "one");
    await world.executions.start(summaryOf(one), segmentOf(one, 0));
    const list = async () => (await world.executions.list({ tenant, machine: "m", limit: 10 })).items.length;
    expect(await list()).toBe(0);
    expect(await world.executions.find(one)).toBeDefined();
    await world.advanceTo(world.now() + 10_000);
    expect(await list()).toBe(1);
  });

  test("dead letters: after too many receives, until they are handled or put back", async () => {
    const world = simulatedWorld({ seed: 1, faults: { mostReceives: 2 } });
    await world.queue.send([message("poison")]);
    for (let receive = 0; receive < 3; receive += 1) {
      await world.inbox.receive("flow", 1);
      await world.advanceTo(world.now() + 4 * minute);
    }
    expect([world.waiting("flow"), world.waiting("dead")]).toEqual([0, 1]);
    expect(world.redrive()).toBe(1);
    expect((await world.inbox.receive("flow", 1)).map(({ body, receives }) => [body, receives])).toEqual([
      ["poison", 1],
    ]);
  });
});

describe("a power cut", () => {
  test("loses a tail of what was not durable, and nothing before it", async () => {
    const lengths = new Set<number>();
    for (let seed = 0; seed < 40; seed += 1) {
      const world = simulatedWorld({ seed, kind: "local" });
      const worker = world.worker();
      for (let seq = 0; seq < 4; seq += 1) await worker.log.commit(segmentOf(id, seq), [message(`${seq}`)]);
      await worker.log.durable();
      for (let seq = 4; seq < 8; seq += 1) await worker.log.commit(segmentOf(id, seq), [message(`${seq}`)]);
      world.powerCut();
      expect(worker.dead).toBe(true);
      const length = world.segments().length;
      expect(length).toBeGreaterThanOrEqual(4);
      // A commit is one transaction: its message is there if and only if its segment is.
      expect(world.waiting("flow")).toBe(length);
      lengths.add(length);
    }
    expect(lengths).toEqual(new Set([4, 5, 6, 7, 8]));
  });

  test("takes nothing back that is older than a disk may hang", async () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const world = simulatedWorld({ seed, kind: "local" });
      const worker = world.worker();
      await worker.log.append(segmentOf(id, 0));
      await world.advanceTo(world.now() + 60_001);
      await worker.log.append(segmentOf(id, 1));
      world.powerCut();
      expect(world.segments().length).toBeGreaterThanOrEqual(1);
    }
  });

  test("brings back what was received, and voids every lease", async () => {
    const world = simulatedWorld({ seed: 1, kind: "local" });
    await world.queue.send([message("a")]);
    await world.log.durable();
    await world.inbox.receive("flow", 1);
    world.powerCut();
    const next = world.worker();
    expect(next.leasesVoidBefore).toBe(world.now());
    expect(await takeBodies(next.inbox, "flow")).toEqual(["a"]);
  });
});

test("counts are by what a call costs", async () => {
  const world = simulatedWorld({ seed: 1 });
  await world.executions.start(summaryOf(id), segmentOf(id, 0));
  await world.log.commit(segmentOf(id, 1), [message("a"), message("b")]);
  await world.log.append(segmentOf(id, 1));
  await world.log.head(id, "");
  await world.joins.report({ execution: id, branch: "", seq: 0, epoch: 0, level: 0, group: 0 }, 0, "x");
  await world.blobs.put("a", "b");
  expect(world.counts()).toMatchObject({ writes: 4, taken: 1, reads: 1, sends: 1, messages: 2, joins: 1, blobs: 1 });
  expect(world.counts().byName).toMatchObject({ "log.append": 2, "queue.send": 1 });
  world.resetCounts();
  expect(world.counts()).toMatchObject({ writes: 0, messages: 0 });
});

test("timers beyond the horizon wait for their sweep, and the next moment is known", async () => {
  const world = simulatedWorld({ seed: 1 });
  expect(world.nextDue()).toBeUndefined();
  const start = world.now();
  await world.timers.set({ ...message("far"), notBefore: start + 60 * minute }, "id");
  // Swept is what is due before the horizon.
  expect(world.nextDue()).toBe(start + 45 * minute + 1);
  expect(world.shardsDue()).toEqual([]);
  await world.advanceTo(start + 45 * minute + 1);
  const [shard = -1, ...more] = world.shardsDue();
  expect(more).toEqual([]);
  expect(await world.timers.sweep(shard, world.now() + world.timers.queueHorizon)).toBe(1);
  expect(world.nextDue()).toBe(start + 60 * minute);
});

test("a gap in a branch, or a delay the queue does not have, is a bug and not an outage", async () => {
  const world = simulatedWorld({ seed: 1 });
  await expect(world.log.append(segmentOf(id, 1))).rejects.toThrow("a gap");
  const far = { ...message("far"), notBefore: world.now() + 16 * minute };
  await expect(world.queue.send([far])).rejects.toThrow("a delay of 960000 ms, at most 900000");
});
