/** ValidateStateMachineDefinition: what is wrong with a definition, without storing it. */
import { diagnostics } from "../../asl/problem.ts";
import { inspectDefinitionText } from "../../asl/validate/inspect.ts";
import { operation } from "../operation.ts";
import { integer, oneOf, structure } from "../shape.ts";
import { definitionText } from "./create-state-machine.ts";

const input = structure(
  { definition: definitionText },
  { type: oneOf("STANDARD", "EXPRESS"), severity: oneOf("ERROR", "WARNING"), maxResults: integer(0, 100) },
);

export const validateStateMachineDefinition = operation(input, async (_call, asked) => {
  const { definition, type = "STANDARD", severity, maxResults } = asked;
  return { ...diagnostics(inspectDefinitionText(definition, { type }), severity, maxResults) };
});
