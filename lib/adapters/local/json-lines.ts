/** A file of JSON lines that whoever is interested may read along: each line whole, in the order of what happened. */
import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";

export type Append = (text: string) => Promise<void>;

/** One write after the other, since two at once may come to the file in any order; what comes meanwhile goes together. */
export function jsonLines(file: string, report: (error: unknown) => void): Append {
  let waiting = "";
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    await mkdir(dirname(file), { recursive: true });
    while (waiting !== "") {
      const text = waiting;
      waiting = "";
      await appendFile(file, text);
    }
  };
  return (text) => {
    waiting += text;
    writing ??= write()
      .catch(report)
      .finally(() => {
        writing = undefined;
      });
    return writing;
  };
}
