/** What every Heartbeats, Blobs, Keys, Chance and Clock promises. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awkwardTexts, freshExecution, freshName, minute, noon, type Open, type Subject } from "./subject.ts";

export function smallPortsContract(name: string, open: Open): void {
  describe(`${name}: heartbeats, blobs, keys, chance, clock`, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    test("the latest heartbeat counts, for its claim only", async () => {
      const { heartbeats } = subject.world;
      const claim = { execution: freshExecution(), branch: "/1.0", seq: 4 };
      expect(await heartbeats.last(claim)).toBeUndefined();
      await heartbeats.beat(claim, noon, noon + minute);
      await heartbeats.beat(claim, noon + 2_000);
      expect(await heartbeats.last(claim)).toBe(noon + 2_000);
      expect(await heartbeats.last({ ...claim, seq: 5 })).toBeUndefined();
      expect(await heartbeats.last({ ...claim, branch: "" })).toBeUndefined();
    });

    test("a blob comes back as it was, and putting it again is harmless", async () => {
      const { blobs } = subject.world;
      const execution = freshExecution();
      expect(await blobs.get(`${execution}/nothing`)).toBeUndefined();
      for (const [number, body] of awkwardTexts.entries()) {
        const blob = `${execution}/${number}`;
        await blobs.put(blob, body);
        await blobs.put(blob, body);
        expect(await blobs.get(blob)).toBe(body);
      }
    });

    test("many writers of the same blob at once", async () => {
      const { blobs } = subject.world;
      const blob = `${freshExecution()}/${freshName()}`;
      await Promise.all(Array.from({ length: 10 }, () => blobs.put(blob, "the same".repeat(10_000))));
      expect(await blobs.get(blob)).toBe("the same".repeat(10_000));
    });

    test.each(["../../outside", "a/../b", "CON/nul", "Größe/🚂", "upper/Case", "upper/case"])(
      "a blob may be named %s",
      async (suffix) => {
        const { blobs } = subject.world;
        const blob = `${freshExecution()}/${suffix}`;
        await blobs.put(blob, suffix);
        expect(await blobs.get(blob)).toBe(suffix);
      },
    );

    test("the key signs each text in its own way, always the same", () => {
      const { keys } = subject.world;
      expect(keys.sign("a")).toBe(keys.sign("a"));
      expect(keys.sign("a")).not.toBe(keys.sign("b"));
      expect(keys.sign("a")).toMatch(/^[A-Za-z0-9_-]{43}$/);
    });

    test("chance draws as many bytes as wanted, and others each time", () => {
      const { chance } = subject.world;
      const drawn = Array.from({ length: 1_000 }, () => chance.hex(8));
      expect(new Set(drawn).size).toBe(1_000);
      for (const text of drawn) expect(text).toMatch(/^[0-9a-f]{16}$/);
      expect(chance.hex(16)).toHaveLength(32);
    });

    test("an alarm that was cancelled stays silent", () => {
      const { clock } = subject.world;
      clock.at(clock.now() + 1, () => expect.unreachable())();
    });
  });
}
