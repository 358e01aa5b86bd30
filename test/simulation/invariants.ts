/** What must hold after every run, whatever went wrong in it (docs/ARCHITECTURE.md, invariants). */
import type { Definition } from "../../lib/asl/definition.ts";
import type { AwsHistoryEvent } from "../../lib/asl/history.ts";
import { decodeSegment } from "../../lib/engine/codec.ts";
import { endingOf } from "../../lib/engine/effects.ts";
import { readHistory, readSegments } from "../../lib/engine/history.ts";
import type { ExecutionId } from "../../lib/engine/ports.ts";
import type { Header, Segment } from "../../lib/engine/segment.ts";
import { folded } from "./folding.ts";
import type { Run } from "./harness.ts";
import { childrenIn, isOfRun, mapRunFaults, segmentsOf } from "./map-runs.ts";
import { ordered } from "./order.ts";

const terminal = /^Execution(Succeeded|Failed|TimedOut|Aborted)$/;

/** Every violation, in words. */
export async function violations(run: Run): Promise<readonly string[]> {
  const found: string[] = run.surprises
    .filter((error) => !comesBetween(run, error))
    .map((error) => `threw: ${error instanceof Error ? error.stack : String(error)}`);
  // The client's own retry of a start is no second start.
  if (run.started === "exists") found.push("a start was told that somebody else had started it");
  found.push(...invocationFaults(run), ...loose(run));
  const summary = run.world.summary(run.id);
  if (!summary) return run.started === "started" ? [...found, "an acknowledged start was lost"] : found;

  const executions = new Map<ExecutionId, readonly Segment[]>();
  for (const { id } of [summary, ...childrenIn(run)]) executions.set(id, segmentsOf(run, id));
  for (const [id, written] of executions) {
    const faults = await executionFaults(id === run.id ? run : asChild(run, id, written), written);
    found.push(...faults.map((fault) => (id === run.id ? fault : `${id}: ${fault}`)));
  }
  const all = [...executions.values()].flat();
  found.push(...answersKept(run, all), ...jobFaults(run, all), ...(await mapRunFaults(run, executions)));
  return found;
}

/** The rows of one that ended long ago go within minutes of each other; whoever comes in between is asked again. */
function comesBetween({ scenario }: Run, error: unknown): boolean {
  return scenario.open === "for months" && error instanceof Error && / has no first segment$/.test(error.message);
}

/** The same judgement for a child of a Map Run, which is an execution like any other. */
function asChild(run: Run, id: ExecutionId, written: readonly Segment[]): Run {
  const input = written[0]?.events[0]?.details?.["input"];
  return { ...run, id, redrives: [], scenario: { ...run.scenario, input: JSON.parse(String(input)) } };
}

async function executionFaults(run: Run, written: readonly Segment[]): Promise<readonly string[]> {
  const header = written.findLast(({ branch, header }) => branch === "" && header)?.header;
  if (!header) return ["there is a summary and no first segment"];
  const definition = await run.engine.definition(header.definition);
  const found = [...(await reachable(run, written)), ...ordered(run, definition, written)];
  found.push(...summaryFaults(run, header, written), ...redrivesKept(run, header, written));
  found.push(...(await folded(run, header, definition, written)));
  if (isSettled(written)) found.push(...historyFaults(await readHistory(run.engine, run.id), definition, written));
  return found;
}

/** No attempt is made twice, and none succeeds that was not made. */
function invocationFaults({ outside, scenario }: Run): readonly string[] {
  if (scenario.atLeastOnce) return [];
  return [...outside.invocations.values()].flatMap(({ key, times }) =>
    times === 1 ? [] : [`${key} was invoked ${times} times`],
  );
}

/** Nothing is left lying about: no message, no dead letter, no timer. */
function loose({ world }: Run): readonly string[] {
  return (["flow", "tasks", "dead"] as const).flatMap((box) => {
    const count = world.waiting(box);
    return count === 0 ? [] : [`${count} messages are left in ${box}`];
  });
}

