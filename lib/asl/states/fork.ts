/**
 * What Map and Parallel have in common once they have forked: their branches join, or one of them fails,
 * the others are fenced, and then the state is judged.
 */
import type { MapState, ParallelState } from "../definition.ts";
import type { EventRef } from "../event.ts";
import { failState } from "../failure.ts";
import type { JsonText } from "../json.ts";
import type { Failure, Forked } from "../position.ts";
import type { Transition } from "../transition.ts";
import { completeRun, failRun } from "./distributed.ts";
import { endsAtOnce } from "./finish.ts";
import { type Journal, remark } from "./journal.ts";
import { departWith, leave } from "./leave.ts";
import { Payload } from "./payload.ts";
import { stay, type Visit } from "./visit.ts";

export type ForkVisit = Visit<MapState | ParallelState>;

/** Every branch succeeded, or there were none. …StateSucceeded and …StateExited refer to the same event. */
export async function complete(visit: ForkVisit, outputs: readonly JsonText[]): Promise<Transition> {
  remark(visit.journal, `${visit.state.type}StateSucceeded`);
  const result = Payload.ofText(`[${outputs.join(",")}]`);
  return leave(visit, await departWith(visit, result, visit.state.following));
}

export async function join(
  visit: ForkVisit,
  fork: Forked,
  outputs: readonly JsonText[],
  events: number,
  written?: JsonText,
): Promise<Transition> {
  if (fork.run !== undefined && isMap(visit)) return completeRun(visit, outputs, written);
  if (outputs.length !== fork.width) {
    throw new Error(`the fork of '${visit.state.name}' has ${fork.width} branches, but ${outputs.length} outputs came`);
  }
  passOver(visit.journal, fork, events);
  visit.journal.previous = "joined";
  return complete(visit, outputs);
}

/** The outcome is decided; nothing is written before the last branch is fenced. */
export function close(visit: ForkVisit, fork: Forked, failure: Failure, at: EventRef): Transition {
  // The children of a Map Run have histories of their own, so that the parent's goes on from its own event.
  if (fork.run === undefined) visit.journal.previous = at;
  return stay(visit, { kind: "closing", fork, failure });
}

export async function closed(visit: ForkVisit, fork: Forked, failure: Failure, events: number): Promise<Transition> {
  if (fork.run !== undefined && isMap(visit)) return failRun(visit, failure);
  passOver(visit.journal, fork, events);
  return failState(visit, failure, { told: endsAtOnce(failure) });
}

function isMap(visit: ForkVisit): visit is Visit<MapState> {
  return visit.state.type === "Map";
}

/** The events of the branches are counted before the next one of the parent. */
function passOver(journal: Journal, fork: Forked, events: number): void {
  journal.count += events + firstWave(fork);
}

/** How many MapIterationStarted events the fork itself accounts for. */
export function firstWave(fork: Pick<Forked, "of" | "width" | "concurrency" | "run" | "reopened">): number {
  if (fork.of !== "Map" || fork.run !== undefined || fork.reopened) return 0;
  return Math.min(fork.width, fork.concurrency);
}
