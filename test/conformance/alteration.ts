/**
 * Recorded expectations with one leaf altered, to see that the comparison notices. What it cannot notice is
 * what the corpus's page says not to compare; each such rule stands here with its reason.
 */
import type { Json } from "./corpus.ts";

export type Path = readonly (string | number)[];

export interface Flags {
  readonly unordered?: boolean;
  readonly ids_normalised?: boolean;
  readonly history_lossy?: boolean;
  readonly recorded_from?: string;
}

/** The places of all values that hold no others. */
export function leaves(value: Json, path: Path = []): readonly Path[] {
  if (value === null || typeof value !== "object") return [path];
  const inner: readonly (readonly [string | number, Json])[] = isList(value)
    ? value.map((one, index) => [index, one] as const)
    : Object.entries(value);
  return inner.length === 0 ? [path] : inner.flatMap(([key, one]) => leaves(one, [...path, key]));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

export function leafAt(value: Json, path: Path): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const inner = (value as { readonly [key: string]: Json })[key]; // `leaves` has been there
  if (inner === undefined) throw new Error(`there is nothing at ${path.join("/")}`);
  return leafAt(inner, rest);
}

export function altered(value: Json, path: Path): Json {
  const [key, ...rest] = path;
  if (key === undefined) return other(value);
  if (isList(value)) return value.map((one, index) => (index === key ? altered(one, rest) : one));
  const entries = Object.entries(value as { readonly [key: string]: Json }); // a path leads through nothing else
  return Object.fromEntries(entries.map(([name, one]) => [name, name === key ? altered(one, rest) : one]));
}

function other(leaf: Json): Json {
  if (typeof leaf === "string") return `${leaf} altered`;
  if (typeof leaf === "number") return leaf + 1;
  if (typeof leaf === "boolean") return !leaf;
  return leaf === null ? "altered" : isList(leaf) ? ["altered"] : { altered: true };
}

/** Why nobody can notice an alteration there; undefined: it has to be noticed. */
export function exempt(expect: Json, path: Path, placeholders: readonly string[], flags: Flags): string | undefined {
  const leaf = leafAt(expect, path);
  const last = path.at(-1);
  if (typeof leaf === "string" && placeholders.includes(leaf)) return "a placeholder stands for any value";
  if (last === "redriveCount" || last === "RedriveCount") return "there or not, by the age of the recording";
  if (flags.recorded_from === "LocalStack" && last === "message") return "the words of another server";
  return path[0] === "history" ? exemptEvent(expect, path, flags) : undefined;
}

function exemptEvent(expect: Json, path: Path, flags: Flags): string | undefined {
  const isId = path.length === 3 && (path[2] === "id" || path[2] === "previousEventId");
  if (flags.history_lossy === true) return "events were lost in the recording";
  if (flags.ids_normalised === true && (isId || path[2] === "id")) return "the recording lost the numbers";
  if (flags.unordered === true && isId) return "one of many orders";
  const type = leafAt(expect, [...path.slice(0, 2), "type"]);
  if (isId && path[2] === "previousEventId" && type === "MapStateExited") return "the service has changed it";
  return undefined;
}
