/**
 * The service's own answers about definitions: accepted, refused and with which words, and the variables
 * each state refers to. The recordings are not part of the repository; see their README for the format.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { type Parsed, parseDefinition, parseDefinitionText, parseState } from "../../../lib/asl/parse.ts";
import { diagnostics, invalidDefinitionMessage, type Problem } from "../../../lib/asl/problem.ts";
import { inspectDefinition } from "../../../lib/asl/validate/inspect.ts";

const folder = process.env["BATON_CONFORMANCE"] ?? resolve(import.meta.dirname, "../../../../shared/conformance");
const available = existsSync(folder);

interface Case {
  readonly id: string;
  readonly type: "STANDARD" | "EXPRESS";
  readonly definition?: unknown;
  readonly definition_text?: string;
  readonly recorded_from?: string;
  readonly expect: {
    readonly status?: string;
    readonly error?: { readonly code: string; readonly message: string };
    readonly response?: unknown;
    readonly variableReferences?: Readonly<Record<string, readonly string[]>>;
  };
}

function casesOf(area: string): readonly Case[] {
  if (!available) return [];
  const files = readdirSync(join(folder, area)).filter((file) => file.endsWith(".json"));
  return files.flatMap((file): Case[] => JSON.parse(readFileSync(join(folder, area, file), "utf8")));
}

function parsed(one: Case): Parsed {
  if (one.definition_text !== undefined) return parseDefinitionText(one.definition_text, { type: one.type });
  return parseDefinition(repaired(one), { type: one.type });
}

/** The recorder took the variable for a timestamp and wrote its own word there, in the definition too. */
function repaired(one: Case): unknown {
  if (!one.id.endsWith("[BASE_REFERENCE_IN_WAIT]")) return one.definition;
  return JSON.parse(
    JSON.stringify(one.definition).replace('"TimestampPath":"timestamp"', '"TimestampPath":"$startAt"'),
  );
}

function problemsOf(found: Parsed): readonly Problem[] {
  return found.kind === "problems" ? found.problems : [];
}

describe.skipIf(!available)("recorded validations (skipped where the recordings are absent)", () => {
  test.each(casesOf("validation").map((one) => [one.id, one] as const))("%s", (_, one) => {
    const found = parsed(one);
    const { error, response, variableReferences } = one.expect;
    if (error !== undefined) {
      expect(found.kind).toBe("problems");
      if (one.recorded_from !== "LocalStack") expect(invalidDefinitionMessage(problemsOf(found))).toBe(error.message);
    }
    if (response !== undefined) expect(diagnostics(problemsOf(found))).toEqual(response);
    if (variableReferences !== undefined) expect(referencesOf(found)).toEqual(variableReferences);
  });

  function referencesOf(found: Parsed): unknown {
    if (found.kind === "problems") return found.problems;
    return Object.fromEntries(found.definition.variableReferences);
  }
});

describe.skipIf(!available)("what the service has run is accepted (skipped where the recordings are absent)", () => {
  const executed = casesOf("executions").filter((one) => one.definition !== undefined);
  test.each(executed.map((one) => [one.id, one] as const))("%s", (_, one) => {
    expect(problemsOf(parsed(one))).toEqual([]);
  });

  test("and of what has succeeded there, no hint says that it cannot", () => {
    const succeeded = executed.filter((one) => one.expect.status === "SUCCEEDED");
    const hints = succeeded.flatMap((one) =>
      inspectDefinition(one.definition, { type: one.type }).filter((problem) => problem.severity === "HINT"),
    );
    expect(hints).toEqual([]);
  });
});

describe.skipIf(!available)("states that TestState was given (skipped where the recordings are absent)", () => {
  const lone = casesOf("teststate").filter((one) => one.definition !== undefined && !isMachine(one.definition));
  test.each(lone.map((one) => [one.id, one] as const))("%s", (_, one) => {
    const problems = problemsOf(parseState(one.definition));
    if (one.expect.error?.code !== "InvalidDefinition") expect(problems).toEqual([]);
    else expect(invalidDefinitionMessage(problems)).toBe(one.expect.error.message);
  });

  function isMachine(definition: unknown): boolean {
    return typeof definition === "object" && definition !== null && "States" in definition;
  }
});
