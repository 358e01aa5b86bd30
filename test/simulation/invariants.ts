/** What must hold after every run, whatever went wrong in it (docs/ARCHITECTURE.md, invariants). */
import { decodeSegment } from "../../lib/engine/codec.ts";
import { readHistory, readSegments } from "../../lib/engine/history.ts";
import type { Segment } from "../../lib/engine/segment.ts";
import type { Run } from "./harness.ts";

const terminal = /^Execution(Succeeded|Failed|TimedOut|Aborted)$/;

/** Every violation, in words. */
export async function violations(run: Run): Promise<readonly string[]> {
  const found: string[] = run.surprises.map(
    (error) => `threw: ${error instanceof Error ? error.stack : String(error)}`,
  );
  const segments = await readSegments(run.engine, run.id);
  const summary = run.world.summaries().find(({ id }) => id === run.id);
  if (!summary) return run.acknowledged ? [...found, "an acknowledged start was lost"] : found;
  found.push(...density(segments), ...attempts(run), ...loose(run));
  const head = segments.filter(({ branch }) => branch === "").at(-1);
  const doing = head?.position.doing;
  if (doing?.kind !== "ended") found.push(`it never ended: ${JSON.stringify(doing)?.slice(0, 300)}`);
  else if (summary.status !== doing.outcome.status) {
    found.push(`the summary says ${summary.status}, the log ${doing.outcome.status}`);
  }
  if (doing?.kind === "ended") found.push(...openBranches(segments), ...(await historyFaults(run)));
  return found;
}

/** One segment for each number from 0, and all that were written are found by following the forks. */
function density(segments: readonly Segment[]): readonly string[] {
  const next = new Map<string, number>();
  const ordered = [...segments].sort((a, b) => a.seq - b.seq);
  return ordered.flatMap(({ branch, seq }) => {
    const expected = next.get(branch) ?? 0;
    next.set(branch, seq + 1);
    return seq === expected ? [] : [`branch '${branch}' has segment ${seq} where ${expected} should be`];
  });
}

function attempts({ invocations }: Run): readonly string[] {
  return [...invocations].flatMap(([key, count]) => (count === 1 ? [] : [`${key} was invoked ${count} times`]));
}

/** Nothing is left lying about: no message, no dead letter, no timer. */
function loose({ world }: Run): readonly string[] {
  return (["flow", "tasks", "dead"] as const).flatMap((box) => {
    const count = world.waiting(box);
    return count === 0 ? [] : [`${count} messages are left in ${box}`];
  });
}

/** A settled execution has no branch that still runs. */
function openBranches(segments: readonly Segment[]): readonly string[] {
  const heads = new Map<string, Segment>();
  for (const segment of segments) {
    const before = heads.get(segment.branch);
    if (!before || before.seq < segment.seq) heads.set(segment.branch, segment);
  }
  return [...heads.values()].flatMap(({ branch, position }) =>
    position.doing.kind === "ended" ? [] : [`branch '${branch}' is still ${position.doing.kind}`],
  );
}

async function historyFaults({ engine, id }: Run): Promise<readonly string[]> {
  const events = await readHistory(engine, id);
  const found: string[] = [];
  events.forEach((event, index) => {
    if (event.id !== index + 1) found.push(`event ${index + 1} has id ${event.id}`);
    if (event.previousEventId >= event.id) found.push(`event ${event.id} follows ${event.previousEventId}`);
    const before = events[index - 1];
    if (before && before.timestamp > event.timestamp) found.push(`event ${event.id} is earlier than ${before.id}`);
  });
  if (events[0]?.type !== "ExecutionStarted") found.push(`the history begins with ${events[0]?.type}`);
  const ends = events.filter(({ type }) => terminal.test(type));
  if (ends.length !== 1 || !terminal.test(events.at(-1)?.type ?? "")) {
    found.push(`the history ends ${ends.length} times, last with ${events.at(-1)?.type}`);
  }
  return found;
}

/** The segments of a run, for a failure's report. */
export function trace(run: Run): string {
  const lines = run.world.segments().map((record) => {
    const { branch, seq, by, position, events, now } = decodeSegment(record);
    return `${now} ${branch}#${seq} by ${by}: ${events.map(({ type }) => type).join(" ")} -> ${position.doing.kind}`;
  });
  return lines.join("\n");
}
