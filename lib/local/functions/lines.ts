/** Cuts output into lines as it comes, without ever holding more than one of bearable length. */

/** What prints longer lines prints data, not lines: it is cut here. */
const longestLine = 65_536;

export interface LineCutter {
  write(text: string): void;
  /** Gives out what has no line end yet. */
  flush(): void;
}

export function lineCutter(onLine: (line: string) => void): LineCutter {
  let rest = "";
  const flush = () => {
    if (rest !== "") onLine(rest);
    rest = "";
  };
  const write = (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) for (const piece of pieces(line)) onLine(piece);
    if (rest.length > longestLine) {
      const full = pieces(rest);
      rest = full.at(-1) ?? "";
      for (const piece of full.slice(0, -1)) onLine(piece);
    }
  };
  return { write, flush };
}

function pieces(line: string): readonly string[] {
  const count = Math.max(1, Math.ceil(line.length / longestLine));
  return Array.from({ length: count }, (_, at) => line.slice(at * longestLine, (at + 1) * longestLine));
}
