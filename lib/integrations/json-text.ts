/**
 * Cuts and joins JSON text without parsing the values in it: a payload of megabytes is scanned, not
 * built, and the text of numbers survives. The text must be valid JSON; whoever takes it in checks that.
 */
import type { JsonText } from "../asl/json.ts";

const quote = 34;
const backslash = 92;
const opening: ReadonlySet<number> = new Set([91, 123]);
const closing: ReadonlySet<number> = new Set([93, 125]);
const comma = 44;
const colon = 58;

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The members of an object, each value as its text; `undefined` where the text is not an object. */
export function membersOf(text: JsonText): ReadonlyMap<string, JsonText> | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith("{")) return undefined;
  const members = new Map<string, JsonText>();
  let depth = 0;
  let start = 1;
  let name: string | undefined;
  for (let at = 0; at < trimmed.length; at += 1) {
    const code = trimmed.charCodeAt(at);
    if (code === quote) at = endOfString(trimmed, at);
    else if (opening.has(code)) depth += 1;
    else if (closing.has(code)) depth -= 1;
    if (depth === 1 && code === colon && name === undefined) {
      name = String(JSON.parse(trimmed.slice(start, at)));
      start = at + 1;
    } else if (name !== undefined && ((depth === 1 && code === comma) || depth === 0)) {
      members.set(name, trimmed.slice(start, at).trim());
      name = undefined;
      start = at + 1;
    }
  }
  return members;
}

/** The elements of an array, each as its text; `undefined` where the text is not an array. */
export function elementsOf(text: JsonText): readonly JsonText[] | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith("[")) return undefined;
  const elements: JsonText[] = [];
  let depth = 0;
  let start = 1;
  for (let at = 0; at < trimmed.length; at += 1) {
    const code = trimmed.charCodeAt(at);
    if (code === quote) at = endOfString(trimmed, at);
    else if (opening.has(code)) depth += 1;
    else if (closing.has(code)) depth -= 1;
    if ((depth === 1 && code === comma) || depth === 0) {
      const element = trimmed.slice(start, at).trim();
      if (element !== "") elements.push(element);
      start = at + 1;
    }
  }
  return elements;
}

/** The same JSON without any blank outside its strings. */
export function compact(text: JsonText): JsonText {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === 32 || (code >= 9 && code <= 13)) {
      if (at > start) parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return start === 0 ? text : parts.join("") + text.slice(start);
}

/** The position of the quote that ends the string which begins at `at`. */
function endOfString(text: string, at: number): number {
  let end = text.indexOf('"', at + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes += 1;
  return backslashes % 2 === 1;
}
