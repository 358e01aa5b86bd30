/** Map and Parallel: forking, beginning a branch, joining, closing; and what fences do to a branch. */
import { describe, expect, test } from "vitest";
import type { Position, Scope } from "../../../lib/asl/position.ts";
import { machine, moment, Walker } from "./stepping.ts";

const pass = { Type: "Pass", End: true };
const task = { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage", End: true };

function map(more: object = {}, inner: object = pass) {
  const state = { Type: "Map", ItemProcessor: { StartAt: "I", States: { I: inner } }, ...more };
  return machine({ A: { ...state, Next: "B" }, B: pass });
}

function parallel(more: object = {}, inner: object = pass) {
  const branch = (name: string) => ({ StartAt: name, States: { [name]: inner } });
  return machine({ A: { Type: "Parallel", Branches: [branch("I"), branch("J")], ...more, Next: "B" }, B: pass });
}

describe("forking", () => {
  test.each([
    ["Map", map(), "[1,2,3]", "MapStateEntered<0 MapStateStarted<2 → forked Map 3/3"],
    [
      "Map with MaxConcurrency",
      map({ MaxConcurrency: 2 }),
      "[1,2,3]",
      "MapStateEntered<0 MapStateStarted<2 → forked Map 2/3",
    ],
    [
      "a wide Map",
      map(),
      JSON.stringify(new Array(50).fill(0)),
      "MapStateEntered<0 MapStateStarted<2 → forked Map 40/50",
    ],
    ["Map over nothing", map(), "[]", "MapStateEntered<0 MapStateStarted<2 MapStateSucceeded<3 MapStateExited<3 → B"],
    ["Parallel", parallel(), "{}", "ParallelStateEntered<0 ParallelStateStarted<2 → forked Parallel 2/2"],
  ])("%s", async (_, definition, input, expected) => {
    expect(await new Walker(definition, input).take("arrived")).toBe(expected);
  });

  test("items keep their text, the branches' shared input is the effective one", async () => {
    const walker = new Walker(map({ InputPath: "$.x", ItemsPath: "$.items" }), '{"x":{"items":[1.0,{"b":2}]}}');
    await walker.take("arrived");
    expect(walker.position.doing).toMatchObject({
      items: ["1.0", '{"b":2}'],
      shared: '{"items":[1.0,{"b":2}]}',
      claim: 1,
    });
  });

  test.each([
    ["$.jobs", '{"source":"nightly"}', 'step "jobs" to input {"source":"nightly"}'],
    ["$.found.objects", '{"found":{"status":500}}', 'step "objects" to input {"found":{"status":500}}'],
    ["$.a.b", '{"x":1}', 'step "a" to input {"x":1}'],
    ["$.a", '"text"', 'ReferencePath $.a to input "text"'],
  ])("where %s leads nowhere there are no items, and a Catch may say so", async (ItemsPath, input, what) => {
    const conflict = `States.ReferencePathConflict: Unable to apply ${what}`;
    expect(await new Walker(map({ ItemsPath }), input).take("arrived")).toBe(
      `MapStateEntered<0 MapStateFailed<2 ExecutionFailed<3 → FAILED ${conflict}`,
    );
    const caught = { ItemsPath, Catch: [{ ErrorEquals: ["States.ALL"], Next: "B" }], Next: "B" };
    expect(await new Walker(map(caught), input).take("arrived")).toContain("MapStateExited<3 → B");
  });

  test("what is no array cannot be mapped over", async () => {
    expect(await new Walker(map({ ItemsPath: "$.a" }), '{"a":1}').take("arrived")).toContain(
      "MapStateEntered<0 ExecutionFailed<2 → FAILED States.Runtime: An error occurred while executing the state 'A' (entered at the event id #2). Reference path \"$.a\" must point to array.",
    );
  });
});

const scope: Scope = {
  kind: "Map",
  state: "A",
  index: 1,
  firstWave: true,
  width: 2,
  concurrency: 2,
  eventsBefore: 5,
};

function beginning(more: Partial<Position> = {}): Position {
  return {
    state: "I",
    input: '{"outer":true}',
    item: { index: 1, value: "7" },
    entered: { at: 0, event: 2, retryCount: 0 },
    scope,
    events: 5,
    previous: 5,
    doing: { kind: "beginning" },
    ...more,
  };
}

describe("a branch begins", () => {
  test("in the first wave, with its item as input", async () => {
    const walker = new Walker(map()).at(beginning());
    expect(await walker.take("arrived")).toBe(
      "PassStateEntered<5 PassStateExited<6 MapIterationSucceeded<7 → SUCCEEDED 7",
    );
    expect(walker.position).toMatchObject({ events: 8, previous: 7 });
  });

  test("in a later wave it says so itself", async () => {
    const previous = { branch: "/1.0", event: 9 };
    const later = beginning({ scope: { ...scope, firstWave: false }, previous, events: 10 });
    expect(await new Walker(map()).at(later).take("arrived")).toBe(
      "MapIterationStarted</1.0#9 PassStateEntered<11 PassStateExited<12 MapIterationSucceeded<13 → SUCCEEDED 7",
    );
  });

  test("ItemSelector sees the fork's input and the item", async () => {
    const selector = {
      "outer.$": "$.outer",
      "item.$": "$$.Map.Item.Value",
      "index.$": "$$.Map.Item.Index",
      "at.$": "$$.State.Name",
    };
    const walker = new Walker(map({ ItemSelector: selector })).at(beginning());
    expect(await walker.take("arrived")).toContain('SUCCEEDED {"item":7,"at":"A","outer":true,"index":1}');
  });

  test("an ItemSelector that fails, fails the branch in the name of the Map", async () => {
    const walker = new Walker(map({ ItemSelector: { "x.$": "$.nowhere" } })).at(beginning());
    expect(await walker.take("arrived")).toContain(
      "→ FAILED States.Runtime: An error occurred while executing the state 'A' (entered at the event id #2).",
    );
  });

  test("in a Parallel without a word", async () => {
    const parallelScope: Scope = { ...scope, kind: "Parallel" };
    const walker = new Walker(parallel()).at(beginning({ scope: parallelScope, previous: 3, events: 3 }));
    expect(await walker.take("arrived")).toBe('PassStateEntered<3 PassStateExited<4 → SUCCEEDED {"outer":true}');
  });
});

describe("the variables of a branch that is over", () => {
  const outer = beginning({ variables: '{"big":[1,2,3]}' });

  test("are not kept where it succeeded: nobody comes back to it, and each branch would keep a copy", async () => {
    const walker = new Walker(map()).at(outer);
    await walker.take("arrived");
    expect(walker.position).not.toHaveProperty("variables");
  });

  test("are kept where it failed: a redrive goes on with them", async () => {
    const walker = new Walker(map({}, task)).at(outer);
    await walker.take("arrived");
    await walker.take("failed");
    expect(walker.position).toMatchObject({ variables: '{"big":[1,2,3]}', doing: { kind: "ended" } });
  });

  test("are kept at the root", async () => {
    const walker = new Walker(machine({ A: pass })).at({ variables: '{"x":1}' });
    await walker.take("arrived");
    expect(walker.position).toMatchObject({ variables: '{"x":1}', doing: { kind: "ended" } });
  });
});

describe("a branch fails", () => {
  test.each([
    ["in a Map", scope, "TaskFailed<8 MapIterationFailed<9 TaskStateAborted<9 → FAILED E: C"],
    ["in a Parallel", { ...scope, kind: "Parallel" } as Scope, "TaskFailed<8 TaskStateAborted<9 → FAILED E: C"],
  ])("%s", async (_, where, expected) => {
    const walker = new Walker(where.kind === "Map" ? map({}, task) : parallel({}, task)).at(
      beginning({ scope: where }),
    );
    await walker.take("arrived");
    expect(await walker.take("failed")).toBe(expected);
    expect(walker.position.previous).toBe(9);
  });
});

describe("the parent goes on", () => {
  async function forked(
    definition = map({ Catch: [{ ErrorEquals: ["E"], Next: "B" }], Retry: [{ ErrorEquals: ["R"], MaxAttempts: 1 }] }),
  ) {
    const walker = new Walker(definition, "[1,2]");
    await walker.take("arrived");
    return walker;
  }

  test("joined: past the events of its branches, which it counts", async () => {
    const walker = await forked();
    expect(await walker.take({ kind: "joined", outputs: ["1.0", "{}"], events: 6 })).toBe(
      "MapStateSucceeded<joined MapStateExited<joined → B",
    );
    expect(walker.position).toMatchObject({ input: "[1.0,{}]", events: 13, previous: 13 });
  });

  test("a Parallel has no first wave to count", async () => {
    const walker = new Walker(parallel(), "{}");
    await walker.take("arrived");
    await walker.take({ kind: "joined", outputs: ["1", "2"], events: 4 });
    expect(walker.position).toMatchObject({ events: 9 });
  });

  test.each([
    ["caught", "E", "MapStateFailed</1.0#9 MapStateExited<12 → B"],
    ["failed", "F", "MapStateFailed</1.0#9 ExecutionFailed<12 → FAILED F"],
    ["retried", "R", "→ retrying at +1s"],
  ])("%s", async (_, error, expected) => {
    const walker = await forked();
    const at = { branch: "/1.0", event: 9 };
    expect(await walker.take({ kind: "branch-failed", index: 0, failure: { error }, at })).toBe(`→ closing: ${error}`);
    expect(walker.position).toMatchObject({ events: 3, previous: at });
    expect(await walker.take({ kind: "closed", events: 6 })).toBe(expected);
    if (error === "R") {
      expect(await walker.take("arrived", 1)).toBe("MapStateStarted</1.0#9 → forked Map 2/2");
      expect(walker.position).toMatchObject({ events: 12 });
    }
  });

  test("as many outputs as branches", async () => {
    const walker = await forked();
    await expect(walker.take({ kind: "joined", outputs: ["1"], events: 2 })).rejects.toThrow(
      "2 branches, but 1 outputs",
    );
  });
});

describe("fenced", () => {
  const aborted = { kind: "aborted", because: { branch: "/1.0", event: 9 } } as const;

  test.each([
    ["before it began", map(), [], "MapIterationAborted</1.0#9 → ABORTED"],
    ["in a Task", map({}, task), ["arrived"], "MapIterationAborted</1.0#9 TaskStateAborted</1.0#9 → ABORTED"],
    [
      "in a Wait at the end",
      map({}, { Type: "Wait", Seconds: 9, End: true }),
      ["arrived"],
      "MapIterationAborted</1.0#9 WaitStateAborted</1.0#9 → ABORTED",
    ],
  ] as const)("%s", async (_, definition, signals, expected) => {
    const walker = new Walker(definition).at(beginning());
    for (const signal of signals) await walker.take(signal);
    expect(await walker.take(aborted)).toBe(expected);
  });

  test("in the tail of a Wait", async () => {
    const wait = { Type: "Wait", Seconds: 9, Next: "J" };
    const definition = machine({
      A: { Type: "Map", ItemProcessor: { StartAt: "I", States: { I: wait, J: pass } }, End: true },
    });
    const walker = new Walker(definition).at(beginning());
    await walker.take("arrived");
    expect(await walker.take(aborted, 3)).toBe("MapIterationAborted</1.0#9 WaitStateAborted</1.0#9 → ABORTED");
  });

  test("over an open fork of its own", async () => {
    const inner = { Type: "Map", ItemProcessor: { StartAt: "J", States: { J: pass } }, End: true };
    const walker = new Walker(map({}, inner)).at(beginning({ item: { index: 1, value: "[1]" } }));
    await walker.take("arrived");
    expect(await walker.take(aborted)).toBe("MapIterationAborted</1.0#9 MapStateAborted</1.0#9 → ABORTED, open");
  });

  test("a later wave that never began leaves no trace", async () => {
    const walker = new Walker(map()).at(beginning({ scope: { ...scope, firstWave: false } }));
    expect(await walker.take(aborted)).toBe("→ ABORTED");
  });

  test("a task whose time is over as well says so first", async () => {
    const walker = new Walker(map({}, { ...task, TimeoutSeconds: 5 })).at(beginning());
    await walker.take("arrived");
    expect(await walker.take(aborted, 5)).toBe(
      "TaskTimedOut<8 MapIterationAborted</1.0#9 TaskStateAborted</1.0#9 → ABORTED",
    );
  });
});

describe("the execution ends from outside", () => {
  test.each([
    ["stopped", "ExecutionAborted<0 → ABORTED, open"],
    ["execution-timed-out", "ExecutionTimedOut<0 → TIMED_OUT States.Timeout, open"],
    [
      "poisoned",
      "MapStateFailed<3 ExecutionFailed<4 → FAILED States.Runtime: An error occurred while executing the state 'A' (entered at the event id #2). it threw, open",
    ],
  ] as const)("%s over an open fork", async (signal, expected) => {
    const walker = new Walker(map(), "[1]");
    await walker.take("arrived");
    expect(await walker.take(signal)).toBe(expected);
  });

  test("stopped with words", async () => {
    const walker = new Walker(map(), "[1]");
    expect(await walker.take({ kind: "stopped", failure: { error: "E", cause: "C" } })).toBe(
      "ExecutionAborted<0 → ABORTED E: C",
    );
    expect(walker.last.events[0]?.details).toEqual({ error: "E", cause: "C" });
  });
});

test.each([
  ["arrived", "forked"],
  ["succeeded", "forked"],
  ["closed", "forked"],
] as const)("'%s' means nothing to a branch that is %s", async (signal, doing) => {
  const walker = new Walker(map(), "[1]");
  await walker.take("arrived");
  await expect(walker.take(signal)).rejects.toThrow(`'${signal}' came to a branch that is ${doing} at state 'A'`);
});

test("nothing follows an end", async () => {
  const walker = new Walker(machine({ A: pass }));
  await walker.take("arrived");
  for (const signal of ["arrived", "stopped", "aborted", "poisoned", "execution-timed-out", "succeeded"] as const) {
    await expect(walker.take(signal)).rejects.toThrow("nothing follows");
  }
});

test("a transition is made of its arguments alone", async () => {
  const first = new Walker(map(), "[1]");
  const second = new Walker(map(), "[1]");
  expect(await first.take("arrived")).toBe(await second.take("arrived"));
  expect(first.position).toEqual(second.position);
  expect(moment().now).toBe(moment().now);
});
