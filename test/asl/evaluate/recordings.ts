/**
 * Recordings of the real service, for the evaluator's tests. They are kept beside the project (or where
 * BATON_CONFORMANCE says); where they are missing, the tests that want them are skipped by name.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EvaluationScope } from "../../../lib/asl/evaluate/scope.ts";
import { type JsonObject, type Value, writeJson } from "../../../lib/asl/json.ts";

const folder =
  process.env["BATON_CONFORMANCE"] ?? join(import.meta.dirname, "..", "..", "..", "..", "shared", "conformance");

export const recordingsMissing = existsSync(folder) ? undefined : "the recordings of the service are not here";

export interface Recording {
  readonly id: string;
  readonly definition: { readonly StartAt: string; readonly States: Readonly<Record<string, JsonObject>> };
  readonly input: Value;
  readonly expect: { readonly output: Value; readonly error?: string; readonly cause?: string };
}

export function recordings(area: string): readonly Recording[] {
  if (recordingsMissing !== undefined) return [];
  return JSON.parse(readFileSync(join(folder, "executions", `${area}.json`), "utf8"));
}

/** A scope whose chance is the same every time. */
export function scopeOf(input: Value, more: Partial<EvaluationScope> = {}): EvaluationScope {
  return {
    input,
    context: () => ({ Execution: { Input: input, Name: "run-1" } }),
    variables: new Map(),
    now: Date.UTC(2026, 0, 2, 3, 4, 5),
    chance: (label) => (javaLike(label) % 1000) / 1000,
    ...more,
  };
}

function javaLike(text: string): number {
  return [...text].reduce((hash, character) => (hash * 31 + character.charCodeAt(0)) % 1_000_003, 7);
}

/** What a JSONPath template gives; JSONPath never waits. */
export function atOnce(value: Value | Promise<Value>): Value {
  if (value instanceof Promise) throw new Error("a JSONPath template has to be evaluated at once");
  return value;
}

/** The value as text, or the failure as `error: cause`. */
export function outcome(evaluate: () => Value): string {
  try {
    return writeJson(evaluate());
  } catch (error) {
    return told(error);
  }
}

export async function outcomeLater(evaluate: () => Value | Promise<Value>): Promise<string> {
  try {
    return writeJson(await evaluate());
  } catch (error) {
    return told(error);
  }
}

function told(error: unknown): string {
  if (error instanceof Error && "error" in error) return `${error.error}: ${error.cause}`;
  throw error;
}
