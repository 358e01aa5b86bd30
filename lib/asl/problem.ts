/**
 * What can be wrong with a definition, and how the service says it: the text of the InvalidDefinition
 * error and the answer of ValidateStateMachineDefinition. Not how problems are found: that is `parse`
 * (what makes a definition unusable) and `validate/` (what is legal and still looks wrong).
 */
import { type Value, writeJson } from "./json.ts";

/** ERROR and WARNING are the service's; a HINT is ours and never goes on its wire. */
type Severity = "ERROR" | "WARNING" | "HINT";

export type ProblemCode =
  | "DUPLICATE_LABEL_NAME"
  | "DUPLICATE_STATE_NAME"
  | "DUPLICATE_VARIABLE_NAME"
  | "INVALID_JSONATA_EXPRESSION"
  | "INVALID_JSON_DESCRIPTION"
  | "INVALID_LABEL_NAME"
  | "INVALID_STATE_NAME"
  | "INVALID_VARIABLE_NAME"
  | "MISSING_END_STATE"
  | "MISSING_TRANSITION_TARGET"
  | "RESERVED_VARIABLE_NAME"
  | "SCHEMA_VALIDATION_FAILED"
  | "TOO_DEEPLY_NESTED"
  | "UNSUPPORTED_JSONATA_EXPRESSION"
  // Warnings of the service.
  | "NO_DOLLAR"
  | "NO_PATH"
  | "PASS_RESULT_IS_STATIC"
  | "POSSIBLY_UNDEFINED_VARIABLE"
  // Hints of our own.
  | "CATCH_NEVER_MATCHES"
  | "RETRY_NEVER_MATCHES"
  | "FIELD_NEVER_PRODUCED"
  | "FIELD_WRITTEN_TWICE"
  | "RESOURCE_UNKNOWN"
  | "STATE_NEVER_REACHED";

export interface Problem {
  readonly code: ProblemCode;
  /** `/States/Pack/Next`, `/` for the definition itself; absent where the service names no place. */
  readonly path?: string;
  /** The service's wording where it has one. */
  readonly message: string;
  /** The value found, as JSON text. */
  readonly value?: string;
  readonly allowed?: readonly string[];
  /** What to do about it. */
  readonly hint?: string;
  readonly severity: Severity;
}

/** Enough for any reader; a hostile definition of a megabyte could have one in every byte. */
export const problemLimit = 1000;

const valueLength = 200;

/** The value found, short enough to be shown. */
export function shown(value: Value): string {
  const text = writeJson(value);
  return text.length <= valueLength ? text : `${text.slice(0, valueLength)}…`;
}

/** The message of the InvalidDefinition error. A problem without a place is, as on the service, "at null". */
export function invalidDefinitionMessage(problems: readonly Problem[]): string {
  const errors = problems.filter((problem) => problem.severity === "ERROR");
  const sentences = errors.map((problem) => `${problem.code}: ${problem.message} at ${problem.path ?? null}`);
  return `Invalid State Machine Definition: '${sentences.join(", ")}'`;
}

interface Diagnostic {
  readonly severity: "ERROR" | "WARNING";
  readonly code: string;
  readonly message: string;
  readonly location?: string;
}

export interface Diagnostics {
  readonly result: "OK" | "FAIL";
  readonly diagnostics: readonly Diagnostic[];
  readonly truncated: boolean;
}

/** The service's default and limit of `maxResults`; 0 asks for the default. */
const diagnosticsLimit = 100;

/** What ValidateStateMachineDefinition answers: errors first, warnings only when asked for. */
export function diagnostics(
  problems: readonly Problem[],
  severity: "ERROR" | "WARNING" = "ERROR",
  maxResults: number = diagnosticsLimit,
): Diagnostics {
  const wanted = (["ERROR", "WARNING"] as const)
    .filter((level) => level === "ERROR" || severity === "WARNING")
    .flatMap((level) =>
      problems.filter((problem) => problem.severity === level).map((problem) => wire(level, problem)),
    );
  const limit = maxResults > 0 ? maxResults : diagnosticsLimit;
  return {
    result: problems.some((problem) => problem.severity === "ERROR") ? "FAIL" : "OK",
    diagnostics: wanted.slice(0, limit),
    truncated: wanted.length > limit,
  };
}

function wire(severity: "ERROR" | "WARNING", problem: Problem): Diagnostic {
  const { code, message, path } = problem;
  return { severity, code, message, ...(path === undefined ? {} : { location: path }) };
}

/** One problem as a person wants to read it: place, sentence, value, what is allowed, what to do. */
export function describeProblem(problem: Problem): string {
  const parts = [`${problem.path ?? "/"}: ${problem.message}`];
  if (problem.value !== undefined) parts.push(`got ${problem.value}`);
  if (problem.allowed !== undefined) parts.push(`allowed: ${problem.allowed.join(", ")}`);
  if (problem.hint !== undefined) parts.push(problem.hint);
  return `${problem.severity} ${problem.code} ${parts.join("; ")}`;
}
