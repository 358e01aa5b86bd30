/**
 * Folding the log with the pure step reproduces every position: from each segment, what happened is read
 * off its successor's events, and the step is asked again, in the recorded moment.
 */
import type { Definition } from "../../lib/asl/definition.ts";
import { writtenResult } from "../../lib/asl/distributed/results.ts";
import { inItsPlace } from "../../lib/asl/distributed/tolerance.ts";
import type { HistoryEvent } from "../../lib/asl/event.ts";
import type { Failure, Forked, Outcome } from "../../lib/asl/position.ts";
import { firstWave } from "../../lib/asl/states/fork.ts";
import { standing } from "../../lib/asl/states/redrive.ts";
import { begin, step } from "../../lib/asl/step.ts";
import type { Moment, Signal, Transition } from "../../lib/asl/transition.ts";
import { idOf, isDistributed } from "../../lib/engine/map-run/open.ts";
import { momentWith } from "../../lib/engine/moment.ts";
import { epochOf, type Header, type Segment } from "../../lib/engine/segment.ts";
import type { Run } from "./harness.ts";
import { childrenIn, endsInMemory, segmentsOf } from "./map-runs.ts";

/** Without a world there are no Map Runs. */
type Folded = Pick<Run, "engine" | "scenario"> & Partial<Pick<Run, "world">>;

export async function folded(
  run: Folded,
  header: Header,
  definition: Definition,
  written: readonly Segment[],
): Promise<readonly string[]> {
  const momentOf = momentsOf(run, definition);
  const heads = new Map<string, Segment>();
  const logs = new Map<string, Segment[]>();
  const found: string[] = [];
  const { redriveTime: _, ...started } = header;
  const first: Header = { ...started, epoch: 0, redriveCount: 0 };
  for (const segment of written) {
    const moment = momentOf(segment.header ?? first, segment);
    const log = logs.get(segment.branch) ?? [];
    const before = log.at(-1);
    log.push(segment);
    logs.set(segment.branch, log);
    heads.set(segment.branch, segment);
    if (before === undefined) {
      if (segment.branch === "" && !(await begins(definition, header, moment, segment)))
        found.push("#0 does not follow from begin");
      continue;
    }
    const isRedriven = before.position.doing.kind === "ended";
    const between = (): readonly Signal[] => [
      ...signalsBetween(before, segment, heads),
      ...runSignals(run, before, segment),
    ];
    const signals = isRedriven ? [redrivenFrom(log.slice(0, -1), segment, heads)] : between();
    if (!(await anyLeads(definition, before, signals, moment, segment))) {
      found.push(
        `${segment.branch}#${segment.seq} does not follow from ${before.position.doing.kind} by ${kinds(signals)}`,
      );
    }
  }
  return found;
}

/** Where it stood follows from its log; but how many events the others have written by then, and who lets it begin, do not. */
function redrivenFrom(log: readonly Segment[], segment: Segment, heads: ReadonlyMap<string, Segment>): Signal {
  const { position, branch } = segment;
  const stood = standing(log);
  const { entered, previous } = position;
  const began = entered === undefined ? { previous } : { previous, entered };
  const to = stood.doing.kind === "beginning" ? { ...stood, ...began } : stood;
  const last = log.at(-1);
  const open = last?.position.doing.kind === "ended" ? last.position.doing.open : undefined;
  const inner = open && last ? eventsOf(branch, open, heads, epochOf(last)) + firstWave(open) : 0;
  const events = branch === "" ? (last?.position.events ?? 0) + inner : position.events - segment.events.length;
  return { kind: "redriven", to, events };
}

/** A child that a closing Map Run kept from beginning has its end in its first segment. */
async function begins(definition: Definition, header: Header, moment: Moment, segment: Segment): Promise<boolean> {
  const begun = begin(definition, moment);
  if (same(begun, segment)) return true;
  if (!header.mapRun || segment.position.doing.kind !== "ended") return false;
  const stopped = await step(definition, begun.next, { kind: "stopped", failure: {} }, moment);
  return same({ ...stopped, events: [...begun.events, ...stopped.events] }, segment);
}

