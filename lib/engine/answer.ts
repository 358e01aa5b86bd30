/**
 * Answering a claim: whoever has news for an open claim (worker, callback, timer, child branch) reads the
 * head, requires the claim to be there still, and appends behind it. Whoever comes late finds no claim.
 */

import type { Definition } from "../asl/definition.ts";
import type { Position } from "../asl/position.ts";
import { step } from "../asl/step.ts";
import type { Signal } from "../asl/transition.ts";
import type { Occasion } from "./branch.ts";
import { carryOut } from "./effects.ts";
import type { Engine } from "./engine.ts";
import { headerAt, headOf } from "./head.ts";
import { withFrontier } from "./map-run/ended.ts";
import { dueTime } from "./messages.ts";
import { measureAttempt } from "./metrics.ts";
import { momentAt } from "./moment.ts";
import type { SegmentKey } from "./ports.ts";
import { type Recorded, record, segmentOf } from "./record.ts";
import { releasing } from "./release.ts";
import type { Header, Segment } from "./segment.ts";

/** The sequence number of the claim that is open at this position. */
export function openClaim(position: Position): number | undefined {
  const { doing } = position;
  switch (doing.kind) {
    case "working":
    case "forked":
      return doing.claim;
    case "closing":
      return doing.fork.claim;
    default:
      return undefined;
  }
}

/** Whether somebody still waits at this claim. */
export async function isClaimOpen(engine: Engine, claim: SegmentKey): Promise<boolean> {
  const head = await headOf(engine, claim.execution, claim.branch);
  return head !== undefined && openClaim(head.position) === claim.seq;
}

/** A signal, or what makes one from the head (undefined: there is nothing to say). */
export type Answer = Signal | ((head: Segment, header: Header) => Promise<Signal | undefined>);

/** Under contention each loser finds the head moved on; a claim has only so many who can answer it. */
const mostTries = 1_000;

/** `known` is the head as the caller has just read it: if it moved on since, the append says so. */
export async function answerOpenClaim(
  engine: Engine,
  claim: SegmentKey,
  answer: Answer,
  by: string,
  known?: Segment,
): Promise<"answered" | "nothing-said" | "no-claim"> {
  for (let tries = 0; tries < mostTries; tries++) {
    const head = tries === 0 && known ? known : await headOf(engine, claim.execution, claim.branch);
    if (!head || openClaim(head.position) !== claim.seq) return "no-claim";
    const header = await headerAt(engine, head);
    const definition = await engine.definition(header.definition);
    const signal = typeof answer === "function" ? await answer(head, header) : answer;
    if (!signal) return "nothing-said";
    if (await answerHead(engine, header, definition, head, signal, by)) return "answered";
  }
  throw new Error(`claim ${claim.execution}${claim.branch}#${claim.seq} could not be answered in ${mostTries} tries`);
}

/** What ends an attempt while the execution that it started may still run. */
const givesUp: ReadonlySet<Signal["kind"]> = new Set(["timed-out", "lost"]);

/** Appends behind `head` and carries out what follows; false if somebody else was faster, and the head is to be read again. */
export async function answerHead(
  engine: Engine,
  header: Header,
  definition: Definition,
  head: Segment,
  signal: Signal,
  by: string,
): Promise<boolean> {
  const moment = await momentAt(engine, header, definition, head.branch, head.seq + 1);
  const transition = await step(definition, head.position, signal, moment);
  // Whoever answers a claim that waits for the outside comes from another process, and reads nothing but the head.
  const waits = transition.next.doing.kind === "working";
  const plain = segmentOf(engine, header, moment, transition, by);
  const segment = await withFrontier(engine, header, waits ? { ...plain, header } : plain);
  const write = (): Promise<Recorded> => record(engine, header, definition, segment);
  const recorded = await (givesUp.has(signal.kind) ? releasing(engine, head, write) : write());
  if (recorded.kind === "theirs") return false;
  const { doing } = head.position;
  if (doing.kind === "working") measureAttempt(engine, doing, signal, segment.now);
  // It simply goes on: its baton is sent.
  if (dueTime(transition.next) !== undefined) return true;
  return await settle(engine, header, definition, recorded.segment);
}

/**
 * Carries out what follows from the head; what that decides for the branch itself is appended in turn. False
 * if somebody else was faster with that: then the charge is not done before his segment has been looked at.
 */
export async function settle(
  engine: Engine,
  header: Header,
  definition: Definition,
  head: Segment,
  occasion: Occasion = "first",
): Promise<boolean> {
  const signal = await carryOut(engine, header, definition, head, occasion);
  return signal === undefined || answerHead(engine, header, definition, head, signal, head.by);
}
