/** Following an execution: its end is told soon after it came, however long it takes to read what happened. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Client } from "../../lib/cli/client.ts";
import { follow } from "../../lib/cli/follow.ts";

let clock = 0;

vi.mock("node:timers/promises", () => ({
  setTimeout: async (milliseconds: number): Promise<void> => {
    clock += Math.max(1, milliseconds);
  },
}));

beforeEach(() => {
  clock = 0;
  vi.spyOn(performance, "now").mockImplementation(() => clock);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const readingTakes = 10_000;
const entered = { id: 2, previousEventId: 1, type: "WaitStateEntered", stateEnteredEventDetails: { name: "W" } };

/** A server on which an execution ends at that moment, and whose history is slow to read. */
function slowServer(endsAt: number): { readonly client: Client; readonly calls: string[] } {
  const calls: string[] = [];
  const client: Client = {
    url: "http://127.0.0.1:1",
    region: "us-east-1",
    inRegion: () => client,
    async call(operation) {
      calls.push(operation);
      if (operation === "DescribeExecution") return { status: clock < endsAt ? "RUNNING" : "SUCCEEDED" };
      clock += readingTakes;
      return { events: [{ ...entered, timestamp: clock }] };
    },
    get: () => Promise.reject(new Error("nothing else is asked")),
    events: async () => undefined,
  };
  return { client, calls };
}

test("between two readings of a long history it asks whether the execution has ended", async () => {
  const endsAt = 15_000;
  const { client, calls } = slowServer(endsAt);
  const lines: string[] = [];
  const description = await follow(client, "arn", (line) => lines.push(line));
  expect(description.status).toBe("SUCCEEDED");
  expect(calls.filter((name) => name === "GetExecutionHistory")).toHaveLength(2);
  expect(clock).toBeLessThanOrEqual(endsAt + 500 + readingTakes);
  expect(lines.join("\n")).toContain("W");
});

test("where nobody reads what happens, no history is read", async () => {
  const { client, calls } = slowServer(60_000);
  expect((await follow(client, "arn", undefined)).status).toBe("SUCCEEDED");
  expect(new Set(calls)).toEqual(new Set(["DescribeExecution"]));
  expect(clock).toBeLessThanOrEqual(60_500);
});