/** What a Map Run came to. */
function runSignals(run: Folded, before: Segment, segment: Segment): readonly Signal[] {
  const { doing } = before.position;
  if (doing.kind !== "forked" || !isDistributed(doing)) return [];
  const { world } = run;
  if (!world) return [];
  const id = idOf(doing.run);
  const failed = segment.events.find(({ type }) => type === "MapRunFailed");
  if (failed) return [{ kind: "failed", failure: failureIn(failed.details) }];
  const children = childrenIn({ world }).filter(({ mapRun }) => mapRun === id);
  const logs = children.map((child) => segmentsOf({ world }, child.id));
  const indexIn = (log: readonly Segment[]): number => log[0]?.header?.mapRun?.index ?? 0;
  const inOrder = logs.sort((one, other) => indexIn(one) - indexIn(other));
  const { writer } = doing.run;
  const written = writer ? { written: writtenResult({ ...doing.run, writer }) } : {};
  const inLogs = inOrder.flatMap((log) => endIn(log.findLast(({ branch }) => branch === "")) ?? []);
  const outputs = [...endsInMemory({ world }, id).map(({ outcome }) => outcome), ...inLogs].map(resultOf);
  return [{ kind: "joined", outputs, events: 0, ...written }];
}

function endIn(head: Segment | undefined): Outcome | undefined {
  const doing = head?.position.doing;
  return doing?.kind === "ended" ? doing.outcome : undefined;
}

/** What stands among the results for a child, also for one whose failure is borne. */
function resultOf(outcome: Outcome): string {
  return outcome.status === "SUCCEEDED" ? outcome.output : inItsPlace(outcome);
}

type MomentOf = (header: Header, segment: Segment) => Moment;

/** The recorded moments, by one clock that is put to each of them in turn. */
function momentsOf(run: Pick<Run, "engine" | "scenario">, definition: Definition): MomentOf {
  let recorded = 0;
  const clock = { ...run.engine.world.clock, now: () => recorded };
  const engine = { ...run.engine, world: { ...run.engine.world, clock } };
  const input = JSON.stringify(run.scenario.input);
  return (header, { now, branch, seq }) => {
    recorded = now;
    const needed = definition.asksForExecutionInput || (branch === "" && seq === 0);
    return momentWith(engine, header, branch, seq, needed ? input : undefined);
  };
}

async function anyLeads(
  definition: Definition,
  before: Segment,
  signals: readonly Signal[],
  moment: Moment,
  segment: Segment,
): Promise<boolean> {
  for (const signal of signals) {
    const transition = await step(definition, before.position, signal, moment).catch(() => undefined);
    if (transition && same(transition, segment)) return true;
  }
  return false;
}

function same({ events, next }: Transition, segment: Segment): boolean {
  return isSame(next, segment.position) && isSame(events, segment.events);
}

/** As JSON: the codec leaves out what is undefined. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (one === null || other === null || typeof one !== "object" || typeof other !== "object") return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [mine, theirs] = [one, other] as readonly [Fields, Fields];
  for (const name in mine) if (!isSame(mine[name], theirs[name])) return false;
  for (const name in theirs) if (theirs[name] !== undefined && mine[name] === undefined) return false;
  return true;
}

type Fields = Readonly<Record<string, unknown>>;

function kinds(signals: readonly Signal[]): string {
  return signals.map(({ kind }) => kind).join(" or ");
}

/** What may have happened between the two. */
function signalsBetween(before: Segment, segment: Segment, heads: ReadonlyMap<string, Segment>): readonly Signal[] {
  const { doing } = segment.position;
  if (doing.kind === "ended" && doing.outcome.status === "ABORTED") {
    const { failure } = doing.outcome;
    if (segment.branch === "") return [{ kind: "stopped", failure }];
    const references = segment.events.map(({ previous }) => previous).filter((one) => typeof one === "object");
    return [...references, segment.position.previous, 0].map((because) => ({ kind: "aborted", because }));
  }
  if (doing.kind === "ended" && doing.outcome.status === "TIMED_OUT") return [{ kind: "execution-timed-out" }];
  return [...signalsOf(before, segment, heads), ...poisons(segment)];
}

