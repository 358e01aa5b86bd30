/**
 * What must hold of Map Runs: each child once, never more at once than may be, the run's own numbers true, its
 * files complete, nobody at work when the parent goes on; and of each child whatever holds of an execution.
 */
import type { SimulatedWorld } from "../../lib/adapters/simulated/world.ts";
import { decodeSegment } from "../../lib/engine/codec.ts";
import { childId } from "../../lib/engine/identity.ts";
import { ends } from "../../lib/engine/map-run/counts.ts";
import { idOf, isDistributed } from "../../lib/engine/map-run/open.ts";
import type { ChildReport } from "../../lib/engine/map-run/reports.ts";
import type { RunState } from "../../lib/engine/map-run/run.ts";
import type { ExecutionId, ExecutionSummary, MapRunId, SegmentRecord } from "../../lib/engine/ports.ts";
import type { Segment } from "../../lib/engine/segment.ts";
import type { Run } from "./harness.ts";

/** By execution, of worlds in which nothing is written any more. */
const logs = new WeakMap<SimulatedWorld, ReadonlyMap<string, readonly SegmentRecord[]>>();

function logsOf(world: SimulatedWorld): ReadonlyMap<string, readonly SegmentRecord[]> {
  const known = logs.get(world);
  if (known !== undefined) return known;
  const found = new Map<string, SegmentRecord[]>();
  for (const record of world.segments()) {
    const log = found.get(record.execution);
    if (log === undefined) found.set(record.execution, [record]);
    else log.push(record);
  }
  logs.set(world, found);
  return found;
}

/** Of one execution, in the order in which they were written, after the run. */
export function segmentsOf({ world }: Pick<Run, "world">, id: ExecutionId): readonly Segment[] {
  return (logsOf(world).get(id) ?? []).map(decodeSegment);
}

export function childrenIn({ world }: Pick<Run, "world">): readonly ExecutionSummary[] {
  return world.summaries().filter(({ mapRun }) => mapRun !== undefined);
}

/** The log of a Map Run, which holds states, ends and claims, and no segments. */
export function isOfRun({ body }: SegmentRecord): boolean {
  return /^{"v":\d+,"n":/.test(body);
}

interface Fork {
  readonly id: MapRunId;
  readonly parent: Segment;
  readonly concurrency: number;
}

export async function mapRunFaults(
  run: Run,
  executions: ReadonlyMap<ExecutionId, readonly Segment[]>,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [execution, written] of executions) {
    const forks = written.flatMap(forkIn);
    if (forks.length === 0) continue;
    found.push(...forks.flatMap((fork) => faultsOf(run, fork, written)));
    found.push(...(await listFaults(run, execution, forks)));
  }
  return found;
}

/** Each run stands once in the list of its execution, as what its log says. */
async function listFaults(run: Run, execution: ExecutionId, forks: readonly Fork[]): Promise<readonly string[]> {
  const { items } = await run.engine.world.mapRuns.list(execution, 10_000);
  return [...new Set(forks.map(({ id }) => id))].flatMap((id) => {
    const last = run.world.segments().findLast((record) => record.execution === id && record.branch === "");
    if (!last) return [];
    const { phase }: RunState = JSON.parse(last.body).s;
    const stoppedAt = phase.kind === "ended" ? phase.stoppedAt : undefined;
    const entries = items.filter((entry) => entry.id === id);
    const ends = entries.map((entry) => entry.stoppedAt ?? "open");
    return entries.length === 1 && entries[0]?.stoppedAt === stoppedAt
      ? []
      : [`Map Run ${id} ended at ${stoppedAt} and is listed ${entries.length} times: ${ends.join(", ")}`];
  });
}

function forkIn(segment: Segment): readonly Fork[] {
  const { doing } = segment.position;
  if (doing.kind !== "forked" || doing.claim !== segment.seq || !isDistributed(doing)) return [];
  return [{ id: idOf(doing.run), parent: segment, concurrency: doing.concurrency }];
}

