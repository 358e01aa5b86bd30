/**
 * Recorded answers about definitions: refused by CreateStateMachine and with which words, judged by
 * ValidateStateMachineDefinition, and the variables that DescribeStateMachine lists.
 */
import { parseDefinition, parseDefinitionText } from "../../lib/asl/parse.ts";
import { diagnostics, invalidDefinitionMessage } from "../../lib/asl/problem.ts";
import { inspectDefinition, inspectDefinitionText } from "../../lib/asl/validate/inspect.ts";
import type { Json } from "./corpus.ts";
import { type Difference, Matcher } from "./match.ts";

export interface ValidationCase {
  readonly id: string;
  readonly operation: "CreateStateMachine" | "ValidateStateMachineDefinition" | "DescribeStateMachine";
  readonly type: "STANDARD" | "EXPRESS";
  readonly definition?: Json;
  readonly definition_text?: string;
  readonly params?: { readonly severity?: "ERROR" | "WARNING"; readonly maxResults?: number };
  readonly placeholders?: readonly string[];
  /** The message is another server's: only the code can be compared. */
  readonly recorded_from?: string;
  readonly expect: { readonly [answer: string]: Json };
}

export async function runValidation(one: ValidationCase): Promise<(expect: Json) => readonly Difference[]> {
  const { recorded_from: source, placeholders = [] } = one;
  const actual = answerTo(one);
  return (expect) => {
    const matcher = new Matcher(placeholders);
    return matcher.differences(
      "",
      source === "LocalStack" ? withoutMessage(expect) : expect,
      withoutExtra(actual, source),
      "plain",
    );
  };
}

function answerTo(one: ValidationCase): { readonly [answer: string]: unknown } {
  const { type, params = {} } = one;
  const parsed =
    one.definition_text === undefined
      ? parseDefinition(repaired(one), { type })
      : parseDefinitionText(one.definition_text, { type });
  const problems = parsed.kind === "problems" ? parsed.problems : [];
  if (one.operation === "ValidateStateMachineDefinition") {
    const inspected =
      one.definition_text === undefined
        ? inspectDefinition(one.definition, { type })
        : inspectDefinitionText(one.definition_text, { type });
    return { response: diagnostics(inspected, params.severity, params.maxResults) };
  }
  if (parsed.kind === "problems")
    return { error: { code: "InvalidDefinition", message: invalidDefinitionMessage(problems) } };
  // The lists are sets, which the corpus writes sorted, as we do.
  if (one.operation === "DescribeStateMachine")
    return { variableReferences: Object.fromEntries(parsed.definition.variableReferences) };
  return { accepted: true };
}

function withoutMessage(expect: Json): Json {
  const { error } = expect as { readonly error?: { readonly code: string } };
  return error === undefined ? expect : { error: { code: error.code } };
}

function withoutExtra(actual: { readonly [answer: string]: unknown }, source: string | undefined): unknown {
  return source === "LocalStack" ? withoutMessage(actual as Json) : actual;
}

/** The recorder took the variable for a timestamp and wrote its own word there, in the definition too. */
function repaired(one: ValidationCase): unknown {
  if (!one.id.endsWith("[BASE_REFERENCE_IN_WAIT]")) return one.definition;
  return JSON.parse(
    JSON.stringify(one.definition).replace('"TimestampPath":"timestamp"', '"TimestampPath":"$startAt"'),
  );
}
