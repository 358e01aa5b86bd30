/** Where in a definition's text a place of the validator is: `/States/Pack/Branches[0]/Next` becomes a stretch of it. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** As much of the path as is written; no path: where the text stops being JSON, or its beginning. */
export function placeIn(text: string, location: string | undefined): Stretch {
  if (location === undefined) return brokenAt(text);
  let found: Stretch = { from: 0, to: Math.min(1, text.length) };
  let at = skipSpace(text, 0);
  for (const part of partsOf(location)) {
    const next = typeof part === "number" ? element(text, at, part) : member(text, at, part);
    if (!next) return found;
    found = next.shown;
    at = next.value;
  }
  return found;
}

/** The state that a place is in, the innermost. */
export function stateIn(location: string | undefined): string | undefined {
  const parts = location === undefined ? [] : partsOf(location);
  const at = parts.lastIndexOf("States");
  const name = at < 0 ? undefined : parts[at + 1];
  return typeof name === "string" ? name : undefined;
}

function partsOf(location: string): readonly (string | number)[] {
  return location
    .split("/")
    .filter(Boolean)
    .flatMap((part) => {
      const [, name = part, indexes = ""] = /^(.*?)((?:\[\d+\])*)$/.exec(part) ?? [];
      const numbers = [...indexes.matchAll(/\d+/g)].map(([digits]) => Number(digits));
      return name === "" ? numbers : [name, ...numbers];
    });
}

interface Found {
  /** Where the value begins. */
  readonly value: number;
  readonly shown: Stretch;
}

function member(text: string, at: number, name: string): Found | undefined {
  if (text[at] !== "{") return undefined;
  for (let next = skipSpace(text, at + 1); text[next] === '"'; ) {
    const key = { from: next, to: skipValue(text, next) };
    const colon = skipSpace(text, key.to);
    if (text[colon] !== ":") return undefined;
    const value = skipSpace(text, colon + 1);
    const end = skipValue(text, value);
    if (text.slice(key.from + 1, key.to - 1) === name)
      // A small value is shown whole; of a large one the key is enough.
      return { value, shown: { from: key.from, to: /^["\w-]/.test(text[value] ?? "") ? end : key.to } };
    const comma = skipSpace(text, end);
    next = text[comma] === "," ? skipSpace(text, comma + 1) : text.length;
  }
  return undefined;
}

function element(text: string, at: number, index: number): Found | undefined {
  if (text[at] !== "[") return undefined;
  let next = skipSpace(text, at + 1);
  for (let passed = 0; next < text.length && text[next] !== "]"; passed++) {
    const end = skipValue(text, next);
    if (passed === index) return { value: next, shown: { from: next, to: Math.min(end, next + 1) } };
    const comma = skipSpace(text, end);
    if (text[comma] !== ",") return undefined;
    next = skipSpace(text, comma + 1);
  }
  return undefined;
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (/\s/.test(text[next] ?? "")) next++;
  return next;
}

function skipValue(text: string, at: number): number {
  const string = /"(?:[^"\\]|\\.)*"/y;
  let depth = 0;
  for (let next = at; next < text.length; ) {
    const char = text[next] ?? "";
    if (char === '"') {
      string.lastIndex = next;
      next = string.test(text) ? string.lastIndex : text.length;
      if (depth === 0) return next;
      continue;
    }
    if (char === "{" || char === "[") depth++;
    else if (char === "}" || char === "]") {
      if (depth === 0) return next;
      depth--;
      if (depth === 0) return next + 1;
    } else if (depth === 0 && /[,\s]/.test(char)) return next;
    next++;
  }
  return text.length;
}

function brokenAt(text: string): Stretch {
  try {
    JSON.parse(text);
    return { from: 0, to: Math.min(1, text.length) };
  } catch (error) {
    const [, position = "0"] = /position (\d+)/.exec(String(error)) ?? [];
    const from = Math.min(Number(position), Math.max(0, text.length - 1));
    return { from, to: Math.min(from + 1, text.length) };
  }
}
