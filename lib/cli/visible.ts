/**
 * Names, errors, payloads and lines of functions come from others, and a terminal obeys what is in them. So control
 * characters, and the marks that turn the direction of what follows, are told as JSON tells them, and what is JSON
 * already says the same as before.
 */

export function hasColours(): boolean {
  return process.stdout.isTTY && !process.env["NO_COLOR"];
}

/** Those of `paint` alone. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what it looks for
const colour = /^\u001b\[(0|1|2|22|31|32|33|36|39)m$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const commands = /\r\n|\u001b\[\d+m|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
export const usualColour = "\u001b[0m";

/** Lines and tabs stay, and colours where there are any; they end with the text. */
export function visible(text: string, coloured = hasColours()): string {
  const shown = text.replace(commands, (found) =>
    found === "\r\n" || (coloured && colour.test(found)) ? found : `${told(found)}${found.slice(1)}`,
  );
  return shown.includes("\u001b") && !shown.endsWith(usualColour) ? `${shown}${usualColour}` : shown;
}

/** As a part of a line. */
export function inLine(text: string): string {
  return visible(text).replace(/\r?\n/g, "\\n").replaceAll("\t", "\\t");
}

function told(control: string): string {
  return `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
