/** How problems are told: the InvalidDefinition message and the answer of ValidateStateMachineDefinition. */
import { describe, expect, test } from "vitest";
import {
  describeProblem,
  diagnostics,
  invalidDefinitionMessage,
  type Problem,
  shown,
} from "../../../lib/asl/problem.ts";

const schema: Problem = {
  code: "SCHEMA_VALIDATION_FAILED",
  severity: "ERROR",
  path: "/States/A",
  message: "Field 'X' is not supported",
};
const endless: Problem = { code: "MISSING_END_STATE", severity: "ERROR", message: "Workflow has no terminal state" };
const warning: Problem = {
  code: "NO_DOLLAR",
  severity: "WARNING",
  path: "/States/A/Parameters",
  message: "looks like a path",
};
const hint: Problem = { code: "CATCH_NEVER_MATCHES", severity: "HINT", path: "/States/A/Catch[1]", message: "never" };

test("the error message joins the errors, and a problem without a place is at null", () => {
  expect(invalidDefinitionMessage([schema, warning, endless, hint])).toBe(
    "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Field 'X' is not supported at /States/A, " +
      "MISSING_END_STATE: Workflow has no terminal state at null'",
  );
});

describe("diagnostics", () => {
  const all = [warning, schema, hint, endless];
  const codes = (found: ReturnType<typeof diagnostics>) => found.diagnostics.map((one) => one.code).join(" ");

  test.each([
    // severity, maxResults, codes, result, truncated
    ["ERROR", undefined, "SCHEMA_VALIDATION_FAILED MISSING_END_STATE", "FAIL", false],
    ["WARNING", undefined, "SCHEMA_VALIDATION_FAILED MISSING_END_STATE NO_DOLLAR", "FAIL", false],
    ["WARNING", 0, "SCHEMA_VALIDATION_FAILED MISSING_END_STATE NO_DOLLAR", "FAIL", false],
    ["WARNING", 2, "SCHEMA_VALIDATION_FAILED MISSING_END_STATE", "FAIL", true],
    ["ERROR", 1, "SCHEMA_VALIDATION_FAILED", "FAIL", true],
  ] as const)("%s, at most %s: %s", (severity, maxResults, expected, result, truncated) => {
    const found = diagnostics(all, severity, maxResults);
    expect(codes(found)).toBe(expected);
    expect(found.result).toBe(result);
    expect(found.truncated).toBe(truncated);
  });

  test("warnings do not make a definition fail", () => {
    expect(diagnostics([warning, hint], "ERROR")).toEqual({ result: "OK", diagnostics: [], truncated: false });
    expect(diagnostics([warning, hint], "WARNING").result).toBe("OK");
  });

  test("a problem without a place has no location", () => {
    expect(diagnostics([endless]).diagnostics[0]).not.toHaveProperty("location");
  });
});

test("a value is shown shortened", () => {
  expect(shown({ a: 1 })).toBe('{"a":1}');
  expect(shown("x".repeat(1000))).toHaveLength(201);
});

test("a person reads place, sentence, value, what is allowed and what to do", () => {
  expect(describeProblem({ ...schema, value: "7", allowed: ["a", "b"], hint: "remove it" })).toBe(
    "ERROR SCHEMA_VALIDATION_FAILED /States/A: Field 'X' is not supported; got 7; allowed: a, b; remove it",
  );
});
