/**
 * The results of a Map Run, group by group: as files where the state has a ResultWriter (`result-files.ts`); else
 * handed to the parent, which takes them if they are not too long.
 */
import type { ChildEnd, ChildResult } from "../../asl/distributed/results.ts";
import { inItsPlace } from "../../asl/distributed/tolerance.ts";
import type { JsonText } from "../../asl/json.ts";
import type { Instant } from "../../asl/position.ts";
import type { Engine } from "../engine.ts";
import { groupWidth } from "../group-width.ts";
import { childId, executionArn, executionName, labelOf, machineArn, ownName } from "../identity.ts";
import type { MapRunId } from "../ports.ts";
import { childInput, chunkOf, itemsIn } from "./chunks.ts";
import { expressChildArn } from "./express.ts";
import { readRunFork } from "./fork.ts";
import { changeRun, type RunHead } from "./log.ts";
import { reportsOf } from "./reports.ts";
import { NotWritten, openFiles, type ResultFiles } from "./result-files.ts";
import {
  epochIn,
  handOver,
  type RunOutcome,
  type RunState,
  type WrittenSoFar,
  writingEnded,
  writtenUpTo,
} from "./run.ts";
import type { Worked } from "./work.ts";

export async function writeResults(engine: Engine, head: RunHead, key: string, until: Instant): Promise<Worked> {
  const { id, state } = head;
  if (state.phase.kind !== "writing") return "done";
  const { run, distributed } = await readRunFork(engine, state.parent);
  const config = distributed.resultWriter?.config ?? { transformation: "NONE", outputType: "JSON" };
  const written = { ...run, writer: run.writer ?? { resource: "", arguments: "{}" } };
  const files = await openFiles(engine, { id, epoch: epochIn(state), run: written, config }, state.phase.written);
  try {
    return await writeGroups(engine, { id, state }, files, key, until);
  } catch (error) {
    if (!(error instanceof NotWritten)) throw error;
    return fail(engine, id, key, files.group, error);
  }
}

/** Unless another copy of the message is further: it may have completed the very file that this one would add to. */
async function fail(
  engine: Engine,
  id: MapRunId,
  key: string,
  group: number,
  { failure }: NotWritten,
): Promise<Worked> {
  const { state } = await changeRun(engine, id, key, (now, at) => {
    const isFurther = now.phase.kind === "writing" && now.phase.written.group > group;
    return isFurther ? undefined : writingEnded(now, { status: "FAILED", failure }, at);
  });
  return state.phase.kind === "writing" ? "overtaken" : "done";
}

async function writeGroups(
  engine: Engine,
  { id, state }: Pick<RunHead, "id" | "state">,
  files: ResultFiles,
  key: string,
  until: Instant,
): Promise<Worked> {
  if (state.phase.kind !== "writing") return "done";
  const { chunks } = state.staged;
  for (let group = state.phase.written.group; group < chunks; group++) {
    files.add(await resultsOf(engine, id, state, group), itemsIn(await chunkOf(engine, id, group)));
    // Of short results all there are may be less than a part: what there is so far is left to the next worker.
    if (!files.areDue && group + 1 < chunks && engine.world.clock.now() < until) continue;
    const written = await files.put(group + 1, group + 1 === chunks);
    const { state: after } = await changeRun(engine, id, key, (now) => writtenUpTo(now, written));
    if (after.phase.kind !== "writing" || after.phase.written.group !== written.group) return "overtaken";
    if (engine.world.clock.now() < until) continue;
    await changeRun(engine, id, key, handOver);
    return "done";
  }
  const complete = await files.complete();
  return end(engine, id, key, state.phase.outcome, complete);
}

async function end(
  engine: Engine,
  id: MapRunId,
  key: string,
  outcome: RunOutcome,
  written: WrittenSoFar,
): Promise<Worked> {
  await changeRun(engine, id, key, (now, at) => writingEnded(now, outcome, at, written));
  return "done";
}

/** The results of a group, in order; of children that have not ended, too. */
export async function resultsOf(
  engine: Engine,
  run: MapRunId,
  state: RunState,
  group: number,
): Promise<readonly ChildResult[]> {
  const chunk = await chunkOf(engine, run, group);
  const reports = await reportsOf(engine, run, state, group);
  const { machine, ...tenant } = executionName(run);
  const stateMachineArn = `${machineArn(tenant, machine)}/${labelOf(run)}`;
  const results: ChildResult[] = [];
  for (let place = 0; place < chunk.size; place++) {
    const index = group * groupWidth + place;
    const child = await childInput(engine, run, chunk, index);
    if (!child) break;
    const id = childId(run, index);
    const arn = state.express ? expressChildArn(run, index) : executionArn(id);
    const common = { executionArn: arn, name: ownName(id), stateMachineArn, input: child.input };
    const report = reports.get(index);
    const end: ChildEnd = report ? { ...report.outcome, stoppedAt: report.stoppedAt } : { status: "PENDING" };
    const { startedAt = 0, redriveCount } = report ?? {};
    results.push({ ...common, startedAt, ...(redriveCount !== undefined && { redriveCount }), end });
  }
  return results;
}

/** The outputs of the children, in order. */
export async function outputsOf(engine: Engine, run: MapRunId, state: RunState): Promise<readonly JsonText[]> {
  const outputs: JsonText[] = [];
  for (let group = 0; group < state.staged.chunks; group++) {
    const reports = await reportsOf(engine, run, state, group);
    const inOrder = [...reports.values()].sort((a, b) => a.index - b.index);
    for (const { outcome } of inOrder)
      outputs.push(outcome.status === "SUCCEEDED" ? outcome.output : inItsPlace(outcome));
  }
  return outputs;
}
