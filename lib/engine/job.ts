/**
 * The jobs of `.sync` tasks, which nobody tells us the end of: they are asked for, each time after a longer pause.
 * Each asking that finds the job at work is a segment without events, so that one message at a time asks, whoever
 * crashes. When the claim ends first, the job is stopped.
 *
 *   claim ──► call ──► submitted ──► poll 0 ──► polled ──► poll 1 ──► polled ──► … ──► result
 */
import type { Instant, Job } from "../asl/position.ts";
import type { Command } from "./command.ts";
import { messageOf } from "./messages.ts";
import type { Message } from "./ports.ts";
import type { Segment } from "./segment.ts";

const usualFirstPause = 1_000;
const growth = 1.25;
/** How late the end of a long job may be noticed. */
const longestPause = 60_000;

export function pollDue(segment: Segment, { polls, firstPause = usualFirstPause }: Job): Instant {
  return segment.now + Math.min(firstPause * growth ** polls, longestPause);
}

export function nextPoll(segment: Segment, job: Job): Message {
  const { execution, branch } = segment;
  const { doing } = segment.position;
  if (doing.kind !== "working") throw new Error(`segment ${segment.seq} of ${execution} waits for no job`);
  const command: Command = { kind: "poll", execution, branch, claim: doing.claim, polls: job.polls };
  return messageOf(command, "tasks", Math.ceil(pollDue(segment, job)));
}

export type StopJob = Extract<Command, { readonly kind: "stop-job" }>;

/** Undefined where the segment waits for no job. */
export function stopOf({ execution, branch, position: { doing } }: Segment): StopJob | undefined {
  if (doing.kind !== "working" || doing.job === undefined) return undefined;
  return stopping({ execution, branch, claim: doing.claim }, doing.call, doing.job.note);
}

export function stopping(
  place: Pick<StopJob, "execution" | "branch" | "claim">,
  { resource, roleArn }: { readonly resource: string; readonly roleArn?: string },
  note: string,
): StopJob {
  return { kind: "stop-job", ...place, resource, note, ...(roleArn === undefined ? {} : { roleArn }) };
}
