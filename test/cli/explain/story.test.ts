/** What an execution waits for and what happens next, in words. */
import { expect, test } from "vitest";
import { visitsOf } from "../../../lib/asl/history/visits.ts";
import { storyOf, type Waiting } from "../../../lib/cli/explain/story.ts";

const now = Date.parse("2026-01-15T12:00:00Z");
const description = { status: "RUNNING", startDate: now / 1_000 };
const token = "waits for the task token of state Boss";
const until = "2026-01-15T13:00:00Z";
const boss = { branch: "", state: "Boss", reason: token };

function told(...waiting: readonly Waiting[]) {
  return storyOf({ description, waiting, visits: [], now });
}

test.each<[what: string, waiting: Waiting, next: RegExp]>([
  ["no limit", boss, /^Somebody has to answer\. There is no deadline\.$/],
  [
    "a time",
    { ...boss, until },
    /^Somebody has to answer by .*\(in 1 h\)\. After that Boss has failed with States\.Timeout\.$/,
  ],
  [
    "a heartbeat",
    { ...boss, reason: `${token}, needs a heartbeat every 600 s` },
    /^Somebody has to answer\. Without a heartbeat for 600 s it fails with States\.Timeout\.$/,
  ],
  [
    "both",
    { ...boss, reason: `${token}, needs a heartbeat every 600 s`, until },
    /^Somebody has to answer by .*\. After that Boss has failed with States\.Timeout\. Without a heartbeat for 600 s it fails, too\.$/,
  ],
])("a task token with %s", (_what, waiting, next) => {
  expect(told(waiting).next).toMatch(next);
});

test("of several branches that which waits for a person is told, whatever the others wait for", () => {
  const fork = { branch: "", state: "Both", reason: "waits for the 2 branches of Both" };
  const rest = { branch: "/1.0", state: "Rest", reason: "waits until 2026-01-15T13:00:00.000Z in Rest", until };
  expect(told(fork, rest, { ...boss, branch: "/1.1" })).toMatchObject({
    says: "Waits for the task token of state Boss (and 1 other branch).",
    asks: true,
  });
  expect(told(fork, rest).says).toMatch(/^Waits until .* in Rest\.$/);
});

test("what waits before a state is told with the Wait that it is in", () => {
  const entered = { id: 2, previousEventId: 0, timestamp: now, stateEnteredEventDetails: { name: "Rest" } };
  const visits = visitsOf([
    { id: 1, previousEventId: 0, timestamp: now, type: "ExecutionStarted" },
    { ...entered, type: "WaitStateEntered" },
  ]);
  const rest = { branch: "", state: "Next", reason: "waits until 2026-01-15T13:00:00.000Z before Next", until };
  expect(storyOf({ description, waiting: [rest], visits, now }).about?.state).toBe("Rest");
});

test("many branches are counted as everything else is", () => {
  const fork = { branch: "", state: "Each", reason: "waits for the 10000 branches of Each" };
  expect(told(fork).says).toBe("Waits for the 10,000 branches of Each.");
});

test("moments are written as whoever prints them has it", () => {
  const rest = { branch: "", state: "Rest", reason: "waits until 2026-01-15T13:00:00.000Z in Rest", until };
  const written = (at: number): string => new Date(at).toISOString();
  expect(storyOf({ description, waiting: [rest], visits: [], now, written })).toMatchObject({
    says: "Waits until 2026-01-15T13:00:00.000Z (in 1 h) in Rest.",
    next: "It goes on by itself at 2026-01-15T13:00:00.000Z (in 1 h).",
  });
});

test("an execution whose time is over is told with the state that it was in", () => {
  const entered = { id: 2, previousEventId: 0, timestamp: now, stateEnteredEventDetails: { name: "Rest" } };
  const visits = visitsOf([
    { id: 1, previousEventId: 0, timestamp: now, type: "ExecutionStarted" },
    { ...entered, type: "WaitStateEntered" },
    { id: 3, previousEventId: 0, timestamp: now + 1_000, type: "ExecutionTimedOut" },
  ]);
  const timedOut = { ...description, status: "TIMED_OUT", redriveStatus: "REDRIVABLE" };
  expect(storyOf({ description: timedOut, waiting: [], visits, now })).toMatchObject({
    says: "Ran out of time in state Rest: States.Timeout.",
    next: "Nothing more happens by itself. A redrive goes on from Rest: what succeeded is not done again.",
  });
});
