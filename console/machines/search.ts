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
  return /\s/.test(text) ? `"${text.replaceAll('"', "")}"` : text;
}

function wordsOf(search: string): readonly string[] {
  // A quote that is not closed yet is being typed.
  const words = search.match(/(?:"[^"]*(?:"|$)|[^\s"])+/g) ?? [];
  return words.map((word) => word.replaceAll('"', ""));
}

function holds(word: string, { name, type, tags }: Tagged): boolean {
  if (name.toLowerCase().includes(word)) return true; // a name may have a "=" too
  const pairs = tags.map(({ key, value }) => [key.toLowerCase(), value.toLowerCase()] as const);
  const [wanted = "", ...rest] = word.split("=");
  if (rest.length === 0) return pairs.some((pair) => pair.some((text) => text.includes(word)));
  const given = rest.join("=");
  return [...pairs, ["type", type.toLowerCase()] as const].some(
    ([key, value]) => key === wanted && value.startsWith(given),
  );
}
