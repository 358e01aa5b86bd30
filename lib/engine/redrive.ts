/**
 * RedriveExecution: an execution that ended without success goes on from where it ended, in its next epoch.
 * Of the root this is one segment, written with the summary in one transaction; the branches of a fork that was
 * open go on one after the other as they come to their turn (`resume.ts`).
 *
 *   … ──► FAILED (epoch 0) ──► its scopes are closed ──► redriven (epoch 1) ──► the state tried again ──► …
 */
import type { Instant } from "../asl/position.ts";
import { step } from "../asl/step.ts";
import { isClaimOpen, settle } from "./answer.ts";
import { closeNested } from "./close.ts";
import { decodeSegment } from "./codec.ts";
import { setDeadline } from "./deadline.ts";
import type { Engine } from "./engine.ts";
import { tellLog } from "./execution-log.ts";
import { guardKey, isFinished, isGuarded, nonceOf, postGuard } from "./guard.ts";
import { headerAt, headOf } from "./head.ts";
import { stoppedWithRun } from "./map-run/stop-child.ts";
import { momentAt } from "./moment.ts";
import type { ExecutionId, ExecutionSummary, RedriveCall, SegmentKey } from "./ports.ts";
import { expiry, mine, recordOf, segmentOf } from "./record.ts";
import { epochOf, type Header, type Membership, type Segment } from "./segment.ts";
import { standingOf } from "./standing.ts";
import { tellEnded, tellRunning } from "./status.ts";

export interface RedriveRequest {
  /** Of the caller's choice: the same call again is answered as before. By default the SDK's own id of the call. */
  readonly clientToken?: string;
  /** The caller's `amz-sdk-invocation-id`. */
  readonly invocationId?: string;
  /** The claim that waits for its end from here on; by default the one that did before, if it still does. */
  readonly parent?: SegmentKey;
  /** Of a Map Run's child that is redriven with its run: its place there from here on. */
  readonly mapRun?: Membership;
}

export type Redriven =
  | { readonly kind: "redriven"; readonly at: Instant }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "absent" };

/** Under contention each loser finds that the execution runs. */
const mostTries = 100;

export async function redriveExecution(engine: Engine, id: ExecutionId, request: RedriveRequest): Promise<Redriven> {
  const token = request.clientToken ?? request.invocationId;
  const nonce = nonceOf(engine, token);
  for (let tries = 0; tries < mostTries; tries++) {
    const summary = await engine.world.executions.find(id);
    const head = summary && (await headOf(engine, id, ""));
    if (!summary || !head) return { kind: "absent" };
    const before = earlierCall(engine, summary, token);
    if (before) {
      // Where it has gone on, it may be known to memory alone until now.
      if (!(await followRedrive(engine, head, before.token))) await engine.world.log.durable();
      return { kind: "redriven", at: before.at };
    }
    const reason = whyNotRedrivable(engine, summary) ?? whyTooLate(await headerAt(engine, head), request);
    if (reason !== undefined) return { kind: "refused", reason };
    const redriven = await append(engine, summary, head, request, { nonce, token: token ?? nonce });
    if (!redriven) continue;
    await sendAgain(engine, redriven, false);
    return { kind: "redriven", at: redriven.now };
  }
  throw new Error(`execution ${id} could not be redriven in ${mostTries} tries`);
}

/** As documented: for 15 minutes, and of the last ten calls, a token is known again. */
const tokenLife = 15 * 60_000;
const mostTokens = 10;

function latestCalls(engine: Engine, { redrives }: ExecutionSummary): readonly RedriveCall[] {
  const since = engine.world.clock.now() - tokenLife;
  return (redrives?.calls ?? []).filter(({ at }) => at > since);
}

/** A call that was answered is answered so again, whatever the execution does meanwhile (recorded on AWS). */
function earlierCall(engine: Engine, summary: ExecutionSummary, token: string | undefined): RedriveCall | undefined {
  return latestCalls(engine, summary).find((call) => call.token === token);
}

const dayMilliseconds = 24 * 3_600_000;

/** In the service's words; undefined: it can be redriven. */
export function whyNotRedrivable(engine: Engine, { status, stoppedAt }: ExecutionSummary): string | undefined {
  if (status === "RUNNING" || status === "SUCCEEDED") return `Execution is ${status} and cannot be redriven`;
  const until = (stoppedAt ?? 0) + engine.options.redrivableDays * dayMilliseconds;
  return engine.world.clock.now() > until ? "Execution redrivable period exceeded" : undefined;
}

