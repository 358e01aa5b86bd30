/**
 * Names as Step Functions writes them, which are those of the SDK for Java. In the name of a service each acronym is
 * a word (`DynamoDB` → `DynamoDb`); in that of a member only the one that it begins with is, as Java's getters have it
 * (`KMSKeyArn` → `KmsKeyArn`, but `ChecksumSHA256`).
 */

/** Boundaries between words: before `V2`, after lower case, after an acronym, after a number. */
const boundaries = [
  /(?<=[^a-z\s]{2})(?=v\d)/g,
  /(?<=[^A-Z\s]{2})(?=V\d)/g,
  /(?<=[a-z])(?=[A-Z][a-zA-Z0-9])/g,
  /(?<=[A-Z])(?=[A-Z][a-z])/g,
  /(?<=\d)(?=[a-zA-Z])/g,
];

/** Members that the SDK for Java calls otherwise. */
const exceptions: Readonly<Record<string, string>> = { NULL: "Nul" };

/** Of a service. */
export function wordCase(name: string): string {
  return wordsOf(name).map(capitalized).join("");
}

/** Capitals at the beginning, without the one that begins the next word. */
const firstAcronym = /^[A-Z]+(?![a-z])/;

/** Of a member. */
export function memberCase(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9]+/g, "");
  return exceptions[name] ?? upperFirst(plain.replace(firstAcronym, (acronym) => acronym.toLowerCase()));
}

function wordsOf(name: string): readonly string[] {
  const spaced = boundaries.reduce(
    (text, boundary) => text.replace(boundary, " "),
    name.replace(/[^A-Za-z0-9]+/g, " "),
  );
  return spaced.split(" ").filter((word) => word !== "");
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
}

/** What optimized integrations do: only the first letter is changed. */
export function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
