/** A sheet of character cells, each with a style, that drawings for a terminal are put together on. */
import type { StateStatus } from "./progress.ts";
import { columnsOf } from "./text.ts";

/** What a piece of a drawing is; which colour that has is the painter's. */
export type Style = StateStatus | "plain" | "name" | "faint" | "catch";

export type Painter = (style: Style, text: string) => string;

interface Cell {
  /** `""` behind a letter that takes two columns. */
  readonly letter: string;
  readonly style: Style;
}

const blank: Cell = { letter: " ", style: "plain" };

/** What would move the cursor or change the terminal. */
const unprintable = /\p{C}/gu;

export class Canvas {
  readonly #rows: Cell[][] = [];

  get height(): number {
    return this.#rows.length;
  }

  get width(): number {
    return Math.max(0, ...this.#rows.map((row) => row.length));
  }

  put(x: number, y: number, text: string, style: Style = "plain"): void {
    let column = x;
    for (const letter of text.replaceAll(unprintable, "�")) {
      this.#set(column, y, { letter, style });
      column += 1;
      if (columnsOf(letter) === 2) this.#set(column++, y, { letter: "", style });
    }
  }

  /** A line to the right that passes behind what is there already. */
  putBehind(x: number, y: number, text: string, style: Style): void {
    for (const [index, letter] of [...text].entries()) {
      if (this.letterAt(x + index, y) === " ") this.put(x + index, y, letter, style);
    }
  }

  letterAt(x: number, y: number): string {
    return this.#rows[y]?.[x]?.letter ?? " ";
  }

  paste(x: number, y: number, other: Canvas): void {
    for (const [row, cells] of other.#rows.entries()) {
      for (const [column, cell] of cells.entries()) this.#set(x + column, y + row, cell);
    }
  }

  /** Neighbours of one style are painted at once. */
  lines(paint: Painter): readonly string[] {
    return this.#rows.map((row) => {
      const runs: { style: Style; text: string }[] = [];
      for (const { letter, style } of trimmed(row)) {
        const last = runs.at(-1);
        if (last?.style === style) last.text += letter;
        else runs.push({ style, text: letter });
      }
      return runs.map(({ style, text }) => paint(style, text)).join("");
    });
  }

  #set(x: number, y: number, cell: Cell): void {
    while (this.#rows.length <= y) this.#rows.push([]);
    const row = this.#rows[y] ?? [];
    while (row.length < x) row.push(blank);
    row[x] = cell;
  }
}

function trimmed(row: readonly Cell[]): readonly Cell[] {
  const last = row.findLastIndex(({ letter }) => letter !== " ");
  return row.slice(0, last + 1);
}
