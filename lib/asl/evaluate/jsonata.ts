/**
 * The one place that knows the `jsonata` package: compiles an expression, evaluates it with the service's
 * functions and inside its limits (1 s, 7 MB a value, 100 levels). The package alone stops neither a
 * hostile regular expression nor `$pad("x", 4e8)`; see `jsonata-budget.ts` and `jsonata-regexp.ts`.
 */
import jsonata from "jsonata";
import { chargeFor } from "./jsonata-budget.ts";
import {
  bound,
  type Definition,
  dialect,
  type Implementation,
  type Occasion,
  originalNames,
} from "./jsonata-functions.ts";
import { namesIn } from "./jsonata-references.ts";
import { GuardedRegExp } from "./jsonata-regexp.ts";

/** The service's own (measured: 100 terms of `1+1+…` are accepted, 101 are not). */
const depthLimit = 100;
/** A net under the second of `jsonata-budget.ts`. */
const timeLimitMilliseconds = 10_000;
/** The longest range that the service accepts, `[1..873782]`. */
const sequenceLimit = 873_782;

export interface Compiled {
  readonly expression: jsonata.Expression;
  /** Which of the functions that are bound for each evaluation it may call. */
  readonly functions: readonly string[];
}

/** What the package throws: a plain object or an Error, mostly with a code of its own. */
interface JsonataFault {
  readonly code?: string;
  readonly message?: string;
}

/** Strings too long and a stack too deep for JavaScript count as the limits that they are. */
export function faultOf(error: unknown): JsonataFault {
  if (error instanceof RangeError)
    return { code: /stack/i.test(error.message) ? "D1011" : "D2015", message: error.message };
  if (typeof error !== "object" || error === null) return {};
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {};
  const message = "message" in error && typeof error.message === "string" ? { message: error.message } : {};
  return { ...code, ...message };
}

export function compileJsonata(source: string): Compiled {
  const expression = jsonata(source, {
    timeout: timeLimitMilliseconds,
    stack: depthLimit,
    sequence: sequenceLimit,
    // The package only ever calls `new RegexEngine(regexp)`; the type asks for a full RegExp constructor.
    RegexEngine: GuardedRegExp as unknown as RegExpConstructor,
  });
  // The package looks this up at every node it has evaluated. Its type knows string names only, a symbol works.
  expression.assign(Symbol.for("jsonata.__evaluate_exit") as unknown as string, chargeFor);
  const names = namesIn(expression.ast());
  return { expression, functions: [...Object.keys(dialect), "eval"].filter((name) => names.has(name)) };
}

/** The package's result as it is; throws what the package throws. Adds the functions to the bindings. */
export async function evaluateJsonata(
  { expression, functions }: Compiled,
  bindings: Record<string, unknown>,
  occasion: Occasion,
): Promise<unknown> {
  if (functions.length === 0) return expression.evaluate(undefined, bindings);
  library ??= openLibrary();
  const { definitions, originals } = await library;
  for (const name of functions) bindings[name] = bound(definitions.get(name), originals, occasion);
  return expression.evaluate(undefined, bindings);
}

interface Library {
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly originals: ReadonlyMap<string, Implementation>;
}

let library: Promise<Library> | undefined;

/** Function objects with their signatures parsed, which only the package can do. Made once. */
async function openLibrary(): Promise<Library> {
  const definitions = Object.entries(dialect).map(
    async ([name, { signature, make }]): Promise<[string, Definition]> => {
      const host = jsonata("$ours");
      host.registerFunction("ours", () => undefined, signature);
      const definition: Definition = await host.evaluate(undefined);
      return [name, { ...definition, make }];
    },
  );
  const originals = originalNames.map(async (name): Promise<[string, Implementation]> => {
    const definition: Definition = await jsonata(`$${name}`).evaluate(undefined);
    return [name, definition.implementation];
  });
  return { definitions: new Map(await Promise.all(definitions)), originals: new Map(await Promise.all(originals)) };
}