/** All that was written is found by following the forks, but for what a closed scope never began. */
async function reachable(run: Run, written: readonly Segment[]): Promise<readonly string[]> {
  const read = await readSegments(run.engine, run.id);
  const lost = written.length - read.length;
  return lost === 0 ? [] : [`${lost} segments are not found by following the forks`];
}

function summaryFaults(run: Run, header: Header, written: readonly Segment[]): readonly string[] {
  const summary = run.world.summary(run.id);
  const head = written.findLast(({ branch }) => branch === "");
  if (head?.position.doing.kind !== "ended") {
    return [`it never ended: ${JSON.stringify(head?.position.doing)?.slice(0, 300)}`];
  }
  const ending = endingOf(head, header, 0);
  return (["status", "stoppedAt", "error", "cause"] as const).flatMap((field) =>
    summary?.[field] === ending[field]
      ? []
      : [`the summary's ${field} is ${summary?.[field]}, the log's ${ending[field]}`],
  );
}

/** A token's holder who was told "accepted" finds his answer in the log; one who retries is not told off for it. */
function answersKept({ holders }: Run, written: readonly Segment[]): readonly string[] {
  const outputs = new Set(
    written.flatMap(({ events }) =>
      events.flatMap(({ type, details }) => (type.endsWith("Succeeded") ? [details?.["output"]] : [])),
    ),
  );
  return holders.told.flatMap(({ attempt, output, verdict }) => {
    const isKept = outputs.has(output);
    if (verdict === "invalid-token") return [`the token of ${attempt} was called invalid`];
    if (verdict === "accepted" && !isKept) return [`the answer of ${attempt} was accepted and is not in the log`];
    if (verdict === "timed-out" && isKept)
      return [`the answer of ${attempt} is in the log, and its sender was told "timed out"`];
    return [];
  });
}

/** So long a token is known again at least: a quarter of an hour, where two clocks are ten minutes apart. */
const tokenLife = 5 * 60_000;

/** Who was told that he redrove it did so, once; and who was refused did not, unless his first try was long ago. */
function redrivesKept({ redrives, world, id }: Run, header: Header, written: readonly Segment[]): readonly string[] {
  const done = written.flatMap(({ events, nonce }) => (events[0]?.type === "ExecutionRedriven" ? [nonce] : []));
  const faults = redrives.flatMap(({ nonce, told, asked }) => {
    const times = done.filter((one) => one === nonce).length;
    if (told === "redriven") return times === 1 ? [] : [`a redrive was acknowledged and made ${times} times`];
    return times > (told === "no answer" || asked > tokenLife ? 1 : 0)
      ? [`a redrive was told "${told}" and made ${times} times`]
      : [];
  });
  const summary = world.summary(id);
  const counts = [done.length, header.redriveCount, header.epoch, summary?.redrives?.count ?? 0, summary?.epoch];
  if (counts.some((count) => count !== done.length)) faults.push(`redriven ${counts.join(", ")} times`);
  return faults;
}

/** A job that the log knows of has either told its end, or been stopped: none runs on for nobody. */
function jobFaults({ outside }: Run, written: readonly Segment[]): readonly string[] {
  const known = new Set(
    written.flatMap(({ position: { doing } }) => (doing.kind === "working" && doing.job ? [doing.job.note] : [])),
  );
  return [...known].flatMap((key) => {
    const job = outside.jobs.get(key);
    return job === undefined || job.told || job.stopped ? [] : [`the job of ${key} runs on, and nobody waits for it`];
  });
}

function isSettled(written: readonly Segment[]): boolean {
  const heads = new Map(written.map((segment) => [segment.branch, segment]));
  return [...heads.values()].every(({ position }) => position.doing.kind === "ended");
}

