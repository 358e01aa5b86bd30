/**
 * The turn of a branch whose fork a redrive has opened again. Who has which turn is as in any fork (`join.ts`);
 * what the branch makes of it depends on what became of it before:
 *
 *   never begun         ──► begins
 *   succeeded before    ──► reports its output once more, and so passes its turn on
 *   failed or aborted   ──► goes on where it stood, in a segment behind its end
 *   left by a closing   ──► is ended first, as that was about to do
 */
import type { Definition } from "../asl/definition.ts";
import { step } from "../asl/step.ts";
import { settle } from "./answer.ts";
import { beginningOf, reportEnd } from "./branch.ts";
import { type Baton, keyOf, type Resume } from "./command.ts";
import type { Engine } from "./engine.ts";
import { headerAt, headOf } from "./head.ts";
import { dispatch, dueTime, laneOfState, messageOf } from "./messages.ts";
import { momentAt } from "./moment.ts";
import type { Delivery, Message, Verdict } from "./ports.ts";
import { record, segmentOf } from "./record.ts";
import { copyTime, redelivered } from "./redelivery.ts";
import { epochOf, type Segment } from "./segment.ts";
import { goOn } from "./standing.ts";

const done: Verdict = { kind: "done" };

export async function resumeBranch(engine: Engine, command: Resume, delivery: Delivery): Promise<Verdict> {
  const { execution, branch, header, events, at = 0 } = command;
  const definition = await engine.definition(header.definition);
  const head = await headOf(engine, execution, branch);
  if (!head) {
    await dispatch(engine, [await beginMessage(engine, definition, command)]);
    return done;
  }
  const { doing } = head.position;
  if (epochOf(head) >= header.epoch) return redelivered(engine, command, delivery);
  if (doing.kind !== "ended") {
    await endLeft(engine, definition, head, keyOf(command));
    return resumeBranch(engine, command, delivery);
  }
  if (doing.outcome.status === "SUCCEEDED") {
    const later = copyTime(engine, delivery, at);
    const again = { events, copies: later !== undefined };
    const passed = await reportEnd(engine, header, definition, head, doing.outcome, 0, again);
    return passed || later === undefined ? done : { kind: "later", at: later };
  }
  const recorded = await goOn(engine, header, definition, head, { ...command, by: keyOf(command) });
  // Another copy of this message, or of whoever closed the scope before the redrive: then it is still to go on.
  if (recorded.kind === "theirs") return resumeBranch(engine, command, delivery);
  if (dueTime(recorded.segment.position) !== undefined) return done;
  const finished = await settle(engine, header, definition, recorded.segment);
  return finished ? done : redelivered(engine, command, delivery);
}

/**
 * A late copy of whoever closed the scope before the redrive let the branch begin or go on, to end it (`goOnUnsent`). No
 * message moves it, and the copy may have died between the two.
 */
async function endLeft(engine: Engine, definition: Definition, head: Segment, by: string): Promise<void> {
  const header = await headerAt(engine, head);
  const moment = await momentAt(engine, header, definition, head.branch, head.seq + 1);
  const because = head.position.previous;
  const transition = await step(definition, head.position, { kind: "aborted", because }, moment);
  await record(engine, header, definition, segmentOf(engine, header, moment, transition, by));
}

/** It reads its fork itself: what was staged for the branches of a fork is that of its own epoch. */
async function beginMessage(engine: Engine, definition: Definition, command: Resume): Promise<Message> {
  const { execution, branch, header, events, previous } = command;
  const begin = previous === undefined ? {} : { begin: { events, previous } };
  const baton: Baton = { kind: "advance", execution, branch, seq: 0, header, ...begin, reopened: true };
  const { state } = await beginningOf(engine, header, baton);
  return messageOf(baton, laneOfState(definition, state));
}
