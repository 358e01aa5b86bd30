/** What every Joins promises. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JoinKey } from "../../lib/engine/ports.ts";
import { farAway, freshExecution, type Open, type Subject } from "./subject.ts";

export function joinsContract(name: string, open: Open): void {
  describe(`${name}: joins`, () => {
    let subject: Subject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());
    const joins = () => subject.world.joins;

    test("indexes stand in the order of their first report, once", async () => {
      const join = freshJoin();
      expect(await joins().report(join, 3, "c", farAway)).toEqual({ finished: [3], closed: false, repeated: false });
      expect(await joins().report(join, 0, "a", farAway)).toEqual({ finished: [3, 0], closed: false, repeated: false });
      expect(await joins().report(join, 3, "c", farAway)).toEqual({ finished: [3, 0], closed: false, repeated: true });
      expect(await joins().report(join, 255, undefined)).toEqual({
        finished: [3, 0, 255],
        closed: false,
        repeated: false,
      });
      expect(await joins().reports(join)).toEqual(
        new Map([
          [3, "c"],
          [0, "a"],
        ]),
      );
    });

    test("of many reports at once each gets a place of its own", async () => {
      const join = freshJoin();
      const indexes = Array.from({ length: 64 }, (_, index) => index);
      const states = await Promise.all(indexes.map((index) => joins().report(join, index, `body ${index}`, farAway)));
      const places = states.map(({ finished }, index) => finished.indexOf(index));
      expect([...places].sort((a, b) => a - b)).toEqual(indexes);
      expect(states.filter(({ finished }) => finished.length === 64)).toHaveLength(1);
      const bodies = await joins().reports(join);
      expect([...bodies.keys()].sort((a, b) => a - b)).toEqual(indexes);
      for (const [index, body] of bodies) expect(body).toBe(`body ${index}`);
    });

    test("close answers who had finished; reports go on, and see it", async () => {
      const join = freshJoin();
      await joins().report(join, 1, "one", farAway);
      expect(await joins().close(join, farAway)).toEqual({ finished: [1], closed: true });
      expect(await joins().close(join, farAway)).toEqual({ finished: [1], closed: true });
      expect(await joins().report(join, 2, "two", farAway)).toEqual({
        finished: [1, 2],
        closed: true,
        repeated: false,
      });
      expect((await joins().reports(join)).size).toBe(2);
    });

    test("closed before anyone reported", async () => {
      const join = freshJoin();
      expect(await joins().close(join)).toEqual({ finished: [], closed: true });
      expect(await joins().report(join, 0, "late")).toEqual({ finished: [0], closed: true, repeated: false });
    });

    test("nobody has reported", async () => {
      expect(await joins().reports(freshJoin())).toEqual(new Map());
    });

    test("what is staged is found, also when staged again, and large", async () => {
      const join = freshJoin();
      expect(await joins().staged(join)).toBeUndefined();
      const body = JSON.stringify(Array.from({ length: 256 }, (_, index) => `item ${index} `.repeat(100)));
      await joins().stage(join, body, farAway);
      await joins().stage(join, body, farAway);
      expect(await joins().staged(join)).toBe(body);
      expect(await joins().report(join, 0, undefined, farAway)).toEqual({
        finished: [0],
        closed: false,
        repeated: false,
      });
    });

    test("an index may be negative, where nothing is reported with it", async () => {
      const join = freshJoin();
      await joins().report(join, -16_385, undefined, farAway);
      await joins().report(join, 3, undefined, farAway);
      expect(await joins().report(join, -16_385, undefined, farAway)).toEqual({
        finished: [-16_385, 3],
        closed: false,
        repeated: true,
      });
    });

    test("every part of the key tells groups apart", async () => {
      const join = freshJoin();
      const others: readonly JoinKey[] = [
        { ...join, execution: freshExecution() },
        { ...join, branch: "/1.0" },
        { ...join, seq: join.seq + 10 },
        { ...join, epoch: 1 },
        { ...join, level: 1 },
        { ...join, group: 1 },
      ];
      await joins().report(join, 7, "here", farAway);
      await joins().stage(join, "here", farAway);
      for (const [index, other] of others.entries()) {
        expect(await joins().staged(other)).toBeUndefined();
        expect(await joins().report(other, index, "there", farAway)).toEqual({
          finished: [index],
          closed: false,
          repeated: false,
        });
      }
      expect(await joins().reports(join)).toEqual(new Map([[7, "here"]]));
    });
  });
}

function freshJoin(): JoinKey {
  return { execution: freshExecution(), branch: "", seq: 1, epoch: 0, level: 0, group: 0 };
}
