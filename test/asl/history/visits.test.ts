/** Histories told state by state: a machine, what its tasks answer, and the visits that come of it. */
import { describe, expect, test } from "vitest";
import { type Visit, visitsOf } from "../../../lib/asl/history/visits.ts";
import type { AwsHistoryEvent } from "../../../lib/asl/history.ts";
import { parseDefinition } from "../../../lib/asl/parse.ts";
import { type Responder, simulate } from "../../../lib/asl/simulate.ts";

const task = { Type: "Task", Resource: "arn:aws:lambda:us-east-1:123456789012:function:f", End: true };
const retry = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 1 }];
const caught = [{ ErrorEquals: ["States.ALL"], Next: "After" }];
const after = { After: { Type: "Pass", End: true } };

function machine(states: object, startAt = "A"): object {
  return { StartAt: startAt, States: states };
}

const inner = machine({ In: task }, "In");

/** `failing` calls come to an error, in the order of the calls. */
function answers(...failing: readonly number[]): Responder {
  let call = 0;
  return () => (failing.includes(call++) ? { error: "Boom", cause: `call ${call}` } : { result: { call } });
}

async function visits(definition: object, input: string, respond: Responder): Promise<readonly Visit[]> {
  const parsed = parseDefinition(definition);
  if (parsed.kind !== "definition") throw new Error(JSON.stringify(parsed.problems));
  return visitsOf((await simulate(parsed.definition, input, { tasks: respond })).history());
}

function line({ state, status, inside, attempts, items, error }: Visit): string {
  const tries = attempts.map((attempt) => attempt.status + (attempt.error === undefined ? "" : ` ${attempt.error}`));
  const place = inside ? ` in ${inside.visit.state}${inside.index === undefined ? "" : `[${inside.index}]`}` : "";
  const all = items.size > 0 ? ` {${[...items].map((item) => item.join(" ")).join(", ")}}` : "";
  return `${state}${place}: ${status}${tries.length > 0 ? ` (${tries.join(", ")})` : ""}${all}${error ? ` ${error}` : ""}`;
}