/** A message of one redrive of its Map Run may come when the next has redriven it, and it has ended again. */
function whyTooLate({ mapRun: there }: Header, { mapRun }: RedriveRequest): string | undefined {
  const isLate = mapRun !== undefined && (there?.epoch ?? 0) >= (mapRun.epoch ?? 0);
  return isLate ? "Execution has been redriven with its Map Run since" : undefined;
}

/** Undefined: somebody else was faster. */
async function append(
  engine: Engine,
  summary: ExecutionSummary,
  head: Segment,
  { parent, mapRun }: RedriveRequest,
  call: { readonly nonce: string; readonly token: string },
): Promise<Segment | undefined> {
  const { doing } = head.position;
  // The summary was read before: somebody else has redriven it since, and it may have ended again already.
  if (doing.kind !== "ended" || epochOf(head) !== summary.epoch) return undefined;
  const before = await headerAt(engine, head);
  const definition = await engine.definition(before.definition);
  await tellStopped(engine, before, head);
  // What is left of the scopes that ended with it is fenced first: from then on nobody writes to its branches.
  const inner = doing.open ? await closeNested(engine, before, definition, head, doing.open) : 0;
  const by = await postGuard(engine, head.execution, "", call.nonce);
  const waits = parent ?? (await whoWaits(engine, before));
  const header = headerAfter(engine, before, { ...(waits && { parent: waits }), ...(mapRun && { mapRun }) });
  const moment = { ...(await momentAt(engine, header, definition, "", head.seq + 1)), now: header.redriveTime };
  const to = await standingOf(engine, header, head);
  const signal = { kind: "redriven", to, events: head.position.events + inner } as const;
  const transition = await step(definition, head.position, signal, moment);
  const segment: Segment = { ...segmentOf(engine, header, moment, transition, by), nonce: call.nonce };
  const at = header.redriveTime;
  const calls = [...latestCalls(engine, summary), { token: call.token, at }].slice(-mostTokens);
  const redriving = {
    epoch: header.epoch,
    redrives: { count: header.redriveCount, at, calls },
    expires: expiry(engine, at),
    ...(header.mapRun && { mapRun: header.mapRun.id }),
  };
  const answer = await engine.world.executions.redrive(head.execution, redriving, recordOf(engine, segment));
  if (answer.kind === "taken" && decodeSegment(answer.winner).nonce !== call.nonce) return undefined;
  mine(engine, segment);
  return segment;
}

/** Whoever stopped it may have died before he told it, and his guard will find that it has moved on. */
async function tellStopped(engine: Engine, header: Header, head: Segment): Promise<void> {
  const { doing } = head.position;
  const isStopped = doing.kind === "ended" && doing.outcome.status === "ABORTED" && isGuarded(head);
  if (!isStopped || (await isFinished(engine, head))) return;
  await tellLog(engine, header, head);
  await tellEnded(engine, header, head, "again");
}

type RedrivenHeader = Header & { readonly redriveTime: Instant };

/** A claim that is over has no say in what somebody redrives behind it: the child would be stopped because of that. */
async function whoWaits(engine: Engine, { parent }: Header): Promise<SegmentKey | undefined> {
  return parent && (await isClaimOpen(engine, parent)) ? parent : undefined;
}

function headerAfter(
  engine: Engine,
  { parent: _, ...before }: Header,
  more: Pick<Header, "parent" | "mapRun">,
): RedrivenHeader {
  return {
    ...before,
    epoch: before.epoch + 1,
    redriveCount: before.redriveCount + 1,
    redriveTime: engine.world.clock.now(),
    ...more,
  };
}

/**
 * For a message that comes again and finds that it has redriven the execution: where the write took so long that the
 * guard found nothing, nobody else sends what follows. False, and nothing sent: it has moved on.
 */
export async function followRedrive(engine: Engine, head: Segment, clientToken: string): Promise<boolean> {
  if (head.by !== guardKey(nonceOf(engine, clientToken))) return false;
  await sendAgain(engine, head, true);
  return true;
}

/** What follows from the redrive; whoever comes second does no harm. */
async function sendAgain(engine: Engine, segment: Segment, again: boolean): Promise<void> {
  const header = await headerAt(engine, segment);
  const definition = await engine.definition(header.definition);
  await setDeadline(engine, header, definition);
  await tellLog(engine, header, segment);
  await tellRunning(engine, header, again);
  if (!(await stoppedWithRun(engine, header))) await settle(engine, header, definition, segment, "again");
  await engine.world.log.durable();
}
