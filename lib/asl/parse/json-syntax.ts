/**
 * What is wrong with a text that is not JSON, in the words of the service, which are those of its JSON
 * library (Jackson): sentence, line and column. Only for texts that `parseJson` has refused; it stops at the
 * first mistake and keeps nothing.
 */
import { depthLimit, type JsonSyntaxError } from "../json.ts";
import type { Problem } from "../problem.ts";

export function syntaxProblem(text: string, refusal: JsonSyntaxError): Problem {
  const mistake = firstMistake(text) ?? { message: refusal.message, at: refusal.position };
  if (mistake === "depth") {
    const message = `Definition is nested more than ${depthLimit} levels deep`;
    return { code: "TOO_DEEPLY_NESTED", severity: "ERROR", message };
  }
  const path = location(text, mistake.at);
  return { code: "INVALID_JSON_DESCRIPTION", severity: "ERROR", message: `${mistake.message}\n at ${path}`, path };
}

interface Mistake {
  readonly message: string;
  /** How far the reader had come: the character it tripped over is behind it. */
  readonly at: number;
}

const shownLength = 500;

function location(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  const column = at - before.lastIndexOf("\n");
  return `[Source: ${source(text)}; line: ${line}, column: ${column}]`;
}

function source(text: string): string {
  const rest = text.length - shownLength;
  return `(String)"${text.slice(0, shownLength)}"${rest > 0 ? `[truncated ${rest} chars]` : ""}`;
}

const blanks = /[ \t\r\n]*/y;
const numbers = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /[\p{L}\p{N}_$]+/uy;
const literals = ["true", "false", "null"];
const closers: Readonly<Record<string, string>> = { "{": "}", "[": "]" };

/** Opened and not yet closed. */
interface Open {
  readonly bracket: "{" | "[";
  readonly at: number;
  /** Where it stands, as the service writes places. */
  readonly path: string;
  readonly keys: Set<string>;
  /** The name or the index of the value that is being read. */
  member: string | number;
}

function firstMistake(text: string): Mistake | "depth" | undefined {
  return scan(text, () => undefined);
}

export interface Repeated {
  readonly key: string;
  /** Of the object that has it more than once. */
  readonly path: string;
}

/** Names that an object has more than once: of each only the last counts, which nobody means. */
export function repeatedKeys(text: string): readonly Repeated[] {
  const found: Repeated[] = [];
  scan(text, (repeated) => found.push(repeated));
  return found;
}

type Expected = "value" | "key" | "first" | "separator";

function scan(text: string, repeated: (found: Repeated) => void): Mistake | "depth" | undefined {
  const open: Open[] = [];
  let at = 0;
  let expected: Expected = "value";
  for (;;) {
    at = skip(blanks, text, at);
    const character = text[at];
    const innermost = open.at(-1);
    if (character === undefined) return unfinished(text, at, innermost);
    if (expected === "separator" && innermost === undefined) return undefined;
    if (innermost !== undefined && character === closers[innermost.bracket] && mayClose(expected)) {
      open.pop();
      [at, expected] = [at + 1, "separator"];
    } else if (innermost !== undefined && expected === "separator") {
      if (character !== ",")
        return unexpected(text, at, `was expecting comma to separate ${kindOf(innermost)} entries`);
      if (typeof innermost.member === "number") innermost.member++;
      [at, expected] = [at + 1, innermost.bracket === "{" ? "key" : "value"];
    } else if (innermost?.bracket === "{" && expected !== "value") {
      const end = fieldName(text, at, innermost, repeated);
      if (typeof end !== "number") return end;
      [at, expected] = [end, "value"];
    } else if (character === "{" || character === "[") {
      if (open.length >= depthLimit) return "depth";
      open.push(opened(character, at, innermost));
      [at, expected] = [at + 1, "first"];
    } else {
      const end = scalar(text, at);
      if (typeof end !== "number") return end;
      [at, expected] = [end, "separator"];
    }
  }
}

function mayClose(expected: Expected): boolean {
  return expected === "first" || expected === "separator";
}

function opened(bracket: "{" | "[", at: number, around: Open | undefined): Open {
  const member = around?.member;
  const path = around === undefined ? "" : around.path + (typeof member === "number" ? `[${member}]` : `/${member}`);
  return { bracket, at, path, keys: new Set(), member: bracket === "{" ? "" : 0 };
}

/** The end of a name and its colon. */
function fieldName(
  text: string,
  start: number,
  object: Open,
  repeated: (found: Repeated) => void,
): number | Mistake | undefined {
  if (text[start] !== '"') return unexpected(text, start, "was expecting double-quote to start field name");
  const end = string(text, start);
  if (typeof end !== "number") return end;
  const key: unknown = JSON.parse(text.slice(start, end));
  object.member = String(key);
  if (object.keys.has(object.member)) repeated({ key: object.member, path: object.path });
  object.keys.add(object.member);
  const at = skip(blanks, text, end);
  if (text[at] === ":") return at + 1;
  if (text[at] === undefined) return unfinished(text, at, object);
  return unexpected(text, at, "was expecting a colon to separate field name and value");
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found === null ? at : at + found[0].length;
}

function kindOf(open: Open): string {
  return open.bracket === "{" ? "Object" : "Array";
}

/** The end of a string, a number or a literal. */
function scalar(text: string, at: number): number | Mistake {
  if (text[at] === '"') return string(text, at);
  const number = skip(numbers, text, at);
  if (number > at) return number;
  const end = skip(word, text, at);
  if (end === at) return unexpected(text, at, `expected a valid value ${anyValue}`);
  const token = text.slice(at, end);
  if (literals.includes(token)) return end;
  return { message: `Unrecognized token '${token}': was expecting ${anyValue}`, at: end };
}

const anyValue = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
const escapes = 'bfnrt"\\/';

function string(text: string, start: number): number | Mistake {
  let at = start + 1;
  for (;;) {
    const character = text[at];
    if (character === undefined) {
      return { message: "Unexpected end-of-input: was expecting closing quote for a string value", at };
    }
    if (character === '"') return at + 1;
    if (character < " ") {
      const code = character.charCodeAt(0);
      const message = `Illegal unquoted character ((CTRL-CHAR, code ${code})): has to be escaped using backslash to be included in string value`;
      return { message, at: at + 1 };
    }
    if (character !== "\\") at++;
    else if (text[at + 1] === "u" && /^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))) at += 6;
    else if (text[at + 1] !== undefined && escapes.includes(text[at + 1] ?? "")) at += 2;
    else return badEscape(text, at + 1);
  }
}

function badEscape(text: string, at: number): Mistake {
  const character = text[at];
  if (character === undefined) {
    return { message: "Unexpected end-of-input in character escape sequence", at };
  }
  return { message: `Unrecognized character escape ${named(character)}`, at: at + 1 };
}

function named(character: string): string {
  return `'${character}' (code ${character.codePointAt(0)})`;
}

function unexpected(text: string, at: number, expectation: string): Mistake {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return { message: `Unexpected character (${named(character)}): ${expectation}`, at: at + 1 };
}

function unfinished(text: string, at: number, innermost: Open | undefined): Mistake | undefined {
  if (innermost === undefined) return undefined;
  const marker = `start marker at ${location(text, innermost.at)}`;
  return { message: `Unexpected end-of-input: expected close marker for ${kindOf(innermost)} (${marker})`, at };
}
