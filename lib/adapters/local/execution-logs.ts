/** The logs of executions on one machine: a file of JSON lines for each state machine, in the order of what happened. */
import { join } from "node:path";
import type { ExecutionLogs } from "../../engine/watch-port.ts";
import { type Append, jsonLines } from "./json-lines.ts";

export function localExecutionLogs(
  folder: string,
  report: (error: unknown) => void = (error) => console.error("a log could not be written:", error),
): ExecutionLogs {
  const files = new Map<string, Append>();
  return {
    write({ machine }, lines) {
      const append = files.get(machine) ?? jsonLines(join(folder, `${machine}.jsonl`), report);
      files.set(machine, append);
      return append(lines.map((line) => `${line.text}\n`).join(""));
    },
  };
}
