/** A growing history is read from its last page on; what has moved, forked and ended, or been redriven is read whole. */
import { describe, expect, test } from "vitest";
import { type Page, type Reading, readOn } from "../../../console/execution/reading.ts";
import type { AwsHistoryEvent } from "../../../lib/asl/history.ts";

const pageSize = 3;
type Type = AwsHistoryEvent["type"];

function events(count: number, types: Readonly<Record<number, Type>> = {}): readonly AwsHistoryEvent[] {
  return Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    previousEventId: index,
    timestamp: index,
    type: types[index + 1] ?? "PassStateEntered",
  }));
}

/** One that reads a history, and notes where each of its pages begins. */
function reader() {
  let last: Reading | undefined;
  let asked: number[] = [];
  return async (history: readonly AwsHistoryEvent[], isOver = false, redrives = 0, refused = false) => {
    asked = [];
    const ask = async (token: string | undefined): Promise<Page> => {
      const from = Number(token ?? 0);
      asked.push(from);
      if (refused && token !== undefined && asked.length === 1)
        throw Object.assign(new Error("too old"), { name: "InvalidToken" });
      const to = from + pageSize;
      return { events: history.slice(from, to), ...(to < history.length && { nextToken: String(to) }) };
    };
    last = await readOn(last, { isOver, redrives }, ask, () => {});
    expect(last.events).toEqual(history);
    return asked.join(" ");
  };
}

const fork = { 2: "MapStateStarted" } as const;

describe("a history that is looked at again", () => {
  test.each<[what: string, first: readonly AwsHistoryEvent[], then: Parameters<ReturnType<typeof reader>>, string]>([
    ["that has not changed: its last page", events(8), [events(8)], "6"],
    ["that has grown: its last page and those behind it", events(8), [events(12)], "6 9"],
    ["of one page: that page", events(2), [events(2)], "0"],
    ["whose last page was full: that page", events(6), [events(7)], "3 6"],
    ["that is over: its last page", events(8), [events(9), true], "6"],
    ["that forked and runs: its last page", events(8, fork), [events(9, fork)], "6"],
    ["that forked and is over: all", events(8, fork), [events(9, fork), true], "0 3 6"],
    [
      "in which one moved: its last page, and all",
      events(8, { ...fork, 5: "TaskScheduled" }),
      [events(9, { ...fork, 6: "TaskScheduled", 8: "TaskSucceeded" })],
      "6 0 3 6",
    ],
    ["that has been redriven: all", events(8), [events(9), false, 1], "0 3 6"],
    ["whose token is not taken any more: all", events(8), [events(9), false, 0, true], "6 0 3 6"],
  ])("%s", async (_what, first, then, asked) => {
    const read = reader();
    expect((await read(first)).startsWith("0")).toBe(true);
    expect(await read(...then)).toBe(asked);
  });

  test("that forked and was over is read on from its last page", async () => {
    const read = reader();
    await read(events(8, fork), true);
    expect(await read(events(8, fork), true)).toBe("6");
  });
});
