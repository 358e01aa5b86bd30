/** Choice rules: 217 recordings of the service, and a table for what they leave open. */
import { describe, expect, test } from "vitest";
import { compileComparison, holds, operatorNames } from "../../../lib/asl/evaluate/choice.ts";
import type { JsonObject, Value } from "../../../lib/asl/json.ts";
import { isArray, isObject } from "../../../lib/asl/json.ts";
import { outcome, type Recording, recordings, recordingsMissing, scopeOf } from "./recordings.ts";

function judge(rule: JsonObject, input: Value): string {
  const compiled = compileComparison(rule);
  if (compiled.kind === "problems")
    return compiled.problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
  return outcome(() => holds(compiled.comparison, scopeOf(input)));
}

describe.skipIf(recordingsMissing)(`as recorded (${recordingsMissing ?? "choice_operators"})`, () => {
  test.each(recordings("choice_operators").map((recording) => [recording.id, recording] as const))(
    "%s",
    (_, recording) => {
      expect(chosen(recording)).toBe(isObject(recording.expect.output) && recording.expect.output["TestResult.$"]);
    },
  );
});

function chosen({ definition, input }: Recording): string {
  const choice = definition.States[definition.StartAt];
  const rules = choice !== undefined && isArray(choice["Choices"]) ? choice["Choices"] : [];
  for (const rule of rules) if (isObject(rule) && judge(rule, input) === "true") return String(rule["Next"]);
  return String(choice?.["Default"]);
}

test("every operator of the specification is known", () => {
  expect(operatorNames).toHaveLength(16 * 2 + 1 + 6);
});

describe("beyond the recordings", () => {
  const $a = { Variable: "$.a" };
  test.each<[JsonObject, Value, string]>([
    // rule, input, expected
    [{ ...$a, NumericEquals: 1 }, {}, missing("$.a")],
    [{ ...$a, IsPresent: true }, {}, "false"],
    [{ ...$a, IsPresent: false }, {}, "true"],
    [{ ...$a, IsPresent: true }, { a: null }, "true"],
    [{ ...$a, IsNull: true }, {}, missing("$.a")],
    [{ ...$a, NumericLessThanPath: "$.b" }, { a: 1 }, missing("$.b")],
    [{ Not: { ...$a, NumericEquals: 1 } }, { a: "1" }, "true"],
    [
      {
        And: [
          { ...$a, IsPresent: true },
          { ...$a, IsNull: true },
        ],
      },
      {},
      "false",
    ],
    [
      {
        Or: [
          { ...$a, IsPresent: false },
          { ...$a, IsNull: true },
        ],
      },
      {},
      "true",
    ],
    [{ ...$a, TimestampEquals: "2024-01-01T00:00:00Z" }, { a: "2024-01-01T01:00:00.000+01:00" }, "true"],
    [{ ...$a, TimestampLessThan: "2024-01-01T00:00:00.000000002Z" }, { a: "2024-01-01T00:00:00.000000001Z" }, "true"],
    [{ ...$a, TimestampEquals: "2024-01-01T00:00:00Z" }, { a: "tomorrow" }, "false"],
    [{ ...$a, IsTimestamp: true }, { a: "2024-02-30T00:00:00Z" }, "false"],
    [{ ...$a, IsTimestamp: true }, { a: "2024-02-29t00:00:00z" }, "false"],
    [{ ...$a, StringLessThan: "b" }, { a: "B" }, "true"],
    [{ ...$a, BooleanEquals: true }, { a: "true" }, "false"],
    [{ Variable: "$$.Execution.Name", StringEquals: "run-1" }, {}, "true"],
  ])("%j on %j", (rule, input, expected) => {
    expect(judge(rule, input)).toBe(expected);
  });

  function missing(path: string): string {
    return `States.Runtime: Invalid path '${path}': The choice state's condition path references an invalid value.`;
  }
});

describe("StringMatches", () => {
  test.each<[string, string, boolean]>([
    ["log-*.txt", "log-2024.txt", true],
    ["log-*.txt", "log-.txt", true],
    ["log-*.txt", "log.txt", false],
    ["*", "", true],
    ["a*a", "a", false],
    ["*ab*ab*", "abab", true],
    ["*ab*ab*", "aab", false],
    ["foo\\*.log", "foo*.log", true],
    ["foo\\*.log", "foox.log", false],
    ["a\\\\*", "a\\b", true],
    ["a.c", "abc", false],
  ])("%s on %s: %s", (pattern, text, expected) => {
    expect(judge({ Variable: "$", StringMatches: pattern }, text)).toBe(String(expected));
  });

  test("10,000 stars against 100,000 characters are no work", () => {
    const started = performance.now();
    expect(judge({ Variable: "$", StringMatches: `${"a*".repeat(10_000)}b` }, "a".repeat(100_000))).toBe("false");
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe("what cannot be compiled", () => {
  test.each<[JsonObject, string]>([
    [{}, ": a Choice Rule has to have exactly one comparison operator"],
    [{ Variable: "$.a", IsNull: true, IsString: true }, ": a Choice Rule has to have exactly one comparison operator"],
    [{ Variable: "a", IsNull: true }, "/Variable: Value is not a valid JSONPath"],
    [
      { Variable: "$.a", NumericEquals: "1" },
      "/NumericEquals: the value is not one that NumericEquals can compare with",
    ],
    [{ And: [{ Variable: "$.a", IsNull: 1 }] }, "/And/0/IsNull: has to be true or false"],
    [{ Or: [] }, "/Or: has to be a list of Choice Rules"],
  ])("%j", (rule, expected) => {
    expect(judge(rule, {})).toBe(expected);
  });
});
