/** The sign of each status, in every drawing. */
import type { StateStatus } from "./progress.ts";

/** Colour alone does not reach everybody. */
export const marks: Readonly<Record<StateStatus, string>> = {
  running: "…",
  succeeded: "✓",
  caught: "↩",
  failed: "✗",
  aborted: "■",
};
