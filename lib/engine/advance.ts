/**
 * The way of a message. Start reading here: a message comes in, the pure step decides, the log records
 * who was first, what follows is carried out, and only then the message is forgotten.
 *
 *   worker A:  append 7 ──ok──► send 8 ──✗ crash
 *   worker B:  append 7 ──taken──► head 7 is under my key ──► send 8, done        (finishes A's work)
 *   worker C:  append 7 ──taken──► head 9 is under another key ──► done           (a late duplicate)
 */

import type { Definition } from "../asl/definition.ts";
import type { Position } from "../asl/position.ts";
import { step } from "../asl/step.ts";
import type { Moment, Transition } from "../asl/transition.ts";
import { endAbandoned } from "./abandoned.ts";
import { settle } from "./answer.ts";
import { beginningOf } from "./branch.ts";
import { answerClaim } from "./claims.ts";
import { decodeCommand } from "./codec.ts";
import { type Baton, type Command, keyOf } from "./command.ts";
import { endByDeadline, setDeadline } from "./deadline.ts";
import { branchKey, type Engine } from "./engine.ts";
import { tellLog, tellWaited } from "./execution-log.ts";
import { carryExpress } from "./express-start.ts";
import { leavingNewer } from "./format.ts";
import { isFinished } from "./guard.ts";
import { headerAt, headOf, isOfNobody } from "./head.ts";
import { healHead } from "./heal.ts";
import { armKeeping, keep, keepRedriven } from "./keep.ts";
import { withFrontier } from "./map-run/ended.ts";
import { stoppedWithRun } from "./map-run/stop-child.ts";
import { handleRun } from "./map-run/work.ts";
import { dueTime, isEarly } from "./messages.ts";
import { momentAt } from "./moment.ts";
import { pollJob, stopJob } from "./poll.ts";
import type { Delivery, Verdict } from "./ports.ts";
import { tooManyEvents } from "./quotas.ts";
import { expiry, record, segmentOf } from "./record.ts";
import { redelivered } from "./redelivery.ts";
import { resumeBranch } from "./resume.ts";
import type { Header } from "./segment.ts";
import { runTask } from "./task.ts";

const done: Verdict = { kind: "done" };

/** Works on one message of either lane. A rejection is an outage or a bug: the message comes back. */
export function handle(engine: Engine, delivery: Delivery): Promise<Verdict> {
  return leavingNewer(engine, () => carry(engine, decodeCommand(delivery.body), delivery));
}

function carry(engine: Engine, command: Command, delivery: Delivery): Promise<Verdict> {
  switch (command.kind) {
    case "advance":
      return advance(engine, command, delivery);
    case "express":
      return carryExpress(engine, command).then(() => done);
    case "resume":
      return resumeBranch(engine, command, delivery);
    case "joined":
    case "branch-failed":
    case "task-timer":
    case "child-ended":
    case "run-ended":
      return answerClaim(engine, command, delivery);
    case "run-work":
    case "run-token":
    case "run-shift":
    case "run-redrive":
    case "run-news":
      return handleRun(engine, command);
    case "poll":
      return pollJob(engine, command, delivery);
    case "stop-job":
      return stopJob(engine, command);
    case "deadline":
      return endByDeadline(engine, command, delivery);
    case "abandoned":
      return endAbandoned(engine, command, delivery);
    case "heal":
      return healHead(engine, command, delivery);
    case "keep":
      return keep(engine, command);
    case "guard":
      return guard(engine, command);
  }
}

/** The baton: one state further. */
async function advance(engine: Engine, baton: Baton, delivery: Delivery): Promise<Verdict> {
  const at = await locate(engine, baton);
  if (at.kind === "passed") return redelivered(engine, baton, delivery);
  if (at.kind === "forgotten") return done;
  const { header, position } = at;
  const due = dueTime(position) ?? 0;
  if (isEarly(engine, due)) return { kind: "later", at: due };

  if (header.log !== undefined) await tellWaited(engine, header, position, baton);
  const definition = await engine.definition(header.definition);
  const moment = await momentAt(engine, header, definition, baton.branch, baton.seq);
  const transition = await decide(engine, header, definition, position, moment, delivery);
  const segment = await withFrontier(engine, header, segmentOf(engine, header, moment, transition, keyOf(baton)));
  const recorded = await record(engine, header, definition, segment, delivery.receipt);
  if (recorded.kind === "theirs") return redelivered(engine, baton, delivery);
  if (dueTime(transition.next) !== undefined) return done;
  const finished =
    transition.next.doing.kind === "working"
      ? await runTask(engine, header, definition, recorded.segment, delivery.until)
      : await settle(engine, header, definition, recorded.segment);
  return finished ? done : redelivered(engine, baton, delivery);
}

