/**
 * What the dead-letter queue gets is what killed its worker again and again, without a verdict. The message
 * gets new tries as long as its place in the log is still open; after the last the branch, or the Map Run, fails
 * with a clear error instead of standing still.
 */

import { step } from "../asl/step.ts";
import { settle } from "./answer.ts";
import { beginningOf } from "./branch.ts";
import { giveUpFork } from "./claims.ts";
import { decodeCommand } from "./codec.ts";
import { type Baton, type Command, type ExpressRun, keyOf, type RunShift } from "./command.ts";
import type { Engine } from "./engine.ts";
import { leavingNewer } from "./format.ts";
import { headerAt, headOf, isOfNobody } from "./head.ts";
import { firstOf } from "./map-run/shift.ts";
import { giveUpWork } from "./map-run/work.ts";
import { dispatch, laneOfCommand, laneOfState, messageOf } from "./messages.ts";
import { momentAt } from "./moment.ts";
import type { Delivery, Verdict } from "./ports.ts";
import { record, segmentOf } from "./record.ts";
import { redelivered } from "./redelivery.ts";

/** Times a dead message is sent again before its branch fails. */
const mostRevivals = 3;

export async function handleDeadLetter(engine: Engine, delivery: Delivery): Promise<Verdict> {
  return leavingNewer(engine, () => revive(engine, delivery));
}

async function revive(engine: Engine, delivery: Delivery): Promise<Verdict> {
  const command = decodeCommand(delivery.body);
  if (command.kind === "express") return reviveExpress(engine, command);
  if (await isOfNobody(engine, command)) return { kind: "done" };
  if (command.kind === "run-shift") return reviveShift(engine, command);
  return command.kind === "advance" ? reviveBaton(engine, command, delivery) : reviveOther(engine, command);
}

/** Most read little more than the head: sent again they find their claim, or that it is gone. */
async function reviveOther(engine: Engine, command: Exclude<Command, Baton>): Promise<Verdict> {
  const revived = (command.revived ?? 0) + 1;
  const isGivenUp = revived > mostRevivals && (await giveUp(engine, command));
  if (!isGivenUp) await dispatch(engine, [messageOf({ ...command, revived }, laneOfCommand(command))]);
  return { kind: "done" };
}

const outOfTries = `The worker died ${mostRevivals} times over while it took this step; the message is out of tries.`;

/**
 * Those that may have to read more than a worker can hold: all outputs of a fork, or a part of a file. False: it is
 * not called for, or nothing else can be done.
 */
async function giveUp(engine: Engine, command: Exclude<Command, Baton>): Promise<boolean> {
  switch (command.kind) {
    case "run-work":
      return giveUpWork(engine, command, outOfTries);
    case "joined":
    case "run-ended":
      return giveUpFork(engine, command, outOfTries);
    default:
      return false;
  }
}

/**
 * What kills its worker each time it begins anew is given up; an Express execution has no place to keep an end. What
 * the execution needs is read before that counts: in an outage this throws, and the letter waits.
 */
async function reviveExpress(engine: Engine, command: ExpressRun): Promise<Verdict> {
  await engine.definition(command.definition);
  const revived = (command.revived ?? 0) + 1;
  if (revived <= mostRevivals) await dispatch(engine, [messageOf({ ...command, revived }, laneOfCommand(command))]);
  return { kind: "done" };
}

/** The shift itself gives up the child that it cannot run; as above, not for an outage. */
async function reviveShift(engine: Engine, command: RunShift): Promise<Verdict> {
  await firstOf(engine, command);
  const revived = (command.revived ?? 0) + 1;
  await dispatch(engine, [messageOf({ ...command, revived }, laneOfCommand(command))]);
  return { kind: "done" };
}

async function reviveBaton(engine: Engine, baton: Baton, delivery: Delivery): Promise<Verdict> {
  const head = await headOf(engine, baton.execution, baton.branch);
  if (head && head.seq >= baton.seq) return redelivered(engine, baton, delivery);

  const header = baton.header ?? (head ? await headerAt(engine, head) : await engine.header(baton.execution));
  const definition = await engine.definition(header.definition);
  const position = baton.position ?? head?.position ?? (await beginningOf(engine, header, baton));
  const revived = (baton.revived ?? 0) + 1;
  if (revived <= mostRevivals) {
    await dispatch(engine, [messageOf({ ...baton, revived }, laneOfState(definition, position.state))]);
    return { kind: "done" };
  }
  const moment = await momentAt(engine, header, definition, baton.branch, baton.seq);
  const transition = await step(definition, position, { kind: "poisoned", cause: outOfTries }, moment);
  const segment = segmentOf(engine, header, moment, transition, keyOf(baton));
  const recorded = await record(engine, header, definition, segment);
  if (recorded.kind === "theirs") return redelivered(engine, baton, delivery);
  await settle(engine, header, definition, segment);
  return { kind: "done" };
}
