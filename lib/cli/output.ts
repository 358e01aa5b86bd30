/**
 * What is printed, on its way out: guarded, so that it commands no terminal. And standard output into a file: Node
 * passes over an error there, and takes what a nearly full disk has taken of a text for all of it; a script would go on
 * with half a list. So it is written here, to the last byte or with a reason.
 */
import { fstatSync, writeSync } from "node:fs";
import { format } from "node:util";
import { visible } from "./visible.ts";

const standardOutput = 1;

let lost: Error | undefined;

/** Pipes and terminals stay as they are: a reader who has read enough is no failure. */
export function writeWhole(): void {
  const kind = fstatSync(standardOutput);
  if (process.stdout.isTTY || !(kind.isFile() || kind.isCharacterDevice())) return;
  console.log = (...texts: readonly unknown[]) => write(`${format(...texts)}\n`);
}

/** What runs on, such as a server, does so without its lines. */
function write(text: string): void {
  try {
    for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeSync(standardOutput, rest));
  } catch (error) {
    lost ??= error instanceof Error ? error : new Error(String(error));
  }
}

/** The sentence for whoever relies on what was printed; undefined: all of it is there. */
export function lostOutput(): string | undefined {
  return lost && `what was printed is not whole: ${lost.message}`;
}

/** While `work` is done, nothing goes to the console that commands a terminal. */
export async function guarded(work: () => Promise<void>): Promise<void> {
  const { log, error } = console;
  console.log = (...texts: readonly unknown[]) => log(visible(format(...texts)));
  console.error = (...texts: readonly unknown[]) => error(visible(format(...texts)));
  try {
    await work();
  } finally {
    Object.assign(console, { log, error });
  }
}
