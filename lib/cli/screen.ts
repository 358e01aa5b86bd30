/** A text that is drawn anew in its place on a terminal; nothing where the output is no terminal, so that files get no control characters. */

export interface Screen {
  /** In the place of what was shown before; what does not fit is cut off below. */
  show(text: string): void;
}

/** What is asked of a stream. */
export interface Output {
  readonly isTTY?: boolean;
  readonly rows?: number;
  write(text: string): unknown;
}

const eraseBelow = "\u001b[J";
const usualRows = 24;

export function openScreen(out: Output = process.stdout): Screen | undefined {
  if (!out.isTTY) return undefined;
  let lines = 0;
  return {
    show: (text) => {
      const shown = text.split("\n").slice(0, Math.max(1, (out.rows ?? usualRows) - 1));
      const up = lines > 0 ? `\u001b[${lines}A\r` : "";
      lines = shown.length;
      out.write(`${up}${eraseBelow}${shown.join("\n")}\n`);
    },
  };
}
