/**
 * The grammar of a JSONPath as the service reads it (Jayway's, lenient where Jayway is): text in, steps
 * out. What the steps find in a document is `path.ts`.
 */
import { parseJson, type Value } from "../json.ts";
import { type Comparator, comparators, type Filter, type Operand } from "./path-filter.ts";
import { Scanner, type SyntaxProblem } from "./scanner.ts";

export type Root =
  | { readonly kind: "input" }
  | { readonly kind: "context" }
  | { readonly kind: "variable"; readonly name: string };

export type Step =
  | { readonly kind: "key"; readonly key: string }
  /** `['a','b']`: an object of those that are there. */
  | { readonly kind: "keys"; readonly keys: readonly string[] }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "indexes"; readonly indexes: readonly number[] }
  | { readonly kind: "slice"; readonly from?: number; readonly to?: number }
  | { readonly kind: "wildcard" }
  | { readonly kind: "filter"; readonly filter: Filter }
  /** `..`: the next step is tried on every container below. */
  | { readonly kind: "descend" };

export interface PathSyntax {
  readonly root: Root;
  readonly steps: readonly Step[];
}

/** The whole text is one path. */
export function parsePath(source: string): PathSyntax | SyntaxProblem {
  const scanner = new Scanner(source);
  return scanner.attempt(() => {
    const path = parsePathAt(scanner);
    if (!scanner.done) throw scanner.unexpected();
    return path;
  });
}

export function parsePathAt(scanner: Scanner): PathSyntax {
  return { root: parseRoot(scanner), steps: parseSteps(scanner) };
}

const variableName = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;

function parseRoot(scanner: Scanner): Root {
  scanner.expect("$");
  if (scanner.take("$")) return { kind: "context" };
  const name = scanner.match(variableName);
  return name === undefined ? { kind: "input" } : { kind: "variable", name };
}

/** As many steps as there are: inside a filter or an intrinsic function the path ends before something else. */
function parseSteps(scanner: Scanner): readonly Step[] {
  const steps: Step[] = [];
  for (;;) {
    if (scanner.take("..")) {
      steps.push({ kind: "descend" }, scanner.peek() === "[" ? parseBrackets(scanner) : parseName(scanner));
    } else if (scanner.take(".")) {
      steps.push(scanner.peek() === "[" ? parseBrackets(scanner) : parseName(scanner));
    } else if (scanner.peek() === "[") {
      steps.push(parseBrackets(scanner));
    } else {
      return steps;
    }
  }
}

