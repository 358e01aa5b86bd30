/**
 * Retention of what stays open: rows carry the moment at which the store may forget them, written once with the
 * row. An execution that is older than a month gives its rows another term, month after month, by a timer of its
 * own; so everything of it stays readable while it is open, and as long afterwards as that of any other. Short
 * executions pay nothing: the timer is set by the guard of the start, which comes when most of them are over.
 */
import type { Instant } from "../asl/position.ts";
import { decodeSegment } from "./codec.ts";
import type { Command } from "./command.ts";
import type { Engine } from "./engine.ts";
import { headerAt, headOf } from "./head.ts";
import { groupsIn } from "./history.ts";
import { groupsOf, joinKey } from "./join.ts";
import { keepMessage } from "./map-run/keep.ts";
import { idOf, isDistributed } from "./map-run/open.ts";
import { dispatch, messageOf } from "./messages.ts";
import { awaitsWorker, offerClaim } from "./offer.ts";
import type { BranchGroup, BranchPath, ExecutionId, MapRunId, Message, Verdict } from "./ports.ts";
import { expiry } from "./record.ts";
import type { Header, Segment } from "./segment.ts";

/** As long as rows outlive their retention (`record.ts`): between two terms nothing is forgotten. */
const termMilliseconds = 30 * 24 * 3_600_000;

/** A timer may come that early by the clock of whoever gets it, and would be set again for the same moment. */
const slack = 15 * 60_000;

type Keep = Extract<Command, { readonly kind: "keep" }>;

/** When the term began that it is in now, or that is about to begin. */
function termOf({ startedAt }: Header, now: Instant): Instant {
  return startedAt + Math.floor((now + slack - startedAt) / termMilliseconds) * termMilliseconds;
}

/** The next end of a term: the same for whoever asks until then, so that setting it again is harmless. */
function nextTerm(header: Header, now: Instant): Message {
  const next = termOf(header, now) + termMilliseconds;
  return messageOf({ kind: "keep", execution: header.id, branch: "" }, "flow", next);
}

/**
 * For one that goes on, or whose timer may be lost. One that is older than a term gives its rows another at once:
 * nobody knows whether they have had one, and when it is redriven it had no timer while it was closed.
 */
export async function armKeeping(engine: Engine, header: Header): Promise<void> {
  await dispatch(engine, [isOld(engine, header) ? keepNow(header.id) : nextTerm(header, engine.world.clock.now())]);
}

export async function armAgain(engine: Engine, id: ExecutionId): Promise<void> {
  const root = await headOf(engine, id, "");
  if (root && root.position.doing.kind !== "ended") await armKeeping(engine, await headerAt(engine, root));
}

/** It was redriven, and has ended before its guard came. */
export async function keepRedriven(engine: Engine, header: Header): Promise<void> {
  if (isOld(engine, header)) await dispatch(engine, [keepNow(header.id)]);
}

function isOld(engine: Engine, { startedAt }: Header): boolean {
  return engine.world.clock.now() - startedAt >= termMilliseconds;
}

function keepNow(execution: ExecutionId): Message {
  return messageOf({ kind: "keep", execution, branch: "", anew: true }, "flow");
}

export async function keep(engine: Engine, { execution, anew }: Keep): Promise<Verdict> {
  const root = await headOf(engine, execution, "");
  if (!root) return { kind: "done" };
  const hasEnded = root.position.doing.kind === "ended";
  // What was never redriven has had its last term while it was open.
  if (hasEnded && !root.header) return { kind: "done" };
  const header = await headerAt(engine, root);
  const term = termOf(header, engine.world.clock.now());
  // The same in each try: of a log that is too long for one function's life, the next goes on where that one died.
  const until = expiry(engine, hasEnded ? root.now : term);
  // The summary gets its term last, so that other copies of a timer have nothing left to do. But a start, a redrive and
  // an end give it one, too, and nothing else.
  const isTold = !anew && !hasEnded && term > (header.redriveTime ?? header.startedAt);
  const summary = isTold ? await engine.world.executions.find(execution) : undefined;
  if ((summary?.expires ?? 0) >= until) return { kind: "done" };
  const next = hasEnded ? [] : [nextTerm(header, engine.world.clock.now())];
  await dispatch(engine, [...(await renewAll(engine, header, until)), ...next]);
  await engine.world.executions.renew(execution, until);
  return { kind: "done" };
}

/** Answers what its Map Runs are to be told. */
async function renewAll(engine: Engine, header: Header, until: Instant): Promise<readonly Message[]> {
  const { heads, runs } = await renewLog(engine, header, until);
  for (const head of heads.values()) await renewOpen(engine, header, head, until);
  return [...runs].map(([run, epoch]) => keepMessage(run, epoch, until));
}

interface Renewed {
  readonly heads: ReadonlyMap<BranchPath, Segment>;
  /** The epoch of each Map Run, of those that have ended too. */
  readonly runs: ReadonlyMap<MapRunId, number>;
}

/** All segments there are. */
async function renewLog(engine: Engine, { id }: Header, until: Instant): Promise<Renewed> {
  const { log } = engine.world;
  const heads = new Map<BranchPath, Segment>();
  const runs = new Map<MapRunId, number>();
  const groups: (BranchGroup | undefined)[] = [undefined];
  while (groups.length > 0) {
    const group = groups.pop();
    await log.renew(id, group, until);
    for await (const page of log.read(id, group)) {
      for (const segment of page.map(decodeSegment)) {
        groups.push(...groupsIn(segment));
        if ((heads.get(segment.branch)?.seq ?? -1) < segment.seq) heads.set(segment.branch, segment);
        const { doing } = segment.position;
        if (doing.kind !== "forked" || !isDistributed(doing)) continue;
        const { redriveCount = 0 } = doing.run;
        runs.set(idOf(doing.run), Math.max(redriveCount, runs.get(idOf(doing.run)) ?? 0));
      }
    }
  }
  return { heads, runs };
}

/** What an open fork's branches have reported, level by level; and the place on its activity's list. */
async function renewOpen(engine: Engine, header: Header, head: Segment, until: Instant): Promise<void> {
  const { doing } = head.position;
  if (doing.kind === "working" && awaitsWorker(doing)) await offerClaim(engine, head, doing);
  if (doing.kind !== "forked" || isDistributed(doing)) return;
  for (let level = 0, width = doing.width; ; level++, width = groupsOf(width)) {
    for (let group = 0; group < groupsOf(width); group++) {
      await engine.world.joins.renew(joinKey(header, head.branch, doing.claim, group, level), until);
    }
    if (groupsOf(width) === 1) return;
  }
}
