/**
 * What of an execution ought to have moved and has not: heads whose message is gone, by a purge or a queue that
 * kept it no longer, while the log still says what was to follow. Only looks; `heal.ts` acts. A message that is
 * merely late is found, too: what is sent for it is a duplicate, and does what duplicates do.
 */
import type { Definition } from "../asl/definition.ts";
import type { Forked, Instant, MapRun, StateName, Working } from "../asl/position.ts";
import { openClaim } from "./answer.ts";
import { joinedMessage, resumption } from "./branch.ts";
import { childEnded, childOf } from "./child.ts";
import { timeOutOf } from "./claims.ts";
import type { Command } from "./command.ts";
import { deadlineMessage, deadlineOf } from "./deadline.ts";
import type { Engine } from "./engine.ts";
import { forsakenJobs, mayBeginJobs } from "./forsaken.ts";
import { groupWidth } from "./group-width.ts";
import { headerAt, headOf, headsOf } from "./head.ts";
import { branchName, mapRunArn } from "./identity.ts";
import { nextPoll, pollDue } from "./job.ts";
import { groupsOf, joinKey } from "./join.ts";
import { newsMessage } from "./map-run/ended.ts";
import { runHead } from "./map-run/log.ts";
import { idOf } from "./map-run/open.ts";
import { epochIn } from "./map-run/run.ts";
import { dueTime, messageOf } from "./messages.ts";
import { awaitsWorker } from "./offer.ts";
import type { BranchPath, ExecutionId, Message } from "./ports.ts";
import { abandoning } from "./release.ts";
import { epochOf, type Header, type Segment } from "./segment.ts";

export interface Unmoved {
  readonly execution: ExecutionId;
  /** "" is the execution itself. */
  readonly branch: BranchPath;
  readonly state: StateName;
  /** When it should have moved. */
  readonly since: Instant;
  /** In words. */
  readonly reason: string;
  /** Who gets this finds out from the log what is to be done. */
  readonly message: Message;
}

interface Look {
  readonly engine: Engine;
  readonly header: Header;
  readonly definition: Definition;
  /** Who should have moved after this may still do so. */
  readonly before: Instant;
  readonly found: Unmoved[];
}

/** `before`: only what should have moved by then; Infinity: also what waits for its moment, whose message may be gone as well. */
export async function unmovedOf(engine: Engine, id: ExecutionId, before: Instant): Promise<readonly Unmoved[]> {
  const root = await headOf(engine, id, "");
  if (!root) return [];
  const header = await headerAt(engine, root);
  const look: Look = { engine, header, definition: await engine.definition(header.definition), before, found: [] };
  await lookAtWhole(look, root);
  await lookAtMapRuns(look, root);
  await lookAtJobs(look);
  const open: Segment[] = [root];
  for (let head = open.shift(); head; head = open.shift()) open.push(...(await lookAt(look, head)));
  return look.found;
}

function note(look: Look, head: Segment, since: Instant, reason: string, message?: Message): void {
  if (since > look.before) return;
  const { execution, branch, seq, position } = head;
  const lane = position.doing.kind === "working" ? "tasks" : "flow";
  const heal = message ?? messageOf({ kind: "heal", execution, branch, seq }, lane);
  look.found.push({ execution, branch, state: position.state, since, reason, message: heal });
}

/** The machine's time-out, and the parent that waits no longer. */
async function lookAtWhole(look: Look, root: Segment): Promise<void> {
  const { engine, header, definition } = look;
  if (root.position.doing.kind === "ended") return;
  const due = deadlineOf(header, definition);
  const reason = "TimeoutSeconds of its machine are to end it";
  if (due !== undefined) note(look, root, due, reason, deadlineMessage(header, due));
  if (!header.parent) return;
  const waiting = await headOf(engine, header.parent.execution, header.parent.branch);
  if (waiting && openClaim(waiting.position) === header.parent.seq) return;
  const abandoned: Command = { kind: "abandoned", execution: header.id, branch: "", parent: header.parent };
  note(look, root, waiting?.now ?? root.now, "the state that started it has ended", messageOf(abandoned, "flow"));
}

