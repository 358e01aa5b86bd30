/** Intrinsic functions: recordings of the service, and a table of each function with its source. */
import { describe, expect, test } from "vitest";
import { compileTemplate, evaluateTemplate } from "../../../lib/asl/evaluate/template.ts";
import { isObject, parseJson, type Value, writeJson } from "../../../lib/asl/json.ts";
import { outcome, recordings, recordingsMissing, scopeOf } from "./recordings.ts";

function result(template: Value, input: Value): string {
  const compiled = compileTemplate(template, "JSONPath", "Parameters");
  if (compiled.kind === "problems") return compiled.problems.map(({ message }) => message).join("; ");
  return outcome(() => {
    const value = evaluateTemplate(compiled.template, scopeOf(input));
    if (value instanceof Promise) throw new Error("a JSONPath template has to be evaluated at once");
    return value;
  });
}

const call = (source: string, input: Value = {}) => result({ "r.$": source }, input).replace(/^\{"r":(.*)\}$/s, "$1");

const recorded = recordings("intrinsic_functions").filter(
  ({ definition }) => definition.States["State_0"]?.["Parameters"] !== undefined,
);

describe.skipIf(recordingsMissing)(`as recorded (${recordingsMissing ?? "intrinsic_functions"})`, () => {
  // The context object's names are placeholders in this one: the table below has its own.
  const comparable = recorded.filter(({ id }) => !id.endsWith("test_context_json_path"));
  test.each(comparable.map((recording) => [recording.id, recording] as const))(
    "%s",
    (_, { definition, input, expect: is }) => {
      const parameters = definition.States["State_0"]?.["Parameters"] ?? null;
      expect(JSON.parse(result(parameters, input))).toEqual(is.output);
    },
  );
});