type Located =
  | { readonly kind: "here"; readonly header: Header; readonly position: Position }
  | { readonly kind: "passed" }
  /** It was stopped while it waited, so long ago that its log is gone. */
  | { readonly kind: "forgotten" };

/** The position the baton starts from: what it carries, what this process remembers, or what the log says. */
async function locate(engine: Engine, baton: Baton): Promise<Located> {
  const { header: carried, position } = baton;
  if (carried && position) {
    const isLong = dueTime(position) !== undefined && engine.world.clock.now() >= expiry(engine, carried.startedAt);
    // A branch that is yet to begin has no log of its own.
    const branch = baton.seq === 0 ? "" : baton.branch;
    if (isLong && !(await headOf(engine, baton.execution, branch))) return { kind: "forgotten" };
    return { kind: "here", header: carried, position };
  }
  const known = engine.newest.get(branchKey(baton.execution, baton.branch));
  if (known && known.seq === baton.seq - 1) {
    return { kind: "here", header: await headerAt(engine, known), position: known.position };
  }
  // A branch's first message needs no look at the log: if somebody was faster, the append will say so.
  if (baton.seq === 0) {
    const header = baton.header ?? (await engine.header(baton.execution));
    return { kind: "here", header, position: await beginningOf(engine, header, baton) };
  }
  const head = await headOf(engine, baton.execution, baton.branch);
  if (!head && (await isOfNobody(engine, baton))) return { kind: "forgotten" };
  if (!head) throw new Error(`${baton.execution}${baton.branch} has a baton for ${baton.seq} but no segment`);
  if (head.seq >= baton.seq) return { kind: "passed" };
  return { kind: "here", header: await headerAt(engine, head), position: head.position };
}

/** The step throws on the same position each time it is taken: after this many tries it is a failure, not an outage. */
const triesOfPoison = 3;

/** The pure step, with a net: what makes it throw again and again ends the branch, not the worker. */
async function decide(
  engine: Engine,
  header: Header,
  definition: Definition,
  position: Position,
  moment: Moment,
  delivery: Delivery,
): Promise<Transition> {
  const quota = tooManyEvents(header, position.events);
  if (quota !== undefined) return step(definition, position, { kind: "poisoned", cause: quota, plain: true }, moment);
  if (moment.seq > engine.options.transitionLimit) {
    const cause = `The branch has made ${engine.options.transitionLimit} transitions, the limit of this installation: does the machine loop for ever?`;
    return step(definition, position, { kind: "poisoned", cause }, moment);
  }
  try {
    return await step(definition, position, { kind: "arrived" }, moment);
  } catch (error) {
    const place = `${moment.execution.id}${moment.branch}#${moment.seq}`;
    const throws = engine.throws.put(place, (engine.throws.get(place) ?? 0) + 1);
    if (Math.max(throws, delivery.receives) < triesOfPoison) throw error;
    const cause = `Baton could not take this step: ${error instanceof Error ? error.message : String(error)}`;
    return step(definition, position, { kind: "poisoned", cause }, moment);
  }
}

/** An API call appended and may have died before what follows: never appends, only finishes. */
async function guard(engine: Engine, command: Extract<Command, { readonly kind: "guard" }>): Promise<Verdict> {
  const head = await headOf(engine, command.execution, command.branch);
  if (!head) return done;
  const isOpen = command.branch === "" && head.position.doing.kind !== "ended";
  if (command.branch === "" && !isOpen && head.header) await keepRedriven(engine, head.header);
  if (!isOpen && head.by !== command.key) return done; // the usual end: one read
  const header = await headerAt(engine, head);
  if (isOpen) await armKeeping(engine, header);
  if (head.by !== command.key || (await isFinished(engine, head))) return done;
  const definition = await engine.definition(header.definition);
  if (isOpen) await setDeadline(engine, header, definition);
  await tellLog(engine, header, head);
  if (isOpen && header.redriveCount > 0 && (await stoppedWithRun(engine, header))) return done;
  const finished = await settle(engine, header, definition, head, "again");
  return finished ? done : guard(engine, command);
}
