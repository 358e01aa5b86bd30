/** The logs of executions on one machine: a file of JSON lines for each state machine, in the order of what happened. */
import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionLogs } from "../../engine/watch-port.ts";

export function localExecutionLogs(
  folder: string,
  report: (error: unknown) => void = (error) => console.error("a log could not be written:", error),
): ExecutionLogs {
  let made: Promise<unknown> | undefined;
  let writing: Promise<void> = Promise.resolve();
  return {
    write({ machine }, lines) {
      const text = lines.map((line) => `${line.text}\n`).join("");
      // One after the other: two appends at once may come to the file in any order.
      writing = writing.then(async () => {
        made ??= mkdir(folder, { recursive: true });
        await made;
        await appendFile(join(folder, `${machine}.jsonl`), text);
      });
      writing = writing.catch(report);
      return writing;
    },
  };
}
