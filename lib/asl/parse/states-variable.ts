/**
 * Which parts of `$states` an expression reads, and whether they exist where it stands: `result` only
 * where a call has one, `errorOutput` only in a Catch. The compiler of expressions cannot know: it does
 * not see the state.
 */
import { compileExpression, type Expression, isExpression } from "../evaluate/expression.ts";
import { isArray, isObject, type Value } from "../json.ts";
import { inField, inIndex, type Place, report } from "./place.ts";

export function judgeStates({ references, source }: Expression, place: Place): void {
  for (const part of references.states ?? []) {
    if (exists(part, place)) continue;
    report(place, `Field '$states.${part}' does not exist.`, {
      code: "UNSUPPORTED_JSONATA_EXPRESSION",
      value: source,
      allowed: ["input", "context", "result", "errorOutput"].filter((name) => exists(name, place)),
      hint: whereToBeFound[part],
    });
  }
}

function exists(part: string, { sees }: Place): boolean {
  if (part === "result") return sees.result;
  if (part === "errorOutput") return sees.errorOutput;
  return part === "input" || part === "context";
}

const whereToBeFound: Readonly<Record<string, string>> = {
  result: "only Output and Assign of Task, Parallel and Map see '$states.result'",
  errorOutput: "only Output and Assign of a Catch see '$states.errorOutput'",
};

/** What everybody sees is not worth a second look. */
const suspicious = /\$states\s*\.\s*(?!input\b|context\b)/;

/** The same for every expression in a template, at its own place. */
export function judgeStatesIn(template: Value, place: Place): void {
  if (typeof template === "string") {
    if (!isExpression(template) || !suspicious.test(template)) return;
    const compiled = compileExpression(template, place.field);
    if (!("kind" in compiled)) judgeStates(compiled, place);
  } else if (isArray(template)) {
    template.forEach((item, index) => {
      judgeStatesIn(item, inIndex(place, index));
    });
  } else if (isObject(template)) {
    for (const [key, item] of Object.entries(template)) judgeStatesIn(item, inField(place, key));
  }
}
