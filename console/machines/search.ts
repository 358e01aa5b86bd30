/**
 * Which machines are looked for: each word of the search is in the name, or in a tag's key or value; `team=payments`
 * is a tag of that key, whose value begins so, and `type=express` the type. Quotes keep a word with spaces together.
 */
import type { Tagged } from "../api/wire.ts";

export function matcher(search: string): (machine: Tagged) => boolean {
  const words = wordsOf(search.toLowerCase());
  return (machine) => words.every((word) => holds(word, machine));
}

/** The search that finds what has this tag. */
export function searchForTag(key: string, value: string): string {
  return `${quoted(key)}=${quoted(value)}`;
}

function quoted(text: string): string {
  return /[\s"]/.test(text) ? `"${text.replaceAll('"', "")}"` : text;
}

function wordsOf(search: string): readonly string[] {
  // A quote that is not closed yet is being typed.
  const words = search.match(/(?:"[^"]*(?:"|$)|\s+=\s+|[^\s"])+/g) ?? [];
  return words.map((word) =>
    word.replace(/"[^"]*"?|\s+=\s+/g, (part) => part.replaceAll('"', "").replace(/^\s+=\s+$/, "=")),
  );
}

function holds(word: string, { name, type, tags }: Tagged): boolean {
  if (name.toLowerCase().includes(word)) return true; // a name may have a "=" too
  const pairs = tags.map(({ key, value }) => [said(key), said(value)] as const);
  if (!word.includes("=")) return pairs.some((pair) => pair.some((text) => text.includes(word)));
  return [...pairs, ["type", said(type)] as const].some(
    ([key, value]) => word.startsWith(`${key}=`) && `${key}=${value}`.startsWith(word),
  );
}

/** As words of a search are compared: neither case nor quotes count. */
function said(text: string): string {
  return text.toLowerCase().replaceAll('"', "");
}
