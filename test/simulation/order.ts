/**
 * What must hold at each step: the segments of a run replayed in the order in which they were written.
 * One after the other without a gap, nothing after an end, joins after their branches, timers not early,
 * retries as the definition says, and nothing of a dead scope running on.
 */
import { subjectOf } from "../../lib/adapters/simulated/calls.ts";
import type { Definition } from "../../lib/asl/definition.ts";
import type { Forked, Working } from "../../lib/asl/position.ts";
import { branchName, ownName } from "../../lib/engine/identity.ts";
import { dueTime } from "../../lib/engine/messages.ts";
import type { SegmentRecord } from "../../lib/engine/ports.ts";
import { epochOf, type Segment } from "../../lib/engine/segment.ts";
import type { Run } from "./harness.ts";

/** The engine's own tolerance, and a millisecond for rounding. */
const tolerance = 6;

/** A call of that length is over well before its lease. */
const leaseSafe = 900_000;

/** How long before the end of its lease a worker gives up waiting. */
const writingTime = 30_000;

/** The same before its own end. */
const lastWords = 3_000;

/** An Express execution lives so long. */
const expressLimit = 300_000;

/** Time for whoever closes a scope to be replaced, once the faults are over. */
const closingTime = 3_600_000;

export function ordered(run: Run, definition: Definition, written: readonly Segment[]): readonly string[] {
  const replay = new Replay(run, definition);
  for (const segment of written) replay.take(segment);
  replay.finish();
  return replay.found;
}

class Replay {
  readonly found: string[] = [];
  private readonly run: Run;
  private readonly definition: Definition;
  private readonly heads = new Map<string, Segment>();
  /** Branches that have written an event. */
  private readonly heard = new Set<string>();
  private epoch = 0;
  /** When the scope of a branch was over, by the branch that forked it. */
  private readonly closedAt = new Map<string, number>();
  /** Claims by visit of a state. */
  private readonly claims = new Map<string, number>();

  constructor(run: Run, definition: Definition) {
    this.run = run;
    this.definition = definition;
  }

  take(segment: Segment): void {
    const { branch, seq, position } = segment;
    const before = this.heads.get(branch);
    if (seq !== (before?.seq ?? -1) + 1) this.say(segment, `follows ${before?.seq}`);
    if (segment.events.length > 0) this.heard.add(branch);
    this.checkEpoch(before, segment);
    if (before) {
      this.checkTime(before, segment);
      this.checkJoin(before, segment);
      this.checkAnswer(before, segment);
    }
    this.heads.set(branch, segment);
    if (seq === 0) this.checkConcurrency(segment);
    this.checkClaim(segment);
    this.checkScope(segment);
    const { doing } = position;
    if (doing.kind === "ended" && doing.open) this.closedAt.set(branch, segment.now);
    if (doing.kind === "closing") this.closedAt.set(`${branch}/${doing.fork.claim}.`, segment.now);
  }

  finish(): void {
    for (const { branch, position } of this.heads.values()) {
      if (position.doing.kind !== "ended") this.found.push(`branch '${branch}' is still ${position.doing.kind}`);
    }
    this.checkLosses();
  }

  /** What has ended goes on in a later epoch only, unless it succeeded; and of an earlier one nothing is written any more. */
  private checkEpoch(before: Segment | undefined, segment: Segment): void {
    const epoch = epochOf(segment);
    const doing = before?.position.doing;
    if (before && doing?.kind === "ended") {
      if (epoch <= epochOf(before)) this.say(segment, "comes after the branch's end");
      else if (doing.outcome.status === "SUCCEEDED") this.say(segment, "comes after the branch's success");
      this.checkConcurrency(segment);
    } else if (before && epoch !== epochOf(before)) this.say(segment, "is of another epoch than what it follows");
    if (segment.branch === "" && epoch > this.epoch) {
      this.checkSettled(segment);
      this.epoch = epoch;
      this.closedAt.clear();
    }
    // But for what closes a branch that has never begun, of which nobody hears.
    if (epoch !== this.epoch && this.heard.has(segment.branch))
      this.say(segment, `is of epoch ${epoch}, and the execution in its ${this.epoch}.`);
  }

  /** Nobody is at work when an execution is redriven. */
  private checkSettled(segment: Segment): void {
    const heard = [...this.heads.values()].filter(({ branch }) => this.heard.has(branch));
    const running = heard.filter(({ position }) => position.doing.kind !== "ended");
    if (running.length > 0) this.say(segment, `redrives, and ${running.length} branches run`);
  }

  private get name(): string {
    return ownName(this.run.id);
  }

  private say({ branch, seq }: Segment, what: string): void {
    this.found.push(`${branch}#${seq} ${what}`);
  }

  /** By the clock of whoever wrote it, nothing is early. */
  private checkTime(before: Segment, segment: Segment): void {
    const { position } = before;
    const { doing } = segment.position;
    const isCut = doing.kind === "ended" && doing.outcome.status !== "SUCCEEDED" && doing.outcome.status !== "FAILED";
    const due = isCut ? undefined : dueTime(position);
    if (due !== undefined && segment.now < due - tolerance - this.jumps())
      this.say(segment, `is ${due - segment.now} ms early`);
    this.checkTimeOut(before, segment);
  }

