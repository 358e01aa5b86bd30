/** A cursor over the text of a path, a filter or an intrinsic function; every parser here moves one of these. */

export interface SyntaxProblem {
  readonly kind: "problem";
  readonly message: string;
}

/** Thrown and caught inside `attempt`: a grammar is easiest read when its rules return what they parsed. */
class SyntaxFailure extends Error {}

/** Deeper than anybody writes, and far from the end of the stack. */
const nestingLimit = 100;

export class Scanner {
  readonly source: string;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.source = source;
  }

  /** The result of the rule, or the problem that it met. */
  attempt<T>(rule: () => T): T | SyntaxProblem {
    try {
      return rule();
    } catch (error) {
      if (error instanceof SyntaxFailure) return { kind: "problem", message: error.message };
      throw error;
    }
  }

  get done(): boolean {
    return this.#at >= this.source.length;
  }

  get position(): number {
    return this.#at;
  }

  peek(): string {
    return this.source[this.#at] ?? "";
  }

  startsWith(text: string): boolean {
    return this.source.startsWith(text, this.#at);
  }

  take(text: string): boolean {
    if (!this.startsWith(text)) return false;
    this.#at += text.length;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) throw this.unexpected();
  }

  /** `pattern` is sticky. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.source)?.[0];
    if (text !== undefined) this.#at += text.length;
    return text;
  }

  skipBlanks(): void {
    while (this.peek() === " " || this.peek() === "\t" || this.peek() === "\n" || this.peek() === "\r") this.#at += 1;
  }

  /** A string in single or double quotes; a backslash takes the next character as it is. */
  quoted(): string {
    const quote = this.peek();
    let text = "";
    for (this.#at += 1; !this.done; this.#at++) {
      const character = this.peek();
      if (character === quote) {
        this.#at += 1;
        return text;
      }
      if (character === "\\") this.#at += 1;
      text += this.peek();
    }
    throw this.unexpected();
  }

  nested<T>(rule: () => T): T {
    if (this.#depth >= nestingLimit) throw this.failure(`more than ${nestingLimit} levels of nesting`);
    this.#depth += 1;
    const result = rule();
    this.#depth -= 1;
    return result;
  }

  unexpected(): SyntaxFailure {
    if (this.done) return this.failure("unexpected end");
    return this.failure(`unexpected '${this.peek()}'`);
  }

  failure(what: string): SyntaxFailure {
    return new SyntaxFailure(`${what} at position ${this.#at} of '${this.source}'`);
  }
}
