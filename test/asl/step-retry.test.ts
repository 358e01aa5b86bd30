/** The arithmetic of Retry, and which names match which errors. */
import { describe, expect, test } from "vitest";
import type { Retrier } from "../../lib/asl/definition.ts";
import { delay, judge, matches } from "../../lib/asl/retry.ts";
import { machine } from "./states/stepping.ts";

const retrier: Retrier = {
  errorEquals: ["States.ALL"],
  intervalSeconds: 1,
  maxAttempts: 3,
  backoffRate: 2,
  jitterStrategy: "NONE",
};

describe("delay", () => {
  test.each([
    // the retrier's fields                                   used  milliseconds
    [{}, 0, 1000],
    [{}, 1, 2000],
    [{}, 5, 32_000],
    [{ intervalSeconds: 3, backoffRate: 1 }, 7, 3000],
    [{ intervalSeconds: 2, backoffRate: 1.5 }, 2, 4500],
    [{ maxDelaySeconds: 5 }, 9, 5000],
    [{ backoffRate: 10 }, 400, 31_622_400_000],
  ])("%j after %i retries: %i ms", (fields, used, expected) => {
    expect(delay({ ...retrier, ...fields }, used, () => 0.5)).toBe(expected);
  });

  test.each([
    [0, 0],
    [0.5, 2500],
    [0.999, 4995],
  ])("FULL jitter of %d comes after the cap: %i ms", (chance, expected) => {
    expect(delay({ ...retrier, maxDelaySeconds: 5, jitterStrategy: "FULL" }, 9, () => chance)).toBe(expected);
  });
});

describe("matches", () => {
  test.each([
    // ErrorEquals               the error                      also                        matches
    [["E"], "E", undefined, true],
    [["E"], "F", undefined, false],
    [["E"], undefined, undefined, false],
    [["States.ALL"], "E", undefined, true],
    [["States.ALL"], undefined, undefined, true],
    [["States.ALL"], "States.Timeout", undefined, true],
    [["States.ALL"], "States.QueryEvaluationError", undefined, true],
    [["States.ALL"], "States.Runtime", undefined, false],
    [["States.ALL"], "States.DataLimitExceeded", undefined, false],
    [["States.Runtime"], "States.Runtime", undefined, false],
    [["States.DataLimitExceeded"], "States.DataLimitExceeded", undefined, true],
    [["States.TaskFailed"], "E", undefined, true],
    [["States.TaskFailed"], undefined, undefined, true],
    [["States.TaskFailed"], "States.Timeout", undefined, false],
    [["States.TaskFailed"], "States.QueryEvaluationError", undefined, false],
    [["States.TaskFailed"], "States.Runtime", undefined, false],
    [["States.TaskFailed"], "States.DataLimitExceeded", undefined, false],
    [["States.TaskFailed"], "States.DataLimitExceeded", "States.TaskFailed", true],
    [["States.ALL"], "States.DataLimitExceeded", "States.TaskFailed", true],
    [["States.Timeout"], "States.Timeout", "States.HeartbeatTimeout", true],
    [["States.HeartbeatTimeout"], "States.Timeout", "States.HeartbeatTimeout", true],
    [["States.HeartbeatTimeout"], "States.Timeout", undefined, false],
  ] as const)("%j and %s (%s): %s", (errorEquals, error, also, expected) => {
    expect(matches(errorEquals, error, also)).toBe(expected);
  });
});

describe("judge", () => {
  const definition = machine({
    A: {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage",
      Retry: [
        { ErrorEquals: ["Never"], MaxAttempts: 0 },
        { ErrorEquals: ["Twice"], MaxAttempts: 2, IntervalSeconds: 4 },
        { ErrorEquals: ["States.ALL"], MaxAttempts: 1 },
      ],
      Catch: [
        { ErrorEquals: ["Never"], Next: "B" },
        { ErrorEquals: ["Twice"], Next: "C" },
      ],
      End: true,
    },
    B: { Type: "Pass", End: true },
    C: { Type: "Pass", End: true },
  });
  const state = definition.states.get("A");

  test.each([
    ["Never", undefined, "catch B"],
    ["Twice", undefined, "retry 4000 [0,1,0]"],
    ["Twice", [0, 1, 1], "retry 8000 [0,2,1]"],
    ["Twice", [0, 2, 0], "catch C"],
    ["Other", [0, 2, 0], "retry 1000 [0,2,1]"],
    ["Other", [0, 0, 1], "fail"],
    ["States.Runtime", undefined, "fail"],
  ])("%s after %j: %s", (error, retries, expected) => {
    if (state === undefined) throw new Error("no state A");
    const entered = { at: 0, event: 2, retryCount: 0, ...(retries === undefined ? {} : { retries }) };
    const verdict = judge(state, entered, { error }, () => 0.5);
    const told =
      verdict.kind === "retry"
        ? `retry ${verdict.afterMilliseconds} ${JSON.stringify(verdict.retries)}`
        : verdict.kind === "catch"
          ? `catch ${verdict.by.next}`
          : "fail";
    expect(told).toBe(expected);
  });
});