/** Only after a purge: the log does not say which jobs have been stopped, so that this finds them each time. */
async function lookAtJobs(look: Look): Promise<void> {
  const { engine, header, definition, before } = look;
  if (Number.isFinite(before) || !mayBeginJobs(definition)) return;
  for (const { waited, ended } of await forsakenJobs(engine, header.id))
    note(look, waited, ended.now, "the job that it began may not have been stopped", abandoning(waited));
}

/** Runs at a time, as in the service's own lists. */
const runsAtOnce = 100;

/** Those that have not come to their end, though the branch that started them may have gone on without them. */
async function lookAtMapRuns(look: Look, root: Segment): Promise<void> {
  const { mapRuns } = look.engine.world;
  for (let after: string | undefined, more = true; more; ) {
    const page = await mapRuns.list(root.execution, runsAtOnce, after);
    for (const { id, startedAt, stoppedAt, epoch = 0 } of page.items) {
      const before = Number.isFinite(look.before) ? { before: look.before } : {};
      const run = await runHead(look.engine, id);
      const redriven = run ? epochIn(run.state) : 0;
      const hasEnded = !run || run.state.phase.kind === "ended";
      // Whoever redrove it may have died before he entered it as open again, and it may have ended since.
      if (hasEnded && stoppedAt !== undefined && epoch >= redriven) continue;
      const reason = `its Map Run ${mapRunArn(id)} ${run && hasEnded ? "is listed as it was before its end" : "has not ended"}`;
      note(look, root, startedAt, reason, newsMessage(id, redriven, { kind: "heal", ...before }));
    }
    after = page.next;
    more = after !== undefined;
  }
}

/** Answers the heads below that have not ended. */
async function lookAt(look: Look, head: Segment): Promise<readonly Segment[]> {
  const { doing } = head.position;
  switch (doing.kind) {
    case "beginning":
    case "arriving":
    case "sleeping":
    case "retrying":
      note(look, head, Math.max(head.now, dueTime(head.position) ?? 0), "its next step has not been taken");
      return [];
    case "working":
      await lookAtTask(look, head, doing);
      return [];
    case "forked":
      return lookAtFork(look, head, doing);
    case "closing":
      note(look, head, head.now, "its branches have not been stopped");
      return [];
    case "ended":
      note(look, head, head.now, "its end has not been told");
      return [];
  }
}

async function lookAtTask(look: Look, head: Segment, working: Working): Promise<void> {
  if (awaitsWorker(working)) return note(look, head, head.now, "its task may not be on its activity's list");
  if (!working.submitted) return note(look, head, head.lease ?? head.now, "its call has no result");
  const { engine } = look;
  const claim = { execution: head.execution, branch: head.branch, claim: working.claim };
  const child = childOf(head);
  const ended = child && (await engine.world.executions.find(child.id))?.stoppedAt;
  if (child && ended !== undefined) {
    const message = childEnded(child.id, { ...claim, seq: working.claim });
    note(look, head, ended, "the execution that it started has ended", message);
  }
  if (working.job) {
    note(look, head, pollDue(head, working.job), "its job has not been asked for", nextPoll(head, working.job));
  }
  const { timeoutSeconds, heartbeatSeconds } = working.call;
  for (const by of ["timeout", "heartbeat"] as const) {
    if ((by === "timeout" ? timeoutSeconds : heartbeatSeconds) === undefined) continue;
    const due = await timeOutOf(engine, { kind: "task-timer", ...claim, by }, head);
    const message = messageOf({ kind: "task-timer", ...claim, by }, "flow", due);
    if (due !== undefined) note(look, head, due, `its ${by} has not been judged`, message);
  }
}

/** What each group of a fork has come to. */
interface Group {
  readonly ended: readonly Segment[];
  readonly reported: ReadonlyMap<number, string>;
}

