/** A text that is drawn anew in its place on a terminal; nothing where the output is no terminal, so that files get no control characters. */

import { columnsOf } from "../asl/graph/text.ts";
import { usualColour, visible } from "./visible.ts";

export interface Screen {
  /** In the place of what was shown before; what does not fit is cut off, below and at the right. */
  show(text: string): void;
}

/** What is asked of a stream. */
export interface Output {
  readonly isTTY?: boolean;
  readonly rows?: number;
  readonly columns?: number;
  write(text: string): unknown;
}

const eraseBelow = "\u001b[J";
const usualRows = 24;

export function openScreen(out: Output = process.stdout): Screen | undefined {
  if (!out.isTTY) return undefined;
  let lines = 0;
  return {
    show: (text) => {
      const rows = visible(text, true)
        .split("\n")
        .slice(0, Math.max(1, (out.rows ?? usualRows) - 1));
      const shown = out.columns ? rows.map((row) => cutAt(row, out.columns ?? 0)) : rows;
      const up = lines > 0 ? `\u001b[${lines}A\r` : "";
      lines = shown.length;
      out.write(`${up}${eraseBelow}${shown.join("\n")}\n`);
    },
  };
}

/** A letter, or what sets a colour and takes no room. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what it looks for
const pieces = /\u001b\[[\d;]*m|./gu;

/** A line that wraps would be two: the next drawing would begin too low, and leave the first line standing above it. */
function cutAt(row: string, columns: number): string {
  const parts = row.match(pieces) ?? [];
  const widths = parts.map((part) => (part.startsWith("\u001b") ? 0 : columnsOf(part)));
  if (widths.reduce((sum, width) => sum + width, 0) <= columns) return row;
  let room = columns - 1; // for the ellipsis
  const cut = widths.findIndex((width) => {
    room -= width;
    return room < 0;
  });
  return `${parts.slice(0, cut).join("")}…${row.includes("\u001b") ? usualColour : ""}`;
}
