/** Statuses in words, and words for a shell. */
import type { Status } from "../api/wire.ts";

export const statusWords: Readonly<Record<Status, string>> = {
  RUNNING: "Running",
  SUCCEEDED: "Succeeded",
  FAILED: "Failed",
  TIMED_OUT: "Timed out",
  ABORTED: "Stopped",
  PENDING_REDRIVE: "Pending redrive",
};

/** For a shell: quoted where it has to be. */
export function shellWord(word: string): string {
  return /^[\w./:@=+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