async function lookAtFork(look: Look, parent: Segment, fork: Forked): Promise<readonly Segment[]> {
  if (fork.run) {
    await lookAtRun(look, parent, fork.run);
    return [];
  }
  const open: Segment[] = [];
  const groups: Group[] = [];
  const begun = new Set<number>();
  for (let group = 0; group < groupsOf(fork.width); group++) {
    const { heads } = await headsOf(look.engine, parent, fork.claim, group);
    const reported = await look.engine.world.joins.reports(joinKey(look.header, parent.branch, fork.claim, group));
    // What ended before a redrive and has not had its turn again has, in this epoch, not begun.
    const ofNow = heads.filter((head) => epochOf(head) >= look.header.epoch || reported.has(indexOf(head)));
    for (const head of ofNow) begun.add(indexOf(head));
    open.push(...ofNow.filter((head) => !isEnded(head)));
    groups.push({ ended: ofNow.filter(isEnded), reported });
  }
  const firstWave = Math.min(fork.concurrency, fork.width);
  if (range(firstWave).some((index) => !begun.has(index))) {
    note(look, parent, parent.now, "not all of its branches have begun");
  }
  groups.forEach((group, number) => {
    lookAtEnds(look, parent, group, { fork, begun, from: fork.concurrency + groupWidth * number });
  });
  lookAtJoin(look, parent, fork, groups);
  return open;
}

/** What of a run has not moved that has begun and not ended, it finds out itself (`map-run/heal.ts`). */
async function lookAtRun(look: Look, parent: Segment, fork: MapRun): Promise<void> {
  const id = idOf(fork);
  const run = await runHead(look.engine, id);
  if (!run) return note(look, parent, parent.now, "its Map Run has not begun");
  const { phase, parent: key } = run.state;
  if (epochIn(run.state) < (fork.redriveCount ?? 0)) return note(look, parent, parent.now, "its Map Run has not begun");
  if (phase.kind !== "ended") return;
  const { execution, branch, seq: claim } = key;
  const message = messageOf({ kind: "run-ended", execution, branch, claim, run: id }, "flow");
  note(look, parent, phase.stoppedAt, "its Map Run has ended", message);
}

/** An end that was not reported, that failed and stopped nobody, or whose successor never began. `from`: the group's first successor. */
function lookAtEnds(
  look: Look,
  parent: Segment,
  { ended, reported }: Group,
  { fork, begun, from }: { readonly fork: Forked; readonly begun: ReadonlySet<number>; readonly from: number },
): void {
  const missing = range(reported.size).some((place) => from + place < fork.width && !begun.has(from + place));
  for (const end of ended) {
    const isOld = epochOf(end) < look.header.epoch;
    const again = isOld ? resumption(look.engine, look.header, end.branch, parent.position.events) : undefined;
    if (!isOld && (!reported.has(indexOf(end)) || isFailure(end)))
      note(look, end, end.now, "its end has not been told");
    else if (missing) note(look, end, end.now, "whose turn it is has not begun", again);
  }
}

function lookAtJoin(look: Look, parent: Segment, fork: Forked, groups: readonly Group[]): void {
  const all = groups.reduce((sum, { reported }) => sum + reported.size, 0) === fork.width;
  if (!all) return;
  const last = Math.max(parent.now, ...groups.flatMap(({ ended }) => ended.map(({ now }) => now)));
  note(look, parent, last, "all of its branches have ended", joinedMessage(look.header, parent.branch, fork.claim));
}

function isEnded({ position }: Segment): boolean {
  return position.doing.kind === "ended";
}

function isFailure({ position: { doing } }: Segment): boolean {
  return doing.kind === "ended" && (doing.outcome.status === "FAILED" || doing.outcome.status === "TIMED_OUT");
}

function indexOf({ branch }: Segment): number {
  return branchName(branch)?.index ?? 0;
}

function range(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index);
}
