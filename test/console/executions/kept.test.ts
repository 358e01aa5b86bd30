/** A list that is longer than its newest page stays whole while others start and end. */
import { describe, expect, test } from "vitest";
import type { Execution, Found, Status } from "../../../console/api/wire.ts";
import { keptBehind, merged, unsettled, withNews } from "../../../console/executions/kept.ts";

/** Each named by the moment of its start. */
function execution(startDate: number, status: Status = "RUNNING"): Execution {
  return { executionArn: `arn:${startDate}`, stateMachineArn: "arn", name: `${startDate}`, status, startDate };
}

function page(from: number, to: number, nextToken?: string): Found {
  const executions = Array.from({ length: from - to + 1 }, (_, index) => execution(from - index));
  return { executions, searched: executions.length, ...(nextToken !== undefined && { nextToken }) };
}

const starts = (newest: Found, kept: Found | undefined): readonly number[] =>
  merged(newest.executions, kept?.executions ?? []).map(({ startDate }) => startDate);
const countdown = (from: number, to: number): readonly number[] =>
  page(from, to).executions.map((one) => one.startDate);
const one = { machine: "orders", search: "" };

describe("what is kept behind the newest page", () => {
  test("rows that move out of the newest page stay, however often it moves on", () => {
    let kept: Found | undefined = page(20, 1, "behind 1");
    for (const newestStart of [25, 30, 39]) {
      const newest = page(newestStart, newestStart - 9, "next");
      kept = kept && keptBehind(newest, kept, one);
      expect(starts(newest, kept)).toEqual(countdown(newestStart, 1));
    }
    expect(kept?.nextToken).toBe("behind 1");
  });

  test("where more have started than a page holds, the list begins anew instead of having a hole", () => {
    const newest = page(60, 51, "behind 51");
    expect(keptBehind(newest, page(20, 1, "behind 1"), one)).toBeUndefined();
  });

  test("what has ended is not kept among those that run", () => {
    const newest: Found = {
      ...page(20, 11, "next"),
      executions: page(21, 11).executions.filter((row) => row.startDate !== 15),
    };
    const kept = keptBehind(newest, page(20, 1, "behind 1"), one);
    expect(starts(newest, kept)).toEqual([...countdown(21, 16), ...countdown(14, 1)]);
  });

  test("a newest page that is the last needs nothing behind it", () => {
    expect(keptBehind(page(5, 1), page(20, 1, "behind 1"), one)).toBeUndefined();
  });

  test("a row shows what it is now", () => {
    const newest: Found = { ...page(20, 20, "next"), executions: [execution(20, "FAILED")] };
    const kept = keptBehind(newest, page(20, 19, "next"), one);
    expect(merged(newest.executions, kept?.executions ?? []).map(({ status }) => status)).toEqual([
      "FAILED",
      "RUNNING",
    ]);
  });

  test.each([
    ["a search, whose newest page may hold nothing", { machine: "orders", search: "ord-1" }, page(0, 1, "next"), 20],
    ["very many machines, of which the newest page has some", { machine: "", search: "" }, page(21, 18, "next"), 21],
  ])("of %s all stay", (_what, question, newest, first) => {
    const kept = keptBehind(newest, page(20, 1, "behind 1"), question);
    expect(starts(newest, kept)).toEqual(countdown(first, 1));
  });
});

describe("what is looked at again behind the newest page", () => {
  const kept: Found = {
    ...page(4, 1, "next"),
    executions: [4, 3, 2, 1].map((at) => execution(at, at === 3 ? "FAILED" : "RUNNING")),
  };

  test("what ran when it was read, and is not on the newest page", () => {
    expect(unsettled([execution(4)], kept.executions).map(({ startDate }) => startDate)).toEqual([2, 1]);
  });

  test.each([
    ["", "4 RUNNING, 3 FAILED, 2 SUCCEEDED"],
    ["RUNNING", "4 RUNNING, 3 FAILED"],
  ] as const)("asked for status '%s', what ended and what is gone: %s", (status, expected) => {
    const news = new Map([
      ["arn:2", execution(2, "SUCCEEDED")],
      ["arn:1", undefined],
    ]);
    const { executions, nextToken } = withNews(kept, news, status);
    expect(executions.map((row) => `${row.name} ${row.status}`).join(", ")).toBe(expected);
    expect(nextToken).toBe("next");
  });
});
