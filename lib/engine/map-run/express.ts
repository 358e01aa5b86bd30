/**
 * EXPRESS children of a Map Run. Each runs in memory (`engine/express.ts`), in the worker that has its turn, and
 * leaves one trace: its end, the first segment of a branch of the run's own log. Whoever writes that first decides
 * what the child came to; another copy that ran it as well, or whoever closes the run meanwhile, finds it there.
 */
import type { Engine } from "../engine.ts";
import { carryExpress } from "../express-start.ts";
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
}

/** The branches of the run's log that hold the ends of its children: `/0.index`. */
const ends = 0;

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

/** Writes the end of a child, or answers the one that stands there. */
export async function commitEnd(engine: Engine, run: MapRunId, end: ChildEnd): Promise<ChildEnd> {
  const { nonce, report, token, frontier } = end;
  const body = JSON.stringify({ v: runFormatVersion, n: nonce, r: report, k: token, f: frontier });
  const branch = branchPath("", ends, report.index);
  const expires = expiry(engine, engine.world.clock.now());
  const answer = await engine.world.log.append({ execution: run, branch, seq: 0, body, expires });
  return answer.kind === "appended" ? end : decode(answer.winner);
}

/** Undefined: it has not ended. */
export async function endOf(engine: Engine, run: MapRunId, index: number): Promise<ChildEnd | undefined> {
  const record = await engine.world.log.head(run, branchPath("", ends, index));
  return record && decode(record);
}

/** Those of a group of 256, by index. */
export async function endsIn(engine: Engine, run: MapRunId, group: number): Promise<ReadonlyMap<number, ChildEnd>> {
  const found = new Map<number, ChildEnd>();
  for await (const page of engine.world.log.read(run, { parent: "", forkSeq: ends, group })) {
    for (const end of page.map(decode)) found.set(end.report.index, end);
  }
  return found;
}

function decode({ body }: SegmentRecord): ChildEnd {
  const read = JSON.parse(body);
  checkRunFormat(read.v);
  return { nonce: read.n, report: read.r, token: read.k, frontier: read.f };
}
