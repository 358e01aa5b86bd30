/** Gathering: what goes out together, when, and who hears of a failure. */
import { describe, expect, test, vi } from "vitest";
import { Batches, type SendBatch } from "../../../lib/adapters/aws/batches.ts";

function recorder(failures: Record<string, { fault: boolean; times: number }> = {}) {
  const sent: (readonly string[])[] = [];
  const send: SendBatch<string> = async (contents) => {
    sent.push(contents);
    return contents.flatMap((content, place) => {
      const failure = failures[content];
      if (!failure || failure.times-- <= 0) return [];
      return [{ Id: String(place), Code: "InternalError", Message: content, SenderFault: failure.fault }];
    });
  };
  return { sent, batches: new Batches<string>(send) };
}

const entry = (content: string, bytes = 100) => ({ content, bytes });
const letters = (count: number): string[] => Array.from({ length: count }, (_, place) => `m${place}`);

describe("batches", () => {
  test.each([
    // entries  bytes each   sizes of the batches
    [1, 100, [1]],
    [10, 100, [10]],
    [11, 100, [10, 1]],
    [25, 100, [10, 10, 5]],
    [4, 400_000, [2, 2]],
    [3, 1_048_576, [1, 1, 1]],
  ])("%i entries of %i bytes in one tick go out as %j", async (count, bytes, sizes) => {
    const { sent, batches } = recorder();
    await Promise.all(letters(count).map((content) => batches.add(entry(content, bytes))));
    expect(sent.map((batch) => batch.length)).toEqual(sizes);
    expect(sent.flat()).toEqual(letters(count));
  });

  test("an entry waits for the caller that is announced", async () => {
    const { sent, batches } = recorder();
    const announced = batches.expect();
    const first = batches.add(entry("first"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual([]);
    const second = batches.add(entry("second"));
    announced();
    await Promise.all([first, second]);
    expect(sent).toEqual([["first", "second"]]);
  });

  test("what lingers goes with what comes meanwhile, and not later than that", async () => {
    vi.useFakeTimers();
    try {
      const sent: (readonly string[])[] = [];
      const lingering = new Batches<string>(async (contents) => {
        sent.push(contents);
        return [];
      }, 50);
      void lingering.add(entry("first"));
      await vi.advanceTimersByTimeAsync(49);
      void lingering.add(entry("second"));
      expect(sent).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      expect(sent).toEqual([["first", "second"]]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("an announced caller that never comes delays nobody for long", async () => {
    vi.useFakeTimers();
    try {
      const { sent, batches } = recorder();
      batches.expect();
      const waiting = batches.add(entry("only"));
      await vi.advanceTimersByTimeAsync(20);
      await waiting;
      expect(sent).toEqual([["only"]]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("taking an announcement back twice counts once", async () => {
    const { sent, batches } = recorder();
    const [one, other] = [batches.expect(), batches.expect()];
    one();
    one();
    const waiting = batches.add(entry("a"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual([]);
    other();
    await waiting;
    expect(sent).toEqual([["a"]]);
  });

  test("only the caller of a refused entry hears of it", async () => {
    const { sent, batches } = recorder({ m1: { fault: true, times: 9 } });
    const answers = await Promise.allSettled(letters(3).map((content) => batches.add(entry(content))));
    expect(answers.map((answer) => answer.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(sent.length).toBe(1);
  });

  test.each([
    // failures  outcome      requests
    [1, "fulfilled", 2],
    [2, "fulfilled", 3],
    [9, "rejected", 3],
  ])("an entry that the service fails %i times is %s after %i requests", async (times, status, requests) => {
    const { sent, batches } = recorder({ m0: { fault: false, times } });
    const [answer] = await Promise.allSettled([batches.add(entry("m0"))]);
    expect(answer.status).toBe(status);
    expect(sent.length).toBe(requests);
  });

  test("when the whole request fails, every caller hears of it", async () => {
    const batches = new Batches<string>(() => Promise.reject(new Error("outage")));
    const answers = await Promise.allSettled(letters(2).map((content) => batches.add(entry(content))));
    expect(answers.map((answer) => answer.status)).toEqual(["rejected", "rejected"]);
  });
});
