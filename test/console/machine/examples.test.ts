/** The definitions that a new machine may begin from: the validator has nothing to say about any of them. */
import { expect, test } from "vitest";
import { emptyDefinition, examples } from "../../../console/machine/examples.ts";
import { inspectDefinitionText } from "../../../lib/asl/validate/inspect.ts";

test.each(examples)("$title", ({ text }) => {
  expect(inspectDefinitionText(text, { type: "STANDARD" })).toEqual([]);
});

test("of the empty one it says what is missing", () => {
  expect(inspectDefinitionText(emptyDefinition.text, { type: "STANDARD" })).not.toEqual([]);
});
