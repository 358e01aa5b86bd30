/** CSV as ItemReader reads it: RFC 4180 quoting, any of five delimiters, every field a text. */

export const delimiters = { COMMA: ",", PIPE: "|", SEMICOLON: ";", SPACE: " ", TAB: "\t" } as const;

/** The records of a text; empty lines are no records. */
export function* csvRecords(text: string, delimiter: string): Generator<readonly string[]> {
  let record: string[] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < text.length) {
    const { value, end } = csvField(text, at, delimiter);
    record.push(value);
    if (text[end] === delimiter) {
      at = end + 1;
      // A delimiter at the very end is followed by one more, empty field.
      if (at === text.length) record.push("");
      else continue;
    } else {
      at = text.startsWith("\r\n", end) ? end + 2 : end + 1;
    }
    if (record.length > 1 || record[0] !== "") yield record;
    record = [];
  }
  if (record.length > 0) yield record;
}

function csvField(text: string, start: number, delimiter: string): { readonly value: string; readonly end: number } {
  if (text[start] === '"') return quotedField(text, start + 1);
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== "\n" && !text.startsWith("\r\n", end)) end += 1;
  return { value: text.slice(start, end), end };
}

/** Two quotes inside stand for one. */
function quotedField(text: string, start: number): { readonly value: string; readonly end: number } {
  let value = "";
  let from = start;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return { value: value + text.slice(from), end: text.length };
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1 };
    value += '"';
    from = quote + 2;
  }
}