  /** A worker's own watch may jump while it waits; a timer's message is held against the clock that is there. */
  private checkTimeOut({ position: { doing }, lease }: Segment, segment: Segment): void {
    const since = segment.header?.redriveTime ?? this.startedAt();
    const header = this.heads.get("") && segment.branch === "" ? since : undefined;
    const { timeoutSeconds } = this.definition;
    if (header !== undefined && timeoutSeconds !== undefined && isTimedOut(segment)) {
      const early = header + timeoutSeconds * 1_000 - segment.now;
      if (early > tolerance + this.jumps()) this.say(segment, `ends the execution ${early} ms early`);
    }
    if (doing.kind !== "working" || this.run.faults.clockJump > 0) return;
    if (!segment.events.some(({ type }) => type.endsWith("TimedOut"))) return;
    const { timeoutSeconds: whole = Infinity, heartbeatSeconds: beat = Infinity } = doing.call;
    const longest = isOverWorker(segment) ? this.endOfWorker(segment, lease) : Infinity;
    const early = Math.min(longest, doing.since + Math.min(whole, beat) * 1_000) - segment.now;
    if (early > tolerance) this.say(segment, `times out ${early} ms early`);
    this.checkHeartbeats(doing, segment);
  }

  /** Until when whoever wrote this could wait: of those that tried, the first to end. */
  private endOfWorker({ execution, branch, seq }: Segment, lease = Infinity): number {
    const { calls, ends } = this.run.world;
    const place = `${execution}${branch}#${seq} `;
    const writers = calls.filter((call) => call.name === "log.append" && subjectOf(call).startsWith(place));
    const lives = writers.map(({ worker }) => (ends.get(worker) ?? Infinity) - lastWords);
    return Math.min(lease - writingTime, ...lives);
  }

  /** Who was heard of is not given up. Only where calls take no time is it clear what was known when. */
  private checkHeartbeats({ claim, since, call }: Working, segment: Segment): void {
    const { faults, holders } = this.run;
    const { timeoutSeconds = Infinity, heartbeatSeconds = Infinity } = call;
    if (faults.latency.rate > 0 || faults.clockSkew > 0 || segment.now >= since + timeoutSeconds * 1_000) return;
    const attempt = `${segment.branch}/${claim}/${call.attempt}`;
    const ignored = holders.beats.some(
      ({ attempt: of, at, heardAt }) =>
        of.endsWith(`:${this.name}${attempt}`) &&
        heardAt < segment.now &&
        at + heartbeatSeconds * 1_000 > segment.now + tolerance,
    );
    if (ignored) this.say(segment, "times out although a heartbeat had come");
  }

  /** A clock may jump between the look at it and the writing down. */
  private jumps(): number {
    const { clockJump, clockSkew } = this.run.faults;
    return clockJump > 0 ? 2 * clockSkew : 0;
  }

  private startedAt(): number | undefined {
    return this.run.world.summary(this.run.id)?.startedAt;
  }

  /** A parent goes on from a fork once all its branches succeeded, or once all that began are over. */
  private checkJoin(before: Segment, segment: Segment): void {
    const { doing } = before.position;
    const next = segment.position.doing.kind;
    if (doing.kind === "forked" && !doing.run && next !== "closing" && !isCut(segment)) {
      const ends = this.branchesOf(segment.branch, doing).filter(succeeded).length;
      if (ends !== doing.width) this.say(segment, `joins ${ends} of ${doing.width} branches`);
    }
    if (doing.kind === "closing" && !isCut(segment)) {
      const running = this.branchesOf(segment.branch, doing.fork).filter(
        // What the closer itself lets go on, to end it, has no message: another copy of him may come to the end first.
        ({ position, by }) => position.doing.kind !== "ended" && by !== segment.by,
      );
      if (running.length > 0) this.say(segment, `closes a scope in which ${running.length} branches run`);
    }
  }

  private branchesOf(parent: string, fork: Forked): readonly Segment[] {
    const prefix = `${parent}/${fork.claim}.`;
    return [...this.heads.values()].filter(
      ({ branch }) => branch.startsWith(prefix) && !branch.slice(prefix.length).includes("/"),
    );
  }

  private checkConcurrency({ branch, position }: Segment): void {
    const name = branchName(branch);
    if (!name || !position.scope || position.doing.kind === "ended") return;
    const prefix = `${name.parent}/${name.forkSeq}.`;
    let running = 1;
    for (const head of this.heads.values()) {
      if (head.branch === branch || !head.branch.startsWith(prefix)) continue;
      if (head.position.doing.kind === "ended") continue;
      if (!head.branch.slice(prefix.length).includes("/")) running++;
    }
    const { concurrency } = position.scope;
    if (running > concurrency) this.found.push(`${running} branches of ${prefix} run, at most ${concurrency} may`);
  }