function faultsOf(run: Run, fork: Fork, siblings: readonly Segment[]): readonly string[] {
  const { id, parent } = fork;
  const records = run.world.segments();
  const own = records.filter(({ execution, branch }) => execution === id && branch === "");
  const children = childrenIn(run).filter(({ mapRun }) => mapRun === id);
  const next = siblings.find(({ branch, seq }) => branch === parent.branch && seq === parent.seq + 1);
  const found = [
    ...crowding(run, fork, own),
    ...own.flatMap((record, seq) => (record.seq === seq ? [] : [`#${seq} is missing`])),
  ];
  const last = own.at(-1);
  if (!last) return isCut(next) ? [] : [`Map Run ${id} has no log`];
  const { s: state }: { s: RunState } = JSON.parse(last.body);
  if (state.phase.kind !== "ended") return [...found, `Map Run ${id} is still ${state.phase.kind}`];
  found.push(...children.flatMap(({ status, name }) => (status === "RUNNING" ? [`child ${name} still runs`] : [])));
  if (state.express) found.push(...inMemory(run, id, state));
  else found.push(...numbers(run, state, children), ...names(id, state, children));
  found.push(...filesOf(run, state));
  // After a redrive they work again, and so does the parent.
  if (next && !isCut(next) && !state.redriven) found.push(...early(records, next, children));
  return found.map((what) => `Map Run ${id}: ${what}`);
}

function isCut(segment: Segment | undefined): boolean {
  const doing = segment?.position.doing;
  return doing?.kind === "ended" && (doing.outcome.status === "ABORTED" || doing.outcome.status === "TIMED_OUT");
}

/** Its log says the same of its children as they do. */
function numbers(
  run: Run,
  { counts, staged, phase, redriven }: RunState,
  children: readonly ExecutionSummary[],
): readonly string[] {
  const statuses = { succeeded: "SUCCEEDED", failed: "FAILED", timedOut: "TIMED_OUT", aborted: "ABORTED" } as const;
  const wrong = ends.flatMap((end) => {
    const actual = children.filter(({ status }) => status === statuses[end]);
    // A copy of the closing message that comes late may keep from beginning whom nobody would have begun.
    const prevented = actual.filter(({ id }) => segmentsOf(run, id).length === 1).length;
    const surplus = actual.length - counts.executions[end];
    // Who was not redriven before the run was closed again still is what he came to before.
    return surplus === 0 || (surplus > 0 && (redriven !== undefined || surplus <= prevented))
      ? []
      : [`${counts.executions[end]} ${end}, of ${actual.length}`];
  });
  const isWhole = phase.kind === "ended" && phase.outcome.status === "SUCCEEDED";
  if (isWhole && children.length !== staged.children) wrong.push(`${children.length} children of ${staged.children}`);
  return wrong;
}

/** Each EXPRESS child has one end, of which the run's numbers are made, and none of them is an execution. */
function inMemory(run: Run, id: MapRunId, { counts, staged, phase, redriven }: RunState): readonly string[] {
  const records = endsInMemory(run, id);
  const all = run.world.segments();
  const last = all.findLastIndex(({ execution, branch }) => execution === id && branch === "");
  const counted = new Set(endsInMemory(run, id, all.slice(0, last)).map(({ index }) => index));
  // As of executions: a copy of the closing message that comes late may keep from beginning whom nobody would have begun.
  const outcomes = records.filter(({ index, outcome }) => counted.has(index) || outcome.status !== "ABORTED");
  const statuses = { succeeded: "SUCCEEDED", failed: "FAILED", timedOut: "TIMED_OUT", aborted: "ABORTED" } as const;
  const wrong = ends.flatMap((end) => {
    const actual = outcomes.filter(({ outcome }) => outcome.status === statuses[end]).length;
    const isOld = redriven !== undefined && actual > counts.executions[end];
    return isOld || actual === counts.executions[end] ? [] : [`${counts.executions[end]} ${end}, of ${actual}`];
  });
  const isWhole = phase.kind === "ended" && phase.outcome.status === "SUCCEEDED";
  if (isWhole && records.length !== staged.children) wrong.push(`${records.length} ends of ${staged.children}`);
  if (childrenIn(run).some(({ mapRun }) => mapRun === id)) wrong.push("an EXPRESS child has become an execution");
  return wrong;
}

