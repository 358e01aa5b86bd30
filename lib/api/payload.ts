/**
 * Whether a text is JSON that may become a payload. The text itself travels on unparsed; a refusal is
 * worded as the service's parser (Jackson) words it, without the position in the source.
 */
import { depthLimit } from "../asl/json.ts";

const anyValue = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

/** Undefined: it is. Else what is wrong with it. */
export function payloadProblem(text: string): string | undefined {
  if (text.trim() === "") return "Invalid execution input.";
  try {
    JSON.parse(text);
  } catch {
    return syntaxProblem(text);
  }
  return tooDeep(text) ? `Document nesting depth exceeds the maximum allowed (${depthLimit})` : undefined;
}

/** JSON.parse reads a million levels, which later code cannot write: counted before anyone looks. */
function tooDeep(text: string): boolean {
  if (text.length <= 2 * depthLimit) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"') at = stringEnd(text, at);
    else if (char === "[" || char === "{") depth++;
    else if (char === "]" || char === "}") depth--;
    if (depth > depthLimit) return true;
  }
  return false;
}

/** The closing quote of the string that begins at `at`, or the end of the text. */
function stringEnd(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === "\\") end++;
    else if (text[end] === '"') return end;
  }
  return text.length;
}

type Expected = "value" | "first key" | "key" | "colon" | "comma";

const token = /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*|true|false|null)(?![\w$])|([\s\S]))?/y;

/** Walks the tokens up to the first that has no place there. */
function syntaxProblem(text: string): string {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const [, mark, string, scalar, other] = token.exec(text) ?? [];
    const at = token.lastIndex - 1;
    const inside = open.at(-1);
    if (expected === "value" && (mark === "{" || mark === "[")) {
      open.push(mark);
      expected = mark === "{" ? "first key" : "value";
    } else if (expected === "value" && (string ?? scalar) !== undefined) expected = "comma";
    else if ((expected === "key" || expected === "first key") && string !== undefined) expected = "colon";
    else if (expected === "colon" && mark === ":") expected = "value";
    else if (expected === "comma" && mark === "," && inside) expected = inside === "{" ? "key" : "value";
    else if (closes(mark, inside, expected)) {
      open.pop();
      expected = "comma";
    } else if ((other ?? mark ?? string ?? scalar) === undefined) break;
    else return misplaced(text, at - ((string ?? scalar)?.length ?? 1) + 1, expected, inside);
  }
  return "Unexpected end-of-input";
}

function closes(mark: string | undefined, inside: "{" | "[" | undefined, expected: Expected): boolean {
  if (mark === "}") return inside === "{" && (expected === "comma" || expected === "first key");
  return mark === "]" && inside === "[" && (expected === "comma" || expected === "value");
}

function misplaced(text: string, at: number, expected: Expected, inside: "{" | "[" | undefined): string {
  const word = /^[\p{L}_$][\p{L}\p{N}_$]*/u.exec(text.slice(at, at + 256))?.[0];
  if (expected === "value" && word) return `Unrecognized token '${word}': was expecting ${anyValue}`;
  const char = text[at] ?? "";
  return `Unexpected character ('${char}' (code ${char.charCodeAt(0)})): ${wanted(expected, inside)}`;
}

function wanted(expected: Expected, inside: "{" | "[" | undefined): string {
  switch (expected) {
    case "value":
      return `expected a valid value ${anyValue}`;
    case "first key":
    case "key":
      return "was expecting double-quote to start field name";
    case "colon":
      return "was expecting a colon to separate field name and value";
    case "comma":
      return inside
        ? `was expecting comma to separate ${inside === "{" ? "Object" : "Array"} entries`
        : "expected the end of the input";
  }
}
