/**
 * The files that a ResultWriter writes, in the service's layout: for each kind of end one file, and another only
 * beyond 5 GB. A long one goes out part by part as results are added, so that only the parts in the making are held;
 * what is less than a part when the work is handed over is staged for the next worker. The manifest comes last.
 */
import type { WriterConfig } from "../../asl/definition.ts";
import {
  bucketOf,
  type ChildResult,
  type ListedFile,
  manifestOf,
  type ResultKind,
  resultKey,
  resultKindOf,
  resultKinds,
  resultMarks,
  resultRecords,
} from "../../asl/distributed/results.ts";
import type { Failure, MapRun } from "../../asl/position.ts";
import type { Engine } from "../engine.ts";
import type { MapRunId } from "../ports.ts";
import { expiry } from "../record.ts";
import { runJoin } from "./chunks.ts";
import { leastPartBytes } from "./ports.ts";
import type { OpenFile, WrittenSoFar } from "./run.ts";

/** The files cannot be written: the run fails with this. */
export class NotWritten extends Error {
  readonly failure: Failure;

  constructor(why: string) {
    super(why);
    this.failure = { error: "States.ResultWriterFailed", cause: why };
  }
}

/** Characters, of which none is less than a byte; more than S3 asks for, so that there are fewer. */
const partLength = Math.max(8 * 1024 * 1024, leastPartBytes);

/** As documented, and S3's limit for one that is put as a whole. */
const largestFile = 5 * 1024 ** 3;

export interface WritingRun {
  readonly id: MapRunId;
  readonly epoch: number;
  readonly run: MapRun & { readonly writer: NonNullable<MapRun["writer"]> };
  readonly config: WriterConfig;
}

/** What of each kind is in no part yet. */
type Rest = Readonly<Partial<Record<ResultKind, string>>>;

export async function openFiles(engine: Engine, of: WritingRun, written: WrittenSoFar): Promise<ResultFiles> {
  if (written.rest === undefined) return new ResultFiles(engine, of, written, {});
  const staged = await engine.world.joins.staged(runJoin(of.id, "rest", written.rest, of.epoch));
  if (staged === undefined) throw new Error(`the rest of the results of Map Run ${of.id} is not staged`);
  return new ResultFiles(engine, of, written, JSON.parse(staged) as Rest); // written by `#stage`
}

export class ResultFiles {
  readonly #engine: Engine;
  readonly #of: WritingRun;
  #written: WrittenSoFar;
  readonly #held = new Map<ResultKind, string[]>();
  readonly #lengths = new Map<ResultKind, number>();

  constructor(engine: Engine, of: WritingRun, written: WrittenSoFar, rest: Rest) {
    this.#engine = engine;
    this.#of = of;
    this.#written = written;
    for (const kind of resultKinds) this.#hold(kind, rest[kind] ?? "");
  }

