/**
 * Regular expressions of JSONata. V8 is told to go over to its linear engine when it backtracks too much;
 * what that engine cannot run (look-around, back-references, counted repetition, ignoring case) runs under
 * a watchdog instead. The package itself protects against neither.
 */
import { setFlagsFromString } from "node:v8";
import { createContext, Script } from "node:vm";
import { memoryFault, timeFault } from "./jsonata-budget.ts";

// Holds for every regular expression that is compiled from here on.
setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");

const timeLimitMilliseconds = 500;
/** `$match` makes an object of every match. */
const matchLimit = 250_000;
const checkEvery = 256;

/** What V8's linear engine does not know. */
const beyondLinear = /\(\?(?:[=!]|<[=!])|\\[1-9k]|\{\d/;
const quantifiers = /[*+{]/g;

/** Made anew for each evaluation of a regular expression. */
export class GuardedRegExp extends RegExp {
  /** Texts up to this length cannot take long. */
  readonly #harmless: number;
  readonly #startedAt = Date.now();
  #matches = 0;

  constructor(regexp: RegExp) {
    super(withAsciiSpace(regexp.source), regexp.flags);
    const linear = !beyondLinear.test(regexp.source) && !regexp.ignoreCase;
    this.#harmless = linear ? Number.POSITIVE_INFINITY : harmlessLength(regexp.source);
  }

  override exec(text: string): RegExpExecArray | null {
    this.#matches += 1;
    if (this.#matches > matchLimit) throw { ...memoryFault };
    if (this.#matches % checkEvery === 0 && Date.now() - this.#startedAt > timeLimitMilliseconds)
      throw { ...timeFault };
    return text.length > this.#harmless ? execUnderWatch(this, text) : super.exec(text);
  }
}

/** Java's `\s` is white space of ASCII only (measured). `\S` within brackets, and ranges to a `\s`, stay as they are. */
function withAsciiSpace(source: string): string {
  if (!/\\s/i.test(source) || /\\s-[^\]]|[^[]-\\s/.test(source)) return source;
  let bracketed = false;
  return source.replace(/\\.|[[\]]/gs, (part) => {
    if (part === "[" || part === "]") bracketed = part === "[";
    if (part === "\\s") return bracketed ? asciiSpace : `[${asciiSpace}]`;
    return part === "\\S" && !bracketed ? `[^${asciiSpace}]` : part;
  });
}

const asciiSpace = " \\t-\\r";

/** The watchdog costs a thread: not where a single repetition makes it quadratic at worst, nor for a few characters. */
function harmlessLength(source: string): number {
  return (source.match(quantifiers)?.length ?? 0) <= 1 ? 2000 : 16;
}

const sandbox = createContext({ exec: RegExp.prototype.exec, regexp: /(?:)/, text: "" });
const script = new Script("exec.call(regexp, text)");

function execUnderWatch(regexp: RegExp, text: string): RegExpExecArray | null {
  sandbox["regexp"] = regexp;
  sandbox["text"] = text;
  try {
    return script.runInContext(sandbox, { timeout: timeLimitMilliseconds });
  } catch (error) {
    if (isTimeout(error)) throw { ...timeFault };
    throw error;
  }
}

/** The error belongs to the other context, so it is no `Error` of ours. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}
