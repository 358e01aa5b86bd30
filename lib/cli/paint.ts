/** Colours on a terminal, none elsewhere or under NO_COLOR; times and payloads short enough for a line. */
import { styleText } from "node:util";
import type { Style } from "../asl/graph/canvas.ts";
import { clipped, columnsOf } from "../asl/graph/text.ts";
import { hasColours, inLine, visible } from "./visible.ts";

type Colour = "green" | "red" | "yellow" | "cyan" | "dim" | "bold";

export function paint(colour: Colour, text: string): string {
  return hasColours() ? styleText(colour, text) : text;
}

const styleColours: Readonly<Record<Style, Colour | undefined>> = {
  plain: undefined,
  name: "bold",
  faint: "dim",
  catch: "yellow",
  running: "cyan",
  succeeded: "green",
  caught: "yellow",
  failed: "red",
  aborted: "dim",
};

/** A piece of a drawing in its colour. */
export function paintStyle(style: Style, text: string): string {
  const colour = styleColours[style];
  return colour === undefined ? text : paint(colour, text);
}

const usualWidth = 100;

export function terminalWidth(): number {
  return process.stdout.columns ?? usualWidth;
}

/** 18 ms, 4.2 s, 3 m 20 s, 3 d 4 h. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1_000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} m` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const payloadWidth = 72;

export function shortPayload(text: string | undefined, width = payloadWidth): string {
  if (text === undefined) return "";
  const line = visible(text.replace(/\s+/g, " "));
  return clipped(line.slice(0, 2 * (width + 1)), width); // no letter has more than two units: the rest is not looked at
}

/** Still worth printing, on however narrow a terminal. */
const narrowest = 24;

/** On a terminal what fits in the rest of a line of which so many columns are taken; elsewhere of the usual length. */
export function payloadBehind(taken: number, text: string | undefined): string {
  const { isTTY } = process.stdout;
  return shortPayload(text, isTTY ? Math.max(narrowest, terminalWidth() - taken) : payloadWidth);
}

/** Columns as wide as their widest cell. */
export function table(given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(inLine));
  const widthOf = (column: number): number => rows.reduce((most, row) => Math.max(most, columns(row[column] ?? "")), 0);
  const widths = (rows[0] ?? []).map((_, column) => widthOf(column));
  return rows
    .map((row) =>
      row
        .map((cell, column) => padded(cell, widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** With blanks behind it up to so many columns: East Asian letters and pictures take two. */
export function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - columns(text)));
}

const plainLetters = /^[ -~]*$/;

function columns(text: string): number {
  return plainLetters.test(text) ? text.length : columnsOf(text);
}
