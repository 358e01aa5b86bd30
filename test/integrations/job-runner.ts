/** Begins jobs as the engine does, and asks how they stand until they are over. */
import { expect } from "vitest";
import type { JobCall, JobState } from "../../lib/engine/job-port.ts";
import type { CallResult } from "../../lib/engine/ports.ts";
import { createTasks } from "../../lib/integrations/integrations.ts";
import { callWith } from "./call-with.ts";

const tasks = createTasks({ functions: [] });
if (tasks.jobs === undefined) throw new Error("no integration begins a job");
export const { jobs } = tasks;

export function jobOf(resource: string, job: string): JobCall {
  const { signal } = new AbortController();
  return { resource: `arn:aws:states:::${resource}`, region: "us-east-1", account: "111111111111", signal, job };
}

export const begin = (resource: string, input: unknown) =>
  callWith({ functions: [] }, `arn:aws:states:::${resource}`, input);

/** Begins it, and asks until it is over: moto's jobs go on by being asked. */
export async function run(resource: string, input: unknown): Promise<{ begun: CallResult; ended: JobState }> {
  const begun = await begin(resource, input);
  let ended: JobState = { kind: "running" };
  if (begun.kind !== "submitted" || begun.job === undefined) return { begun, ended };
  for (let asked = 0; asked < 50 && ended.kind === "running"; asked++) {
    ended = (await jobs.poll(jobOf(resource, begun.job))) ?? ended;
  }
  return { begun, ended };
}

/** Patterns where a text is expected. */
export function matching(value: unknown): Record<string, unknown> {
  const replaced = (item: unknown): unknown => {
    if (item instanceof RegExp) return expect.stringMatching(item);
    if (Array.isArray(item)) return item.map(replaced);
    if (typeof item !== "object" || item === null) return item;
    return Object.fromEntries(Object.entries(item).map(([name, member]) => [name, replaced(member)]));
  };
  return replaced(value) as Record<string, unknown>;
}
