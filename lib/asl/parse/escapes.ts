/**
 * Backslashes in the texts of an intrinsic function: `\'`, `\{`, `\}` and `\\` are its only escapes, and the
 * service refuses a definition with any other. The evaluator takes such a backslash as it stands; that no
 * definition gets so far is decided here.
 */
import { isArray, isObject, type Value } from "../json.ts";
import { inField, inIndex, type Place, report } from "./place.ts";

const quoted = /'(?:[^'\\]|\\.)*'/gs;
const legal = /^'(?:[^'\\]|\\['{}\\])*'$/;

export function hasIllegalEscape(source: string): boolean {
  if (!source.includes("\\") || !source.startsWith("States.")) return false;
  return (source.match(quoted) ?? []).some((text) => !legal.test(text));
}

export function invalidQuery(key: string): string {
  return `The value for the field '${key}' must be a valid JSONPath or a valid intrinsic function call`;
}

/** Every `.$` member of a template; `false` after a report. */
export function judgeEscapesIn(template: Value, place: Place): boolean {
  if (isArray(template)) {
    return template.map((item, index) => judgeEscapesIn(item, inIndex(place, index))).every(Boolean);
  }
  if (!isObject(template)) return true;
  const judged = Object.entries(template).map(([key, item]) => {
    if (!key.endsWith(".$")) return judgeEscapesIn(item, inField(place, key));
    if (typeof item !== "string" || !hasIllegalEscape(item)) return true;
    report(place, invalidQuery(key), { value: item, hint: "write a backslash that is meant as such as two" });
    return false;
  });
  return judged.every(Boolean);
}