  add(results: readonly ChildResult[], items: number): void {
    const { before, after } = resultMarks(this.#of.config);
    for (const result of results) {
      const kind = resultKindOf(result);
      for (const record of resultRecords([result], this.#of.config.transformation)) {
        this.#hold(kind, (this.#isEmpty(kind) ? before.first : before.other) + record + after);
      }
    }
    const { results: counted, items: countedItems } = this.#written;
    this.#written = { ...this.#written, results: counted + results.length, items: countedItems + items };
  }

  /** Those before it were put. */
  get group(): number {
    return this.#written.group;
  }

  get areDue(): boolean {
    return resultKinds.some((kind) => this.#isDue(kind));
  }

  /** What is long enough is put, at the end all of it; answers how far the files are before `group`. */
  async put(group: number, isLast: boolean): Promise<WrittenSoFar> {
    for (const kind of resultKinds) {
      if (isLast) await this.#putLast(kind);
      else if (this.#isDue(kind)) await this.#putPart(kind);
    }
    const { rest: _, ...written } = this.#written;
    this.#written = { ...written, group, ...(await this.#stage(group)) };
    return this.#written;
  }

  /** All is put: whoever comes again does this again. */
  async complete(): Promise<WrittenSoFar> {
    for (const file of this.#written.open ?? []) await this.#completeFile(file);
    const { open: _, ...written } = this.#written;
    this.#written = written;
    const { key, body } = manifestOf(this.#of.run, this.#written.files);
    await this.#write(key, body);
    return this.#written;
  }

  #hold(kind: ResultKind, text: string): void {
    if (text === "") return;
    const held = this.#held.get(kind);
    if (held) held.push(text);
    else this.#held.set(kind, [text]);
    this.#lengths.set(kind, (this.#lengths.get(kind) ?? 0) + text.length);
  }

  #take(kind: ResultKind): string {
    const text = (this.#held.get(kind) ?? []).join("");
    this.#held.delete(kind);
    this.#lengths.delete(kind);
    return text;
  }

  #isDue(kind: ResultKind): boolean {
    return (this.#lengths.get(kind) ?? 0) >= partLength;
  }

  /** Nothing is in the file that comes next of that kind. */
  #isEmpty(kind: ResultKind): boolean {
    return !this.#held.has(kind) && !this.#openFile(kind);
  }

  #openFile(kind: ResultKind): OpenFile | undefined {
    return this.#written.open?.find((file) => file.kind === kind && !file.isFull);
  }

  async #putPart(kind: ResultKind): Promise<void> {
    const file = await this.#putInto(this.#openFile(kind) ?? (await this.#begin(kind)), this.#take(kind));
    // Another part, and the end, would perhaps not fit.
    if (file.size + 4 * partLength <= largestFile) return;
    const { end } = resultMarks(this.#of.config);
    this.#setOpen({ ...(end === "" ? file : await this.#putInto(file, end)), isFull: true });
  }

  async #putLast(kind: ResultKind): Promise<void> {
    const file = this.#openFile(kind);
    const { end } = resultMarks(this.#of.config);
    if (file) {
      const last = this.#take(kind) + end;
      if (last !== "") await this.#putInto(file, last);
      return;
    }
    if (!this.#held.has(kind)) return;
    const body = this.#take(kind) + end;
    const key = this.#keyOf(kind);
    await this.#write(key, body);
    this.#list({ kind, key, size: Buffer.byteLength(body) });
  }

  #keyOf(kind: ResultKind): string {
    const { files, open = [] } = this.#written;
    const number = [...files, ...open].filter((file) => file.kind === kind).length;
    return resultKey(this.#of.run, this.#of.config, kind, number);
  }

  #list(file: ListedFile): void {
    this.#written = { ...this.#written, files: [...this.#written.files, file] };
  }

  #setOpen(file: OpenFile): void {
    const others = (this.#written.open ?? []).filter(({ key }) => key !== file.key);
    this.#written = { ...this.#written, open: [...others, file] };
  }

  async #begin(kind: ResultKind): Promise<OpenFile> {
    const key = this.#keyOf(kind);
    const begun = await this.#parts.begin(this.#place(key));
    if (begun.kind === "refused") throw new NotWritten(begun.why);
    return { kind, key, size: 0, upload: begun.upload, tags: [] };
  }

  async #putInto(file: OpenFile, body: string): Promise<OpenFile> {
    const { key, upload, tags, size } = file;
    const put = await this.#parts.put(this.#place(key), upload, tags.length + 1, body);
    if (put.kind === "refused") throw new NotWritten(put.why);
    const longer = { ...file, tags: [...tags, put.tag], size: size + Buffer.byteLength(body) };
    this.#setOpen(longer);
    return longer;
  }

  async #completeFile({ kind, key, size, upload, tags }: OpenFile): Promise<void> {
    const complete = await this.#parts.complete(this.#place(key), upload, tags);
    if (complete.kind === "refused") throw new NotWritten(complete.why);
    this.#list({ kind, key, size });
  }

  async #stage(group: number): Promise<{ readonly rest?: number }> {
    if (this.#held.size === 0) return {};
    const { joins, clock } = this.#engine.world;
    const rest: Rest = Object.fromEntries([...this.#held].map(([kind, held]) => [kind, held.join("")]));
    const { id, epoch } = this.#of;
    await joins.stage(runJoin(id, "rest", group, epoch), JSON.stringify(rest), expiry(this.#engine, clock.now()));
    return { rest: group };
  }

  get #parts() {
    return this.#engine.world.objects.parts;
  }

  #place(key: string) {
    return { bucket: bucketOf(this.#of.run), key };
  }

  async #write(key: string, body: string): Promise<void> {
    const answer = await this.#engine.world.objects.write(this.#place(key), body);
    if (answer.kind === "refused") throw new NotWritten(answer.why);
  }
}
