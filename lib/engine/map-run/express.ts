/**
 * EXPRESS children of a Map Run. Each runs in memory (`engine/express.ts`), in the worker that has its turn, and
 * leaves one trace: its end, the first segment of a branch of the run's own log. Whoever writes that first decides
 * what the child came to; another copy that ran it as well, or whoever closes the run meanwhile, finds it there.
 */
import type { Engine } from "../engine.ts";
import { carryExpress } from "../express-start.ts";
import { groupWidth } from "../group-width.ts";
import { branchPath, childId, expressArn, hashOf, uuidFrom } from "../identity.ts";
import type { MapRunId, SegmentRecord } from "../ports.ts";
import { expiry } from "../record.ts";
import type { Token } from "../segment.ts";
import { tracedOf, traceOfCall } from "../traces.ts";
import type { ChildInput } from "./chunks.ts";
import { checkRunFormat, runFormatVersion } from "./log.ts";
import type { ChildReport } from "./reports.ts";
import type { RunState } from "./run.ts";

/** The end of a child as the log has it. */
export interface ChildEnd {
  /** Drawn by its writer. */
  readonly nonce: string;
  readonly report: ChildReport;
  /** Whose turn it was. */
  readonly token: Token;
  /** The chunk of items from which on the token looks for its next child. */
  readonly frontier: number;
  /** How often the run had been redriven by then. */
  readonly epoch: number;
}

/** As it was found. */
export type FoundEnd = ChildEnd & { readonly seq: number };

/** What has succeeded stays so; anything else a redrive runs again. */
export function holdsIn({ report, epoch: written }: ChildEnd, epoch: number): boolean {
  return written === epoch || (written < epoch && report.outcome.status === "SUCCEEDED");
}

/** Whose turn it was, if that was in this epoch. */
export function tokenIn(epoch: number, end: ChildEnd | undefined): Token | undefined {
  return end?.epoch === epoch ? end.token : undefined;
}

/** From which chunk on its token looks for the next child. Who succeeded before a redrive speaks of chunks as they were taken then. */
export function frontierIn(epoch: number, end: ChildEnd): number {
  return end.epoch === epoch ? end.frontier : Math.floor(end.report.index / groupWidth);
}

/** The branches of the run's log that hold the ends of its children: `/0.index`. */
export const ends = 0;

/** Runs it from its beginning, whoever may have run it before. */
export async function runChild(
  engine: Engine,
  run: MapRunId,
  state: RunState,
  { index, input, items }: ChildInput & { readonly index: number },
  signal: AbortSignal,
): Promise<ChildReport> {
  const parent = await engine.header(state.parent.execution);
  const traceHeader = traceOfCall(engine, () => tracedOf(parent), state.parent, parent.traceHeader);
  const [hash] = parent.definition.split("#");
  const ended = await carryExpress(
    engine,
    {
      kind: "express",
      execution: childId(run, index),
      branch: "",
      run: runOf(run, index),
      definition: `${hash}#${state.state}`,
      roleArn: parent.roleArn,
      startedAt: engine.world.clock.now(),
      input,
      ...(parent.version !== undefined && { version: parent.version }),
      ...(parent.alias !== undefined && { alias: parent.alias }),
      ...(traceHeader === undefined ? {} : { traceHeader }),
      ...(parent.log === undefined ? {} : { log: parent.log }),
      ...(parent.strictQuotas && { strictQuotas: parent.strictQuotas }),
    },
    signal,
  );
  const { outcome, startedAt, stoppedAt } = ended;
  return { index, items, startedAt, stoppedAt, outcome };
}

/** Tells runs of the same name apart, of which a child has one. */
function runOf(run: MapRunId, index: number): string {
  return uuidFrom(hashOf(`express ${run} ${index}`));
}

export function expressChildArn(run: MapRunId, index: number): string {
  return expressArn(childId(run, index), runOf(run, index));
}

/** Writes the end of a child behind the one of an earlier epoch, or answers the one that stands there. */
export async function commitEnd(
  engine: Engine,
  run: MapRunId,
  end: ChildEnd,
  before: FoundEnd | undefined,
): Promise<ChildEnd> {
  const { nonce, report, token, frontier, epoch } = end;
  const redriven = epoch === 0 ? {} : { e: epoch };
  const body = JSON.stringify({ v: runFormatVersion, n: nonce, r: report, k: token, f: frontier, ...redriven });
  const branch = branchPath("", ends, report.index);
  const expires = expiry(engine, engine.world.clock.now());
  const answer = await engine.world.log.append({ execution: run, branch, seq: (before?.seq ?? -1) + 1, body, expires });
  return answer.kind === "appended" ? end : decode(answer.winner);
}

/** The latest; undefined: it has never ended. */
export async function endOf(engine: Engine, run: MapRunId, index: number): Promise<FoundEnd | undefined> {
  const record = await engine.world.log.head(run, branchPath("", ends, index));
  return record && decode(record);
}

/** The latest ones of a group of 256, by index. */
export async function endsIn(engine: Engine, run: MapRunId, group: number): Promise<ReadonlyMap<number, FoundEnd>> {
  const found = new Map<number, FoundEnd>();
  for await (const page of engine.world.log.read(run, { parent: "", forkSeq: ends, group })) {
    for (const end of page.map(decode)) {
      if ((found.get(end.report.index)?.seq ?? -1) < end.seq) found.set(end.report.index, end);
    }
  }
  return found;
}

function decode({ body, seq }: SegmentRecord): FoundEnd {
  const read = JSON.parse(body);
  checkRunFormat(read.v);
  return { nonce: read.n, report: read.r, token: read.k, frontier: read.f, epoch: read.e ?? 0, seq };
}
