/** Numbered histories: wire names, references across branches, what waits for what, what never happened. */
import { describe, expect, test } from "vitest";
import { type HistoryEvent, historyEventTypes } from "../../lib/asl/event.ts";
import type { AwsHistoryEvent } from "../../lib/asl/history.ts";
import { mergeHistory, type SegmentEvents, toAwsEvent, unfoldHistory } from "../../lib/asl/history.ts";

describe("toAwsEvent", () => {
  const bare = new Set([
    "LambdaFunctionStarted",
    "MapRunAborted",
    "MapRunSucceeded",
    "MapStateAborted",
    "MapStateFailed",
    "MapStateSucceeded",
    "ParallelStateAborted",
    "ParallelStateFailed",
    "ParallelStateStarted",
    "ParallelStateSucceeded",
    "TaskStateAborted",
    "WaitStateAborted",
  ]);

  test.each(historyEventTypes)("%s", (type) => {
    const event = toAwsEvent({ type, details: { name: "x" } }, 3, 2, 1000);
    const state = /State(Entered|Exited)$/.exec(type);
    const member = state ? `state${state[1]}EventDetails` : `${type[0]?.toLowerCase()}${type.slice(1)}EventDetails`;
    const plain = { id: 3, previousEventId: 2, timestamp: 1000, type };
    expect(event).toEqual(bare.has(type) ? plain : { ...plain, [member]: { name: "x" } });
  });

  test("an event without details has no member for them", () => {
    expect(Object.keys(toAwsEvent({ type: "TaskFailed" }, 1, 0, 0))).toEqual([
      "id",
      "previousEventId",
      "timestamp",
      "type",
    ]);
  });
});

/** `"PassStateEntered<2"`: an event and what it refers to; `@8`: when it happens, if not when it was written. */
function events(...texts: readonly string[]): HistoryEvent[] {
  return texts.map((text) => {
    const [, type, previous = "", at] = /^(\w+)<([^@]+)(?:@(\d+))?$/.exec(text) ?? [];
    const known = historyEventTypes.find((one) => one === type);
    if (known === undefined) throw new Error(`'${text}' is no event`);
    const [branch, event] = previous.split("#");
    const reference =
      previous === "joined"
        ? previous
        : event === undefined
          ? Number(previous)
          : { branch: branch ?? "", event: Number(event) };
    return { type: known, previous: reference, ...(at === undefined ? {} : { at: Number(at) }) };
  });
}

function segment(
  branch: string,
  seq: number,
  now: number,
  firstEvent: number,
  ...texts: readonly string[]
): SegmentEvents {
  return { branch, seq, now, firstEvent, events: events(...texts) };
}

function lines(history: readonly AwsHistoryEvent[]): readonly string[] {
  return history.map((event) => `${event.id} ${event.type}<${event.previousEventId} @${event.timestamp}`);
}

const map = { of: "Map", name: "M", width: 2, concurrency: 2 } as const;

const concurrent: readonly SegmentEvents[] = [
  segment("", 0, 0, 1, "ExecutionStarted<0"),
  { ...segment("", 1, 1, 2, "MapStateEntered<0", "MapStateStarted<2"), fork: map },
  segment("/1.0", 0, 10, 6, "PassStateEntered<4", "PassStateExited<6", "MapIterationSucceeded<7"),
  segment("/1.1", 0, 5, 6, "TaskStateEntered<5", "TaskScheduled<6"),
  segment("/1.1", 1, 20, 8, "TaskSucceeded<7", "TaskStateExited<8", "MapIterationSucceeded<9"),
  segment("", 2, 21, 14, "MapStateSucceeded<joined", "MapStateExited<joined", "ExecutionSucceeded<15"),
];

const merged = [
  "1 ExecutionStarted<0 @0",
  "2 MapStateEntered<0 @1",
  "3 MapStateStarted<2 @1",
  "4 MapIterationStarted<3 @1",
  "5 MapIterationStarted<3 @1",
  "6 TaskStateEntered<5 @5",
  "7 TaskScheduled<6 @5",
  "8 PassStateEntered<4 @10",
  "9 PassStateExited<8 @10",
  "10 MapIterationSucceeded<9 @10",
  "11 TaskSucceeded<7 @20",
  "12 TaskStateExited<11 @20",
  "13 MapIterationSucceeded<12 @20",
  "14 MapStateSucceeded<13 @21",
  "15 MapStateExited<13 @21",
  "16 ExecutionSucceeded<15 @21",
];

