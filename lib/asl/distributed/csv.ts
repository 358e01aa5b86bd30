/** CSV as ItemReader reads it: quotes, backslashes, any of five delimiters, every field a text. */

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
  const syntax: Syntax = { delimiter, special: new RegExp(`["\\\\\n${delimiter}]|\r\n`, "g") };
  let rest = "";
  let isFirst = true;

  function* take(text: string, isLast: boolean): Generator<readonly string[]> {
    let at = 0;
    while (at < text.length) {
      const { record, end, isOpen } = csvRecord(text, at, syntax);
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

interface Syntax {
  readonly delimiter: string;
  /** Where a field may end, or does not say what it means. */
  readonly special: RegExp;
}

interface CsvRecord {
  readonly record: readonly string[];
  /** Where the next begins. */
  readonly end: number;
  /** It reaches to the end of the text. */
  readonly isOpen: boolean;
}

function csvRecord(text: string, start: number, syntax: Syntax): CsvRecord {
  const record: string[] = [];
  let at = start;
  for (;;) {
    const { value, end } = csvField(text, at, syntax);
    record.push(value);
    if (text[end] !== syntax.delimiter) {
      const isOpen = end >= text.length;
      return { record, end: text.startsWith("\r\n", end) ? end + 2 : end + 1, isOpen };
    }
    at = end + 1;
    // A delimiter at the very end is followed by one more, empty field.
    if (at === text.length) return { record: [...record, ""], end: at, isOpen: true };
  }
}

/**
 * A quote that is said twice is one of the field, in a field without quotes, too. A backslash is left out, and makes
 * a quote, a backslash or the delimiter after it one of the field:
 * https://docs.aws.amazon.com/step-functions/latest/dg/example-csv-parse-dist-map.html
 */
function csvField(text: string, start: number, syntax: Syntax): { readonly value: string; readonly end: number } {
  const { delimiter, special } = syntax;
  let value = "";
  let isQuoted = text[start] === '"';
  let from = isQuoted ? start + 1 : start;
  let at = from;
  for (;;) {
    special.lastIndex = at;
    at = special.exec(text)?.index ?? text.length;
    const [one, next] = [text[at], text[at + 1]];
    if (one === "\\" || (one === '"' && next === '"')) {
      value += text.slice(from, at);
      from = at + 1;
      at += next === '"' || next === "\\" || next === delimiter ? 2 : 1;
    } else if (one === '"' && isQuoted) {
      value += text.slice(from, at);
      from = at + 1;
      at += 1;
      isQuoted = false;
    } else if (one === '"' || (isQuoted && one !== undefined)) at += 1;
    else return { value: value + text.slice(from, at), end: at };
  }
}
