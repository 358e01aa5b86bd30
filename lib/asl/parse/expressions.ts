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

export const notAnExpression = "JSONata string must start with {% and end with %}";

/** What everybody sees is not worth a second look. */
const suspicious = /\$states\s*\.\s*(?!input\b|context\b)/;

/** The same for every expression in a template, at its own place; and what begins like one has to end like one. */
export function judgeExpressionsIn(template: Value, place: Place): void {
  if (typeof template === "string") judgeText(template, place);
  else if (isArray(template)) {
    template.forEach((item, index) => {
      judgeExpressionsIn(item, inIndex(place, index));
    });
  } else if (isObject(template)) {
    for (const [key, item] of Object.entries(template)) judgeExpressionsIn(item, inField(place, key));
  }
}

function judgeText(text: string, place: Place): void {
  if (!text.startsWith("{%")) return;
  if (!isExpression(text)) {
    report(place, notAnExpression, { value: text });
    return;
  }
  if (!suspicious.test(text)) return;
  const compiled = compileExpression(text, place.field);
  if (!("kind" in compiled)) judgeStates(compiled, place);
}
