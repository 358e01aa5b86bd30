/**
 * Reading the items of a Map Run: they are staged chunk by chunk, never held all together, and how far this
 * has come is written down every few chunks. After a crash it goes on from there; what was staged since is
 * staged again, with the same words.
 */
import { Unreadable } from "../../asl/distributed/parser.ts";
import { EvaluationFailure } from "../../asl/evaluate/failure.ts";
import type { Failure, Instant } from "../../asl/position.ts";
import type { Engine } from "../engine.ts";
import { groupWidth } from "../group-width.ts";
import { type ChildInput, stageChunk } from "./chunks.ts";
import { type RunFork, readRunFork } from "./fork.ts";
import { childInputs } from "./inputs.ts";
import { changeRun, type RunHead } from "./log.ts";
import { closeRun, epochIn, handOver, type RunState, readOn, type Staged } from "./run.ts";
import { type Mark, openSource } from "./source.ts";
import { sendGiven, startWaiting } from "./tokens.ts";
import type { Worked } from "./work.ts";

/** So many chunks are staged for one write of the run, and before its first child starts. */
const chunksPerWrite = 16;

/**
 * Beyond the time for which a worker is to read: fewer chunks are written down then. Each of millions of items may be
 * one of thousands in the input of a child, and what is not written down is read again by the next.
 */
const spare = 10_000;

export async function readItems(engine: Engine, head: RunHead, key: string, until: Instant): Promise<Worked> {
  const fork = await readRunFork(engine, head.state.parent);
  try {
    return await stageAll(engine, head, fork, key, until);
  } catch (error) {
    if (!(error instanceof EvaluationFailure || error instanceof Unreadable)) throw error;
    return fail(engine, head, key, error.failure);
  }
}

/** Another copy of the message may have read all that there is: what becomes of the source since is none of the run's affair. */
async function fail(engine: Engine, { id }: RunHead, key: string, failure: Failure): Promise<Worked> {
  const head = await changeRun(engine, id, key, (state, at) =>
    state.phase.kind === "reading" ? closeRun(state, { status: "FAILED", failure }, at) : undefined,
  );
  await sendGiven(engine, head, key);
  return "done";
}

async function stageAll(
  engine: Engine,
  { id, state }: RunHead,
  fork: RunFork,
  key: string,
  until: Instant,
): Promise<Worked> {
  const reading = new Reading(engine, id, state);
  const slices = openSource(engine, fork, state.staged.items, state.staged.mark);
  for await (const { inputs, mark } of childInputs(fork, slices)) {
    for (const input of inputs) await reading.add(input);
    reading.pass(mark);
    if (!reading.isDue && (engine.world.clock.now() < until + spare || !reading.isAhead)) continue;
    if (!(await reading.write(key, false))) return "overtaken";
    if (engine.world.clock.now() < until) continue;
    // Another copy of the message may have given out more, and died: this was the last word of it.
    await sendGiven(engine, await changeRun(engine, id, key, handOver), key);
    return "done";
  }
  return (await reading.write(key, true)) ? "done" : "overtaken";
}

class Reading {
  readonly #engine: Engine;
  readonly #run: RunHead["id"];
  #staged: Staged;
  #written: Staged;
  readonly #epoch: number;
  #chunk: ChildInput[] = [];
  /** Those at or behind the last item that is staged, and the one before. */
  #marks: Mark[] = [];

  constructor(engine: Engine, run: RunHead["id"], state: RunState) {
    const { staged } = state;
    this.#epoch = epochIn(state);
    this.#engine = engine;
    this.#run = run;
    this.#staged = staged;
    this.#written = staged;
  }

  async add(input: ChildInput): Promise<void> {
    this.#chunk.push(input);
    if (this.#chunk.length === groupWidth) await this.#stage();
  }

  /** The source has come to there. */
  pass(mark: Mark | undefined): void {
    if (mark) this.#marks.push(mark);
  }

  /** The last one before the items that are not staged. */
  #mark(): Mark | undefined {
    const { items, mark } = this.#staged;
    const behind = this.#marks.findIndex(({ item }) => item > items);
    const passed = behind < 0 ? this.#marks.splice(0) : this.#marks.splice(0, behind);
    return passed.at(-1) ?? mark;
  }

  get isDue(): boolean {
    return this.#staged.chunks - this.#written.chunks >= chunksPerWrite;
  }

  /** More is staged than is written down. */
  get isAhead(): boolean {
    return this.#staged.chunks > this.#written.chunks;
  }

  async #stage(): Promise<void> {
    const { chunks, children, items, ...rest } = this.#staged;
    await stageChunk(this.#engine, this.#run, chunks, this.#chunk);
    await startWaiting(this.#engine, this.#run, this.#epoch, chunks);
    this.#staged = {
      ...rest,
      chunks: chunks + 1,
      children: children + this.#chunk.length,
      items: items + this.#chunk.reduce((sum, input) => sum + input.items, 0),
    };
    this.#chunk = [];
  }

  #sofar(complete: boolean): Staged {
    const { mark: _, ...staged } = this.#staged;
    const mark = complete ? undefined : this.#mark();
    this.#staged = { ...staged, ...(mark && { mark }) };
    return { ...this.#staged, complete };
  }

  /** Writes down how far it is, and gives out the tokens that there are children for now. False: somebody else is ahead. */
  async write(key: string, complete: boolean): Promise<boolean> {
    if (complete && this.#chunk.length > 0) await this.#stage();
    const staged = this.#sofar(complete);
    const head = await changeRun(this.#engine, this.#run, key, (now, at) =>
      epochIn(now) === this.#epoch ? readOn(now, staged, at) : undefined,
    );
    await sendGiven(this.#engine, head, key);
    this.#written = staged;
    const { state } = head;
    return state.staged.items === staged.items && state.staged.complete === complete;
  }
}
