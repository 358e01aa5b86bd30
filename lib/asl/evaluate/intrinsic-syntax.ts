/** The grammar of intrinsic functions: `States.Format('{} of {}', $.a, States.ArrayLength($.b))`. Text in, a tree out. */
import { parseJson, type Value } from "../json.ts";
import { compilePathAt, type Path } from "./path.ts";
import { Scanner, type SyntaxProblem } from "./scanner.ts";

export interface IntrinsicCall {
  readonly kind: "call";
  /** Without `States.`. */
  readonly name: string;
  readonly arguments: readonly Argument[];
  /** As written, for the causes. */
  readonly source: string;
}

export type Argument =
  /** `raw`: a quoted string as written, for `States.Format`, where `\{` is not the start of a place. */
  | { readonly kind: "literal"; readonly value: Value; readonly raw?: string }
  | { readonly kind: "path"; readonly path: Path }
  | IntrinsicCall;

/** The service's own limit on functions inside functions. */
const nestingLimit = 10;

export function parseIntrinsic(source: string): IntrinsicCall | SyntaxProblem {
  const scanner = new Scanner(source.trim());
  return scanner.attempt(() => {
    const call = parseCall(scanner, 1);
    if (!scanner.done) throw scanner.unexpected();
    return call;
  });
}

const functionName = /[A-Za-z0-9]+/y;

function parseCall(scanner: Scanner, depth: number): IntrinsicCall {
  if (depth > nestingLimit) throw scanner.failure(`more than ${nestingLimit} nested intrinsic functions`);
  const start = scanner.position;
  scanner.expect("States.");
  const name = scanner.match(functionName);
  if (name === undefined) throw scanner.unexpected();
  scanner.skipBlanks();
  const given = parseArguments(scanner, depth);
  return { kind: "call", name, arguments: given, source: scanner.source.slice(start, scanner.position) };
}

function parseArguments(scanner: Scanner, depth: number): readonly Argument[] {
  const given: Argument[] = [];
  scanner.expect("(");
  scanner.skipBlanks();
  if (scanner.take(")")) return given;
  do {
    scanner.skipBlanks();
    given.push(parseArgument(scanner, depth));
    scanner.skipBlanks();
  } while (scanner.take(","));
  scanner.expect(")");
  return given;
}

const numberLiteral = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function parseArgument(scanner: Scanner, depth: number): Argument {
  if (scanner.peek() === "$") return { kind: "path", path: compilePathAt(scanner) };
  if (scanner.peek() === "'") return stringLiteral(scanner);
  if (scanner.startsWith("States.")) return parseCall(scanner, depth + 1);
  if (scanner.take("true")) return { kind: "literal", value: true };
  if (scanner.take("false")) return { kind: "literal", value: false };
  if (scanner.take("null")) return { kind: "literal", value: null };
  const text = scanner.match(numberLiteral);
  if (text === undefined) throw scanner.unexpected();
  return { kind: "literal", value: parseJson(text) };
}

const quotedString = /'(?:[^'\\]|\\['{}\\])*'/y;

function stringLiteral(scanner: Scanner): Argument {
  const quoted = scanner.match(quotedString);
  if (quoted === undefined) throw scanner.failure("unterminated string, or an escape that does not exist");
  const raw = quoted.slice(1, -1);
  return { kind: "literal", value: unescaped(raw), raw };
}

/** `\'`, `\{`, `\}` and `\\` stand for the character; there are no other escapes (recorded on AWS). */
export function unescaped(raw: string): string {
  return raw.replace(/\\(['{}\\])/g, "$1");
}
