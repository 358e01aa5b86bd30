/**
 * JSON text laid out in lines without being read into values: numbers keep their text (`0.0`, 2^53 + 1), keys
 * their order, and text that is no JSON stays as it is.
 */
export function pretty(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  return laidOut(text);
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

function laidOut(text: string): string {
  const parts: string[] = [];
  let depth = 0;
  let before = "";
  const newLine = (): string => `\n${"  ".repeat(depth)}`;
  for (const [token] of text.matchAll(tokens)) {
    const closes = token === "}" || token === "]";
    const opened = before === "{" || before === "[";
    if (closes) depth--;
    if (closes ? !opened : opened) parts.push(newLine());
    if (token === "{" || token === "[") depth++;
    parts.push(token);
    if (token === ",") parts.push(newLine());
    if (token === ":") parts.push(" ");
    before = token;
  }
  return parts.join("");
}

/** One line of it, for a list. */
export function short(text: string, most = 120): string {
  const beginning = text.slice(0, 10 * most);
  const line = beginning.replace(/\s+/g, " ").trim();
  const isWhole = beginning.length === text.length && line.length <= most;
  return isWhole ? line : `${line.slice(0, most - 1)}…`;
}
