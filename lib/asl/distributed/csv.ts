/** CSV as ItemReader reads it: RFC 4180 quoting, any of five delimiters, every field a text. */

export const delimiters = { COMMA: ",", PIPE: "|", SEMICOLON: ";", SPACE: " ", TAB: "\t" } as const;

/** The records of a text; empty lines are no records. */
export function* csvRecords(text: string, delimiter: string): Generator<readonly string[]> {
  const reader = csvReader(delimiter);
  yield* reader.read(text);
  yield* reader.end();
}

export interface CsvReader {
  /** Characters of a record that is not whole yet. */
  readonly open: number;
  /** The records that are whole with this piece of the text. */
  read(piece: string): Generator<readonly string[]>;
  /** The last one, where no line break follows it. */
  end(): Generator<readonly string[]>;
}

/** Reads a text piece by piece: a record that touches the end of what has come may go on in the next piece. */
export function csvReader(delimiter: string): CsvReader {
  let rest = "";
  let isFirst = true;

  function* take(text: string, isLast: boolean): Generator<readonly string[]> {
    let at = 0;
    while (at < text.length) {
      const { record, end, isOpen } = csvRecord(text, at, delimiter);
      if (isOpen && !isLast) break;
      at = end;
      if (record.length > 1 || record[0] !== "") yield record;
    }
    rest = text.slice(at);
  }

  return {
    get open() {
      return rest.length;
    },
    *read(piece) {
      const text = isFirst && piece.charCodeAt(0) === 0xfeff ? piece.slice(1) : piece;
      if (piece !== "") isFirst = false;
      yield* take(rest + text, false);
    },
    *end() {
      yield* take(rest, true);
    },
  };
}

interface CsvRecord {
  readonly record: readonly string[];
  /** Where the next begins. */
  readonly end: number;
  /** It reaches to the end of the text. */
  readonly isOpen: boolean;
}

function csvRecord(text: string, start: number, delimiter: string): CsvRecord {
  const record: string[] = [];
  let at = start;
  for (;;) {
    const { value, end } = csvField(text, at, delimiter);
    record.push(value);
    if (text[end] !== delimiter) {
      const isOpen = end >= text.length;
      return { record, end: text.startsWith("\r\n", end) ? end + 2 : end + 1, isOpen };
    }
    at = end + 1;
    // A delimiter at the very end is followed by one more, empty field.
    if (at === text.length) return { record: [...record, ""], end: at, isOpen: true };
  }
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