/** What its EXPRESS children came to, in order. */
export function endsInMemory(
  { world }: Pick<Run, "world">,
  id: MapRunId,
  among: readonly SegmentRecord[] = world.segments(),
): readonly ChildReport[] {
  const records = among.filter(({ execution, branch }) => execution === id && /^\/0\./.test(branch));
  const reports = records.map(({ body }): ChildReport => JSON.parse(body).r);
  // Each epoch has an end of its own; the last counts.
  return [...new Map(reports.map((report) => [report.index, report])).values()].sort((a, b) => a.index - b.index);
}

function names(id: MapRunId, { staged }: RunState, children: readonly ExecutionSummary[]): readonly string[] {
  const strangers = without(children, id, 0, staged.children);
  // What was staged and then cut off by the end of the run may have begun before.
  const none = strangers.length === 0 ? [] : without(strangers, id, staged.children, staged.children + 4_096);
  return none.map((child) => `${child.id} is none of its children`);
}

function without(children: readonly ExecutionSummary[], id: MapRunId, from: number, to: number) {
  const known = new Set(Array.from({ length: to - from }, (_, place) => childId(id, from + place)));
  return children.filter((child) => !known.has(child.id));
}

/**
 * Whoever closes a run or a scope does not know whether all have begun that may: he lets them begin and end in one. A
 * copy of him that is late comes to others, of whom nothing else is ever written.
 */
function beginsEnded(record: SegmentRecord): boolean {
  return record.seq === 0 && decodeSegment(record).position.doing.kind === "ended";
}

/** Nobody works for a run whose parent goes on. */
function early(
  records: readonly SegmentRecord[],
  next: Segment,
  children: readonly ExecutionSummary[],
): readonly string[] {
  const at = records.findIndex(
    ({ execution, branch, seq }) => execution === next.execution && branch === next.branch && seq === next.seq,
  );
  const ids = new Set(children.map(({ id }) => id));
  const late = records.slice(at).filter((record) => ids.has(record.execution) && !beginsEnded(record));
  return late.length === 0 ? [] : [`${late.length} segments of children come after the parent's #${next.seq}`];
}

function crowding({ world }: Run, { id, concurrency }: Fork, own: readonly SegmentRecord[]): readonly string[] {
  const ids = new Set(childrenIn({ world }).flatMap((child) => (child.mapRun === id ? [child.id] : [])));
  const running = new Set<ExecutionId>();
  let most = 0;
  for (const record of world.segments()) {
    if (!ids.has(record.execution) || record.branch !== "") continue;
    if (decodeSegment(record).position.doing.kind === "ended") running.delete(record.execution);
    else running.add(record.execution);
    most = Math.max(most, running.size);
  }
  const allowed = Math.max(concurrency, ...own.map(({ body }) => allowedBy(JSON.parse(body).s)));
  return most > allowed ? [`${most} children ran at once, at most ${allowed} may`] : [];
}

/** Each token runs one child at a time, also one that UpdateMapRun has withdrawn until that child has ended. */
function allowedBy({ given }: RunState): number {
  return given.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** What the manifest lists is there, and holds as many results as the run has counted. */
function filesOf({ world }: Run, { phase, afterwards }: RunState): readonly string[] {
  if (phase.kind !== "ended" || !phase.written || afterwards.kind !== "write") return [];
  const files = world.files();
  const bodies = phase.written.files.map(({ key }) => [...files].find(([name]) => name.endsWith(`/${key}`))?.[1]);
  const results = bodies.reduce((sum, body) => sum + (body === undefined ? 0 : JSON.parse(body).length), 0);
  return results === phase.written.results ? [] : [`its files hold ${results} results of ${phase.written.results}`];
}
