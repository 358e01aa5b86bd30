/**
 * What a worker does whose append came second: is the head of the branch my charge? Then its effects are
 * mine to finish; else somebody else answers for it and this message is done.
 */

import type { Instant } from "../asl/position.ts";
import { answerHead, settle } from "./answer.ts";
import { resumption } from "./branch.ts";
import { isRepeatable } from "./child.ts";
import { type Baton, type Command, keyOf } from "./command.ts";
import type { Engine } from "./engine.ts";
import { tellLog } from "./execution-log.ts";
import { headerAt, headOf } from "./head.ts";
import { pollDue } from "./job.ts";
import { dispatch, dueTime, longestWork } from "./messages.ts";
import type { Delivery, Verdict } from "./ports.ts";
import { epochOf, type Header, type Segment } from "./segment.ts";
import { runTask } from "./task.ts";

/** Time for the first copy of a message to finish, and for clocks to differ. */
const margin = 30_000;

export interface Charge {
  readonly header: Header;
  readonly head: Segment;
}

/** The head of the command's branch, if it stands under the command's key. */
export async function chargeOf(engine: Engine, command: Command): Promise<Charge | undefined> {
  const head = await headOf(engine, command.execution, command.branch);
  return head?.by === keyOf(command) ? { header: await headerAt(engine, head), head } : undefined;
}

/**
 * Whoever still closes a scope of before the redrive may fence a branch that has never begun, while it begins: then
 * it goes on behind that fence, or behind what another has made of it.
 */
async function goOnBehindFence(engine: Engine, { execution, branch, header, begin }: Baton): Promise<void> {
  const head = await headOf(engine, execution, branch);
  if (!head || !header || epochOf(head) >= header.epoch) return;
  await dispatch(engine, [resumption(engine, header, branch, begin?.events ?? 0, begin?.previous)]);
}

export async function redelivered(engine: Engine, command: Command, delivery: Delivery): Promise<Verdict> {
  const charge = await chargeOf(engine, command);
  if (!charge) {
    if (command.kind === "advance" && command.reopened) await goOnBehindFence(engine, command);
    return { kind: "done" };
  }
  const { head } = charge;
  const ownerGone = head.now < engine.world.leasesVoidBefore;
  const wait = waitingTime(engine, head, delivery, ownerGone);
  if (wait !== undefined) return { kind: "later", at: wait };

  // Another copy of this message may be faster, and dead by now: then what follows is still our charge.
  return (await finishCharge(engine, charge)) ? { kind: "done" } : redelivered(engine, command, delivery);
}

/** False if somebody else was faster: then the head is to be looked at again. */
export async function finishCharge(engine: Engine, { header, head }: Charge): Promise<boolean> {
  const definition = await engine.definition(header.definition);
  await tellLog(engine, header, head);
  const { doing } = head.position;
  if (doing.kind !== "working" || doing.submitted || doing.call.pattern === "activity") {
    return settle(engine, header, definition, head, "again");
  }
  if (isRepeatable(doing.call)) return runTask(engine, header, definition, head);
  // The lease is over and the log has no answer: nobody can tell whether the call was made.
  return answerHead(engine, header, definition, head, { kind: "lost" }, head.by);
}

/** Until when the first copy, a lease or an effect not yet due speaks against acting; undefined: act now. */
function waitingTime(engine: Engine, head: Segment, delivery: Delivery, ownerGone: boolean): Instant | undefined {
  if (ownerGone) return undefined;
  const now = engine.world.clock.now();
  const due = Math.max(head.lease ?? 0, dueTime(head.position) ?? 0, pollTime(head));
  if (due > 0 && due + margin > now) return invisibleUntil(engine, due + margin);
  return copyTime(engine, delivery, head.now);
}

/** Until when another copy of this message, sent at `since`, is given time; undefined: there is none, or not any more. */
export function copyTime(engine: Engine, delivery: Delivery, since: Instant): Instant | undefined {
  const now = engine.world.clock.now();
  // The receive count may be stuck at 1.
  return delivery.receives <= 1 && since + longestWork > now ? now + margin : undefined;
}

/** Until when the head's worker may be at its call; undefined: nobody is, or not any more. */
export function leaseEnd(engine: Engine, head: Segment): Instant | undefined {
  if (head.lease === undefined || head.now < engine.world.leasesVoidBefore) return undefined;
  const until = head.lease + margin;
  return until > engine.world.clock.now() ? invisibleUntil(engine, until) : undefined;
}

/** Who asks for a job next has been told: copies of this message need not tell him again before he had his time. */
function pollTime(head: Segment): Instant {
  const { doing } = head.position;
  return doing.kind === "working" && doing.job ? pollDue(head, doing.job) : 0;
}

/** A message may stay invisible for 12 hours from its first receive. */
const longestInvisible = 11 * 3_600_000;

export function invisibleUntil(engine: Engine, moment: Instant): Instant {
  return Math.min(moment, engine.world.clock.now() + longestInvisible);
}
