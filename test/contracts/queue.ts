/** What every Queue with its Inbox promises. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Lane, Message } from "../../lib/engine/ports.ts";
import {
  type Abilities,
  awkwardTexts,
  freshExecution,
  minute,
  type Open,
  receiveOne,
  type Subject,
  segmentOf,
  takeAll,
  takeBodies,
} from "./subject.ts";

/** Longer than any message stays invisible by itself. */
const longAfter = 20 * minute;

export function queueContract(name: string, open: Open, { movesTime }: Abilities): void {
  describe(`${name}: queue`, () => {
    let subject: Subject;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.close());
    const send = (...messages: Message[]) => subject.world.queue.send(messages);
    const now = () => subject.world.clock.now();
    const advance = async (milliseconds: number) => subject.advance?.(milliseconds);

    test.each(["flow", "tasks"] as const)("a message comes in its lane only: %s", async (lane) => {
      await send(message("here", lane));
      expect(await takeBodies(subject.inbox, lane === "flow" ? "tasks" : "flow")).toEqual([]);
      expect(await takeBodies(subject.inbox, lane)).toEqual(["here"]);
    });

    test("many messages in one send all come, at most as many at once as wanted", async () => {
      const bodies = Array.from({ length: 25 }, (_, number) => `message ${String(number).padStart(2, "0")}`);
      await send(...bodies.map((body) => message(body)));
      const few = await subject.inbox.receive("flow", 3);
      expect(few.length).toBeGreaterThan(0);
      expect(few.length).toBeLessThanOrEqual(3);
      await subject.inbox.done(few.map(({ receipt }) => receipt));
      const rest = await takeBodies(subject.inbox, "flow");
      expect([...few.map(({ body }) => body), ...rest].sort()).toEqual(bodies);
    });

    test("nothing to send is nothing", async () => {
      await send();
      expect(await takeAll(subject.inbox, "flow")).toEqual([]);
      await subject.inbox.done([]);
    });

    test("a body comes as it was", async () => {
      for (const body of awkwardTexts) await send(message(body));
      expect(await takeBodies(subject.inbox, "flow")).toEqual([...awkwardTexts].sort());
    });

    test("a received message is invisible, and each later delivery counts", async () => {
      await send(message("again"));
      const first = await receiveOne(subject.inbox, "flow");
      expect(first.receives).toBe(1);
      expect(await subject.inbox.receive("flow", 10)).toEqual([]);
      await subject.inbox.later(first.receipt, now());
      const second = await receiveOne(subject.inbox, "flow");
      expect([second.body, second.receives]).toEqual(["again", 2]);
      await subject.inbox.done([second.receipt]);
      expect(await takeAll(subject.inbox, "flow")).toEqual([]);
    });

    test("done twice is done", async () => {
      await send(message("once"));
      const { receipt } = await receiveOne(subject.inbox, "flow");
      await subject.inbox.done([receipt]);
      await subject.inbox.done([receipt]);
      expect(await takeAll(subject.inbox, "flow")).toEqual([]);
    });

    test("the message that a commit consumed may be done as well", async () => {
      const id = freshExecution();
      await send(message("consumed"));
      const { receipt } = await receiveOne(subject.inbox, "flow");
      await subject.world.log.commit(segmentOf(id, 0), [message("next")], receipt);
      await subject.inbox.done([receipt]);
      expect(await takeBodies(subject.inbox, "flow")).toEqual(["next"]);
    });

    test.runIf(movesTime)("a lost commit consumes nothing", async () => {
      const id = freshExecution();
      await subject.world.log.append(segmentOf(id, 0));
      await send(message("mine"));
      const { receipt } = await receiveOne(subject.inbox, "flow");
      await subject.world.log.commit(segmentOf(id, 0, "", "late"), [message("never")], receipt);
      await advance(longAfter);
      expect(await takeBodies(subject.inbox, "flow")).toEqual(["mine"]);
    });

    test.runIf(movesTime)("a message does not come before its time", async () => {
      await send(
        { ...message("in 10 s"), notBefore: now() + 10_000 },
        { ...message("past"), notBefore: now() - minute },
      );
      expect(await takeBodies(subject.inbox, "flow")).toEqual(["past"]);
      await advance(9_000);
      expect(await takeAll(subject.inbox, "flow")).toEqual([]);
      await advance(1_000);
      expect(await takeBodies(subject.inbox, "flow")).toEqual(["in 10 s"]);
    });

    test("a delayed message does not come at once", async () => {
      await send({ ...message("in 10 min"), delayMilliseconds: 10 * minute }, message("now"));
      expect(await takeBodies(subject.inbox, "flow")).toEqual(["now"]);
    });

    test.runIf(movesTime)(
      "a delay begins when the message is sent, wherever the clock was when it was made",
      async () => {
        const delayed = { ...message("in 10 s"), delayMilliseconds: 10_000 };
        await advance(minute);
        await send(delayed);
        await advance(9_000);
        expect(await takeAll(subject.inbox, "flow")).toEqual([]);
        await advance(1_000);
        expect(await takeBodies(subject.inbox, "flow")).toEqual(["in 10 s"]);
      },
    );

    test.runIf(movesTime)("later makes it visible at that moment, not before", async () => {
      await send(message("later"));
      await subject.inbox.later((await receiveOne(subject.inbox, "flow")).receipt, now() + 10 * minute);
      await advance(9 * minute);
      expect(await takeAll(subject.inbox, "flow")).toEqual([]);
      await advance(minute);
      expect(await takeBodies(subject.inbox, "flow")).toEqual(["later"]);
    });

    test.runIf(movesTime).each(["flow", "tasks"] as const)("an unfinished message comes back: %s", async (lane) => {
      await send(message("lost", lane));
      await receiveOne(subject.inbox, lane);
      await advance(2 * minute);
      expect(await takeAll(subject.inbox, lane)).toEqual([]);
      await advance(longAfter);
      expect((await takeAll(subject.inbox, lane)).map(({ body, receives }) => [body, receives])).toEqual([["lost", 2]]);
    });

    test.runIf(movesTime)("a finished message does not", async () => {
      await send(message("finished"));
      await takeAll(subject.inbox, "flow");
      await advance(longAfter);
      expect(await takeAll(subject.inbox, "flow")).toEqual([]);
    });

    test.runIf(movesTime)(
      "whoever was too slow can still finish it, and cannot put it off for the next one",
      async () => {
        await send(message("slow"), message("slower"));
        const late = [await receiveOne(subject.inbox, "flow"), await receiveOne(subject.inbox, "flow")];
        await advance(longAfter);
        const again = [await receiveOne(subject.inbox, "flow"), await receiveOne(subject.inbox, "flow")];
        const [slow, slower] = late;
        if (slow === undefined || slower === undefined) throw new Error("two were received");
        await subject.inbox.later(slow.receipt, now() + 100 * minute);
        await subject.inbox.later(slower.receipt, now() + 100 * minute);
        await advance(longAfter);
        const third = await takeAll(subject.inbox, "flow");
        expect(third.map(({ body }) => body).sort()).toEqual(again.map(({ body }) => body).sort());
      },
    );
  });
}

function message(body: string, lane: Lane = "flow"): Message {
  return { lane, group: "tenant/machine", body };
}