describe("visits", () => {
  test.each<[what: string, definition: object, input: string, respond: Responder, expected: string[]]>([
    ["a task", machine({ A: task }), "{}", answers(), ["A: succeeded (succeeded)"]],
    ["a retry", machine({ A: { ...task, Retry: retry } }), "{}", answers(0), ["A: succeeded (failed Boom, succeeded)"]],
    ["a failure", machine({ A: task }), "{}", answers(0), ["A: failed (failed Boom)"]],
    [
      "a catch",
      machine({ A: { ...task, Catch: caught }, ...after }),
      "{}",
      answers(0),
      ["A: caught (failed Boom)", "After: succeeded"],
    ],
    ["a Fail state", machine({ A: { Type: "Fail", Error: "No" } }), "{}", answers(), ["A: failed No"]],
    [
      "a path that leads nowhere",
      machine({ A: { ...after.After, InputPath: "$.no" } }),
      "{}",
      answers(),
      ["A: failed States.Runtime"],
    ],
    [
      "a path that leads nowhere in a Map",
      machine({
        A: { Type: "Map", ItemProcessor: machine({ In: { ...after.After, InputPath: "$.no" } }, "In"), End: true },
      }),
      "[1,2]",
      answers(),
      ["A: failed (failed States.Runtime) {0 failed, 1 aborted}", "In in A[0]: failed States.Runtime"],
    ],
    [
      "a Map",
      machine({ A: { Type: "Map", ItemProcessor: inner, End: true } }),
      "[1,2]",
      answers(),
      [
        "A: succeeded (succeeded) {0 succeeded, 1 succeeded}",
        "In in A[0]: succeeded (succeeded)",
        "In in A[1]: succeeded (succeeded)",
      ],
    ],
    [
      "a Map of nothing",
      machine({ A: { Type: "Map", ItemProcessor: inner, End: true } }),
      "[]",
      answers(),
      ["A: succeeded (succeeded)"],
    ],
    [
      "a Map whose second item fails, tried again",
      machine({ A: { Type: "Map", MaxConcurrency: 1, ItemProcessor: inner, End: true, Retry: retry } }),
      "[1,2]",
      answers(1),
      [
        "A: succeeded (failed Boom, succeeded) {0 succeeded, 1 succeeded}",
        "In in A[0]: succeeded (succeeded)",
        "In in A[1]: failed (failed Boom)",
        "In in A[0]: succeeded (succeeded)",
        "In in A[1]: succeeded (succeeded)",
      ],
    ],
    [
      "a Parallel in a Parallel that fails with both, the other branch stopped",
      machine({
        A: {
          Type: "Parallel",
          End: true,
          Branches: [
            machine({ B: { Type: "Parallel", Branches: [inner], End: true } }, "B"),
            machine({ C: { Type: "Wait", Seconds: 60, End: true } }, "C"),
          ],
        },
      }),
      "{}",
      answers(0),
      ["A: failed (failed Boom)", "B in A: failed (failed Boom)", "In in B: failed (failed Boom)", "C in A: aborted"],
    ],
  ])("%s", async (_what, definition, input, respond, expected) => {
    expect((await visits(definition, input, respond)).map(line)).toEqual(expected);
  });

  test("what went in and came out, and when", async () => {
    const [visit] = await visits(machine({ A: { ...task, Parameters: { given: 1 } } }), '{"n":0.0}', answers());
    expect(visit).toMatchObject({ input: '{"n":0.0}', output: '{"call":1}' });
    expect(visit?.attempts).toMatchObject([{ arguments: '{"given":1}', result: '{"call":1}' }]);
    expect(visit?.leftAt).toBeGreaterThanOrEqual(visit?.enteredAt ?? Number.POSITIVE_INFINITY);
  });

  test("what a stop cut off runs again once it is redriven, though no event of its own says so", () => {
    const entered = (name: string) => ({ stateEnteredEventDetails: { name } });
    const stopped: readonly AwsHistoryEvent[] = [
      { id: 1, previousEventId: 0, timestamp: 1, type: "ExecutionStarted" },
      { id: 2, previousEventId: 0, timestamp: 2, type: "ParallelStateEntered", ...entered("Both") },
      { id: 3, previousEventId: 2, timestamp: 3, type: "ParallelStateStarted" },
      { id: 4, previousEventId: 3, timestamp: 4, type: "PassStateEntered", ...entered("First") },
      { id: 5, previousEventId: 4, timestamp: 5, type: "PassStateExited", stateExitedEventDetails: { name: "First" } },
      { id: 6, previousEventId: 5, timestamp: 6, type: "WaitStateEntered", ...entered("Rest") },
      { id: 7, previousEventId: 0, timestamp: 7, type: "WaitStateAborted" },
      { id: 8, previousEventId: 0, timestamp: 8, type: "ExecutionAborted" },
    ];
    const redriven: AwsHistoryEvent = { id: 9, previousEventId: 8, timestamp: 9, type: "ExecutionRedriven" };
    const told = (events: readonly AwsHistoryEvent[]) =>
      visitsOf(events).map(({ state, status }) => `${state}: ${status}`);
    expect(told(stopped)).toEqual(["Both: aborted", "First: succeeded", "Rest: aborted"]);
    expect(told([...stopped, redriven])).toEqual(["Both: running", "First: succeeded", "Rest: running"]);
    expect(visitsOf([...stopped, redriven]).at(-1)?.leftAt).toBeUndefined();
    const again: AwsHistoryEvent = { id: 10, previousEventId: 9, timestamp: 10, type: "ExecutionAborted" };
    expect(told([...stopped, redriven, again])).toEqual(["Both: aborted", "First: succeeded", "Rest: aborted"]);
  });
});
