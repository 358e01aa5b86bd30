/** The port to jobs that `.sync` calls have begun, beside the one that begins them (`Tasks`). */
import type { Call, CallResult } from "./ports.ts";

/** A job, by the text that `submitted` named it with; it means something to those who wrote it only. */
export type JobCall = Omit<Call, "arguments" | "idempotencyKey"> & { readonly job: string };

export type JobState = { readonly kind: "running" } | Exclude<CallResult, { readonly kind: "submitted" }>;

export interface Jobs {
  /** Changes nothing, so it may be asked again. Rejects where nobody could be asked. */
  poll(job: JobCall): Promise<JobState>;
  /** For a job that nobody waits for any more; stopping one that is over is harmless. */
  stop(job: JobCall): Promise<void>;
}
