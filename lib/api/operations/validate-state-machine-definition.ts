/** ValidateStateMachineDefinition: what is wrong with a definition, without storing it. */
import { parseDefinitionText } from "../../asl/parse.ts";
import { diagnostics } from "../../asl/problem.ts";
import { operation } from "../operation.ts";
import { integer, oneOf, structure } from "../shape.ts";
import { definitionText } from "./create-state-machine.ts";

const input = structure(
  { definition: definitionText },
  { type: oneOf("STANDARD", "EXPRESS"), severity: oneOf("ERROR", "WARNING"), maxResults: integer(0, 100) },
);

export const validateStateMachineDefinition = operation(input, async (_call, asked) => {
  const parsed = parseDefinitionText(asked.definition);
  return { ...diagnostics(parsed.kind === "problems" ? parsed.problems : [], asked.severity, asked.maxResults) };
});