function signalsOf(before: Segment, segment: Segment, heads: ReadonlyMap<string, Segment>): readonly Signal[] {
  const { doing } = before.position;
  switch (doing.kind) {
    case "working":
      return [...segment.events.flatMap((event) => answersIn(event, segment)), { kind: "lost" }, { kind: "polled" }];
    case "forked":
      if (doing.run) return [];
      return afterFork(segment, doing, heads);
    case "closing":
      return [{ kind: "closed", events: eventsOf(before.branch, doing.fork, heads, epochOf(before)) }];
    case "ended":
      return [];
    default:
      return [{ kind: "arrived" }];
  }
}

function answersIn({ type, details }: HistoryEvent, { position: { doing } }: Segment): readonly Signal[] {
  if (type.endsWith("Succeeded")) return [{ kind: "succeeded", output: text(details?.["output"]) ?? "" }];
  if (type === "TaskSubmitted") {
    const job = doing.kind === "working" && doing.job ? { job: doing.job.note } : {};
    return [{ kind: "submitted", output: text(details?.["output"]) ?? "", ...job }];
  }
  if (type.endsWith("TimedOut")) {
    return [
      { kind: "timed-out", by: "timeout" },
      { kind: "timed-out", by: "heartbeat" },
      { kind: "timed-out", by: "worker" },
      { kind: "timed-out", by: "worker" },
    ];
  }
  if (type === "ActivityStarted") {
    const workerName = text(details?.["workerName"]);
    return [workerName === undefined ? { kind: "started" } : { kind: "started", workerName }];
  }
  return type.endsWith("Failed") ? [{ kind: "failed", failure: failureIn(details) }] : [];
}

function failureIn(details: HistoryEvent["details"]): Failure {
  const [error, cause] = [text(details?.["error"]), text(details?.["cause"])];
  return { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function afterFork(segment: Segment, fork: Forked, heads: ReadonlyMap<string, Segment>): readonly Signal[] {
  const { doing, previous } = segment.position;
  if (doing.kind === "closing") {
    return branchesOf(segment.branch, fork, heads).flatMap((head, index) =>
      isFailed(head) ? [{ kind: "branch-failed" as const, index, failure: doing.failure, at: previous }] : [],
    );
  }
  const outputs = branchesOf(segment.branch, fork, heads).map((head) => outputOf(head));
  return [{ kind: "joined", outputs, events: eventsOf(segment.branch, fork, heads, epochOf(segment)) }];
}

function isFailed(head: Segment | undefined): boolean {
  const doing = head?.position.doing;
  return doing?.kind === "ended" && (doing.outcome.status === "FAILED" || doing.outcome.status === "TIMED_OUT");
}

function branchesOf(
  parent: string,
  fork: Forked,
  heads: ReadonlyMap<string, Segment>,
): readonly (Segment | undefined)[] {
  return Array.from({ length: fork.width }, (_, index) => heads.get(`${parent}/${fork.claim}.${index}`));
}

function outputOf(head: Segment | undefined): string {
  const doing = head?.position.doing;
  return doing?.kind === "ended" && doing.outcome.status === "SUCCEEDED" ? doing.outcome.output : "";
}

/** All events of the branches in that epoch, those of their own open forks with them. */
function eventsOf(parent: string, fork: Forked, heads: ReadonlyMap<string, Segment>, epoch: number): number {
  return branchesOf(parent, fork, heads).reduce((sum, head) => {
    if (head === undefined || epochOf(head) < epoch) return sum;
    const { doing, events, scope } = head.position;
    const open = doing.kind === "ended" ? doing.open : undefined;
    const inner = open === undefined ? 0 : eventsOf(head.branch, open, heads, epoch) + firstWave(open);
    return sum + events - (scope?.eventsBefore ?? 0) + inner;
  }, 0);
}

/** A step that threw again and again. */
function poisons({ position: { doing } }: Segment): readonly Signal[] {
  if (doing.kind !== "ended" || doing.outcome.status !== "FAILED") return [];
  const cause = doing.outcome.failure.cause ?? "";
  return [{ kind: "poisoned", cause: cause.slice(cause.indexOf("). ") + 3) }];
}
