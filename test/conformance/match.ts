/**
 * Compares a recorded value with the one that came out, as the corpus says: payload text against parsed
 * payloads, numbers by value, placeholders against anything, numbered placeholders always against the same.
 */
import type { Json } from "./corpus.ts";

export interface Difference {
  /** `3 TaskScheduled/taskScheduledEventDetails/parameters/x`. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** There or not, depending on when the recording was made; never of interest. */
const dependsOnAge: ReadonlySet<string> = new Set(["RedriveCount", "redriveCount"]);

export class Matcher {
  readonly #placeholders: readonly string[];
  /** What a numbered placeholder stands for in this case. */
  readonly #bound = new Map<string, string>();

  constructor(placeholders: readonly string[]) {
    // The longest first: `<uuid:10>` before `<uuid:1>`.
    this.#placeholders = [...placeholders].sort((a, b) => b.length - a.length);
  }

  /** Tries without remembering what placeholders came to stand for, unless it matches. */
  matches(expected: Json, actual: unknown, payload: "payloads" | "plain" = "plain"): boolean {
    const before = new Map(this.#bound);
    const found = this.differences("", expected, actual, payload).length === 0;
    if (!found) {
      this.#bound.clear();
      for (const [name, value] of before) this.#bound.set(name, value);
    }
    return found;
  }

  /** `payloads`: texts in `actual` are JSON where an object is expected, as in the events of a history. */
  differences(path: string, expected: Json, actual: unknown, payload: "payloads" | "plain"): readonly Difference[] {
    if (this.#isPlaceholder(expected, actual)) return [];
    if (typeof expected === "string") return this.#text(expected, actual, payload) ? [] : [{ path, expected, actual }];
    if (expected === null || typeof expected !== "object") {
      return expected === actual ? [] : [{ path, expected, actual }];
    }
    const value = payload === "payloads" && typeof actual === "string" ? parsed(actual) : actual;
    const deeper = payload === "payloads" && typeof actual === "string" ? "plain" : payload;
    if (Array.isArray(expected)) return this.#list(path, expected, value, deeper);
    return this.#members(path, expected as { readonly [key: string]: Json }, value, deeper);
  }

  #list(
    path: string,
    expected: readonly Json[],
    actual: unknown,
    payload: "payloads" | "plain",
  ): readonly Difference[] {
    if (!Array.isArray(actual) || actual.length !== expected.length) return [{ path, expected, actual }];
    return expected.flatMap((one, index) => this.differences(`${path}/${index}`, one, actual[index], payload));
  }

  #members(
    path: string,
    expected: { readonly [key: string]: Json },
    actual: unknown,
    payload: "payloads" | "plain",
  ): readonly Difference[] {
    if (actual === null || typeof actual !== "object" || Array.isArray(actual)) return [{ path, expected, actual }];
    const members = new Map<string, unknown>(Object.entries(actual));
    const found: Difference[] = [];
    for (const [key, value] of Object.entries(expected)) {
      if (dependsOnAge.has(key)) continue;
      if (!members.has(key)) found.push({ path: `${path}/${key}`, expected: value, actual: undefined });
      else found.push(...this.differences(`${path}/${key}`, value, members.get(key), payload));
    }
    for (const [key, value] of members) {
      if (!(key in expected) && !dependsOnAge.has(key))
        found.push({ path: `${path}/${key}`, expected: undefined, actual: value });
    }
    return found;
  }

  #isPlaceholder(expected: Json, actual: unknown): boolean {
    if (typeof expected !== "string" || !this.#placeholders.includes(expected)) return false;
    return this.#bind(expected, JSON.stringify(actual) ?? "");
  }

  #bind(name: string, value: string): boolean {
    if (!/:\d+>$/.test(name)) return true;
    const bound = this.#bound.get(name);
    if (bound === undefined) this.#bound.set(name, value);
    return bound === undefined || bound === value;
  }

  #text(expected: string, actual: unknown, payload: "payloads" | "plain"): boolean {
    if (expected === actual) return true;
    if (typeof actual !== "string") return false;
    if (this.#filled(expected, actual)) return true;
    if (payload !== "payloads") return false;
    const left = parsed(expected);
    const right = parsed(actual);
    return left !== undefined && right !== undefined && this.differences("", left, right, "plain").length === 0;
  }

  /** Placeholders inside a longer text stand for any text that is not empty. */
  #filled(expected: string, actual: string): boolean {
    const used = this.#placeholders.filter((name) => expected.includes(name));
    if (used.length === 0) return false;
    const names: string[] = [];
    const source = used.map(escaped).join("|");
    const pattern = expected
      .split(new RegExp(`(${source})`))
      .map((part) => {
        if (!used.includes(part)) return escaped(part);
        names.push(part);
        return "([^]+?)";
      })
      .join("");
    const found = new RegExp(`^${pattern}$`).exec(actual);
    return found !== null && names.every((name, index) => this.#bind(name, JSON.stringify(found[index + 1])));
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