  /** A result stands behind a call that was made for this very claim and was answered. */
  private checkAnswer({ position }: Segment, segment: Segment): void {
    const { doing } = position;
    if (doing.kind !== "working" || doing.call.pattern !== "request-response") return;
    if (!segment.events.some(({ type }) => type === "LambdaFunctionSucceeded")) return;
    const key = `${segment.branch}/${doing.claim}/${doing.call.attempt}`;
    const made = [...this.run.outside.invocations.values()].find((one) => one.key.endsWith(`:${this.name}${key}`));
    if (made?.answer?.kind !== "succeeded") this.say(segment, `has a result that the call ${key} did not give`);
  }

  /** Attempts of one visit: the first, and as many more as the retriers allow. */
  private checkClaim(segment: Segment): void {
    const { state: name, doing, entered } = segment.position;
    if (doing.kind !== "working" || doing.claim !== segment.seq) return;
    const state = this.definition.states.get(name);
    if (state?.type !== "Task") return;
    const visit = `${segment.branch} ${name} ${entered?.event} ${this.epoch}`;
    const made = (this.claims.get(visit) ?? 0) + 1;
    this.claims.set(visit, made);
    const most = 1 + state.retry.reduce((sum, { maxAttempts }) => sum + maxAttempts, 0);
    if (made > most) this.say(segment, `is attempt ${made} of ${name}, which has ${most}`);
  }

  /** What lives in a dead scope is fenced, not run to its end. */
  private checkScope(segment: Segment): void {
    const { doing } = segment.position;
    if (doing.kind === "ended" && doing.outcome.status === "ABORTED") return;
    // Whoever closes again what was redriven comes to branches that had no turn, too: they begin for that, and end.
    if (doing.kind === "beginning") return;
    for (const [scope, closed] of this.closedAt) {
      const within = scope.endsWith(".") ? segment.branch.startsWith(scope) : isBelow(segment.branch, scope);
      if (!within || segment.branch === scope) continue;
      const limit = this.run.life.swarm || this.run.planned ? Math.max(closed, this.run.calmAt) + closingTime : closed;
      if (segment.now > limit) this.say(segment, `runs on in a scope that is closed since ${closed}`);
    }
  }

  /** Where nobody dies unawares and nothing is refused, no attempt is lost; where nobody ends early, none is given up. */
  private checkLosses(): void {
    const { crashBefore, crashAfter, refused, answerLost, burst, latency, clockSkew, partialBatch, mostReceives } =
      this.run.faults;
    const { powerCuts, deployment, functions, longestTask } = this.run.life;
    const rates =
      crashBefore + crashAfter + refused + answerLost + burst.rate + latency.rate + clockSkew + partialBatch;
    const others = powerCuts.length > 0 || this.run.planned || deployment || Number.isFinite(mostReceives);
    if (rates > 0 || others) return;
    const isLong = functions !== undefined || (this.run.scenario.longestTask ?? longestTask) > leaseSafe;
    if (says(this.run, isLong ? unknown : fate)) this.found.push("an attempt was judged lost, although nobody died");
  }
}

/** Nobody can tell. */
const unknown = /stopped before it could record the result|not known whether the call was made/;

/** What became of a call, or of a message that was there each time a process died, depends on when things happened. */
const fate =
  /stopped before it could record the result|longest time that a worker waits|not known whether the call was made|times over while it (ran|took this step)/;

export function hasLosses({ world }: Pick<Run, "world">): boolean {
  return says({ world }, fate) || world.segments().some(isOfOverdueChild);
}

const timedOutChild = /"startedAt":([\d.]+),"stoppedAt":([\d.]+),"outcome":\{"status":"TIMED_OUT"/;

/** Calls were slow, or the clock jumped: and an EXPRESS child's time was over. */
function isOfOverdueChild({ body }: SegmentRecord): boolean {
  const [, startedAt, stoppedAt] = timedOutChild.exec(body) ?? [];
  return Number(stoppedAt) - Number(startedAt) >= expressLimit;
}

function says({ world }: Pick<Run, "world">, what: RegExp): boolean {
  return world.segments().some(({ body }) => what.test(body));
}

/** The worker waited no longer; the call may have gone on. */
function isOverWorker({ events }: Segment): boolean {
  return events.some(({ details }) => String(details?.["cause"]).includes("longest time that a worker waits"));
}

function isBelow(branch: string, parent: string): boolean {
  return branch.startsWith(`${parent}/`);
}

function isTimedOut({ position: { doing } }: Segment): boolean {
  return doing.kind === "ended" && doing.outcome.status === "TIMED_OUT";
}

function isCut({ position: { doing } }: Segment): boolean {
  return doing.kind === "ended" && (doing.outcome.status === "ABORTED" || doing.outcome.status === "TIMED_OUT");
}

function succeeded({ position: { doing } }: Segment): boolean {
  return doing.kind === "ended" && doing.outcome.status === "SUCCEEDED";
}
