/**
 * The results of a Map Run, group by group: as files where the state has a ResultWriter, each of a bounded size
 * and put as a whole; else handed to the parent, which takes them if they are not too long.
 */
import type { WriterConfig } from "../../asl/definition.ts";
import {
  bucketOf,
  type ChildEnd,
  type ChildResult,
  type ListedFile,
  manifestOf,
  type ResultKind,
  resultBody,
  resultKey,
  resultKindOf,
  resultKinds,
  resultRecords,
} from "../../asl/distributed/results.ts";
import type { JsonText } from "../../asl/json.ts";
import type { Failure, Instant, MapRun } from "../../asl/position.ts";
import type { Engine } from "../engine.ts";
import { groupWidth } from "../group-width.ts";
import { childId, executionArn, executionName, labelOf, machineArn, ownName } from "../identity.ts";
import type { MapRunId } from "../ports.ts";
import { childInput, chunkOf, itemsIn } from "./chunks.ts";
import { expressChildArn } from "./express.ts";
import { readRunFork } from "./fork.ts";
import { changeRun, type RunHead } from "./log.ts";
import { reportsOf } from "./reports.ts";
import { handOver, type RunOutcome, type RunState, type WrittenSoFar, writingEnded, writtenUpTo } from "./run.ts";
import type { Worked } from "./work.ts";

/** Characters of records that are held before they become files. */
const fileLength = 8 * 1024 * 1024;

export async function writeResults(engine: Engine, head: RunHead, key: string, until: Instant): Promise<Worked> {
  const { id, state } = head;
  if (state.phase.kind !== "writing") return "done";
  const { run, distributed } = await readRunFork(engine, state.parent);
  const config = distributed.resultWriter?.config ?? { transformation: "NONE", outputType: "JSON" };
  const files = new Files(engine, { ...run, writer: run.writer ?? { resource: "", arguments: "{}" } }, config);
  const end = async (outcome: RunOutcome): Promise<Worked> => {
    await changeRun(engine, id, key, (now, at) => writingEnded(now, outcome, at));
    return "done";
  };
  let written = state.phase.written;
  for (let group = written.group; group < state.staged.chunks; group++) {
    files.add(await resultsOf(engine, id, state, group), itemsIn(await chunkOf(engine, id, group)));
    if (!files.areDue && group + 1 < state.staged.chunks) continue;
    const put = await files.put({ ...written, group: group + 1 });
    if ("failure" in put) return end({ status: "FAILED", failure: put.failure });
    written = put.written;
    const { state: after } = await changeRun(engine, id, key, (now) => writtenUpTo(now, written));
    if (after.phase.kind !== "writing" || after.phase.written.group !== written.group) return "overtaken";
    if (engine.world.clock.now() < until) continue;
    await changeRun(engine, id, key, handOver);
    return "done";
  }
  const refused = await files.putManifest(written);
  return end(refused ? { status: "FAILED", failure: refused } : state.phase.outcome);
}

type Put = { readonly written: WrittenSoFar } | { readonly failure: Failure };

class Files {
  readonly #engine: Engine;
  readonly #run: MapRun & { readonly writer: NonNullable<MapRun["writer"]> };
  readonly #config: WriterConfig;
  #records = new Map<ResultKind, JsonText[]>();
  #length = 0;
  #results = 0;
  #items = 0;

  constructor(engine: Engine, run: MapRun & { readonly writer: NonNullable<MapRun["writer"]> }, config: WriterConfig) {
    this.#engine = engine;
    this.#run = run;
    this.#config = config;
  }

  add(results: readonly ChildResult[], items: number): void {
    this.#items += items;
    for (const result of results) {
      const kind = resultKindOf(result);
      const records = resultRecords([result], this.#config.transformation);
      this.#length += records.reduce((sum, record) => sum + record.length, 0);
      const before = this.#records.get(kind);
      if (before) before.push(...records);
      else this.#records.set(kind, [...records]);
    }
    this.#results += results.length;
  }

  get areDue(): boolean {
    return this.#length >= fileLength;
  }

  async put(before: WrittenSoFar): Promise<Put> {
    const files: ListedFile[] = [...before.files];
    for (const kind of resultKinds) {
      const records = this.#records.get(kind);
      if (!records) continue;
      const number = files.filter((file) => file.kind === kind).length;
      const key = resultKey(this.#run, this.#config, kind, number);
      const body = resultBody(records, this.#config);
      const failure = await this.#write(key, body);
      if (failure) return { failure };
      files.push({ kind, key, size: Buffer.byteLength(body) });
    }
    const written = { ...before, files, results: before.results + this.#results, items: before.items + this.#items };
    this.#records = new Map();
    this.#length = 0;
    this.#results = 0;
    this.#items = 0;
    return { written };
  }

  putManifest({ files }: WrittenSoFar): Promise<Failure | undefined> {
    const { key, body } = manifestOf(this.#run, files);
    return this.#write(key, body);
  }

  async #write(key: string, body: string): Promise<Failure | undefined> {
    const answer = await this.#engine.world.objects.write({ bucket: bucketOf(this.#run), key }, body);
    return answer.kind === "refused" ? { error: "States.ResultWriterFailed", cause: answer.why } : undefined;
  }
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

/** The outputs of the children that have succeeded, in order. */
export async function outputsOf(engine: Engine, run: MapRunId, state: RunState): Promise<readonly JsonText[]> {
  const outputs: JsonText[] = [];
  for (let group = 0; group < state.staged.chunks; group++) {
    const reports = await reportsOf(engine, run, state, group);
    const inOrder = [...reports.values()].sort((a, b) => a.index - b.index);
    for (const { outcome } of inOrder) if (outcome.status === "SUCCEEDED") outputs.push(outcome.output);
  }
  return outputs;
}
