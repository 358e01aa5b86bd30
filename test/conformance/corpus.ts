/**
 * The recorded executions of the real service, as `conformance/executions/*.json` holds them. The corpus
 * is not part of the repository: its folder is named on the command line or in BATON_CONFORMANCE.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isArray, isObject, parseJson, property, type Value, writeJson } from "../../lib/asl/json.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface RecordedEvent {
  readonly id: number | readonly number[];
  readonly previousEventId: number;
  readonly type: string;
  readonly [details: string]: Json;
}

export interface ExecutionCase {
  readonly area: string;
  readonly id: string;
  readonly type: "STANDARD" | "EXPRESS";
  readonly definition: { readonly [key: string]: Json };
  /** The text of the definition in the file, numbers as they stand there. */
  readonly definitionText: string;
  readonly input: Json;
  readonly inputText: string;
  readonly tasks: Readonly<Record<string, readonly RecordedAttempt[]>>;
  readonly s3_objects?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly placeholders?: readonly string[];
  readonly unordered: boolean;
  readonly tasks_incomplete?: boolean;
  readonly tasks_unknown?: boolean;
  readonly ids_normalised?: boolean;
  readonly history_lossy?: boolean;
  readonly incomplete_history?: boolean;
  readonly stop_execution?: { readonly error?: string; readonly cause?: string };
  readonly logging?: {
    readonly level: "ALL" | "ERROR" | "FATAL" | "OFF";
    readonly includeExecutionData: boolean | null;
  };
  readonly logged_events?: readonly { readonly [member: string]: Json }[];
  readonly end_event?: { readonly [member: string]: Json };
  readonly sync_response?: { readonly [member: string]: Json };
  readonly describe_execution?: { readonly [member: string]: Json };
  readonly expect: {
    readonly status: string;
    readonly output?: Json;
    readonly error?: string;
    readonly cause?: Json;
    readonly history?: readonly RecordedEvent[];
  };
}

export interface RecordedAttempt {
  readonly result?: Json;
  readonly error?: string;
  readonly cause?: string;
  readonly timeout?: boolean;
  readonly unresolved?: boolean;
  readonly submitted?: Json;
  readonly iteration?: readonly (readonly [string, number])[];
}

export const defaultFolder =
  process.env["BATON_CONFORMANCE"] ?? join(import.meta.dirname, "../../../shared/conformance");

export function hasCorpus(folder: string): boolean {
  return existsSync(join(folder, "executions"));
}

/** Why tests that need it are skipped; undefined: it is there. */
export function lackingCorpus(): string | undefined {
  return hasCorpus(defaultFolder) ? undefined : "no corpus; set BATON_CONFORMANCE to its folder";
}

export function readExecutions(folder: string): readonly ExecutionCase[] {
  const executions = join(folder, "executions");
  return readdirSync(executions)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(join(executions, file), "utf8");
      // The files are written by the corpus's own tool in the form above.
      const cases = JSON.parse(text) as Omit<ExecutionCase, "area" | "definitionText" | "inputText">[];
      const exact = parseJson(text);
      return cases.map((one, index) => ({
        ...one,
        area: file.slice(0, -".json".length),
        definitionText: exactText(exact, index, "definition"),
        inputText: exactText(exact, index, "input"),
      }));
    });
}

/** A member of a case with its numbers as they stand in the file: `0.0` stays `0.0`. */
function exactText(cases: Value, index: number, member: string): string {
  const one = isArray(cases) ? cases[index] : undefined;
  const value = one !== undefined && isObject(one) ? property(one, member) : undefined;
  if (value === undefined) throw new Error(`case ${index} has no '${member}'`);
  return writeJson(value);
}