function historyFaults(
  events: readonly AwsHistoryEvent[],
  definition: Definition,
  written: readonly Segment[],
): readonly string[] {
  const found: string[] = [];
  events.forEach((event, index) => {
    if (event.id !== index + 1) found.push(`event ${index + 1} has id ${event.id}`);
    if (event.previousEventId >= event.id) found.push(`event ${event.id} follows ${event.previousEventId}`);
    const before = events[index - 1];
    if (before && before.timestamp > event.timestamp) found.push(`event ${event.id} is earlier than ${before.id}`);
  });
  if (events[0]?.type !== "ExecutionStarted") found.push(`the history begins with ${events[0]?.type}`);
  const ends = events.filter(({ type }) => terminal.test(type));
  const redriven = events.filter(({ type }) => type === "ExecutionRedriven");
  if (ends.length !== redriven.length + 1 || !terminal.test(events.at(-1)?.type ?? "")) {
    found.push(`the history ends ${ends.length} times, last with ${events.at(-1)?.type}`);
  }
  for (const { id, previousEventId } of redriven) {
    if (previousEventId !== id - 1 || !terminal.test(events[id - 2]?.type ?? ""))
      found.push(`event ${id} redrives what has not ended right before`);
  }
  return [...found, ...iterations(events, definition, written, redriven.length)];
}

/** As the user sees it: every iteration that began ended, and never more of them ran than MaxConcurrency allows. */
function iterations(
  events: readonly AwsHistoryEvent[],
  definition: Definition,
  written: readonly Segment[],
  redrives: number,
): readonly string[] {
  const forks = new Map<string, number[]>();
  for (const { seq, position } of written) {
    const { doing, state } = position;
    if (doing.kind === "forked" && doing.claim === seq)
      forks.set(state, [...(forks.get(state) ?? []), doing.concurrency]);
  }
  const ofMaps = events.filter(({ type }) => type.startsWith("MapIteration"));
  return [...definition.states.values()].flatMap((state) => {
    if (state.type !== "Map") return [];
    const mine = ofMaps.filter((event) => nameOf(event) === state.name);
    const most = highest(mine);
    const begun = mine.filter(({ type }) => type === "MapIterationStarted").length;
    const left = begun * 2 - mine.length - endedSilently(written, state.name);
    // One that goes on ends again, and is not started again.
    if (redrives > 0) return left <= 0 ? [] : [`${left} iterations of ${state.name} began and did not end`];
    const [concurrency = 0, ...others] = forks.get(state.name) ?? [];
    const unended = left === 0 ? [] : [`${left} iterations of ${state.name} began and did not end`];
    const tooMany =
      others.length === 0 && most > concurrency ? [`${most} iterations of ${state.name} ran at once`] : [];
    return [...unended, ...tooMany];
  });
}

/** What nobody can answer ends the execution before the iteration can say that it has failed. */
function endedSilently(written: readonly Segment[], map: string): number {
  return written.filter(({ position: { doing, scope } }) => {
    if (scope?.kind !== "Map" || scope.state !== map || doing.kind !== "ended") return false;
    return doing.outcome.status === "FAILED" && doing.outcome.failure.error === "States.Runtime";
  }).length;
}

function nameOf(event: AwsHistoryEvent): unknown {
  const [, details] = Object.entries(event).find(([key]) => /^mapIteration\w+EventDetails$/.test(key)) ?? [];
  return details !== null && typeof details === "object" && "name" in details ? details.name : undefined;
}

function highest(events: readonly AwsHistoryEvent[]): number {
  let running = 0;
  let most = 0;
  for (const { type } of events) {
    running += type === "MapIterationStarted" ? 1 : -1;
    most = Math.max(most, running);
  }
  return most;
}

/** The segments of a run, for a failure's report. */
export function trace(run: Run): string {
  const lines = run.world.segments().map((record) => {
    if (isOfRun(record)) return `${record.execution}#${record.seq}: ${record.body}`;
    const { branch, seq, by, position, events, now } = decodeSegment(record);
    return `${now} ${record.execution === run.id ? "" : record.execution}${branch}#${seq} by ${by}: ${events.map(({ type }) => type).join(" ")} -> ${position.doing.kind}`;
  });
  return lines.join("\n");
}
