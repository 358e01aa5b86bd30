/** Why an execution does not move: what its branches wait for, since when and until when, in words and as data. */

import type { Instant, Position, StateName, Working } from "../asl/position.ts";
import { branchesAtWork } from "./at-work.ts";
import { childOf } from "./child.ts";
import type { Engine } from "./engine.ts";
import { executionArn } from "./identity.ts";
import { dueTime } from "./messages.ts";
import { awaitsWorker } from "./offer.ts";
import type { BranchPath, ExecutionId } from "./ports.ts";
import type { Segment } from "./segment.ts";

export interface Waiting {
  /** "" is the execution itself. */
  readonly branch: BranchPath;
  readonly state: StateName;
  /** In words. */
  readonly reason: string;
  readonly since?: Instant;
  /** When it goes on by itself at the latest: a wait or a pause is over, or the time of a task. */
  readonly until?: Instant;
}

/** Shown of a wide fork; whoever wants more reads the history. */
const mostShown = 20;

/** What the branches at work wait for: those that have forked wait for the branches shown beneath. */
export async function waitingBranches(engine: Engine, id: ExecutionId): Promise<readonly Waiting[]> {
  const waiting: Waiting[] = [];
  for await (const segment of branchesAtWork(engine, id)) {
    const found = waitingOf(segment, engine.world.clock.now());
    if (found) waiting.push(found);
    if (waiting.length >= mostShown) break;
  }
  return waiting;
}

export function waitingOf(segment: Segment, now: Instant): Waiting | undefined {
  const { branch, position } = segment;
  const reason = reasonOf(segment, now);
  if (reason === undefined) return undefined;
  return { branch, state: position.state, reason, ...timesOf(position, now) };
}

function timesOf({ doing, entered, ...position }: Position, now: Instant): Pick<Waiting, "since" | "until"> {
  if (doing.kind === "working") {
    const until = timeOut(doing);
    return { since: doing.since, ...(until === undefined ? {} : { until }) };
  }
  const due = dueTime({ ...position, doing }) ?? 0;
  return { ...(entered && { since: entered.at }), ...(due > now ? { until: due } : {}) };
}

/** Of an activity's task that nobody has taken yet no time is counted. */
export function timeOut(working: Working): Instant | undefined {
  const { timeoutSeconds } = working.call;
  return timeoutSeconds === undefined || awaitsWorker(working) ? undefined : working.since + timeoutSeconds * 1_000;
}

function reasonOf(segment: Segment, now: Instant): string | undefined {
  const { doing, state } = segment.position;
  switch (doing.kind) {
    case "working":
      return taskReason(segment, doing);
    case "forked":
      return `waits for the ${doing.width === 1 ? "branch" : `${doing.width} branches`} of ${state}`;
    case "closing":
      return `${state} has failed; its other branches are being stopped`;
    case "ended":
      return undefined;
    default: {
      const due = dueTime(segment.position) ?? 0;
      if (due <= now) return `is about to run ${state}`;
      if (doing.kind === "retrying") return `waits until ${timeText(due)} before it tries ${state} again`;
      return `waits until ${timeText(due)} ${doing.kind === "sleeping" ? "in" : "before"} ${state}`;
    }
  }
}

function taskReason(segment: Segment, working: Working): string {
  const { call, since } = working;
  const until = timeOut(working);
  const beat = call.heartbeatSeconds;
  return [
    `${taskVerb(segment, working)} since ${timeText(since)}`,
    ...(call.attempt > 0 ? [`attempt ${call.attempt + 1}`] : []),
    ...(until === undefined ? [] : [`times out at ${timeText(until)}`]),
    ...(beat === undefined || !working.submitted ? [] : [`needs a heartbeat every ${beat} s`]),
  ].join(", ");
}

function taskVerb(segment: Segment, working: Working): string {
  const { state } = segment.position;
  const { call, submitted } = working;
  if (call.pattern === "activity") {
    const name = call.resource.slice(call.resource.lastIndexOf(":") + 1);
    return submitted
      ? `waits for the worker of activity ${name} that has the task of state ${state}`
      : `waits for a worker of activity ${name} to take the task of state ${state}`;
  }
  if (!submitted) return `runs task ${state}`;
  if (call.pattern === "token") return `waits for the task token of state ${state}`;
  const child = childOf(segment);
  if (working.job) {
    const { polls } = working.job;
    const asked = polls === 0 ? "" : `, asked for ${polls === 1 ? "once" : `${polls} times`},`;
    return `waits for the job that state ${state} began${asked}`;
  }
  return child
    ? `waits for ${executionArn(child.id)}, started by state ${state},`
    : `waits for the result of state ${state}`;
}

function timeText(at: Instant): string {
  return new Date(at).toISOString();
}
