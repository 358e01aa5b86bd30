/**
 * What follows from a segment, derived from its position alone, so that whoever finds the head of a
 * branch can finish the work of the one who wrote it. Everything here may run twice.
 */
import type { Definition } from "../asl/definition.ts";
import type { Instant, Position } from "../asl/position.ts";
import type { Signal } from "../asl/transition.ts";
import { armTimers } from "./arm.ts";
import { beginBranches, type Occasion, reportEnd } from "./branch.ts";
import { childEnded } from "./child.ts";
import { closeFork, closeNested } from "./close.ts";
import type { Engine } from "./engine.ts";
import { nextPoll } from "./job.ts";
import { afterChild } from "./map-run/ended.ts";
import { isDistributed, openRun } from "./map-run/open.ts";
import { batonAfter, dispatch } from "./messages.ts";
import { awaitsWorker, offerClaim } from "./offer.ts";
import type { Ending } from "./ports.ts";
import { expiry } from "./record.ts";
import type { Header, Segment } from "./segment.ts";
import { tellEnded } from "./status.ts";
import { tellTrace } from "./traces.ts";

/** Carries out what follows from the head of a branch; answers the signal that this gives the branch itself, if any. */
export async function carryOut(
  engine: Engine,
  header: Header,
  definition: Definition,
  segment: Segment,
  occasion: Occasion,
): Promise<Signal | undefined> {
  const { doing } = segment.position;
  switch (doing.kind) {
    case "beginning":
    case "arriving":
    case "sleeping":
    case "retrying": {
      const message = occasion === "first" ? undefined : batonAfter(engine, header, definition, segment);
      if (message) await dispatch(engine, [message]);
      return undefined;
    }
    case "working":
      // The time of an activity's task counts from its start.
      if (awaitsWorker(doing)) return offerClaim(engine, segment, doing);
      // A job that was asked for has had its timers set when it was submitted.
      if ((doing.job?.polls ?? 0) === 0) await armTimers(engine, segment, doing);
      if (doing.job) await dispatch(engine, [nextPoll(segment, doing.job)]);
      return undefined;
    case "forked":
      if (isDistributed(doing)) await openRun(engine, header, definition, segment, doing);
      else await beginBranches(engine, header, definition, segment, doing, occasion);
      return undefined;
    case "closing":
      return { kind: "closed", events: await closeFork(engine, header, definition, segment, doing.fork) };
    case "ended":
      await endBranch(engine, header, definition, segment, doing, occasion);
      return undefined;
  }
}

async function endBranch(
  engine: Engine,
  header: Header,
  definition: Definition,
  segment: Segment,
  doing: Extract<Position["doing"], { kind: "ended" }>,
  occasion: Occasion,
): Promise<void> {
  const inner = doing.open ? await closeNested(engine, header, definition, segment, doing.open) : 0;
  if (segment.branch !== "") {
    await reportEnd(engine, header, definition, segment, doing.outcome, inner);
    return;
  }
  await engine.world.executions.finish(header.id, endingOf(segment, header, expiry(engine, segment.now)));
  await tellEnded(engine, header, segment, occasion);
  await afterChild(engine, header, segment);
  if (header.parent) await dispatch(engine, [childEnded(header.id, header.parent)]);
  await tellTrace(engine, header, segment);
}

/** The end of the execution, as its summary keeps it. */
export function endingOf(segment: Segment, header: Header, expires: Instant): Ending {
  const { doing } = segment.position;
  if (doing.kind !== "ended") throw new Error(`segment ${segment.seq} of ${segment.execution} is not an end`);
  const { outcome } = doing;
  return {
    status: outcome.status,
    stoppedAt: segment.now,
    epoch: header.epoch,
    expires,
    ...(header.mapRun && { mapRun: header.mapRun.id }),
    ...(outcome.status === "SUCCEEDED" ? {} : outcome.failure),
  };
}