/** Lenient as Jayway: `$.b-c` is one name. `length()` is a name too: nothing is called so, and the service knows no functions. */
const memberName = /(?:[^\s.[\](),'"!=<>&|*]|\(\))+/uy;

function parseName(scanner: Scanner): Step {
  if (scanner.take("*")) return { kind: "wildcard" };
  const key = scanner.match(memberName);
  if (key === undefined) throw scanner.unexpected();
  return { kind: "key", key };
}

function parseBrackets(scanner: Scanner): Step {
  scanner.expect("[");
  scanner.skipBlanks();
  const step = parseSelector(scanner);
  scanner.skipBlanks();
  scanner.expect("]");
  return step;
}

function parseSelector(scanner: Scanner): Step {
  if (scanner.take("*")) return { kind: "wildcard" };
  if (scanner.take("?")) return { kind: "filter", filter: parseFilter(scanner) };
  if (scanner.peek() === "'" || scanner.peek() === '"') return parseKeys(scanner);
  return parseNumbers(scanner);
}

function parseKeys(scanner: Scanner): Step {
  const keys: string[] = [];
  do {
    scanner.skipBlanks();
    keys.push(scanner.quoted());
    scanner.skipBlanks();
  } while (scanner.take(","));
  const [key] = keys;
  return keys.length === 1 && key !== undefined ? { kind: "key", key } : { kind: "keys", keys };
}

const integer = /-?\d{1,9}/y;

function parseNumbers(scanner: Scanner): Step {
  const first = integerOf(scanner);
  scanner.skipBlanks();
  if (scanner.take(":")) return parseSlice(scanner, first);
  if (first === undefined) throw scanner.unexpected();
  const indexes = [first];
  while (scanner.take(",")) {
    scanner.skipBlanks();
    const next = integerOf(scanner);
    if (next === undefined) throw scanner.unexpected();
    indexes.push(next);
    scanner.skipBlanks();
  }
  return indexes.length === 1 ? { kind: "index", index: first } : { kind: "indexes", indexes };
}

function parseSlice(scanner: Scanner, from: number | undefined): Step {
  scanner.skipBlanks();
  const to = integerOf(scanner);
  if (from === undefined && to === undefined) throw scanner.unexpected();
  scanner.skipBlanks();
  // Jayway reads a step and ignores it: `[1:4:2]` is `[1:4]`.
  if (scanner.take(":")) integerOf(scanner);
  return { kind: "slice", ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

function integerOf(scanner: Scanner): number | undefined {
  const text = scanner.match(integer);
  return text === undefined ? undefined : Number(text);
}

/**
 * After the `?`: comparisons of paths and literals, joined by `&&`, `||`, `!`. Regular expressions (`=~`)
 * and Jayway's set operators beyond `in` and `nin` are not known, as on the service.
 */
function parseFilter(scanner: Scanner): Filter {
  scanner.skipBlanks();
  if (scanner.peek() !== "(") throw scanner.unexpected();
  return parseAlternatives(scanner);
}

function parseAlternatives(scanner: Scanner): Filter {
  return parseJoined(scanner, "||", "or", parseConjunction);
}

function parseConjunction(scanner: Scanner): Filter {
  return parseJoined(scanner, "&&", "and", parseTerm);
}

function parseJoined(scanner: Scanner, sign: string, kind: "or" | "and", part: (scanner: Scanner) => Filter): Filter {
  const filters = [part(scanner)];
  scanner.skipBlanks();
  while (scanner.take(sign)) {
    filters.push(part(scanner));
    scanner.skipBlanks();
  }
  const [only] = filters;
  return filters.length === 1 && only !== undefined ? only : { kind, filters };
}

function parseTerm(scanner: Scanner): Filter {
  scanner.skipBlanks();
  return scanner.nested(() => {
    if (scanner.peek() === "!" && !scanner.startsWith("!=")) {
      scanner.expect("!");
      return { kind: "not", filter: parseTerm(scanner) };
    }
    if (!scanner.take("(")) return parseComparison(scanner);
    const filter = parseAlternatives(scanner);
    scanner.skipBlanks();
    scanner.expect(")");
    return filter;
  });
}

const comparatorNames = (Object.keys(comparators) as Comparator[]) // the keys of a record are typed as mere strings
  .sort((a, b) => b.length - a.length);

function parseComparison(scanner: Scanner): Filter {
  const left = parseOperand(scanner);
  scanner.skipBlanks();
  const comparator = comparatorNames.find((name) => scanner.take(name));
  if (comparator !== undefined) return { kind: "compare", comparator, left, right: parseOperand(scanner) };
  if (left.kind === "literal") throw scanner.unexpected();
  return { kind: "exists", operand: left };
}

function parseOperand(scanner: Scanner): Operand {
  scanner.skipBlanks();
  if (scanner.take("@")) return { kind: "current", steps: parseSteps(scanner) };
  if (scanner.take("$")) return { kind: "root", steps: parseSteps(scanner) };
  return { kind: "literal", value: parseLiteral(scanner) };
}

/** Text need not be quoted: published definitions for the service have `[?(@.code==es)]`. */
const bareWord = /[A-Za-z_][\w-]*/y;
const constants: Readonly<Record<string, Value>> = { true: true, false: false, null: null };
const numberLiteral = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

function parseLiteral(scanner: Scanner): Value {
  if (scanner.peek() === "'" || scanner.peek() === '"') return scanner.quoted();
  const word = scanner.match(bareWord);
  if (word !== undefined) return Object.hasOwn(constants, word) ? (constants[word] ?? null) : word;
  if (scanner.peek() === "[") return scanner.nested(() => parseList(scanner));
  const text = scanner.match(numberLiteral);
  if (text === undefined) throw scanner.unexpected();
  return parseJson(text.replace(/^(-?)0+(?=\d)/, "$1"));
}

function parseList(scanner: Scanner): Value {
  const items: Value[] = [];
  scanner.expect("[");
  scanner.skipBlanks();
  if (scanner.take("]")) return items;
  do {
    scanner.skipBlanks();
    items.push(parseLiteral(scanner));
    scanner.skipBlanks();
  } while (scanner.take(","));
  scanner.expect("]");
  return items;
}