describe("mergeHistory", () => {
  test("as far as somebody has come, the same events", () => {
    const unfolding = unfoldHistory(concurrent);
    for (const count of [1, 2, merged.length - 1, merged.length + 1]) {
      const events = unfolding.first(count);
      expect(events.length).toBeGreaterThanOrEqual(Math.min(count, merged.length));
      expect(lines(events)).toEqual(merged.slice(0, events.length));
    }
  });

  test("concurrent branches by time, each with its own chain", () => {
    expect(lines(mergeHistory(concurrent))).toEqual(merged);
  });

  test("in whatever order the segments come", () => {
    expect(lines(mergeHistory([...concurrent].reverse()))).toEqual(merged);
  });

  test("while it runs", () => {
    expect(lines(mergeHistory(concurrent.slice(0, 2)))).toEqual(merged.slice(0, 5));
  });

  test("a clock that lags behind changes no order of cause and effect", () => {
    const lagging = concurrent.map((one) => (one.branch === "/1.1" ? { ...one, now: 0 } : one));
    expect(lines(mergeHistory(lagging)).slice(5, 8)).toEqual([
      "6 TaskStateEntered<5 @1",
      "7 TaskScheduled<6 @1",
      "8 TaskSucceeded<7 @1",
    ]);
  });

  test("a later wave begins after the branch it waited for, even in the same millisecond", () => {
    const history = mergeHistory([
      { ...segment("", 0, 0, 1, "MapStateStarted<0"), fork: { ...map, concurrency: 1 } },
      segment("/0.1", 0, 0, 5, "MapIterationStarted</0.0#3", "PassStateEntered<5", "MapIterationSucceeded<6"),
      segment("/0.0", 0, 0, 3, "PassStateEntered<2", "MapIterationSucceeded<3"),
    ]);
    expect(lines(history)).toEqual([
      "1 MapStateStarted<0 @0",
      "2 MapIterationStarted<1 @0",
      "3 PassStateEntered<2 @0",
      "4 MapIterationSucceeded<3 @0",
      "5 MapIterationStarted<3 @0",
      "6 PassStateEntered<5 @0",
      "7 MapIterationSucceeded<6 @0",
    ]);
  });

  test("ten branches are in the order of their numbers", () => {
    const wide = { of: "Parallel", name: "P", width: 11, concurrency: 11 } as const;
    const branches = Array.from({ length: 11 }, (_, index) => segment(`/0.${index}`, 0, 0, 2, `PassStateEntered<${1}`));
    const history = mergeHistory([
      { ...segment("", 0, 0, 1, "ParallelStateStarted<0"), fork: wide },
      ...branches.map((one, index) => ({
        ...one,
        events: [{ ...one.events[0], type: "PassStateEntered", previous: 1, details: { index } } as const],
      })),
    ]);
    expect(history.slice(1).map((event) => event["stateEnteredEventDetails"]?.["index"])).toEqual([...branches.keys()]);
  });

  test("what follows a fork comes after all that is in it, the inner forks too", () => {
    const history = mergeHistory([
      {
        ...segment("", 0, 0, 1, "ParallelStateStarted<0"),
        fork: { of: "Parallel", name: "P", width: 1, concurrency: 1 },
      },
      {
        ...segment("/0.0", 0, 0, 2, "ParallelStateStarted<1"),
        fork: { of: "Parallel", name: "Q", width: 1, concurrency: 1 },
      },
      segment("/0.0/0.0", 0, 9, 3, "TaskStateEntered<2"),
      segment("/0.0/0.0", 1, 50, 4, "TaskStateAborted<3"),
      segment("", 1, 10, 2, "ExecutionAborted<0"),
    ]);
    expect(lines(history).slice(2)).toEqual([
      "3 TaskStateEntered<2 @9",
      "4 TaskStateAborted<3 @50",
      "5 ExecutionAborted<0 @50",
    ]);
  });

  test("a failure comes before what it aborts, even in the same millisecond", () => {
    const history = mergeHistory([
      { ...segment("", 0, 0, 1, "MapStateStarted<0"), fork: map },
      segment("/0.0", 0, 5, 4, "MapIterationAborted</0.1#4", "TaskStateAborted</0.1#4"),
      segment("/0.1", 0, 5, 4, "TaskFailed<3", "MapIterationFailed<4"),
    ]);
    expect(lines(history).slice(3)).toEqual([
      "4 TaskFailed<3 @5",
      "5 MapIterationFailed<4 @5",
      "6 MapIterationAborted<4 @5",
      "7 TaskStateAborted<4 @5",
    ]);
  });

  test("the end of a wait that was cut short never came", () => {
    const waiting = segment("", 0, 0, 1, "WaitStateEntered<0", "WaitStateExited<1@5000");
    const stopped = segment("", 1, 2000, 3, "ExecutionAborted<0");
    expect(lines(mergeHistory([waiting, stopped]))).toEqual(["1 WaitStateEntered<0 @0", "2 ExecutionAborted<0 @2000"]);
    expect(lines(mergeHistory([waiting], 4999))).toEqual(["1 WaitStateEntered<0 @0"]);
    expect(lines(mergeHistory([waiting], 5000))).toHaveLength(2);
    const left = segment("", 1, 5001, 3, "PassStateEntered<2");
    expect(lines(mergeHistory([waiting, left])).at(-1)).toBe("3 PassStateEntered<2 @5001");
  });

  test("a cause names the event of its state by the number that the history gives it", () => {
    const cause = (event: number) =>
      `An error occurred while executing the state 'S' (entered at the event id #${event}). Oh.`;
    const failing = (branch: string, previous: number) => ({
      ...segment(branch, 1, 9, 7, `MapIterationFailed<${previous}`),
      events: [{ type: "MapIterationFailed", previous, details: { cause: cause(6) } } as const],
    });
    const history = mergeHistory([
      { ...segment("", 0, 0, 1, "MapStateEntered<0", "MapStateStarted<1"), fork: map },
      segment("/0.0", 0, 3, 6, "PassStateEntered<3"),
      segment("/0.1", 0, 4, 6, "PassStateEntered<4"),
      failing("/0.1", 6),
      { ...segment("", 1, 10, 9, "MapStateFailed</0.1#6", "ExecutionFailed<9") },
      {
        ...segment("", 2, 11, 11),
        events: [{ type: "ExecutionFailed", previous: { branch: "/0.1", event: 6 }, details: { cause: cause(6) } }],
      },
    ]);
    expect(
      history.at(-3)?.["mapIterationFailedEventDetails"] ?? history.at(-4)?.["mapIterationFailedEventDetails"],
    ).toEqual({ cause: cause(6) });
    expect(history.at(-1)?.["executionFailedEventDetails"]).toEqual({ cause: cause(6) });
    expect(lines(history).slice(2, 7)).toEqual([
      "3 MapIterationStarted<2 @0",
      "4 MapIterationStarted<2 @0",
      "5 PassStateEntered<3 @3",
      "6 PassStateEntered<4 @4",
      "7 MapIterationFailed<6 @9",
    ]);
  });
});
